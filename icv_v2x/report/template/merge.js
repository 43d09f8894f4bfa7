// The picture of a merge: the ego's place over time between the leader and the follower of its gap.

function drawMerge() {
  const { merge } = report;
  if (!merge) return;
  byId('merge').hidden = false;
  const range = [merge.time[0], Math.max(merge.time[merge.time.length - 1], merge.time[0] + 1000)];
  const bands = [];
  merge.state.forEach((name, i) => {
    const last = bands[bands.length - 1];
    if (last && last.name === name) last.end = merge.time[i];
    else bands.push({ name, start: merge.time[i], end: merge.time[i], level: { MERGE: 1, HOLD: 2, ABORT: 3 }[name] });
  });
  new Chart(byId('mergechart'), { title: `Place against a vehicle at ${(3.6 * merge.speed).toFixed(0)} km/h`, unit: 'm', decimals: 1 }).show({
    range,
    bands,
    lines: [
      { time: merge.time, values: merge.ego, width: 2.4, tone: palette.ego },
      { time: merge.time, values: merge.leader, dash: [6, 3] },
      { time: merge.time, values: merge.follower, dash: [2, 3] },
    ],
    key: 'Solid: centre of the ego. Dashed: rear of the gap’s leader. Dotted: front of its follower. Shaded by state: merge, hold, abort.',
  });
}
