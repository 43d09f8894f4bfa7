// The picture of a platoon: gap to the vehicle ahead and the one that is wanted, and the speeds, over time.

function drawPlatoon() {
  const { platoon } = report;
  if (!platoon) return;
  byId('platoon').hidden = false;
  const last = platoon.time.length - 1;
  const range = [platoon.time[0], Math.max(platoon.time[last], platoon.time[0] + 1000)];
  const quiet = { LEADING: 1, JOINING: 1, FOLLOWING: 1, ASKING: 1 };
  const bands = [];
  platoon.state.forEach((name, i) => {
    const band = bands[bands.length - 1];
    if (band && band.name === name) band.end = platoon.time[i];
    else {
      if (band) band.end = platoon.time[i];
      const level = quiet[name] ?? (name === 'CUT_IN' || name === 'LEADER_LOST' ? 3 : 2);
      bands.push({ name, start: platoon.time[i], end: platoon.time[i], level });
    }
  });
  const most = Math.max(...platoon.members);
  const states = [...new Set(platoon.state)].map((name) => name.toLowerCase().replaceAll('_', ' ')).join(', ');
  const line = (values, more) => ({ time: platoon.time, values, ...more });
  new Chart(byId('platooncharts'), { title: 'Gap to the vehicle ahead', unit: 'm', decimals: 1 }).show({
    range,
    bands,
    lines: [line(platoon.gap, { width: 2.4, tone: palette.ego }), line(platoon.wanted, { dash: [6, 3] })],
    key: `Solid: bumper to bumper. Dashed: wanted. Up to ${most} in the platoon. Shaded by state: ${states}.`,
  });
  new Chart(byId('platooncharts'), { title: 'Speed in the platoon', unit: 'm/s', decimals: 1 }).show({
    range,
    bands,
    lines: [
      line(platoon.speed, { width: 2.4, tone: palette.ego }),
      line(platoon.ahead, { dash: [6, 3] }),
      line(platoon.leader, { dash: [2, 3] }),
    ],
    key: 'Solid: the ego. Dashed: the vehicle ahead. Dotted: the leader.',
  });
}
