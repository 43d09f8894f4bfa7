// Starts the page: facts, theme, transport and keys.

function drawFacts() {
  const { summary } = report;
  const counts = scene ? [['Objects seen', grouped(scene.tracks.length)]] : [];
  const rejected = Object.values(summary.rejected ?? {}).reduce((sum, n) => sum + n, 0);
  const share = summary.received ? `${grouped(summary.accepted)} of ${grouped(summary.received)}` : '–';
  const facts = [
    ['Length', clockText(report.duration, 0)], ...counts,
    ['Frames used', share], ...(rejected ? [['Rejected', grouped(rejected)]] : []),
    ...(report.source ? [['Recording', report.source]] : []),
  ];
  byId('facts').replaceChildren(...facts.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value))));
  const notes = [
    ...(scene && report.scene.interval > 0.15 ? [`The map holds one frame per ${report.scene.interval} s.`] : []),
    ...(report.omitted ? [`${grouped(report.omitted)} items were left out to keep this page small.`] : []),
  ];
  byId('notes').textContent = notes.join(' ');
  byId('simulated').hidden = !report.simulated;
}

function bindTheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const current = () => document.documentElement.dataset.theme || (dark.matches ? 'dark' : 'light');
  const refresh = () => {
    byId('theme').textContent = current() === 'dark' ? 'Light' : 'Dark';
    readPalette();
    changed('theme');
  };
  byId('theme').addEventListener('click', () => {
    document.documentElement.dataset.theme = current() === 'dark' ? 'light' : 'dark';
    refresh();
  });
  dark.addEventListener('change', refresh);
  refresh();
}

function setPlaying(on) {
  state.playing = on;
  byId('play').textContent = on ? 'Pause' : 'Play';
  byId('play').setAttribute('aria-label', on ? 'Pause' : 'Play');
  if (!on) return;
  if (state.time >= report.duration) setTime(0);
  let before = performance.now();
  const step = (now) => {
    if (!state.playing) return;
    setTime(state.time + (now - before) * state.speed);
    before = now;
    if (state.time >= report.duration) setPlaying(false); else requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

function bindTransport() {
  const slider = byId('slider');
  slider.max = String(report.duration);
  byId('play').addEventListener('click', () => setPlaying(!state.playing));
  slider.addEventListener('input', () => setTime(Number(slider.value)));
  byId('speed').addEventListener('change', (event) => { state.speed = Number(event.target.value); });
  listeners.time.push(() => {
    slider.value = String(state.time);
    byId('clock').textContent = clockText(state.time);
    drawSpoken();
  });
  listeners.filter.push(drawMarks, drawSpoken);
  drawMarks();
}

function stepSituation(direction) {
  const shown = shownSituations();
  if (!shown.length) return;
  const place = shown.findIndex(({ index }) => index === state.selected);
  const next = place < 0 ? 0 : Math.min(shown.length - 1, Math.max(0, place + direction));
  chooseSituation(shown[next].index);
}

function bindKeys() {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    if (target.matches('select')) return;
    const step = event.shiftKey ? 1000 : 100;
    const act = {
      ' ': () => setPlaying(!state.playing),
      ArrowLeft: () => setTime(state.time - step),
      ArrowRight: () => setTime(state.time + step),
      ArrowUp: () => stepSituation(-1),
      ArrowDown: () => stepSituation(1),
    }[event.key];
    // A focused button keeps the space bar for itself.
    if (!act || (event.key === ' ' && target.matches('button'))) return;
    event.preventDefault();
    act();
  });
}

// Opens on the most urgent situation, so that the page answers before anything is touched.
function openingSituation() {
  let best = -1;
  report.situations.forEach((situation, index) => {
    if (best < 0 || situation.level > report.situations[best].level) best = index;
  });
  return best;
}

readPalette();
const opening = openingSituation();
if (opening >= 0) {
  const { level, peak } = report.situations[opening];
  state.selected = opening;
  for (let shown = level; shown < WARNING; shown += 1) state.levels.add(shown);
  state.time = peak;
}
drawFacts();
drawFrames();
drawModes();
const map = new MapView();
const list = new SituationList();
const evidence = new Evidence();
const states = new States();
const timeline = new Timeline();
drawHealthCharts();
drawMerge();
drawPlatoon();
bindTransport();
bindSpoken();
bindKeys();
bindTheme();
changed('selection');
changed('time');
