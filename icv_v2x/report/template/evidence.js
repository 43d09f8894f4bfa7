// The numbers behind the chosen situation over time, against the thresholds that decide.

class Evidence {
  constructor() {
    const parent = byId('charts');
    this.time = new Chart(parent, { title: 'Time to conflict', unit: 's', least: 4, most: 10, decimals: 1 });
    this.gap = new Chart(parent, { title: 'Gap', unit: 'm', least: 10, decimals: 1 });
    this.deceleration = new Chart(parent, { title: 'Required deceleration', unit: 'm/s²', least: 6, most: 12, decimals: 1 });
    listeners.selection.push(() => this.show());
    listeners.time.push(() => this.sentence());
    this.show();
  }

  show() {
    const situation = report.situations[state.selected];
    byId('evidence').classList.toggle('blank', !situation);
    if (!situation) {
      byId('evidence-reason').textContent = 'Choose a situation to see the numbers behind it.';
      byId('evidence-facts').replaceChildren();
      for (const id of ['evidence-note', 'evidence-range', 'evidence-about']) byId(id).textContent = '';
      return;
    }
    const range = [Math.max(0, situation.start - 4000), Math.min(report.duration, situation.end + 2500)];
    this.mine = stretches.filter((s) => s.subject === situation.subject && situation.applications.includes(s.application)
      && s.end >= range[0] && s.start <= range[1]);
    const bands = this.mine.flatMap(levelSpans).sort((a, b) => a.level - b.level);
    const line = (name, extra = {}) => this.mine.map((s) => ({ time: s.time, values: s.numbers[name], ...extra }));
    const limit = report.thresholds;
    this.time.show({
      range, bands, lines: line('time_to_conflict'),
      bounds: [...this.warningLine(situation)],
      key: 'Dashed: warning below this, steady motion',
    });
    this.gap.show({ range, bands, lines: line('gap').concat(line('distance', { dash: [2, 3], width: 1.2, silent: true })), key: 'Dotted: to the conflict point along the path' });
    this.deceleration.show({
      range, bands, lines: line('required_deceleration'),
      bounds: [{ value: limit.deceleration, text: 'counted on' }],
      key: `Dashed: ${limit.deceleration} m/s², counted on in an emergency`,
    });
    // A chart of what this application does not speak of would say nothing.
    for (const chart of [this.time, this.gap, this.deceleration]) {
      chart.canvas.parentElement.hidden = !chart.lines.some(({ values, silent }) => !silent && values.some((v) => v !== null));
    }
    this.facts(situation);
    this.sentence();
  }

  // T_W of the common rules at each sample's closing speed; what the charts compare T with.
  warningLine(situation) {
    const limit = report.thresholds;
    return this.mine.filter((s) => s.group === 'collision').map((s) => ({
      time: s.time,
      values: s.numbers.closing_speed.map((v) => {
        if (v === null || v <= 0) return null;
        const steady = limit.warningDelay + v / (2 * limit.deceleration);
        return s.application === 'FCW' ? Math.min(steady, v / (2 * limit.forwardDeceleration)) : steady;
      }),
      text: situation.application === s.application ? '' : undefined,
    }));
  }

  facts(situation) {
    byId('evidence-range').textContent = `${clockText(situation.start)} to ${clockText(situation.end)}`;
    const names = situation.applications.map((name) => `${name}, ${APPLICATIONS[name] ?? ''}`).join('; ');
    const subject = Object.hasOwn(report.names, situation.subject) ? `${shortId(situation.subject)} (${situation.subject})` : situation.subject;
    byId('evidence-about').textContent = `${names}${situation.subject ? ` – ${subject}` : ''}`;
    const fact = (name, value) => make('div', {}, make('dt', {}, name), make('dd', {}, value));
    const none = '–';
    const pair = ([start, extreme], unit, word, decimals = 1) => (extreme === null && start === null ? none
      : `${quantity(start, unit, decimals)}, ${word} ${quantity(extreme, unit, decimals)}`);
    const facts = [
      ['Warned at', pair(situation.time, 's', 'least')],
      ['Gap', pair(situation.gap, 'm', 'least')],
      ['Speed', situation.closing[0] === null && situation.closing[1] === null ? none : situation.closing.map(closingText).join(', most ')],
      ['Required deceleration', pair(situation.deceleration, 'm/s²', 'most')],
      ['Rule', situation.rule || none],
      ['Trust', `${situation.verified ? 'signatures verified' : 'not all verified'}, ${situation.corroborated ? 'second source' : 'no second source'}`],
    ];
    byId('evidence-facts').replaceChildren(...facts.filter(([, value]) => value !== none).map(([name, value]) => fact(name, value)));
    byId('evidence-note').textContent = report.thresholds.assumed
      ? 'Thresholds drawn are the defaults of the package: the recording does not say which parameters were in force.' : '';
  }

  sentence() {
    const situation = report.situations[state.selected];
    if (!situation) return;
    const now = this.mine.filter((s) => s.start <= state.time && state.time <= s.end + 60)
      .map((s) => ({ s, row: lastAt(s.time, state.time) })).sort((a, b) => b.s.level[b.row] - a.s.level[a.row])[0];
    const text = now ? reasonAt(now.s, now.row) : situation.reason;
    const level = now ? now.s.level[now.row] : situation.level;
    const mark = `${level} ${text}`;
    if (this.mark === mark) return;
    this.mark = mark;
    byId('evidence-reason').replaceChildren(levelGlyph(level), text);
  }
}
