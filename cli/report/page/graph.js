// ---- the graph: drawn when it comes into view, in a tree of its own so that its style stays its own
const graphs = (() => {
  const scroll = $('graph-scroll'), choice = $('graph-choice');
  let picture = null, size = {width: 1, height: 1}, scale = 1, at = 0;

  const resize = () => {
    if (!picture) return;
    picture.setAttribute('width', Math.round(size.width * scale));
    picture.setAttribute('height', Math.round(size.height * scale));
  };
  const zoom = (factor) => {
    const next = Math.min(2, Math.max(0.05, scale * factor)), ratio = next / scale;
    const x = scroll.scrollLeft + scroll.clientWidth / 2, y = scroll.scrollTop + scroll.clientHeight / 2;
    scale = next;
    resize();
    scroll.scrollTo(x * ratio - scroll.clientWidth / 2, y * ratio - scroll.clientHeight / 2);
  };
  const fit = () => {
    const room = Math.min((scroll.clientWidth - 4) / size.width, window.innerHeight * 0.68 / size.height);
    // What would be too small to read is better scrolled.
    scale = Math.min(1, Math.max(room, 0.45));
    resize();
  };
  const boxUnder = (event) => {
    const group = event.target.closest && event.target.closest('g');
    return group ? [...picture.querySelectorAll('g')].indexOf(group) : -1;
  };
  const open = (event) => {
    const index = boxUnder(event), one = data.graphs[at];
    if (index < 0) return;
    const frame = one.frame.replaceAll('[…]', '[0]');
    const path = (frame ? frame + '.' : '') + one.nodes[index], absent = data.not_begun.find((each) => each.node === path);
    if (!timeline.choose(path) && absent) showAbsent(absent);
  };
  const draw = (index) => {
    at = index;
    const host = element('div'), root = host.attachShadow({mode: 'open'});
    root.append($('graph-' + index).content.cloneNode(true));
    picture = root.querySelector('svg');
    size = {width: picture.viewBox.baseVal.width, height: picture.viewBox.baseVal.height};
    picture.style.display = 'block';
    root.addEventListener('click', open);
    scroll.replaceChildren(host);
    fit();
  };
  if (data.graphs.length === 0) return {};
  data.graphs.forEach((one, i) => {
    const option = element('option', one.title);
    option.value = i;
    choice.append(option);
  });
  choice.hidden = data.graphs.length === 1;
  choice.onchange = () => draw(Number(choice.value));
  $('graph-in').onclick = () => zoom(1.3);
  $('graph-out').onclick = () => zoom(1 / 1.3);
  $('graph-fit').onclick = fit;
  if (data.graphs_left_out > 0) $('graph-note').textContent = data.graphs_left_out + ' more workflows are left out';
  scroll.style.minHeight = '120px';
  const seen = new IntersectionObserver((entries) => {
    if (picture || !entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    draw(0);
  }, {rootMargin: '300px'});
  seen.observe(scroll);
  return {draw};
})();
