// ---- files that tasks left: what is opened is made then, and where it can run and load nothing
const showFile = (file) => {
  const content = data.task_files.contents[file.content];
  if (file.kind === 'text') return element('pre', content);
  if (file.kind === 'picture') {
    const image = element('img');
    image.alt = visible(file.name);
    image.src = content;
    return image;
  }
  const frame = element('iframe');
  frame.setAttribute('sandbox', '');
  frame.setAttribute('referrerpolicy', 'no-referrer');
  frame.title = visible(file.name);
  frame.srcdoc = content;
  return frame;
};
const fileEntry = (file, openAtOnce) => {
  const title = [file.name, file.size].join(' · ');
  if (file.content === null) return element('p', title + ' · left out: ' + file.left_out, 'faint');
  const made = element('details');
  made.append(element('summary', title));
  made.ontoggle = () => { if (made.open && made.children.length === 1) made.append(showFile(file)); };
  made.open = openAtOnce;
  return made;
};
const fileCards = (() => {
  const groups = new Map();
  for (const file of data.task_files.files) {
    const key = file.node + ' ' + file.attempt;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(file);
  }
  const MOST_OPEN = 4, MOST_CARDS = 100;
  let open = 0;
  const card = (files) => {
    const made = element('div', undefined, 'card'), first = files[0];
    made.append(element('h3', first.node + (first.attempt > 1 ? ', attempt ' + first.attempt : '') +
      (first.made_by ? ', reused from ' + first.made_by : '')));
    for (const file of files) made.append(fileEntry(file, file.content !== null && ++open <= MOST_OPEN));
    return made;
  };
  const all = [...groups.values()];
  const showFrom = (from) => {
    for (const files of all.slice(from, from + MOST_CARDS)) $('file-list').append(card(files));
    if (all.length <= from + MOST_CARDS) return;
    const more = element('button', 'Show ' + (all.length - from - MOST_CARDS) + ' more');
    more.onclick = () => { more.remove(); showFrom(from + MOST_CARDS); };
    $('file-list').append(more);
  };
  $('files').hidden = all.length === 0;
  showFrom(0);
  return all.length;
})();
