// Reads what the page carries, and the small helpers that everything else shares.

const report = JSON.parse(document.getElementById('data').textContent);
const byId = (id) => document.getElementById(id);
const LEVELS = [null, 'INFO', 'CAUTION', 'WARNING', 'IMMINENT'];
const LEVEL_TEXT = [null, 'Info', 'Caution', 'Warning', 'Imminent'];
const WARNING = 3;

const APPLICATIONS = {
  GLOSA: 'green light speed advice', RLVW: 'red light violation', HLW: 'hazardous location',
  AVW: 'abnormal vehicle', CLW: 'control loss', TJW: 'traffic jam',
  VRUCW: 'vulnerable road user', FCW: 'forward collision', EBW: 'emergency braking ahead',
  ICW: 'intersection collision', LTA: 'left turn', BSW: 'blind spot', LCW: 'lane change',
  DNPW: 'do not pass', CVM: 'cooperative merging', CLC: 'cooperative lane change',
  CIP: 'cooperative intersection passing', SLW: 'speed limit', IVS: 'in-vehicle signage',
  DLM: 'dynamic lanes', EVW: 'emergency vehicle', CHPVP: 'priority vehicle',
  SDS: 'sensor sharing', GSPA: 'parking guidance', CPM: 'platooning',
};

// Elements are built from text nodes only, so that no string of a recording is read as markup.
function make(tag, attributes = {}, ...children) {
  const svg = ['svg', 'rect', 'path', 'line', 'title'].includes(tag);
  const element = svg ? document.createElementNS('http://www.w3.org/2000/svg', tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function clockText(milliseconds, decimals = 1) {
  const seconds = Math.max(0, milliseconds) / 1000;
  const whole = Math.floor(seconds / 60);
  const rest = (seconds - 60 * whole).toFixed(decimals);
  return `${whole}:${rest.padStart(decimals ? 3 + decimals : 2, '0')}`;
}

function quantity(value, unit, decimals = 1) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  return `${value.toFixed(decimals)}\u202f${unit}`;
}

// A gap that grows while the leader brakes is common, and a negative closing speed reads badly.
function closingText(speed) {
  if (speed === null) return '–';
  return `${speed < -0.05 ? 'opening' : 'closing'} ${quantity(Math.abs(speed) * 3.6, 'km/h', 0)}`;
}

function words(name) {
  const text = name.toLowerCase().replaceAll('_', ' ').replace('vru', 'VRU');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function grouped(number) {
  return number === null || number === undefined ? '–' : number.toLocaleString('en-GB').replaceAll(',', '\u202f');
}

function undoSteps(coded, step) {
  const values = new Float64Array(coded.length);
  let last = 0;
  coded.forEach((change, i) => {
    if (change === null) values[i] = NaN;
    else { last += change; values[i] = last * step; }
  });
  return values;
}

function undoSecondSteps(coded, step) {
  const values = new Float64Array(coded.length);
  let last = 0;
  let change = 0;
  coded.forEach((value, i) => {
    if (i === 0) last = value;
    else { change += value; last += change; }
    values[i] = last * step;
  });
  return values;
}

function decodeRuns(runs, [position, heading, speed]) {
  return runs.map(([first, x, y, h, s]) => ({
    first, last: first + x.length - 1,
    x: undoSecondSteps(x, position), y: undoSecondSteps(y, position),
    heading: undoSteps(h, heading), speed: undoSteps(s, speed),
  }));
}

const scene = report.scene && {
  time: undoSteps(report.scene.time, 1),
  ego: {
    id: 'ego', ego: true, class: 1, size: report.scene.ego.size.map((v) => v && v * report.scene.steps[3]),
    runs: decodeRuns(report.scene.ego.runs, report.scene.steps),
  },
  tracks: report.scene.tracks.map((track) => ({
    ...track, size: track.size.map((v) => v && v * report.scene.steps[3]),
    runs: decodeRuns(track.runs, report.scene.steps),
  })),
};
report.scene = report.scene && { interval: report.scene.interval };

// Stretches know their numbers by name; times are milliseconds from the page's zero.
const stretches = report.advisories.stretches.map((stretch, index) => ({
  ...stretch, index,
  start: stretch.time[0], end: stretch.time[stretch.time.length - 1],
  numbers: Object.fromEntries(report.advisories.numbers.map((name, i) => [name, stretch.values[i]])),
  told: Object.fromEntries(report.advisories.ofSubject.map((name, i) => [name, stretch.told[i]])),
}));

// Index of the last entry at or before a value, -1 if there is none.
function lastAt(sorted, value) {
  let low = -1;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (sorted[middle] <= value) low = middle; else high = middle - 1;
  }
  return low;
}

function reasonAt(stretch, row) {
  let number = null;
  for (const [first, reason] of stretch.reason) if (first <= row) number = reason;
  return number === null ? '' : report.advisories.reasons[number];
}

// What was being said at an instant: one entry per stretch that was open then.
function spokenAt(time) {
  const open = [];
  for (const stretch of stretches) {
    if (stretch.start > time || stretch.end + 60 < time) continue;
    const row = lastAt(stretch.time, time);
    open.push({ stretch, row, level: stretch.level[row] });
  }
  return open.sort((a, b) => b.level - a.level);
}

// What a person calls an object: its name where the run gives names, else the end of its id.
function shortId(id) {
  if (!id) return '';
  if (Object.hasOwn(report.names, id)) return report.names[id];
  const [sender, number] = id.split(':');
  const tail = /^[0-9A-F]{16}$/.test(sender) ? sender.replace(/^0+(?=.{4})/, '').slice(-6) : sender.slice(0, 24);
  return number === undefined ? tail : `${tail}:${number}`;
}

function idElement(id) {
  const named = Object.hasOwn(report.names, id);
  return make(named ? 'span' : 'code', { class: named ? 'given' : null, title: id }, shortId(id));
}

// The same colours wherever they are drawn; canvases read them anew when the theme changes.
const palette = {};
function readPalette() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ['ink', 'muted', 'faint', 'line', 'paper', 'ground', 'grid', 'road', 'ego',
    'body', 'body-line', 'info', 'caution', 'warning', 'imminent', 'stop', 'slow', 'go']) {
    palette[name] = style.getPropertyValue(`--${name}`).trim();
  }
  palette.level = [palette.faint, palette.info, palette.caution, palette.warning, palette.imminent];
}

// Four bars, as many filled as the level is high: told apart without colour.
function levelGlyph(level) {
  const svg = make('svg', { class: `glyph level${level}`, viewBox: '0 0 15 12', 'aria-hidden': 'true' });
  for (let i = 1; i <= 4; i += 1) {
    svg.append(make('rect', {
      x: (i - 1) * 4, y: 12 - 3 * i, width: 3, height: 3 * i, class: i <= level ? 'on' : 'off',
    }));
  }
  return svg;
}

const state = {
  time: 0, playing: false, speed: 1, selected: -1,
  levels: new Set([WARNING, 4]), scenario: '',
};

// Whatever shows a part of the state registers here and is called when that part changes.
const listeners = { time: [], selection: [], filter: [], theme: [], playing: [] };
function changed(what) {
  for (const listener of listeners[what]) listener();
}

function passes(level, scenario) {
  return state.levels.has(level) && (!state.scenario || scenario === state.scenario);
}

function setTime(time) {
  state.time = Math.min(Math.max(0, time), report.duration);
  changed('time');
}
