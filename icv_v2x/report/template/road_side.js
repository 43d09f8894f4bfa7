// What road-side units told: events, signs and their paths, lights at the stop lines.

const EVENT_KIND = 0;
const SIGN_KIND = 1;
const LIGHT_LOOK = {
  2: ['stop', 'R'], 3: ['stop', 'R'], 4: ['go', 'G'], 5: ['go', 'G'], 6: ['go', 'G'], 7: ['slow', 'Y'], 8: ['slow', 'Y'],
};
const FLASHING = new Set([2, 4, 8]);

const roadSide = report.roadSide && {
  events: report.roadSide.events.map((event) => {
    const step = report.roadSide.step;
    const paths = event.paths.map((path) => ({ width: path.width, line: undoLine(path.line, step) }));
    const placed = event.x !== null && event.y !== null;
    const [first] = paths;
    const at = placed ? [event.x * step, event.y * step] : first ? first.line[0] : null;
    return {
      ...event, at, placed, to: event.to ?? Infinity,
      paths: paths.map((path) => ({ ...path, shape: pathOf(path.line) })),
    };
  }),
  lights: new Map(report.roadSide.lights.map((one) => [`${one.region}:${one.node}:${one.phase}`, one])),
};

function eventsNow() {
  if (!roadSide) return [];
  return roadSide.events.filter((event) => event.from <= state.time + 60 && state.time < event.to);
}

// What a phase shows at the moment; 0 where it is not known.
function lightOf(region, node, phase) {
  if (!roadSide) return 0;
  const one = roadSide.lights.get(`${region}:${node}:${phase}`) ?? roadSide.lights.get(`-1:${node}:${phase}`);
  const row = one ? lastAt(one.time, state.time) : -1;
  return row < 0 || one.time[row] > state.time ? 0 : one.light[row];
}

function drawEventGround(map, pen) {
  const [x, y] = map.toScreen(0, 0);
  pen.save();
  pen.transform(map.view.scale, 0, 0, -map.view.scale, x, y);
  pen.lineJoin = 'round';
  for (const event of eventsNow()) {
    pen.strokeStyle = event.kind === EVENT_KIND ? palette.caution : palette.info;
    for (const path of event.paths) {
      pen.globalAlpha = 0.22;
      pen.lineWidth = Math.max(path.width, 3 / map.view.scale);
      pen.stroke(path.shape);
    }
    if (event.placed && event.radius) {
      pen.globalAlpha = 0.7;
      pen.lineWidth = 1.2 / map.view.scale;
      pen.setLineDash([6 / map.view.scale, 4 / map.view.scale]);
      pen.beginPath();
      pen.arc(...event.at, event.radius, 0, 7);
      pen.stroke();
      pen.setLineDash([]);
    }
  }
  pen.restore();
}

function drawEvents(map, pen) {
  for (const event of eventsNow()) {
    if (!event.at) continue;
    const [x, y] = map.toScreen(...event.at);
    if (event.kind === SIGN_KIND && event.limit && event.figure !== null) drawLimit(pen, x, y, event.figure);
    else if (event.kind === SIGN_KIND) drawPlate(pen, x, y, event.figure);
    else drawTriangle(pen, x, y, event.kind === EVENT_KIND ? palette.caution : palette.info);
    if (map.view.scale > 2.2) label(pen, event.name, x, y + 27, palette.ink, '600 11px');
  }
}

function drawLimit(pen, x, y, figure) {
  pen.beginPath();
  pen.arc(x, y, 12, 0, 7);
  pen.fillStyle = palette.paper;
  pen.fill();
  pen.strokeStyle = palette.stop;
  pen.lineWidth = 3.5;
  pen.stroke();
  figureText(pen, x, y, figure);
}

function drawPlate(pen, x, y, figure) {
  pen.fillStyle = palette.info;
  pen.strokeStyle = palette.paper;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.rect(x - 9, y - 9, 18, 18);
  pen.fill();
  pen.stroke();
  if (figure !== null) figureText(pen, x, y, figure, palette.paper);
  else { pen.fillStyle = palette.paper; pen.fillRect(x - 1.5, y - 5, 3, 6.5); pen.fillRect(x - 1.5, y + 3, 3, 3); }
}

function figureText(pen, x, y, figure, tone = palette.ink) {
  pen.font = '700 11px system-ui, sans-serif';
  pen.textAlign = 'center';
  pen.fillStyle = tone;
  pen.fillText(String(figure), x, y + 4);
}

function drawTriangle(pen, x, y, tone) {
  pen.beginPath();
  pen.moveTo(x, y - 12);
  pen.lineTo(x + 12, y + 9);
  pen.lineTo(x - 12, y + 9);
  pen.closePath();
  pen.fillStyle = tone;
  pen.fill();
  pen.strokeStyle = palette.ink;
  pen.lineWidth = 1.5;
  pen.stroke();
  pen.fillStyle = palette.ink;
  pen.fillRect(x - 1.2, y - 4, 2.4, 6.5);
  pen.fillRect(x - 1.2, y + 4, 2.4, 2.4);
}

// One part of the stop line for each phase that rules the lane; letters tell lights without colour.
function drawLights(map, pen) {
  if (!roadSide || !roadSide.lights.size) return;
  const blink = Math.floor(state.time / 500) % 2 === 1;
  for (const lane of roadNow()) {
    if (lane.type !== VEHICLE_LANE || !lane.stops) continue;
    const phases = [...new Set(lane.turns.map(([, phase]) => phase).filter((phase) => phase >= 0))];
    const shown = phases.map((phase) => lightOf(lane.region, lane.node, phase)).filter((light) => LIGHT_LOOK[light]);
    if (!shown.length) continue;
    const { x, y, heading } = stopOf(lane);
    const [dx, dy] = [-Math.sin(heading), Math.cos(heading)];
    shown.forEach((light, i) => {
      const [look, letter] = LIGHT_LOOK[light];
      const [a, b] = [i / shown.length - 0.5, (i + 1) / shown.length - 0.5].map((share) => -share * lane.width);
      if (!(FLASHING.has(light) && blink)) {
        pen.strokeStyle = palette[look];
        pen.lineWidth = Math.max(0.9 * map.view.scale, 4);
        pen.beginPath();
        pen.moveTo(...map.toScreen(x + a * dx, y + a * dy));
        pen.lineTo(...map.toScreen(x + b * dx, y + b * dy));
        pen.stroke();
      }
      if (map.view.scale < 5) return;
      const middle = (a + b) / 2;
      const [tx, ty] = map.toScreen(x + middle * dx + 3 * Math.cos(heading), y + middle * dy + 3 * Math.sin(heading));
      label(pen, letter, tx, ty + 4, palette[look], '700 12px');
    });
  }
}
