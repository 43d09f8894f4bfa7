// Ego and subject side by side at the moment, and what the messages of the subject came to.

const TRUST_TEXT = ['no doubt', 'suspect', 'distrusted'];
const UNKNOWN = '–';

class States {
  constructor() {
    this.parent = byId('states');
    for (const what of ['selection', 'time']) listeners[what].push(() => this.show());
    this.show();
  }

  show() {
    const situation = report.situations[state.selected];
    if (!situation) { this.parent.replaceChildren(); this.mark = null; return; }
    // What is no tracked object, such as a signal or a limit, has only what is known of it.
    const tracked = scene && scene.tracks.some((one) => one.id === situation.subject);
    const tracks = tracked ? this.tracks(situation) : [];
    const messages = this.messages(situation).filter(([, value]) => tracked || value !== UNKNOWN);
    const mark = JSON.stringify([tracks, messages, situation.subject]);
    if (this.mark === mark) return;
    this.mark = mark;
    const name = shortId(situation.subject) || 'Subject';
    this.parent.replaceChildren(
      ...(tracks.length ? [this.table('Tracks', ['Ego', name], tracks)] : []),
      ...(messages.length ? [this.table('Messages', [name], messages)] : []));
  }

  table(caption, heads, rows) {
    const body = rows.map(([name, ...cells]) => make('tr', {}, make('th', { scope: 'row' }, name), ...cells.map((text) => make('td', {}, text))));
    return make('table', {}, make('caption', {}, caption),
      make('thead', {}, make('tr', {}, make('td'), ...heads.map((head) => make('th', { scope: 'col' }, head)))),
      make('tbody', {}, ...body));
  }

  // Where both are by the tracks that the map draws; always the same rows, so that nothing jumps.
  tracks(situation) {
    const frame = Math.max(0, lastAt(scene.time, state.time));
    const ego = stateAt(scene.ego, frame, 0);
    const track = scene.tracks.find((one) => one.id === situation.subject);
    const subject = track && stateAt(track, frame, 0);
    const speed = (placed) => (placed ? quantity(placed.speed * 3.6, 'km/h', 0) : UNKNOWN);
    const size = (object) => (object && object.size[0] ? `${object.size[0].toFixed(1)} × ${object.size[1].toFixed(1)}\u202fm` : UNKNOWN);
    const [ahead, left, turned] = ego && subject ? this.relation(ego, subject) : [null, null, NaN];
    const side = (value, names) => (value === null ? UNKNOWN : `${quantity(Math.abs(value), 'm')} ${names[value < 0 ? 1 : 0]}`);
    return [
      ['Speed', speed(ego), speed(subject)],
      ['Along', UNKNOWN, side(ahead, ['ahead', 'behind'])],
      ['Across', UNKNOWN, side(left, ['left', 'right'])],
      ['Turned', UNKNOWN, Number.isNaN(turned) ? UNKNOWN : `${Math.round((turned * 180) / Math.PI)}°`],
      ['Size', size(scene.ego), size(track)],
    ];
  }

  relation(ego, subject) {
    const [east, north] = [subject.x - ego.x, subject.y - ego.y];
    const [cosine, sine] = [Math.cos(ego.heading), Math.sin(ego.heading)];
    const turned = subject.heading - ego.heading;
    return [east * cosine + north * sine, north * cosine - east * sine, Math.atan2(Math.sin(turned), Math.cos(turned))];
  }

  // What was known of the subject by its messages while something was said of it.
  messages(situation) {
    const open = stretches.filter((s) => s.subject === situation.subject && situation.applications.includes(s.application)
      && s.start <= state.time && state.time <= s.end + 100);
    const stretch = open.sort((a, b) => b.start - a.start)[0];
    const row = stretch ? lastAt(stretch.time, state.time) : -1;
    const told = (name) => (stretch ? stretch.told[name][row] : null);
    const milliseconds = (value) => quantity(value === null ? null : value * 1000, 'ms', 0);
    const track = scene && scene.tracks.find((one) => one.id === situation.subject);
    const trust = stretch ? stretch.trust[row] : null;
    return [
      ['Newest', told('age') === null ? UNKNOWN : `${milliseconds(told('age'))} old`],
      ['Interval', milliseconds(told('period'))],
      ['Consistent in a row', told('updates') === null ? UNKNOWN : String(told('updates'))],
      ['Acceleration stated', quantity(told('acceleration'), 'm/s²')],
      ['Signature', trust === null ? UNKNOWN : ['not verified', 'verified'][trust >> 1]],
      ['Sender', told('trust') === null ? UNKNOWN : TRUST_TEXT[told('trust')] ?? UNKNOWN],
      ['Second source', trust === null ? UNKNOWN : ['none', 'sees it too'][trust & 1]],
      ['Known by', (track && sourcesOf(track)) || UNKNOWN],
    ];
  }
}
