// The road that road-side units told of: lanes, borders, stop lines, turns.

const VEHICLE_LANE = 0;
const CROSSWALK_LANE = 1;
const TURN_ANGLES = [0, Math.PI / 2, -Math.PI / 2, Math.PI];

const road = report.road && report.road.lanes.map((lane) => {
  const line = undoLine(lane.line, report.road.step);
  return {
    ...lane, line, ways: lane.ways.map((way) => undoLine(way, report.road.step)),
    shape: pathOf(line), edges: [0.5, -0.5].map((side) => pathOf(aside(line, side * lane.width))),
    to: lane.to ?? Infinity,
  };
});

function undoLine([xs, ys], step) {
  const [x, y] = [undoSteps(xs, step), undoSteps(ys, step)];
  return Array.from(x, (value, i) => [value, y[i]]);
}

function pathOf(points) {
  const path = new Path2D();
  points.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
  return path;
}

// The line moved to its left by a distance.
function aside(line, distance) {
  return line.map(([x, y], i) => {
    const [before, after] = [line[Math.max(0, i - 1)], line[Math.min(line.length - 1, i + 1)]];
    const length = Math.hypot(after[0] - before[0], after[1] - before[1]) || 1;
    return [x - distance * (after[1] - before[1]) / length, y + distance * (after[0] - before[0]) / length];
  });
}

function roadNow() {
  return road ? road.filter((lane) => lane.from <= state.time + 60 && state.time < lane.to) : [];
}

function roadBounds() {
  const points = roadNow().flatMap((lane) => lane.line);
  return points.map(([x, y]) => ({ x, y }));
}

// Where a lane ends, and the direction in which it does.
function stopOf(lane) {
  const [[px, py], [x, y]] = lane.line.slice(-2);
  return { x, y, heading: Math.atan2(y - py, x - px) };
}

function drawRoad(map, pen) {
  const lanes = roadNow();
  if (!lanes.length) return;
  const [x, y] = map.toScreen(0, 0);
  const thin = 1 / map.view.scale;
  pen.save();
  pen.transform(map.view.scale, 0, 0, -map.view.scale, x, y);
  pen.lineJoin = 'round';
  pen.strokeStyle = palette.road;
  for (const lane of lanes.filter((one) => one.type !== CROSSWALK_LANE)) {
    pen.lineWidth = Math.max(lane.width, 2 * thin);
    pen.stroke(lane.shape);
  }
  pen.strokeStyle = palette.faint;
  pen.lineWidth = Math.max(0.12, thin);
  for (const lane of lanes) for (const edge of lane.edges) pen.stroke(edge);
  pen.setLineDash([2, 2]);
  for (const lane of lanes) for (const way of lane.ways) pen.stroke(pathOf(way));
  pen.setLineDash([0.5, 0.6]);
  for (const lane of lanes.filter((one) => one.type === CROSSWALK_LANE)) {
    pen.lineWidth = lane.width;
    pen.stroke(lane.shape);
  }
  pen.setLineDash([]);
  for (const lane of lanes) if (lane.type === VEHICLE_LANE && lane.stops) drawStop(map, pen, lane);
  pen.restore();
  if (map.view.scale > 3) for (const lane of lanes) drawTurns(map, pen, lane);
}

// A bar across the end of the lane.
function drawStop(map, pen, lane) {
  const { x, y, heading } = stopOf(lane);
  const [dx, dy] = [-Math.sin(heading) * lane.width / 2, Math.cos(heading) * lane.width / 2];
  pen.strokeStyle = palette.muted;
  pen.lineWidth = Math.max(0.4, 2 / map.view.scale);
  pen.beginPath();
  pen.moveTo(x - dx, y - dy);
  pen.lineTo(x + dx, y + dy);
  pen.stroke();
}

// Arrows on the lane before its stop line; the phases that rule them where there is room.
function drawTurns(map, pen, lane) {
  if (!lane.stops || !lane.turns.length) return;
  const { x, y, heading } = stopOf(lane);
  const size = Math.min(1.1, lane.width / 3.2) * map.view.scale;
  const [px, py] = map.toScreen(x - 7 * Math.cos(heading), y - 7 * Math.sin(heading));
  pen.save();
  pen.translate(px, py);
  pen.rotate(-heading);
  pen.strokeStyle = palette.muted;
  pen.lineWidth = Math.max(1.2, size / 5);
  pen.lineCap = 'round';
  for (const turn of new Set(lane.turns.map(([maneuver]) => maneuver))) {
    if (TURN_ANGLES[turn] !== undefined) drawArrow(pen, size, TURN_ANGLES[turn]);
  }
  pen.restore();
  if (map.view.scale < 8) return;
  const phases = [...new Set(lane.turns.map(([, phase]) => phase).filter((phase) => phase >= 0))];
  const [tx, ty] = map.toScreen(x - 14 * Math.cos(heading), y - 14 * Math.sin(heading));
  if (phases.length) label(pen, phases.join(' · '), tx, ty + 4, palette.muted, '600 11px');
}

function drawArrow(pen, size, angle) {
  const [dx, dy] = [Math.cos(angle), -Math.sin(angle)];
  const back = angle === Math.PI;
  const side = back ? -0.7 * size : 0;
  const tip = [back ? -size : size * Math.max(0.35, dx) + 0.6 * size * dx, side + 1.1 * size * dy];
  pen.beginPath();
  pen.moveTo(-1.6 * size, 0);
  pen.lineTo(0.35 * size, 0);
  if (back) pen.lineTo(0.35 * size, side);
  pen.lineTo(...tip);
  const head = Math.atan2(dy, dx);
  for (const spread of [2.5, -2.5]) {
    pen.moveTo(...tip);
    pen.lineTo(tip[0] + 0.55 * size * Math.cos(head + spread), tip[1] + 0.55 * size * Math.sin(head + spread));
  }
  pen.stroke();
}
