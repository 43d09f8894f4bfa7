// The map: what is in view, what moves where at an instant, and how hands move the view.

const PERSON = 7;
const TWO_WHEELED = new Set([5, 6, 10]);

// State of an object at an instant, between two frames on the straight line; null while unknown.
function stateAt(object, frame, share) {
  for (const run of object.runs) {
    if (frame < run.first || frame > run.last) continue;
    const i = frame - run.first;
    const next = i + 1 < run.x.length ? i + 1 : i;
    if (next === i && share > 0.9 && frame < scene.time.length - 1) return null;
    const turn = run.heading[next] - run.heading[i];
    const short = Math.atan2(Math.sin(turn), Math.cos(turn));
    return {
      object, run, i,
      x: run.x[i] + share * (run.x[next] - run.x[i]),
      y: run.y[i] + share * (run.y[next] - run.y[i]),
      heading: run.heading[i] + share * (short || 0),
      speed: run.speed[i],
    };
  }
  return null;
}

// By which messages an object is known, in words.
function sourcesOf(object) {
  return Object.entries(report.sources).filter(([bit]) => object.source & Number(bit))
    .map(([, name]) => (name.length === 3 ? name : words(name))).join(', ');
}

// Where the situation's conflict is foreseen at the moment, if it is.
function conflictPoints(situation) {
  return spokenAt(state.time).filter(({ stretch }) => stretch.subject === situation.subject)
    .map(({ stretch, row }) => ({ x: stretch.numbers.conflict_x[row], y: stretch.numbers.conflict_y[row] }))
    .filter(({ x, y }) => x !== null && y !== null);
}

class MapView {
  constructor() {
    this.canvas = byId('scene');
    this.view = { x: 0, y: 0, scale: 6 };
    this.follow = true;
    this.pointers = new Map();
    this.hovered = null;
    this.visible = [];
    this.ego = null;
    if (!scene) { this.absent(); return; }
    this.bindHands();
    byId('follow').addEventListener('click', () => this.setFollow(!this.follow));
    byId('fit').addEventListener('click', () => this.fit());
    byId('closer').addEventListener('click', () => this.zoom(1.5));
    byId('farther').addEventListener('click', () => this.zoom(1 / 1.5));
    this.ground = drivenGround();
    listeners.selection.push(() => { if (!state.keepView) this.frame(); });
    for (const what of ['time', 'theme', 'selection', 'filter']) listeners[what].push(() => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    this.place();
    this.frame();
  }

  absent() {
    byId('nomap').hidden = false;
    byId('nomap').textContent = report.sceneMissing || 'This run holds no positions, so there is no map to show.';
    byId('map').classList.add('without');
  }

  // Brings the ego, the subject of the selected situation and their conflict into view together.
  frame() {
    this.place();
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const situation = report.situations[state.selected];
    const subject = situation && this.visible.find((s) => s.object.id === situation.subject);
    if (!this.ego && !this.visible.length && roadBounds().length) { this.fit(); return; }
    if (!this.ego && this.visible.length) Object.assign(this.view, { x: this.visible[0].x, y: this.visible[0].y });
    let scale = Math.min(9, width / 100);
    if (this.ego && subject) {
      this.setFollow(true);
      scale = 9;
      const lead = this.lead();
      const room = (span, toward, rel) => (span / 2 - 60 + Math.sign(rel) * toward) / Math.max(1, Math.abs(rel));
      for (const { x, y } of [subject, ...conflictPoints(situation)]) {
        scale = Math.min(scale, room(width, lead[0], x - this.ego.x), room(height, lead[1], y - this.ego.y));
      }
    }
    this.view.scale = Math.max(0.6, scale);
    this.place();
  }

  // Pixels by which the view runs ahead of the ego, so that more is seen of where it goes.
  lead() {
    const heading = this.ego.heading || 0;
    return [0.26 * this.canvas.clientWidth * Math.cos(heading), 0.22 * this.canvas.clientHeight * Math.sin(heading)];
  }

  // Finds every object at the current instant.
  place() {
    const frame = Math.max(0, lastAt(scene.time, state.time));
    const next = scene.time[frame + 1];
    const share = next === undefined ? 0
      : Math.min(1, Math.max(0, (state.time - scene.time[frame]) / (next - scene.time[frame])));
    this.ego = stateAt(scene.ego, frame, share);
    this.visible = [];
    for (const track of scene.tracks) {
      const placed = stateAt(track, frame, share);
      if (placed) this.visible.push(placed);
    }
    if (this.follow && this.ego) {
      const [dx, dy] = this.lead();
      Object.assign(this.view, { x: this.ego.x + dx / this.view.scale, y: this.ego.y + dy / this.view.scale });
    }
  }

  toScreen(x, y) {
    return [
      this.canvas.clientWidth / 2 + (x - this.view.x) * this.view.scale,
      this.canvas.clientHeight / 2 - (y - this.view.y) * this.view.scale,
    ];
  }

  toMap(px, py) {
    return [
      this.view.x + (px - this.canvas.clientWidth / 2) / this.view.scale,
      this.view.y - (py - this.canvas.clientHeight / 2) / this.view.scale,
    ];
  }

  setFollow(on) {
    this.follow = on;
    byId('follow').setAttribute('aria-pressed', String(on));
    this.draw();
  }

  fit() {
    this.setFollow(false);
    const moving = [...this.visible, this.ego].filter(Boolean);
    const all = moving.length > 1 || !road ? moving : [...moving, ...roadBounds()];
    if (!all.length) return;
    const [left, right] = [Math.min(...all.map((s) => s.x)), Math.max(...all.map((s) => s.x))];
    const [low, high] = [Math.min(...all.map((s) => s.y)), Math.max(...all.map((s) => s.y))];
    this.view = {
      x: (left + right) / 2, y: (low + high) / 2,
      scale: Math.min(20, (this.canvas.clientWidth - 60) / (right - left + 10),
        (this.canvas.clientHeight - 90) / (high - low + 10)),
    };
    this.draw();
  }

  zoom(factor, px = this.canvas.clientWidth / 2, py = this.canvas.clientHeight / 2) {
    const [x, y] = this.toMap(px, py);
    this.view.scale = Math.min(60, Math.max(0.05, this.view.scale * factor));
    if (!this.follow) {
      const [nx, ny] = this.toMap(px, py);
      this.view.x += x - nx;
      this.view.y += y - ny;
    }
    this.draw();
  }

  bindHands() {
    const at = (event) => {
      const box = this.canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    this.canvas.addEventListener('wheel', (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * 0.0015), ...at(event));
    }, { passive: false });
    this.canvas.addEventListener('pointerdown', (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, at(event));
      this.pressed = at(event);
      this.point(...at(event));
    });
    this.canvas.addEventListener('pointermove', (event) => {
      if (!this.pointers.has(event.pointerId)) { this.point(...at(event)); return; }
      this.drag(event.pointerId, at(event));
    });
    for (const name of ['pointerup', 'pointercancel']) {
      this.canvas.addEventListener(name, (event) => {
        const [x, y] = at(event);
        const still = this.pressed && Math.hypot(x - this.pressed[0], y - this.pressed[1]) < 5;
        if (name === 'pointerup' && still && this.hovered) chooseOf([this.hovered.id]);
        this.pointers.delete(event.pointerId);
      });
    }
    this.canvas.addEventListener('pointerleave', () => this.point(-1e4, -1e4));
  }

  drag(id, now) {
    const before = this.pointers.get(id);
    const other = [...this.pointers].find(([key]) => key !== id);
    if (other) {
      const distance = (p) => Math.hypot(p[0] - other[1][0], p[1] - other[1][1]);
      this.zoom(distance(now) / Math.max(8, distance(before)), ...other[1]);
    } else {
      const [dx, dy] = [now[0] - before[0], now[1] - before[1]];
      if (this.follow && Math.hypot(dx, dy) < 3) return;
      if (this.follow) this.setFollow(false);
      this.view.x -= dx / this.view.scale;
      this.view.y += dy / this.view.scale;
      this.draw();
    }
    this.pointers.set(id, now);
  }

  // Names the object under the pointer; a finger has more room than a mouse.
  point(px, py) {
    let nearest = null;
    let least = 22;
    for (const placed of [...this.visible, this.ego].filter(Boolean)) {
      const [x, y] = this.toScreen(placed.x, placed.y);
      const distance = Math.hypot(x - px, y - py);
      if (distance < least) { least = distance; nearest = placed; }
    }
    this.hovered = nearest && nearest.object;
    this.draw();
  }

  draw() {
    if (!scene || !this.canvas.clientWidth) return;
    this.place();
    drawLayers(this);
    this.drawHover();
  }

  drawHover() {
    const box = byId('hover');
    const placed = this.hovered && [...this.visible, this.ego].find((s) => s && s.object === this.hovered);
    box.hidden = !placed;
    if (!placed) return;
    const { object } = placed;
    const kind = object.ego ? 'Ego vehicle' : words(report.classes[object.class] ?? 'unknown');
    const from = sourcesOf(object);
    box.replaceChildren(
      make('strong', {}, object.ego || !Object.hasOwn(report.names, object.id) ? kind : report.names[object.id]),
      ...(object.ego ? [] : [make('code', {}, object.id)]),
      make('span', {}, `${quantity(placed.speed * 3.6, 'km/h', 0)} · ${quantity(placed.speed, 'm/s')}`),
      ...(object.ego ? [] : [make('span', {}, `${from || 'Source not given'} · ${object.verification === 1 ? 'verified' : 'not verified'}`)]),
    );
    const [x, y] = this.toScreen(placed.x, placed.y);
    const room = this.canvas.clientWidth - box.offsetWidth - 8;
    box.style.left = `${Math.max(8, Math.min(room, x + 16))}px`;
    box.style.top = `${Math.max(8, Math.min(this.canvas.clientHeight - box.offsetHeight - 8, y - 20))}px`;
  }
}
