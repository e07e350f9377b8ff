(() => {
  const nodes = data.graph.nodes;
  const WIDTH = 190, HEIGHT = 40, GAP_X = 70, GAP_Y = 12, COLUMN = 70;

  // ---- the graph: arrows lead from a thing to what came of it
  const number = new Map(nodes.map((node, i) => [node.id, i]));
  const arrows = data.graph.edges.map((edge, i) => ({from: number.get(edge.to), to: number.get(edge.from), edge,
    text: data.arrows[i]})).filter((arrow) => arrow.edge.relation !== 'in run');
  const before = nodes.map(() => []), after = nodes.map(() => []);
  for (const arrow of arrows) {
    after[arrow.from].push(arrow);
    before[arrow.to].push(arrow);
  }

  // ---- what can be folded into one box: the elements of a mapped node, the things of a run
  const groups = new Map();
  const join = (key, title, kind, member) => {
    if (!groups.has(key)) groups.set(key, {key, title, kind, members: []});
    groups.get(key).members.push(member);
    return key;
  };
  const mapOf = data.boxes.map((box, i) => box.map ? join('map ' + box.map, box.map_title, nodes[i].kind, i) : null);
  const runOf = data.boxes.map((box, i) => box.run ? join('run ' + box.run, box.run_title, 'run', i) : null);
  const folded = new Set();
  const foldAll = (prefix, on) => {
    for (const group of groups.values()) {
      if (!group.key.startsWith(prefix) || group.members.length < 2) continue;
      if (on) folded.add(group.key); else folded.delete(group.key);
    }
  };
  const boxOf = (i) => folded.has(runOf[i]) ? runOf[i] : folded.has(mapOf[i]) ? mapOf[i] : i;

  // ---- layout: layers from the origins on, each ordered by the middle of its neighbours
  let boxes = [], lines = [], place = new Map(), area = {width: 1, height: 1};
  const makeBoxes = () => {
    boxes = [];
    place = new Map();
    nodes.forEach((node, i) => {
      const key = boxOf(i);
      if (place.has(key)) return;
      const group = typeof key === 'string' ? groups.get(key) : null;
      place.set(key, boxes.length);
      boxes.push({key, group, node: i, kind: group ? group.kind : node.kind, run: data.boxes[i].run, from: [], to: [],
        lines: group ? [group.title, group.members.length + ' things'] : data.boxes[i].lines, layer: 0});
    });
    const seen = new Set();
    lines = [];
    for (const arrow of arrows) {
      const from = place.get(boxOf(arrow.from)), to = place.get(boxOf(arrow.to));
      const key = from + ' ' + to + ' ' + arrow.edge.certainty;
      if (from === to || seen.has(key)) continue;
      seen.add(key);
      lines.push({from: boxes[from], to: boxes[to], certainty: arrow.edge.certainty, text: arrow.text});
      boxes[from].to.push(boxes[to]);
      boxes[to].from.push(boxes[from]);
    }
  };
  const setLayers = () => {
    const waits = new Map(boxes.map((box) => [box, box.from.length]));
    const ready = boxes.filter((box) => box.from.length === 0);
    for (let i = 0; i < ready.length; ++i) {
      for (const next of ready[i].to) {
        next.layer = Math.max(next.layer, ready[i].layer + 1);
        waits.set(next, waits.get(next) - 1);
        if (waits.get(next) === 0) ready.push(next);
      }
    }
    // An origin stands just before what it is for, not at the far end.
    for (const box of boxes) {
      if (box.from.length === 0 && box.to.length > 0)
        box.layer = Math.max(0, box.to.reduce((least, next) => Math.min(least, next.layer), Infinity) - 1);
    }
  };
  const order = () => {
    const layers = [];
    for (const box of boxes) (layers[box.layer] = layers[box.layer] || []).push(box);
    for (let i = 0; i < layers.length; ++i) layers[i] = layers[i] || [];
    const number = (layer) => layer.forEach((box, i) => { box.rank = (i + 0.5) / layer.length; });
    layers.forEach(number);
    const middle = (box, side) => side.length === 0 ? box.rank :
      side.reduce((sum, other) => sum + other.rank, 0) / side.length;
    for (let round = 0; round < 6; ++round) {
      const down = round % 2 === 0;
      for (const layer of down ? layers : [...layers].reverse()) {
        for (const box of layer) box.middle = middle(box, down ? box.from : box.to);
        layer.sort((a, b) => a.middle - b.middle || a.node - b.node);
        number(layer);
      }
    }
    return layers;
  };
  const layOut = () => {
    makeBoxes();
    setLayers();
    const layers = order();
    let x = 0, tallest = 0;
    for (const layer of layers) tallest = Math.max(tallest, Math.min(layer.length, COLUMN) * (HEIGHT + GAP_Y));
    for (const layer of layers) {
      const columns = Math.max(1, Math.ceil(layer.length / COLUMN));
      const rows = Math.ceil(layer.length / columns);
      layer.forEach((box, i) => {
        const rowsHere = Math.min(rows, layer.length - Math.floor(i / rows) * rows);
        box.x = x + Math.floor(i / rows) * (WIDTH + 20);
        box.y = (tallest - rowsHere * (HEIGHT + GAP_Y)) / 2 + (i % rows) * (HEIGHT + GAP_Y);
      });
      x += columns * (WIDTH + 20) - 20 + GAP_X;
    }
    area = {width: Math.max(1, x - GAP_X), height: Math.max(1, tallest)};
  };

  // ---- drawing
  const canvas = $('view'), pen = canvas.getContext('2d');
  const pointers = new Map();
  let scale = 1, left = 0, top = 0, selected = null, near = new Set(), colours = {}, waiting = false;
  const readColours = () => {
    const style = getComputedStyle(document.documentElement);
    for (const name of ['back', 'text', 'faint', 'line', 'border', 'accent', 'file', 'data', 'execution', 'input',
      'output', 'same', 'different', 'only_before', 'only_after', 'other'])
      colours[name] = style.getPropertyValue('--' + name).trim();
    colours.folder = colours.file;
  };
  const colour = (kind) => colours[kind] || colours.other;
  const hue = (text) => {
    let sum = 0;
    for (const c of text) sum = (sum * 31 + c.charCodeAt(0)) % 360;
    return 'hsl(' + sum + ' 55% 50%)';
  };
  const short = (text, most) => [...text].length > most ? [...text].slice(0, most - 1).join('') + '…' : text;
  const inView = (x, y, width, height, frame) =>
    x + width > frame.x && y + height > frame.y && x < frame.x + frame.width && y < frame.y + frame.height;
  const drawLines = (frame, simple) => {
    for (const certainty of ['asserted', 'matched', 'derived']) {
      pen.setLineDash(simple || certainty === 'asserted' ? [] : certainty === 'matched' ? [6, 4] : [2, 3]);
      pen.strokeStyle = colours.line;
      pen.lineWidth = simple ? 0.7 / scale : 1.2;
      pen.beginPath();
      for (const line of lines) {
        if (line.certainty !== certainty) continue;
        const x = line.from.x + WIDTH, y = line.from.y + HEIGHT / 2, u = line.to.x, v = line.to.y + HEIGHT / 2;
        if (!inView(Math.min(x, u), Math.min(y, v), Math.abs(u - x) + 1, Math.abs(v - y) + 1, frame)) continue;
        pen.moveTo(x, y);
        if (simple) {
          pen.lineTo(u, v);
        } else {
          const bend = Math.max(30, Math.abs(u - x) / 2);
          pen.bezierCurveTo(x + bend, y, u - bend, v, u, v);
          pen.moveTo(u - 7, v - 4);
          pen.lineTo(u, v);
          pen.lineTo(u - 7, v + 4);
        }
      }
      pen.stroke();
    }
    pen.setLineDash([]);
  };
  const drawBox = (box, simple) => {
    pen.fillStyle = colour(box.kind);
    pen.fillRect(box.x, box.y, WIDTH, HEIGHT);
    if (simple) {
      pen.strokeStyle = colours.line;
      pen.lineWidth = 0.7 / scale;
      return pen.strokeRect(box.x, box.y, WIDTH, HEIGHT);
    }
    if (box.run) {
      pen.fillStyle = hue(box.run);
      pen.fillRect(box.x, box.y, 4, HEIGHT);
    }
    pen.strokeStyle = box.group ? colours.text : colours.line;
    pen.lineWidth = 1;
    pen.strokeRect(box.x, box.y, WIDTH, HEIGHT);
    pen.fillStyle = colours.text;
    pen.font = '600 12px system-ui, sans-serif';
    pen.fillText(visible(short(box.lines[0] || '', 27)), box.x + 10, box.y + 16, WIDTH - 16);
    pen.fillStyle = colours.faint;
    pen.font = '11px system-ui, sans-serif';
    pen.fillText(visible(short(box.lines[1] || box.kind, 31)), box.x + 10, box.y + 31, WIDTH - 16);
  };
  // What takes long to draw is moved as a picture while it is dragged, and drawn anew when the hand rests.
  const picture = document.createElement('canvas');
  let taken = null, resting = 0;
  const slide = (ratio) => {
    if (!taken || taken.scale !== scale || pointers.size !== 1) return false;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = colours.back;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, (left - taken.left) * ratio, (top - taken.top) * ratio);
    clearTimeout(resting);
    resting = setTimeout(() => { taken = null; redraw(); }, 120);
    return true;
  };
  const take = (began) => {
    taken = performance.now() - began > 12 ? {scale, left, top} : null;
    if (!taken) return;
    picture.width = canvas.width;
    picture.height = canvas.height;
    picture.getContext('2d').drawImage(canvas, 0, 0);
  };
  const draw = () => {
    waiting = false;
    const began = performance.now();
    const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    if (slide(ratio)) return;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = colours.back;
    pen.fillRect(0, 0, width, height);
    pen.translate(left, top);
    pen.scale(scale, scale);
    const frame = {x: -left / scale, y: -top / scale, width: width / scale, height: height / scale};
    const simple = scale < 0.4;
    drawLines(frame, simple);
    for (const box of boxes) if (inView(box.x, box.y, WIDTH, HEIGHT, frame)) drawBox(box, simple);
    pen.strokeStyle = colours.accent;
    for (const box of boxes) {
      if (box !== selected && !near.has(box)) continue;
      pen.lineWidth = (box === selected ? 3 : 1.5) / Math.min(1, scale);
      pen.strokeRect(box.x - 2, box.y - 2, WIDTH + 4, HEIGHT + 4);
    }
    take(began);
  };
  const redraw = () => {
    if (!waiting) requestAnimationFrame(draw);
    waiting = true;
  };
  const fit = () => {
    const width = canvas.clientWidth, height = canvas.clientHeight;
    scale = Math.min(1.25, Math.max(0.02, Math.min((width - 40) / area.width, (height - 40) / area.height)));
    left = (width - area.width * scale) / 2;
    top = (height - area.height * scale) / 2;
    redraw();
  };
  const zoom = (factor, x, y) => {
    const next = Math.min(4, Math.max(0.02, scale * factor));
    left = x - (x - left) * next / scale;
    top = y - (y - top) * next / scale;
    scale = next;
    redraw();
  };
  const zoomMiddle = (factor) => zoom(factor, canvas.clientWidth / 2, canvas.clientHeight / 2);

  // ---- details and search
  const list = (panel, title, entries) => {
    if (entries.length === 0) return;
    panel.append(element('h3', title));
    for (const entry of entries.slice(0, 40)) {
      const button = element('button', data.boxes[entry.node].lines[0] + ' ');
      button.append(element('span', [nodes[entry.node].kind, entry.note].filter(Boolean).join(' · '), 'kind'));
      button.onclick = () => {
        if (window.innerWidth <= 600) $('results').hidden = true;
        show(entry.node);
      };
      panel.append(button);
    }
    if (entries.length > 40) panel.append(element('p', 'and ' + (entries.length - 40) + ' more', 'faint'));
  };
  const closer = (panel, done) => {
    const button = element('button', '×', 'close');
    button.setAttribute('aria-label', 'Close');
    button.onclick = done;
    panel.append(button);
  };
  const note = (arrow) => [arrow.edge.relation, arrow.edge.input, arrow.edge.item,
    arrow.edge.certainty === 'asserted' ? '' : arrow.edge.certainty].filter(Boolean).join(' ');
  const members = (node) => {
    const terms = element('dl');
    for (const [name, value] of Object.entries(node)) {
      if (value === null || (Array.isArray(value) && value.length === 0)) continue;
      terms.append(element('dt', name), element('dd', typeof value === 'string' ? value : JSON.stringify(value)));
    }
    return terms;
  };
  const foldButton = (panel, key, on, text) => {
    const group = groups.get(key);
    if (!group || group.members.length < 2) return;
    const button = element('button', text + ' ' + group.title + ' (' + group.members.length + ')');
    button.onclick = () => {
      if (on) folded.add(key); else folded.delete(key);
      rebuild(group.members[0]);
    };
    panel.append(button);
  };
  const details = (box) => {
    const panel = $('details');
    panel.replaceChildren();
    panel.hidden = !box;
    if (!box) return;
    closer(panel, () => { choose(null); canvas.focus(); });
    panel.append(element('h2', box.lines[0]));
    if (box.group) {
      foldButton(panel, box.key, false, 'unfold');
      return list(panel, 'in it', box.group.members.map((node) => ({node})));
    }
    const i = box.node;
    panel.append(members(nodes[i]));
    if (data.boxes[i].command) panel.append(element('h3', 'go on with'), element('code', data.boxes[i].command));
    foldButton(panel, mapOf[i], true, 'fold');
    foldButton(panel, runOf[i], true, 'fold');
    list(panel, 'came from', before[i].map((arrow) => ({node: arrow.from, note: note(arrow)})));
    list(panel, 'what came of it', after[i].map((arrow) => ({node: arrow.to, note: note(arrow)})));
  };
  const choose = (box) => {
    selected = box;
    near = new Set(box ? [...box.from, ...box.to] : []);
    details(box);
    redraw();
  };
  // Unfolds what hides the thing, selects it and brings it into view.
  const show = (i) => {
    if (typeof boxOf(i) === 'string') {
      folded.delete(runOf[i]);
      folded.delete(mapOf[i]);
      rebuild(i);
    }
    centre(boxes[place.get(boxOf(i))]);
  };
  const centre = (box) => {
    if (scale < 0.5) scale = 0.8;
    left = canvas.clientWidth / 2 - (box.x + WIDTH / 2) * scale;
    top = canvas.clientHeight / 2 - (box.y + HEIGHT / 2) * scale;
    choose(box);
  };
  // All of it where that can be read, else what was asked for.
  const begin = () => {
    fit();
    const asked = nodes.findIndex((node) => node.id === data.graph.roots[0]);
    if (scale < 0.3 && asked >= 0) show(asked);
  };
  const rebuild = (keep) => {
    layOut();
    $('maps').checked = [...folded].some((key) => key.startsWith('map '));
    $('runs').checked = [...folded].some((key) => key.startsWith('run '));
    if (keep !== undefined) centre(boxes[place.get(boxOf(keep))]);
    else { choose(null); fit(); }
  };
  let texts = null;
  const search = () => {
    const panel = $('results'), wanted = $('search').value.trim().toLowerCase();
    panel.replaceChildren();
    panel.hidden = wanted === '';
    if (wanted === '') return;
    texts = texts || nodes.map((node, i) => (data.boxes[i].lines.join(' ') + ' ' + JSON.stringify(node)).toLowerCase());
    const found = [];
    texts.forEach((text, i) => { if (text.includes(wanted)) found.push({node: i, note: data.boxes[i].lines[1]}); });
    closer(panel, () => { $('search').value = ''; search(); $('search').focus(); });
    panel.append(element('h2', found.length + ' found'));
    list(panel, '', found);
  };

  // ---- hands on
  let moved = 0, spread = 0;
  const at = (event) => ({x: event.offsetX, y: event.offsetY});
  const hit = (point) => {
    const x = (point.x - left) / scale, y = (point.y - top) / scale;
    return boxes.find((box) => x >= box.x && x <= box.x + WIDTH && y >= box.y && y <= box.y + HEIGHT) || null;
  };
  canvas.addEventListener('pointerdown', (event) => {
    pointers.set(event.pointerId, at(event));
    if (event.isTrusted) canvas.setPointerCapture(event.pointerId);
    moved = 0;
    spread = 0;
  });
  canvas.addEventListener('pointermove', (event) => {
    const last = pointers.get(event.pointerId);
    if (!last) return;
    const now = at(event);
    pointers.set(event.pointerId, now);
    const all = [...pointers.values()];
    moved += Math.abs(now.x - last.x) + Math.abs(now.y - last.y);
    left += (now.x - last.x) / all.length;
    top += (now.y - last.y) / all.length;
    if (all.length === 2) {
      const apart = Math.hypot(all[0].x - all[1].x, all[0].y - all[1].y);
      if (spread > 0) zoom(apart / spread, (all[0].x + all[1].x) / 2, (all[0].y + all[1].y) / 2);
      spread = apart;
    }
    redraw();
  });
  const release = (event) => {
    if (pointers.delete(event.pointerId) && event.type === 'pointerup' && moved < 6) choose(hit(at(event)));
    taken = null;
    redraw();
  };
  canvas.addEventListener('pointerup', release);
  canvas.addEventListener('pointercancel', release);
  canvas.addEventListener('wheel', (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY);
  }, {passive: false});
  const toggle = (box) => {
    if (!box) return;
    const key = box.group ? box.key : mapOf[box.node];
    if (!groups.has(key) || groups.get(key).members.length < 2) return;
    if (box.group) folded.delete(key); else folded.add(key);
    rebuild(box.node);
  };
  canvas.addEventListener('dblclick', (event) => toggle(hit(at(event))));
  const beside = (step) => {
    const column = boxes.filter((box) => box.x === selected.x).sort((a, b) => a.y - b.y);
    return column[column.indexOf(selected) + step];
  };
  canvas.addEventListener('keydown', (event) => {
    const keys = {
      ArrowLeft: () => selected.from[0], ArrowRight: () => selected.to[0],
      ArrowUp: () => beside(-1), ArrowDown: () => beside(1),
    };
    if (keys[event.key]) {
      event.preventDefault();
      const next = selected ? keys[event.key]() : boxes[0];
      if (next) centre(next);
    }
    if (event.key === 'Enter') toggle(selected);
    if (event.key === 'Escape') choose(null);
    if (event.key === '+') zoomMiddle(1.25);
    if (event.key === '-') zoomMiddle(0.8);
    if (event.key === '0') fit();
  });
  $('in').onclick = () => zoomMiddle(1.25);
  $('out').onclick = () => zoomMiddle(0.8);
  $('fit').onclick = fit;
  $('maps').onchange = () => { foldAll('map ', $('maps').checked); rebuild(); };
  $('runs').onchange = () => { foldAll('run ', $('runs').checked); rebuild(); };
  $('search').oninput = search;
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.target.tagName === 'INPUT') return;
    event.preventDefault();
    $('search').focus();
  });
  window.addEventListener('resize', redraw);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { readColours(); redraw(); });

  $('summary').textContent = [nodes.length + ' things, ' + data.graph.edges.length + ' relations', data.truncated]
    .filter(Boolean).join(' · ');
  readColours();
  if (nodes.length > 400) foldAll('map ', true);
  rebuild();
  begin();
})();
