// ---- the rows of the timeline: a tree of nodes, their elements, and the workflows that they run
const ROOT = {label: '', kids: [], runs: [], depth: -1, open: true};
const rowByPath = new Map([['', ROOT]]);

// "sub[3].score[2]" stands below "sub[3].score", that below "sub[3]", and that below "sub".
const parentPath = (path) => {
  if (path.endsWith(']')) return path.slice(0, path.lastIndexOf('['));
  return path.slice(0, Math.max(0, path.lastIndexOf('.')));
};
const rowAt = (path) => {
  if (rowByPath.has(path)) return rowByPath.get(path);
  const parent = rowAt(parentPath(path));
  const row = {path, label: path.slice(path.lastIndexOf('.') + 1), parent, kids: [], runs: [], depth: parent.depth + 1,
    open: false, start: Infinity, end: 0, critical: false, counts: new Map()};
  if (path.endsWith(']')) row.label = path.slice(path.lastIndexOf('['));
  parent.kids.push(row);
  rowByPath.set(path, row);
  return row;
};
const widen = (row, start, end) => {
  for (let at = row; at !== ROOT; at = at.parent) {
    at.start = Math.min(at.start, start);
    at.end = Math.max(at.end, end);
  }
};
for (const one of data.frames) {
  const row = rowAt(one.path);
  row.frame = one;
  row.open = true;
  widen(row, one.start, one.end);
}
for (const one of data.executions) {
  const row = rowAt(pathText(one));
  row.execution = one;
  widen(row, one.start, one.end);
  for (let at = row; at !== ROOT; at = at.parent) {
    at.runs.push(one);
    at.critical = at.critical || Boolean(one.critical);
    at.counts.set(one.state, (at.counts.get(one.state) || 0) + 1);
  }
}
// Elements stand in the order of their numbers, all else in the order in which it began.
const number = (label) => label.startsWith('[') ? parseInt(label.slice(1), 10) : -1;
const settle = (row) => {
  row.kids.sort((a, b) => number(a.label) - number(b.label) || a.start - b.start);
  row.kids.forEach(settle);
};
settle(ROOT);
if (rowByPath.size <= 60) for (const row of rowByPath.values()) row.open = true;

// ---- its drawing: a canvas over the rows in view
const timeline = (() => {
  const ROW = 22, AXIS = 24, scroll = $('time-scroll'), space = $('time-space'), canvas = $('time-view');
  const pen = canvas.getContext('2d');
  const whole = Math.max(1, data.until);
  let rows = [], from = 0, span = whole, chosen = null, waiting = false, colours = {}, wanted = '', only = false, names = 240;

  const readColours = () => {
    const style = getComputedStyle(document.documentElement);
    for (const name of ['panel', 'text', 'faint', 'border', 'accent', 'row', 'wait', 'critical', ...STATES])
      colours[name] = style.getPropertyValue('--' + name).trim();
  };
  const matches = (row) => (!only || row.critical) && (wanted === '' || row.path.toLowerCase().includes(wanted) || row.kids.some(matches));
  const list = (row, into) => {
    for (const kid of row.kids) {
      if ((only || wanted !== '') && !matches(kid)) continue;
      into.push(kid);
      if (kid.open || (wanted !== '' && kid.kids.some(matches))) list(kid, into);
    }
    return into;
  };
  const width = () => canvas.clientWidth;
  const x = (us) => names + (us - from) / span * (width() - names - 12);
  const atX = (px) => from + (px - names) / (width() - names - 12) * span;

  const rebuild = () => {
    rows = list(ROOT, []);
    space.style.height = AXIS + rows.length * ROW + 4 + 'px';
    $('time-note').textContent = rows.length === 0 ? 'nothing to show' : '';
    redraw();
  };
  const bar = (start, end, y, height, colour, least) => {
    const left = Math.max(names, x(start)), right = Math.min(width(), Math.max(x(end), x(start) + least));
    if (right <= names || left >= width()) return;
    pen.fillStyle = colour;
    pen.fillRect(left, y, Math.max(right - left, least), height);
  };
  // What waits is thin, what runs is thick; the critical path has a line below.
  const drawRun = (one, y, height) => {
    if (one.tries.length === 0) {
      const instant = one.end === one.start;
      bar(one.start, one.end, y + (instant ? 3 : 0), instant ? height - 6 : height, colours[one.state] || colours.skipped, 3);
    } else {
      bar(one.ready, one.tries[0].start, y + height / 2 - 1, 2, colours.wait, 0);
    }
    let last = null;
    for (const each of one.tries) {
      if (last !== null) bar(last, each.start, y + height / 2 - 1, 2, colours.wait, 0);
      bar(each.start, each.end, y, height, colours[each.state] || colours.skipped, 2);
      last = each.end;
    }
    if (one.critical) bar(one.start, one.end, y + height + 1, 2, colours.critical, 3);
  };
  // Of many bars those that would cover the same pixels are drawn once, and what failed over what did not.
  const drawMany = (row, y, height) => {
    for (const bad of [false, true]) drawSome(row, y, height, (state) => bad === (state === 'failed' || state === 'lost'));
    for (const one of row.runs) if (one.critical) bar(one.start, one.end, y + height + 1, 2, colours.critical, 3);
  };
  const drawSome = (row, y, height, wantedState) => {
    const seen = new Set();
    for (const one of row.runs) {
      for (const each of one.tries.length > 0 ? one.tries : [one]) {
        if (!wantedState(each.state)) continue;
        const key = Math.round(x(each.start)) + ' ' + Math.round(x(each.end)) + each.state;
        if (seen.has(key)) continue;
        seen.add(key);
        bar(each.start, each.end, y, height, colours[each.state] || colours.skipped, 2);
      }
    }
  };
  const clipText = (text, left, y, most) => {
    let shown = visible(text);
    if (pen.measureText(shown).width > most) {
      while (shown.length > 1 && pen.measureText(shown + '…').width > most) shown = shown.slice(0, -Math.max(1, shown.length >> 4));
      shown += '…';
    }
    pen.fillText(shown, left, y);
  };
  const shade = (row, y, odd) => {
    if (!odd && row !== chosen) return;
    pen.fillStyle = row === chosen ? colours.border : colours.row;
    pen.fillRect(0, y, width(), ROW);
  };
  const drawRow = (row, y) => {
    const indent = 10 + row.depth * 14;
    pen.fillStyle = colours.faint;
    if (row.kids.length > 0) pen.fillText(row.open ? '▾' : '▸', indent, y + 15);
    pen.fillStyle = row.critical ? colours.critical : colours.text;
    const many = !row.open && row.kids.length > 0;
    const extra = row.kids.length > 0 && row.kids[0].label.startsWith('[') ? ' ×' + row.kids.length : '';
    clipText(row.label + extra, indent + 14, y + 15, names - indent - 22);
    if (many) {
      drawMany(row, y + 5, ROW - 12);
    } else if (row.execution) {
      drawRun(row.execution, y + 5, ROW - 12);
    }
    if (!many && (row.frame || (row.kids.length > 0 && !row.execution))) bar(row.start, row.end, y + 9, 4, colours.wait, 2);
  };
  const step = () => {
    const least = span / Math.max(2, (width() - names) / 110);
    const power = 10 ** Math.floor(Math.log10(least));
    const seconds = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= least);
    const minutes = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1440].map((one) => one * 6e7).find((one) => one >= least);
    return least > 3e7 && minutes ? minutes : Math.max(1, seconds);
  };
  const axisText = (us, apart) => {
    if (apart >= 1e6) return us < 6e7 ? Math.round(us / 1e6) + 's' : spanText(us);
    return apart >= 1e3 ? +(us / 1e3).toFixed(0) + 'ms' : +us.toFixed(0) + 'µs';
  };
  const eachTick = (visit) => {
    const apart = step();
    for (let us = Math.ceil(from / apart) * apart; us <= from + span; us += apart) visit(Math.round(x(us)) + 0.5, us, apart);
  };
  const drawGrid = (height) => {
    pen.strokeStyle = colours.border;
    pen.beginPath();
    eachTick((at) => {
      pen.moveTo(at, AXIS);
      pen.lineTo(at, height);
    });
    pen.stroke();
  };
  const drawAxis = () => {
    pen.fillStyle = colours.panel;
    pen.fillRect(0, 0, width(), AXIS);
    pen.fillStyle = colours.faint;
    eachTick((at, us, apart) => pen.fillText(axisText(us, apart), at + 3, 15));
    pen.fillStyle = colours.border;
    pen.fillRect(0, AXIS - 1, width(), 1);
  };
  const drawClaims = (height) => {
    pen.strokeStyle = colours.accent;
    pen.setLineDash([4, 4]);
    pen.beginPath();
    for (const us of data.claims.slice(1)) {
      if (us < from || us > from + span) continue;
      pen.moveTo(x(us), 0);
      pen.lineTo(x(us), height);
    }
    pen.stroke();
    pen.setLineDash([]);
  };
  const draw = () => {
    waiting = false;
    const ratio = window.devicePixelRatio || 1;
    names = Math.min(260, Math.max(120, scroll.clientWidth * 0.24));
    const height = Math.min(scroll.clientHeight, AXIS + rows.length * ROW + 4);
    canvas.style.height = height + 'px';
    if (canvas.width !== Math.round(width() * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width() * ratio);
      canvas.height = Math.round(height * ratio);
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = colours.panel;
    pen.fillRect(0, 0, width(), height);
    pen.font = '12px system-ui, sans-serif';
    const first = Math.floor(scroll.scrollTop / ROW);
    const inView = rows.slice(first, first + Math.ceil(height / ROW) + 1);
    const top = (i) => AXIS + (first + i) * ROW - scroll.scrollTop;
    inView.forEach((row, i) => shade(row, top(i), (first + i) % 2 === 1));
    drawGrid(height);
    inView.forEach((row, i) => drawRow(row, top(i)));
    drawAxis();
    drawClaims(height);
  };
  const redraw = () => {
    if (!waiting) requestAnimationFrame(draw);
    waiting = true;
  };
  const look = (start, length) => {
    span = Math.min(whole, Math.max(Math.min(whole, 20), length));
    from = Math.min(Math.max(0, start), whole - span);
    redraw();
  };
  const zoom = (factor, px) => {
    const centre = atX(px);
    look(centre - (centre - from) / factor, span / factor);
  };
  const toggle = (row) => { row.open = !row.open; rebuild(); };
  const choose = (row) => {
    chosen = row;
    if (row.execution) {
      showExecution(row.execution);
    } else {
      showMany(row.path, row);
    }
    redraw();
  };
  const rowUnder = (event) => event.offsetY < AXIS ? null : rows[Math.floor((event.offsetY - AXIS + scroll.scrollTop) / ROW)] || null;

  // ---- hands on
  let held = null;
  canvas.addEventListener('pointerdown', (event) => {
    held = {x: event.offsetX, from, moved: 0};
    if (event.isTrusted) canvas.setPointerCapture(event.pointerId);
  });
  const tipText = (row) => [row.path, row.execution ? row.execution.state : countsText(row.counts),
    spanText(row.end - row.start) + ', from ' + spanText(row.start)].join('\n');
  canvas.addEventListener('pointermove', (event) => {
    const tip = $('tip'), row = rowUnder(event);
    if (held) {
      held.moved = Math.max(held.moved, Math.abs(event.offsetX - held.x));
      if (held.moved > 4 && held.x > names) look(held.from - (event.offsetX - held.x) / (width() - names) * span, span);
    }
    tip.hidden = !row || Boolean(held);
    if (!row) return;
    tip.textContent = visible(tipText(row)).replaceAll('\\u000a', '\n');
    tip.style.left = Math.min(event.clientX + 14, window.innerWidth - 260) + 'px';
    tip.style.top = Math.min(event.clientY + 14, window.innerHeight - 70) + 'px';
  });
  canvas.addEventListener('pointerleave', () => { $('tip').hidden = true; });
  canvas.addEventListener('pointerup', (event) => {
    const row = held && held.moved <= 4 ? rowUnder(event) : null;
    held = null;
    if (!row) return;
    if (event.offsetX < names && row.kids.length > 0) toggle(row); else choose(row);
  });
  canvas.addEventListener('pointercancel', () => { held = null; });
  canvas.addEventListener('dblclick', (event) => { const row = rowUnder(event); if (row && row.kids.length > 0) toggle(row); });
  canvas.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 300), event.offsetX);
  }, {passive: false});
  const move = (by) => {
    const at = Math.min(rows.length - 1, Math.max(0, rows.indexOf(chosen) + by)), y = at * ROW;
    chosen = rows[at];
    if (y < scroll.scrollTop) scroll.scrollTop = y;
    if (y + ROW + AXIS > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = y + ROW + AXIS - scroll.clientHeight;
    redraw();
  };
  scroll.addEventListener('keydown', (event) => {
    const keys = {
      ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: () => chosen && choose(chosen),
      ArrowRight: () => { if (chosen && chosen.kids.length > 0 && !chosen.open) toggle(chosen); },
      ArrowLeft: () => { if (chosen && chosen.open && chosen.kids.length > 0) toggle(chosen); },
      '+': () => zoom(1.5, (names + width()) / 2), '-': () => zoom(1 / 1.5, (names + width()) / 2), 0: () => look(0, whole),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  scroll.addEventListener('scroll', redraw, {passive: true});
  const openAll = (open) => {
    for (const row of rowByPath.values()) row.open = open || row === ROOT;
    rebuild();
  };
  $('unfold').onclick = () => openAll(true);
  $('fold').onclick = () => openAll(false);
  $('time-in').onclick = () => zoom(1.6, (names + width()) / 2);
  $('time-out').onclick = () => zoom(1 / 1.6, (names + width()) / 2);
  $('time-fit').onclick = () => look(0, whole);
  $('search').oninput = () => { wanted = $('search').value.trim().toLowerCase(); rebuild(); };
  $('only-critical').onchange = () => { only = $('only-critical').checked; rebuild(); };
  window.addEventListener('resize', redraw);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { readColours(); redraw(); });
  readColours();
  rebuild();
  return {choose: (path) => { const row = rowByPath.get(path); if (row) choose(row); return row !== undefined; }};
})();
