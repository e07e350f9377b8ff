// ---- the head of the page, and all that is text
$('state').textContent = data.state;
$('state').style.background = tint(data.state);
$('summary').textContent = data.summary;
$('cause').hidden = data.cause === null;
$('cause').textContent = visible(data.cause || '');
for (const [name, text] of data.about) $('about-list').append(element('dt', name), element('dd', text));
for (const text of data.commands) $('about-commands').append(command(text));

// ---- failures
const failureCard = (failure) => {
  const one = data.executions[failure.execution], card = element('div', undefined, 'card failed');
  card.append(element('h3', pathText(one)));
  if (one.cause) card.append(element('p', (failure.code ? failure.code + ': ' : '') + one.cause));
  if (one.tries.length > 0) card.append(triesTable(one));
  if (failure.tail.length > 0) card.append(element('pre', failure.tail.join('\n')));
  card.append(element('h3', 'look further'), ...failure.commands.map(command));
  return card;
};
$('failures').hidden = data.failures.length === 0;
$('failure-list').append(...data.failures.map(failureCard));
if (data.more_failures > 0) $('failure-list').append(element('p', 'and ' + data.more_failures + ' more: see the nodes below', 'faint'));

// ---- legend of the timeline
const present = new Set(data.executions.flatMap((one) => [one.state, ...one.tries.map((each) => each.state)]));
const legend = (text, name) => {
  const made = element('span', text);
  made.style.setProperty('--tint', 'var(--' + name + ')');
  $('legend').append(made);
};
STATES.filter((state) => present.has(state)).forEach((state) => legend(state, state));
legend('waiting', 'wait');
legend('critical path', 'critical');
if (data.claims.length > 1) legend('taken over by another driver', 'accent');

// ---- the critical path
const links = data.critical_path.map((position, i) => {
  const one = data.executions[position], before = i > 0 ? data.executions[data.critical_path[i - 1]].end : 0;
  return {one, gap: Math.max(0, one.start - before), took: one.end - one.start};
});
const path = {took: sum(links, (link) => link.took), gaps: sum(links, (link) => link.gap)};
$('path').hidden = links.length === 0;
if (links.length > 0) {
  const longest = Math.max(1, ...links.map((link) => link.took));
  makeTable($('path-table'), [
    {title: 'node', width: 'minmax(220px, 3fr)', text: (link) => pathText(link.one), state: (link) => link.one.state},
    {title: 'began', width: '90px', right: true, text: (link) => spanText(link.one.start), value: (link) => link.one.start},
    {title: 'after a wait of', width: '100px', right: true, text: (link) => link.gap < 1000 ? '' : spanText(link.gap), value: (link) => link.gap},
    {title: 'took', width: '110px', right: true, text: (link) => spanText(link.took), value: (link) => link.took, share: (link) => link.took / longest},
    {title: 'of the run', width: '80px', right: true, text: (link) => Math.round(100 * link.took / Math.max(1, data.until)) + ' %', value: (link) => link.took},
    {title: 'attempts', width: '70px', right: true, text: (link) => String(link.one.tries.length || ''), value: (link) => link.one.tries.length},
  ], links, (link) => showExecution(link.one));
  $('path-table').append(element('p', 'In all ' + spanText(path.took) + ' of work and ' + spanText(path.gaps) + ' of waiting, of ' +
    spanText(data.until) + '.', 'faint'));
}

// ---- time and memory by node
const byNode = new Map();
for (const one of data.executions) {
  const name = one.node.replaceAll(/\[\d+\]/g, '[…]');
  if (!byNode.has(name)) byNode.set(name, {node: name, task: one.task || '', counts: new Map(), runs: [], tries: []});
  const row = byNode.get(name);
  row.counts.set(one.state, (row.counts.get(one.state) || 0) + 1);
  row.runs.push(one);
  row.tries.push(...one.tries);
}
const worst = (counts) => STATES.find((state) => counts.has(state));
const nodeRows = [...byNode.values()].map((row) => ({...row, state: worst(row.counts),
  time: sum(row.tries, (each) => each.end - each.start), cpu: sum(row.tries, (each) => each.cpu || 0),
  longest: row.runs.reduce((most, one) => Math.max(most, one.end - one.start), 0),
  wait: row.tries.reduce((most, each) => Math.max(most, each.wait), 0), rss: row.tries.reduce((most, each) => Math.max(most, each.rss || 0), 0)}));
const most = (value) => nodeRows.reduce((found, row) => Math.max(found, value(row)), 1);
const measured = (title, value, text) => {
  const top = most(value);
  return {title, width: '96px', right: true, text: (row) => value(row) > 0 ? text(value(row)) : '', value, share: (row) => value(row) / top};
};
$('nodes').hidden = nodeRows.length === 0;
if (nodeRows.length > 0) makeTable($('node-table'), [
  {title: 'node', width: 'minmax(200px, 3fr)', text: (row) => row.node, state: (row) => row.state},
  {title: 'task', width: 'minmax(90px, 1fr)', text: (row) => row.task === row.node.split('.').pop() ? '' : row.task},
  {title: 'executions', width: 'minmax(120px, 1.4fr)', text: (row) => countsText(row.counts), value: (row) => row.runs.length},
  {title: 'attempts', width: '70px', right: true, text: (row) => String(row.tries.length || ''), value: (row) => row.tries.length},
  measured('time', (row) => row.time, spanText),
  measured('longest', (row) => row.longest, spanText),
  measured('longest wait', (row) => row.wait, spanText),
  measured('CPU', (row) => row.cpu, spanText),
  {title: 'CPU use', width: '70px', right: true, text: (row) => row.time > 0 ? Math.round(100 * row.cpu / row.time) + ' %' : '', value: (row) => row.time > 0 ? row.cpu / row.time : 0},
  measured('peak memory', (row) => row.rss, sizeText),
], nodeRows, (row) => row.runs.length === 1 ? showExecution(row.runs[0]) : showMany(row.node, row));

// ---- values, and what was reused
const valueTable = (place, title, values) => {
  if (values.length === 0) return;
  makeTable($(place), [
    {title, width: 'minmax(120px, 1fr)', text: (one) => one.name},
    {title: 'type', width: 'minmax(90px, 1fr)', text: (one) => one.type},
    {title: 'value', width: 'minmax(180px, 2fr)', text: (one) => one.value},
    ...(values.some((one) => one.given) ? [{title: 'given as', width: 'minmax(90px, 1fr)', text: (one) => one.given || ''}] : []),
    {title: 'reference', width: 'minmax(300px, 3fr)', text: (one) => one.reference},
  ], values, (one) => {
    const list = element('dl');
    for (const [name, text] of Object.entries(one)) if (text !== null) list.append(element('dt', name), element('dd', text));
    showDetails(one.name, [list, command('wf artifact get ' + one.reference), command('wf lineage show ' + one.reference)]);
  });
};
valueTable('input-table', 'input', data.inputs);
valueTable('output-table', 'output', data.outputs);
$('values').hidden = data.inputs.length + data.outputs.length === 0;

$('not-begun').hidden = data.not_begun.length === 0;
if (data.not_begun.length > 0) makeTable($('not-begun-table'), [
  {title: 'node', width: 'minmax(200px, 1fr)', text: (one) => one.name, state: (one) => one.state},
  {title: 'why', width: 'minmax(380px, 3fr)', text: (one) => one.why},
], data.not_begun, showAbsent);

const reused = data.executions.filter((one) => one.made_by);
$('reused').hidden = reused.length === 0;
if (reused.length > 0) makeTable($('reused-table'), [
  {title: 'node', width: 'minmax(200px, 2fr)', text: pathText, state: (one) => one.state},
  {title: 'made by', width: 'minmax(380px, 3fr)', text: (one) => one.made_by},
  {title: 'key', width: '130px', text: (one) => (one.key || '').slice(0, 12)},
], reused, showExecution);

// ---- where to go
for (const section of document.querySelectorAll('main > section')) {
  if (section.hidden) continue;
  const link = element('a', section.querySelector('h2').textContent);
  link.href = '#' + section.id;
  $('places').append(link);
}
