// What the map shows, from the ground up: grid, trails, bodies, conflicts, north and scale.

const TRAIL_FRAMES = 40;

// Where anyone drove during the run, as a ground to read the scene on; few points suffice.
function drivenGround() {
  const path = new Path2D();
  for (const object of [scene.ego, ...scene.tracks]) {
    if (object.class === PERSON) continue;
    for (const run of object.runs) {
      const points = simplified(run);
      if (points.length < 2) continue;
      path.moveTo(...points[0]);
      for (const point of points.slice(1)) path.lineTo(...point);
    }
  }
  return path;
}

// Points of a run that keep its shape within 0.25 m (after Douglas and Peucker).
function simplified(run) {
  const points = [];
  run.x.forEach((x, i) => {
    const last = points[points.length - 1];
    if (!last || Math.hypot(x - last[0], run.y[i] - last[1]) > 2) points.push([x, run.y[i]]);
  });
  const kept = new Set([0, points.length - 1]);
  const parts = [[0, points.length - 1]];
  while (parts.length) {
    const [a, b] = parts.pop();
    const [dx, dy] = [points[b][0] - points[a][0], points[b][1] - points[a][1]];
    const length = Math.hypot(dx, dy) || 1;
    let farthest = 0.25;
    let at = -1;
    for (let i = a + 1; i < b; i += 1) {
      const off = Math.abs(dx * (points[i][1] - points[a][1]) - dy * (points[i][0] - points[a][0])) / length;
      if (off > farthest) { farthest = off; at = i; }
    }
    if (at > 0) { kept.add(at); parts.push([a, at], [at, b]); }
  }
  return points.filter((_, i) => kept.has(i));
}

function drawGround(map, pen) {
  const [x, y] = map.toScreen(0, 0);
  pen.save();
  pen.transform(map.view.scale, 0, 0, -map.view.scale, x, y);
  pen.strokeStyle = palette.road;
  pen.lineWidth = Math.max(3.3, 2 / map.view.scale);
  pen.lineJoin = 'round';
  pen.lineCap = 'round';
  pen.stroke(map.ground);
  pen.restore();
}

function drawLayers(map) {
  const { pen, width, height } = prepare(map.canvas);
  const spoken = spokenAt(state.time).filter((s) => passes(s.level, s.stretch.scenario));
  const levels = new Map();
  for (const { stretch, level } of spoken) {
    for (const id of [stretch.subject, ...stretch.others]) levels.set(id, Math.max(level, levels.get(id) ?? 0));
  }
  const selected = report.situations[state.selected];
  pen.fillStyle = palette.ground;
  pen.fillRect(0, 0, width, height);
  drawGround(map, pen);
  drawRoad(map, pen);
  drawParking(map, pen);
  drawEventGround(map, pen);
  drawLights(map, pen);
  drawGrid(map, pen, width, height);
  for (const placed of map.visible) drawTrail(map, pen, placed, levels.get(placed.object.id));
  if (map.ego) drawTrail(map, pen, map.ego);
  for (const placed of map.visible) {
    drawBody(map, pen, placed, levels.get(placed.object.id) ?? 0, selected && selected.subject === placed.object.id);
  }
  if (map.ego) drawBody(map, pen, map.ego, 0, false);
  drawEvents(map, pen);
  for (const entry of [...spoken].reverse()) if (entry.level >= WARNING) drawConflict(map, pen, entry);
  drawScale(map, pen, height, width);
  drawNorth(pen, width);
}

function drawGrid(map, pen, width, height) {
  const step = niceStep(110 / map.view.scale, 1);
  const [left, top] = map.toMap(0, 0);
  const [right, bottom] = map.toMap(width, height);
  pen.strokeStyle = palette.grid;
  pen.lineWidth = 1;
  pen.beginPath();
  for (let x = Math.ceil(left / step) * step; x <= right; x += step) {
    const px = Math.round(map.toScreen(x, 0)[0]) + 0.5;
    pen.moveTo(px, 0);
    pen.lineTo(px, height);
  }
  for (let y = Math.ceil(bottom / step) * step; y <= top; y += step) {
    const py = Math.round(map.toScreen(0, y)[1]) + 0.5;
    pen.moveTo(0, py);
    pen.lineTo(width, py);
  }
  pen.stroke();
}

function drawTrail(map, pen, placed, level) {
  const { run, i } = placed;
  const first = Math.max(0, i - TRAIL_FRAMES);
  if (i - first < 2) return;
  pen.strokeStyle = placed.object.ego ? palette.ego : level ? palette.level[level] : palette.faint;
  pen.globalAlpha = placed.object.ego || level ? 0.75 : 0.55;
  pen.lineWidth = placed.object.ego || level ? 2 : 1.2;
  pen.beginPath();
  pen.moveTo(...map.toScreen(run.x[first], run.y[first]));
  for (let k = first + 1; k <= i; k += 1) pen.lineTo(...map.toScreen(run.x[k], run.y[k]));
  pen.lineTo(...map.toScreen(placed.x, placed.y));
  pen.stroke();
  pen.globalAlpha = 1;
}

function drawBody(map, pen, placed, level, selected) {
  const { object } = placed;
  const [x, y] = map.toScreen(placed.x, placed.y);
  const { clientWidth, clientHeight } = map.canvas;
  if (x < -60 || y < -60 || x > clientWidth + 60 || y > clientHeight + 60) return;
  const person = object.class === PERSON || TWO_WHEELED.has(object.class);
  // Never smaller than a finger's glance, however far the view is.
  const length = Math.max((object.size[0] || 1) * map.view.scale, person ? 6 : 8);
  const width = Math.max((object.size[1] || 1) * map.view.scale, person ? 5 : 4);
  pen.save();
  pen.translate(x, y);
  pen.rotate(-(placed.heading || 0));
  if (object.ego) {
    pen.fillStyle = palette.ego;
    pen.strokeStyle = palette.paper;
  } else {
    pen.fillStyle = level ? palette.level[level] : palette.body;
    pen.strokeStyle = level >= WARNING || selected ? palette.ink : palette['body-line'];
  }
  pen.lineWidth = level >= WARNING || selected ? 2 : 1;
  pen.beginPath();
  if (Number.isNaN(placed.heading) || (object.class === PERSON && length < 14)) {
    pen.arc(0, 0, Math.max(length, width) / 2, 0, 7);
    pen.fill();
    pen.stroke();
  } else {
    // The front is bevelled, so that the heading shows at a glance.
    const nose = Math.min(length * 0.3, width * 0.7);
    pen.moveTo(-length / 2, -width / 2);
    pen.lineTo(length / 2 - nose, -width / 2);
    pen.lineTo(length / 2, -width / 6);
    pen.lineTo(length / 2, width / 6);
    pen.lineTo(length / 2 - nose, width / 2);
    pen.lineTo(-length / 2, width / 2);
    pen.closePath();
    pen.fill();
    pen.stroke();
  }
  pen.restore();
  if (object.ego) label(pen, 'EGO', x, y - Math.max(width, length * Math.abs(Math.sin(placed.heading))) / 2 - 8, palette.ego, '700 11px');
  else if (level >= WARNING || selected) label(pen, shortId(object.id), x, y - Math.max(width, length) / 2 - 8, palette.ink, '600 11px');
}

function drawConflict(map, pen, { stretch, row, level }) {
  const subject = map.visible.find((placed) => placed.object.id === stretch.subject);
  const [cx, cy] = [stretch.numbers.conflict_x[row], stretch.numbers.conflict_y[row]];
  const known = cx !== null && cy !== null;
  const point = known ? map.toScreen(cx, cy) : null;
  pen.strokeStyle = palette.level[level];
  pen.lineWidth = 2;
  pen.setLineDash([7, 5]);
  pen.beginPath();
  for (const placed of [map.ego, subject]) {
    if (!placed) continue;
    const end = point ?? (subject && map.toScreen(subject.x, subject.y));
    if (!end) continue;
    pen.moveTo(...map.toScreen(placed.x, placed.y));
    pen.lineTo(...end);
  }
  pen.stroke();
  pen.setLineDash([]);
  if (!point) return;
  for (const width of [6, 2.5]) {
    pen.lineWidth = width;
    pen.strokeStyle = width > 3 ? palette.ground : palette.level[level];
    pen.beginPath();
    pen.arc(point[0], point[1], 10, 0, 7);
    for (const [dx, dy] of [[1, 1], [1, -1]]) {
      pen.moveTo(point[0] - 5 * dx, point[1] - 5 * dy);
      pen.lineTo(point[0] + 5 * dx, point[1] + 5 * dy);
    }
    pen.stroke();
  }
  const time = stretch.numbers.time_to_conflict[row];
  if (time !== null) label(pen, quantity(time, 's'), point[0], point[1] + 27, palette.ink, '700 13px');
}

function label(pen, text, x, y, tone, font) {
  pen.font = `${font} system-ui, sans-serif`;
  pen.textAlign = 'center';
  pen.lineWidth = 4;
  pen.lineJoin = 'round';
  pen.strokeStyle = palette.ground;
  pen.strokeText(text, x, y);
  pen.fillStyle = tone;
  pen.fillText(text, x, y);
}

function drawScale(map, pen, height, width) {
  // Where the view is narrow, the keys of the map fill the whole lower edge.
  const low = width < 560 ? height - 56 : height;
  const length = niceStep(60 / map.view.scale, 1);
  const pixels = length * map.view.scale;
  pen.strokeStyle = palette.ink;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(14.5, low - 22);
  pen.lineTo(14.5, low - 15.5);
  pen.lineTo(14.5 + pixels, low - 15.5);
  pen.lineTo(14.5 + pixels, low - 22);
  pen.stroke();
  label(pen, `${Number(length.toPrecision(3))} m`, 14.5 + pixels / 2, low - 22, palette.ink, '600 11px');
}

function drawNorth(pen, width) {
  const [x, y] = [width - 22, 18];
  pen.fillStyle = palette.ink;
  pen.beginPath();
  pen.moveTo(x, y - 8);
  pen.lineTo(x + 5, y + 6);
  pen.lineTo(x, y + 3);
  pen.lineTo(x - 5, y + 6);
  pen.closePath();
  pen.fill();
  label(pen, 'N', x, y + 19, palette.ink, '700 11px');
}
