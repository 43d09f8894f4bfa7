// Parking areas: drives, slots with their states, and the way that the vehicle is guided.

const SLOT_FREE = 1;
const SLOT_TAKEN = 2;
const SLOT_SIDE = 1.9;
const FLOOR_FADE = 0.35;

const parking = report.parking && {
  areas: report.parking.areas.map((area, index, all) => ({
    ...area,
    to: (all.find((other, later) => later > index && `${other.key}` === `${area.key}`) ?? {}).from ?? Infinity,
    drives: area.drives.map((drive) => ({
      ...drive, shape: pathOf(undoLine(drive.line, report.parking.step)),
    })),
    slots: area.slots.map(([number, x, y, floor, status]) => ({
      number, x: x * report.parking.step, y: y * report.parking.step, floor, status,
    })),
  })),
  changes: report.parking.changes,
  routes: {
    time: report.parking.routes.map(([time]) => time),
    line: report.parking.routes.map(([, line]) => line && undoLine(line, report.parking.step)),
  },
};

function areasNow() {
  return parking ? parking.areas.filter((area) => area.from <= state.time + 60 && state.time < area.to) : [];
}

// What the slots of an area are at the moment, number to state.
function slotsNow(area) {
  const states = new Map(area.slots.map((slot) => [slot.number, slot.status]));
  for (const [time, key, number, status] of parking.changes) {
    if (time > state.time) break;
    if (time >= area.from && `${key}` === `${area.key}`) states.set(number, status);
  }
  return states;
}

function slotColour(status) {
  if (status === SLOT_FREE) return palette.info;
  return status === SLOT_TAKEN ? palette.muted : palette.caution;
}

function drawParking(map, pen) {
  const areas = areasNow();
  if (!areas.length) return;
  const [x, y] = map.toScreen(0, 0);
  const thin = 1 / map.view.scale;
  pen.save();
  pen.transform(map.view.scale, 0, 0, -map.view.scale, x, y);
  pen.lineJoin = 'round';
  for (const area of areas) {
    // Lower floors lie under the upper ones, so they are drawn first and fainter.
    const floors = [...new Set(area.drives.map((drive) => drive.floor ?? 0))].sort((a, b) => a - b);
    const states = slotsNow(area);
    for (const floor of floors) {
      pen.globalAlpha = floor === floors[floors.length - 1] ? 1 : FLOOR_FADE;
      pen.strokeStyle = palette.road;
      pen.lineWidth = Math.max(4, 2 * thin);
      for (const drive of area.drives) if ((drive.floor ?? 0) === floor) pen.stroke(drive.shape);
      for (const slot of area.slots.filter((one) => (one.floor ?? 0) === floor)) {
        const status = states.get(slot.number);
        pen.fillStyle = pen.strokeStyle = slotColour(status);
        pen.lineWidth = Math.max(0.15, thin);
        const corner = [slot.x - SLOT_SIDE / 2, slot.y - SLOT_SIDE / 2, SLOT_SIDE, SLOT_SIDE];
        // A free slot is open, a taken one is filled: told apart without colours.
        if (status === SLOT_FREE) pen.strokeRect(...corner);
        else pen.fillRect(...corner);
      }
    }
    pen.globalAlpha = 1;
  }
  drawParkingRoute(pen, thin);
  pen.restore();
}

function drawParkingRoute(pen, thin) {
  const row = lastAt(parking.routes.time, state.time);
  const line = row < 0 || parking.routes.time[row] > state.time ? null : parking.routes.line[row];
  if (!line) return;
  pen.strokeStyle = palette.ego;
  pen.lineWidth = Math.max(0.5, 2.5 * thin);
  pen.setLineDash([2.5, 1.2]);
  pen.stroke(pathOf(line));
  pen.setLineDash([]);
  const [x, y] = line[line.length - 1];
  pen.beginPath();
  pen.arc(x, y, Math.max(0.9, 4 * thin), 0, 7);
  pen.fillStyle = palette.ego;
  pen.fill();
}
