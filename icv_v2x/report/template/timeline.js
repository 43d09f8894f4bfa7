// One row per application and subject over the whole run; height and colour tell the level.

const ROW_HEIGHT = 20;
const ROWS_MOST = 150;

function timelineRows() {
  const rows = new Map();
  for (const stretch of stretches) {
    const key = `${stretch.application} ${stretch.subject}`;
    if (!rows.has(key)) rows.set(key, { application: stretch.application, scenario: stretch.scenario, subject: stretch.subject, stretches: [], level: 0, start: stretch.start });
    const row = rows.get(key);
    row.stretches.push(stretch);
    row.level = Math.max(row.level, ...stretch.level);
  }
  return [...rows.values()].sort((a, b) => a.start - b.start);
}

// Times of equal level within a stretch.
function levelSpans(stretch) {
  const spans = [];
  stretch.level.forEach((level, i) => {
    const last = spans[spans.length - 1];
    const until = i + 1 < stretch.time.length ? stretch.time[i + 1] : stretch.time[i] + 50;
    if (last && last.level === level) last.end = until;
    else spans.push({ level, start: stretch.time[i], end: until });
  });
  return spans;
}

function drawMarks() {
  const svg = byId('marks');
  svg.setAttribute('viewBox', `0 0 ${Math.max(1, report.duration)} 20`);
  svg.replaceChildren();
  const least = report.duration / 400;
  for (const situation of report.situations.filter((s) => passes(s.level, s.scenario)).sort((a, b) => a.level - b.level)) {
    svg.append(make('rect', {
      x: situation.start, width: Math.max(least, situation.end - situation.start),
      y: 20 - 5 * situation.level, height: 5 * situation.level, class: `fill${situation.level}`,
    }));
  }
}

class Timeline {
  constructor() {
    this.parent = byId('rows');
    this.rows = timelineRows();
    this.build();
    listeners.filter.push(() => this.build());
    listeners.time.push(() => this.move());
    this.parent.addEventListener('pointerdown', (event) => this.jump(event));
    this.parent.addEventListener('pointermove', (event) => { if (event.buttons && event.pointerType === 'mouse') this.jump(event); });
    for (let level = 4; level >= 1; level -= 1) {
      byId('legend').append(make('span', {}, levelGlyph(level), LEVEL_TEXT[level]));
    }
  }

  jump(event) {
    const box = this.parent.querySelector('.track')?.getBoundingClientRect();
    if (!box || event.clientX < box.left) return;
    const time = ((event.clientX - box.left) / box.width) * report.duration;
    const row = event.target.closest && this.shown.get(event.target.closest('.row'));
    if (event.type === 'pointerdown' && row) chooseOf([row.subject], time, row.application);
    setTime(time);
  }

  build() {
    const rows = this.rows.filter((row) => passes(row.level, row.scenario));
    const shown = rows.slice(0, ROWS_MOST);
    this.shown = new Map(shown.map((row) => [this.row(row), row]));
    this.parent.replaceChildren(this.scale(), ...this.shown.keys());
    if (shown.length < rows.length) this.parent.append(make('p', { class: 'empty' }, `${rows.length - shown.length} more rows: narrow the levels or the scenario.`));
    if (!rows.length) this.parent.append(make('p', { class: 'empty' }, this.rows.length ? 'Nothing of the chosen levels and scenario.' : 'Nothing was said in this run.'));
    this.cursor = make('div', { class: 'cursor' });
    this.parent.append(this.cursor);
    this.move();
  }

  scale() {
    const track = make('div', { class: 'track ticks' });
    const step = Math.max(1000, niceStep(report.duration, Math.max(3, this.parent.clientWidth / 120)));
    for (let t = 0; t <= report.duration; t += step) {
      const tick = make('span', {}, clockText(t, 0));
      const share = t / Math.max(1, report.duration);
      tick.style.left = `${100 * share}%`;
      if (share > 0.96) tick.classList.add('final');
      track.append(tick);
    }
    return make('div', { class: 'row scale' }, make('div', { class: 'rowlabel' }), track);
  }

  row(row) {
    const svg = make('svg', { viewBox: `0 0 ${Math.max(1, report.duration)} ${ROW_HEIGHT}`, preserveAspectRatio: 'none' });
    const least = report.duration / 1000;
    for (const stretch of row.stretches) {
      for (const span of levelSpans(stretch)) {
        const height = (ROW_HEIGHT - 2) * [0, 0.22, 0.45, 0.72, 1][span.level];
        svg.append(make('rect', {
          x: span.start, width: Math.max(least, span.end - span.start),
          y: ROW_HEIGHT - height, height, class: `fill${span.level}`,
        }, make('title', {}, `${LEVEL_TEXT[span.level]} ${clockText(span.start)} to ${clockText(span.end)}`)));
      }
    }
    const name = make('div', { class: 'rowlabel', title: `${APPLICATIONS[row.application] ?? ''} ${row.subject}` },
      make('strong', {}, row.application), idElement(row.subject));
    return make('div', { class: 'row' }, name, make('div', { class: 'track' }, svg));
  }

  move() {
    const track = this.parent.querySelector('.track');
    if (!track || !this.cursor) return;
    const left = track.offsetLeft + (track.clientWidth * state.time) / Math.max(1, report.duration);
    this.cursor.style.transform = `translateX(${left}px)`;
  }
}
