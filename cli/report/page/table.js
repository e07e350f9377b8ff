// ---- tables of any length: only the rows in view exist
const LINE = 27;

// A column: {title, text(row), value(row) to sort by, width, right, share(row) of 0 to 1 for a bar, state(row)}
const makeTable = (place, columns, rows, opens) => {
  const box = element('div', undefined, 'table'), titles = element('div', undefined, 'line titles');
  const space = element('div', undefined, 'space');
  const grid = columns.map((column) => column.width).join(' ');
  // All lines are alike wide, whatever is in them.
  const least = sum(columns, (column) => parseInt(column.width.replace(/\D*/, ''), 10) + 12) + 20 + 'px';
  titles.style.minWidth = least;
  space.style.minWidth = least;
  let shown = rows, sorted = -1, down = true;
  box.setAttribute('role', 'table');
  titles.setAttribute('role', 'row');
  titles.style.gridTemplateColumns = grid;
  box.tabIndex = 0;

  const cell = (column, row) => {
    const made = element('div', undefined, column.right ? 'cell right' : 'cell');
    made.setAttribute('role', 'cell');
    if (column.state) {
      const dot = element('span', undefined, 'dot');
      dot.style.setProperty('--tint', tint(column.state(row)));
      made.append(dot);
    }
    const text = visible(column.text(row) || '');
    made.append(text);
    made.title = text;
    const share = column.share ? column.share(row) : 0;
    if (share > 0) {
      const bar = element('div', undefined, 'bar');
      bar.style.width = Math.max(1, share * 100) + '%';
      made.append(bar);
    }
    return made;
  };
  const line = (i) => {
    const row = shown[i], made = element('div', undefined, 'line' + (i % 2 ? ' odd' : '') + (opens ? ' opens' : ''));
    made.setAttribute('role', 'row');
    made.style.top = i * LINE + 'px';
    made.style.gridTemplateColumns = grid;
    made.append(...columns.map((column) => cell(column, row)));
    if (opens) made.onclick = () => opens(row);
    return made;
  };
  let lines = new Map(), waiting = false;
  const draw = () => {
    waiting = false;
    const first = Math.max(0, Math.floor(box.scrollTop / LINE) - 12);
    const last = Math.min(shown.length, Math.ceil((box.scrollTop + (box.clientHeight || 900)) / LINE) + 12);
    for (const [i, made] of lines) {
      if (i >= first && i < last) continue;
      made.remove();
      lines.delete(i);
    }
    for (let i = first; i < last; ++i) {
      if (lines.has(i)) continue;
      lines.set(i, line(i));
      space.append(lines.get(i));
    }
  };
  const sortBy = (index) => {
    const value = columns[index].value || columns[index].text;
    down = sorted === index ? !down : Boolean(columns[index].right);
    sorted = index;
    const way = down ? -1 : 1;
    shown = rows.map((row, i) => ({row, i, key: value(row)}))
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) * way || a.i - b.i).map((one) => one.row);
    [...titles.children].forEach((title, i) => title.setAttribute('aria-sort', i !== index ? 'none' : down ? 'descending' : 'ascending'));
    space.replaceChildren();
    lines = new Map();
    draw();
  };
  columns.forEach((column, i) => {
    const title = element('div', undefined, column.right ? 'cell right' : 'cell'), button = element('button', column.title);
    title.setAttribute('role', 'columnheader');
    button.onclick = () => sortBy(i);
    title.append(button);
    titles.append(title);
  });
  space.style.height = rows.length * LINE + 'px';
  box.append(titles, space);
  place.append(box);
  box.addEventListener('scroll', () => {
    if (!waiting) requestAnimationFrame(draw);
    waiting = true;
  }, {passive: true});
  draw();
};
