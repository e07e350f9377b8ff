'use strict';
const $ = (id) => document.getElementById(id);
const data = JSON.parse($('data').textContent);

// Control characters and those that turn the direction of writing are shown, never obeyed.
const visible = (text) => String(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
  (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
const element = (tag, text, className) => {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = visible(text);
  if (className) made.className = className;
  return made;
};

