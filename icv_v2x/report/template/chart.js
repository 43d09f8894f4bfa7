// A line chart of one quantity over time on a small canvas.

function prepare(canvas) {
  const scale = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  const pixels = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) [canvas.width, canvas.height] = pixels;
  const pen = canvas.getContext('2d');
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width, height };
}

function niceStep(span, count) {
  const raw = Math.max(span, 1e-9) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map((m) => m * power).find((step) => step >= raw);
}

class Chart {
  // options: title, unit, decimals, floor, least (smallest top of the axis), most (largest top)
  constructor(parent, options) {
    this.options = options;
    this.value = make('output', { class: 'chartvalue' });
    this.canvas = make('canvas', { class: 'chart', role: 'img', 'aria-label': options.title });
    this.key = make('p', { class: 'chartkey' });
    parent.append(make('figure', {}, make('figcaption', {}, make('span', {}, options.title), this.value), this.canvas, this.key));
    this.lines = [];
    this.bounds = [];
    this.bands = [];
    this.range = [0, 1];
    this.canvas.addEventListener('pointerdown', (event) => this.jump(event));
    this.canvas.addEventListener('pointermove', (event) => { if (event.buttons) this.jump(event); });
    listeners.time.push(() => this.draw());
    listeners.theme.push(() => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  // lines: {time, values, width, dash, tone}; bounds: {value | values+time, text}; bands: {start, end, level}
  show({ range, lines, bounds = [], bands = [], key = '' }) {
    Object.assign(this, { range, lines, bounds, bands });
    this.key.textContent = key;
    this.draw();
  }

  jump(event) {
    const { left, width } = this.canvas.getBoundingClientRect();
    const share = (event.clientX - left - 34) / Math.max(1, width - 42);
    setTime(this.range[0] + share * (this.range[1] - this.range[0]));
  }

  top() {
    let most = this.options.least ?? 0;
    for (const { values } of this.lines) {
      for (const value of values) if (value !== null && value > most) most = value;
    }
    for (const bound of this.bounds) if (bound.value > most) most = bound.value;
    return Math.min(most * 1.08, this.options.most ?? Infinity) || 1;
  }

  draw() {
    if (!this.canvas.clientWidth) return;
    const { pen, width, height } = prepare(this.canvas);
    const box = { left: 34, right: width - 8, top: 6, bottom: height - 18 };
    const top = this.top();
    const [begin, end] = this.range;
    const x = (t) => box.left + ((t - begin) / Math.max(1, end - begin)) * (box.right - box.left);
    const y = (v) => box.bottom - (Math.min(v, top) / top) * (box.bottom - box.top);
    for (const band of this.bands) {
      pen.globalAlpha = 0.15;
      pen.fillStyle = palette.level[band.level];
      pen.fillRect(x(band.start), box.top, Math.max(1.5, x(band.end) - x(band.start)), box.bottom - box.top);
      pen.globalAlpha = 1;
      pen.fillRect(x(band.start), box.bottom, Math.max(1.5, x(band.end) - x(band.start)), 3);
    }
    this.axes(pen, box, x, y, top);
    for (const bound of this.bounds) {
      this.stroke(pen, x, y, bound.values ? bound
        : { time: [begin, end], values: [bound.value, bound.value] }, [5, 3], palette.ink, 1);
      if (bound.text) {
        pen.fillStyle = palette.muted;
        pen.textAlign = 'right';
        pen.fillText(bound.text, box.right, y(bound.value ?? bound.values[bound.values.length - 1]) - 4);
      }
    }
    pen.save();
    pen.beginPath();
    pen.rect(box.left, 0, box.right - box.left, height);
    pen.clip();
    for (const line of this.lines) this.stroke(pen, x, y, line, line.dash ?? [], line.tone ?? palette.ink, line.width ?? 1.8);
    this.playhead(pen, box, x, y);
    pen.restore();
  }

  axes(pen, box, x, y, top) {
    pen.font = '11px system-ui, sans-serif';
    pen.lineWidth = 1;
    pen.strokeStyle = palette.line;
    pen.fillStyle = palette.muted;
    pen.textAlign = 'right';
    const step = niceStep(top, 3);
    for (let v = 0; v <= top + 1e-9; v += step) {
      const at = Math.round(y(v)) + 0.5;
      pen.beginPath();
      pen.moveTo(box.left, at);
      pen.lineTo(box.right, at);
      pen.stroke();
      pen.fillText(String(Number(v.toPrecision(3))), box.left - 5, at + 4);
    }
    const [begin, end] = this.range;
    const tick = Math.max(100, niceStep(end - begin, Math.max(2, (box.right - box.left) / 80)));
    pen.textAlign = 'center';
    for (let t = Math.ceil(begin / tick) * tick; t <= end; t += tick) {
      if (x(t) > box.left + 8 && x(t) < box.right - 10) {
        pen.fillText(clockText(t, tick < 1000 ? 1 : 0), x(t), box.bottom + 15);
      }
    }
  }

  stroke(pen, x, y, line, dash, tone, width) {
    pen.strokeStyle = tone;
    pen.lineWidth = width;
    pen.setLineDash(dash);
    pen.lineJoin = 'round';
    // A value between two gaps is a line without length, which round ends make a dot.
    pen.lineCap = dash.length ? 'butt' : 'round';
    pen.beginPath();
    let open = false;
    line.values.forEach((value, i) => {
      if (value === null || Number.isNaN(value)) { open = false; return; }
      if (!open) pen.moveTo(x(line.time[i]), y(value));
      pen.lineTo(x(line.time[i]), y(value));
      open = true;
    });
    pen.stroke();
    pen.setLineDash([]);
  }

  playhead(pen, box, x, y) {
    this.value.textContent = '';
    const inside = state.time >= this.range[0] && state.time <= this.range[1];
    if (!inside) return;
    pen.strokeStyle = palette.ego;
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.moveTo(x(state.time), box.top - 4);
    pen.lineTo(x(state.time), box.bottom);
    pen.stroke();
    for (const line of this.lines) {
      const row = lastAt(line.time, state.time);
      const late = row >= 0 && state.time - line.time[row] > (line.hold ?? 250);
      if (row < 0 || late || line.values[row] === null || line.silent) continue;
      pen.fillStyle = palette.ego;
      pen.beginPath();
      pen.arc(x(state.time), y(line.values[row]), 3.5, 0, 7);
      pen.fill();
      this.value.textContent = quantity(line.values[row], this.options.unit, this.options.decimals ?? 1);
      break;
    }
  }
}
