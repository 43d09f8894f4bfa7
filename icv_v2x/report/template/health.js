// How good the input was: frames and why some were refused, ages, rates, and the mode.

function barRow(name, value, share, kind = '') {
  const bar = make('i', { class: kind });
  bar.style.width = `${Math.max(value ? 0.5 : 0, 100 * share)}%`;
  return make('div', { class: 'bar' }, make('span', {}, name), make('b', {}, grouped(value)), make('div', {}, bar));
}

function drawFrames() {
  const { received, accepted, rejected } = report.summary;
  const parent = byId('frames');
  if (received === undefined) { parent.append(make('p', { class: 'empty' }, 'The source of this report holds no counters.')); return; }
  const most = Math.max(1, received);
  parent.append(barRow('Received', received, received / most), barRow('Accepted', accepted, accepted / most, 'good'));
  const reasons = Object.entries(rejected ?? {}).sort((a, b) => b[1] - a[1]);
  for (const [reason, number] of reasons) parent.append(barRow(reason.replaceAll('_', ' '), number, number / most, 'bad'));
  if (!reasons.length) parent.append(make('p', { class: 'empty' }, 'None was rejected.'));
}

function drawModes() {
  const parent = byId('modes');
  const { modes } = report.health;
  const strip = make('div', { class: 'modestrip' });
  const totals = new Map();
  modes.forEach(([start, mode, reason], i) => {
    const end = i + 1 < modes.length ? modes[i + 1][0] : Math.max(report.duration, start);
    const part = make('i', { class: `mode ${mode}`, title: `${mode} ${clockText(start)} to ${clockText(end)}${reason ? `: ${reason}` : ''}` });
    part.style.flexGrow = String(Math.max(1, end - start));
    strip.append(part);
    const key = `${mode}\n${reason}`;
    totals.set(key, (totals.get(key) ?? 0) + end - start);
  });
  parent.append(strip);
  for (const [key, total] of [...totals].sort((a, b) => b[1] - a[1]).slice(0, 8)) {
    const [mode, reason] = key.split('\n');
    parent.append(make('p', { class: 'modeline' }, make('i', { class: `mode ${mode}` }), make('strong', {}, words(mode)),
      ` ${(total / 1000).toFixed(1)} s`, make('span', {}, reason)));
  }
  if (modes.length && report.sceneMissing) parent.append(make('p', { class: 'footnote' }, 'Known only where something was advised.'));
  if (!modes.length) parent.append(make('p', { class: 'empty' }, 'No cycle ran.'));
}

function drawHealthCharts() {
  const { health } = report;
  const parent = byId('healthcharts');
  const known = (values) => values.some((v) => v !== null && v > 0);
  const range = [0, Math.max(1, report.duration)];
  const add = (options, lines, key = '') => new Chart(parent, options).show({ range, lines, key });
  const hold = 1500;
  if (known(health.received)) {
    const rate = health.received.map((v, i) => {
      if (v === null || i === 0 || health.received[i - 1] === null) return null;
      return ((v - health.received[i - 1]) * 1000) / Math.max(1, health.time[i] - health.time[i - 1]);
    });
    add({ title: 'Frames per second', unit: '/s', decimals: 0, least: 10 }, [{ time: health.time, values: rate, hold }]);
  }
  if (known(health.objects)) {
    add({ title: 'Objects known', unit: '', decimals: 0, least: 5 }, [{ time: health.time, values: health.objects, hold }]);
    const scaled = (values) => values.map((v) => (v === null ? null : v * 1000));
    add({ title: 'Age of what is known', unit: 'ms', decimals: 0, least: 200 },
      [{ time: health.time, values: scaled(health.age), hold }, { time: health.time, values: scaled(health.oldest), dash: [2, 3], width: 1.2, silent: true },
        { time: health.time, values: scaled(health.ego_age), tone: palette.ego, width: 1.2, silent: true }],
      'Solid: median. Dotted: oldest. Coloured: ego pose');
  }
  if (known(health.period)) {
    add({ title: 'Messages per sender', unit: 'Hz', decimals: 1, least: 10 },
      [{ time: health.time, values: health.period.map((v) => (v ? 1 / v : null)), hold }], 'Median over senders');
  }
}
