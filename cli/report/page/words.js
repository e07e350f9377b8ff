// ---- times, sizes and names in words, as the commands of wf write them
// What calls for attention first.
const STATES = ['failed', 'lost', 'running', 'aborted', 'succeeded', 'recovered', 'reused', 'skipped'];
const WORDS = {succeeded: 'ran'};
const spanText = (us) => {
  const seconds = us / 1e6;
  if (us < 1e3) return us === 0 ? '0' : Math.round(us) + 'µs';
  if (us < 1e6) return Math.floor(us / 1e3) + 'ms';
  if (seconds < 60) return seconds.toFixed(1) + 's';
  const two = (value) => String(Math.floor(value)).padStart(2, '0');
  if (seconds < 3600) return Math.floor(seconds / 60) + 'm' + two(seconds % 60) + 's';
  return Math.floor(seconds / 3600) + 'h' + two(seconds / 60 % 60) + 'm';
};
const sizeText = (bytes) => {
  let value = bytes, unit = 0;
  while (value >= 1024 && unit < 4) { value /= 1024; ++unit; }
  return (unit === 0 ? value : value.toFixed(1)) + ' ' + ['B', 'KiB', 'MiB', 'GiB', 'TiB'][unit];
};
const pathText = (one) => one.element === undefined ? one.node : one.node + '[' + one.element + ']';
const countsText = (counts) => STATES.filter((state) => counts.get(state))
  .map((state) => counts.get(state) + ' ' + (WORDS[state] || state)).join(', ');
const sum = (list, value) => list.reduce((total, one) => total + value(one), 0);
const tint = (state) => 'var(--' + (state === 'aborting' ? 'aborted' : STATES.includes(state) ? state : 'skipped') + ')';
const command = (text) => element('code', text);

// ---- what is chosen, wherever it was clicked
const triesTable = (one) => {
  const list = element('dl');
  for (const each of one.tries) {
    const text = [each.state + (each.category ? ' (' + each.category + ')' : ''), 'after ' + spanText(each.end - each.start),
      each.wait >= 1000 ? 'waited ' + spanText(each.wait) : '', each.exit !== undefined ? 'exit ' + each.exit : '',
      each.signal !== undefined ? 'signal ' + each.signal : '', each.cpu !== null ? 'CPU ' + spanText(each.cpu) : '',
      each.rss ? 'peak ' + sizeText(each.rss) : '', each.asked || '',
      each.sandbox ? 'sandbox ' + each.sandbox : '', each.cause || ''].filter(Boolean).join(' · ');
    list.append(element('dt', 'attempt ' + each.number), element('dd', text));
  }
  return list;
};
const describe = (one) => {
  const list = element('dl');
  const put = (name, text) => { if (text) list.append(element('dt', name), element('dd', text)); };
  put('state', one.state + (one.critical ? ', on the critical path' : ''));
  put('task', one.task);
  put('began', spanText(one.start) + ' into the run');
  put('took', spanText(one.end - one.start));
  put('reused from', one.made_by);
  put('gate', one.gate);
  put('cause', one.cause);
  put('key', one.key);
  return list;
};
const showDetails = (title, parts) => {
  const panel = $('details'), close = element('button', '×', 'close');
  close.setAttribute('aria-label', 'Close');
  close.onclick = () => { panel.hidden = true; };
  panel.replaceChildren(close, element('h2', title), ...parts);
  panel.hidden = false;
};
const showExecution = (one) => {
  const parts = [describe(one)];
  if (one.tries.length > 0) parts.push(element('h3', 'attempts'), triesTable(one));
  showDetails(pathText(one), parts);
};
const showAbsent = (one) => {
  const list = element('dl');
  list.append(element('dt', 'state'), element('dd', one.state), element('dt', 'why'), element('dd', one.why));
  showDetails(one.name, [list]);
};
// Of many executions how they ended, and the longest of them.
const showMany = (title, {counts, runs}) => {
  const list = element('dl'), parts = [list, element('h3', 'longest')];
  list.append(element('dt', 'executions'), element('dd', countsText(counts)));
  for (const one of [...runs].sort((a, b) => (b.end - b.start) - (a.end - a.start)).slice(0, 10)) {
    const button = element('button', pathText(one) + ' · ' + one.state + ' · ' + spanText(one.end - one.start), 'link');
    button.onclick = () => showExecution(one);
    parts.push(button);
  }
  showDetails(title, parts);
};
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') $('details').hidden = true; });
