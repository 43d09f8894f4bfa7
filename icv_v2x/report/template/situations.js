// The list of situations, its filters, and what is being said at the moment.

const LISTED_MOST = 300;

function chooseSituation(index, { seek = true } = {}) {
  state.selected = index;
  if (seek && report.situations[index]) setTime(report.situations[index].start);
  changed('selection');
}

// Chooses what was said of a subject around the moment, without leaving the moment or the view.
function chooseOf(subjects, time = state.time, application = '') {
  let best = -1;
  let least = 4000;
  report.situations.forEach((situation, index) => {
    if (!subjects.includes(situation.subject) || (application && !situation.applications.includes(application))) return;
    const away = Math.max(situation.start - time, time - situation.end, 0);
    if (away < least) { least = away; best = index; }
  });
  if (best < 0) return false;
  state.keepView = true;
  chooseSituation(best, { seek: false });
  state.keepView = false;
  return true;
}

function shownSituations() {
  return report.situations.map((situation, index) => ({ situation, index }))
    .filter(({ situation }) => passes(situation.level, situation.scenario));
}

class SituationList {
  constructor() {
    this.list = byId('list');
    this.filters();
    this.build();
    listeners.filter.push(() => this.build());
    listeners.selection.push(() => this.mark());
    listeners.time.push(() => this.mark());
  }

  filters() {
    for (let level = 4; level >= 1; level -= 1) {
      const number = report.situations.filter((s) => s.level === level).length;
      const button = make('button', { type: 'button', 'data-level': level, 'aria-pressed': String(state.levels.has(level)), class: number ? '' : 'none' },
        levelGlyph(level), `${LEVEL_TEXT[level]}`, make('b', {}, String(number)));
      button.addEventListener('click', () => {
        if (state.levels.has(level)) state.levels.delete(level); else state.levels.add(level);
        button.setAttribute('aria-pressed', String(state.levels.has(level)));
        changed('filter');
      });
      byId('levels').append(button);
    }
    const select = byId('scenario');
    const names = [...new Set(report.situations.map((s) => s.scenario))].sort();
    select.append(make('option', { value: '' }, 'All scenarios'), ...names.map((name) => make('option', { value: name }, words(name))));
    select.addEventListener('change', () => { state.scenario = select.value; changed('filter'); });
  }

  build() {
    const shown = shownSituations();
    byId('shown').textContent = `${shown.length} of ${report.situations.length}`;
    this.items = shown.slice(0, LISTED_MOST).map(({ situation, index }) => {
      const button = make('button', { type: 'button', class: `situation edge${situation.level}` },
        make('span', { class: 'when' }, clockText(situation.start), make('small', {}, `${((situation.end - situation.start) / 1000).toFixed(1)} s`)),
        make('span', { class: 'what' },
          make('span', { class: 'name' }, levelGlyph(situation.level), make('strong', {}, `${LEVEL_TEXT[situation.level]}`),
            ` ${situation.applications.join(', ')} `, idElement(situation.subject)),
          make('span', { class: 'why' }, situation.reason),
          make('span', { class: 'numbers' }, ...this.numbers(situation))));
      button.addEventListener('click', () => chooseSituation(index));
      return { index, situation, button };
    });
    this.list.replaceChildren(...this.items.map(({ button }) => make('li', {}, button)));
    if (shown.length > LISTED_MOST) this.list.append(make('li', { class: 'empty' }, `${shown.length - LISTED_MOST} more: narrow the levels or the scenario.`));
    if (!shown.length) this.list.append(make('li', { class: 'empty' }, report.situations.length ? 'Nothing of the chosen levels and scenario.' : 'No situation in this run.'));
    this.mark();
  }

  numbers(situation) {
    const cell = (name, value) => make('span', {}, name ? make('small', {}, name) : null, value);
    return [
      ['to conflict', quantity(situation.time[0], 's')],
      ['gap', quantity(situation.gap[0], 'm', 0)],
      ['', closingText(situation.closing[0])],
      ['needs up to', quantity(situation.deceleration[1], 'm/s²')],
    ].filter(([, value]) => value !== '–').map(([name, value]) => cell(name, value));
  }

  mark() {
    for (const { index, situation, button } of this.items) {
      const chosen = index === state.selected;
      if (chosen !== (button.getAttribute('aria-current') === 'true')) {
        button.setAttribute('aria-current', String(chosen));
        if (chosen) this.reveal(button);
      }
      button.classList.toggle('now', state.time >= situation.start - 25 && state.time <= situation.end + 50);
    }
  }

  // Scrolls the list alone, never the page, so that playing does not move what one looks at.
  reveal(button) {
    const [item, list] = [button.parentElement, this.list];
    const top = item.offsetTop - list.offsetTop;
    if (top < list.scrollTop || top + item.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top - 12;
  }
}

function bindSpoken() {
  const choose = () => {
    const [top] = spokenAt(state.time).filter((s) => passes(s.level, s.stretch.scenario));
    if (top && chooseOf([top.stretch.subject])) byId('evidence').scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  };
  byId('spoken').addEventListener('click', choose);
  byId('spoken').addEventListener('keydown', (event) => { if (event.key === 'Enter') choose(); });
}

// The most urgent words of the moment over the map.
function drawSpoken() {
  const open = spokenAt(state.time).filter((s) => passes(s.level, s.stretch.scenario));
  const top = open[0];
  const parent = byId('spoken');
  const text = top ? reasonAt(top.stretch, top.row) : '';
  const mark = top ? `${top.stretch.index} ${top.level} ${text} ${open.length}` : '';
  if (parent.dataset.mark === mark) return;
  parent.dataset.mark = mark;
  parent.className = `spoken edge${top ? top.level : 0}`;
  if (!top) { parent.replaceChildren(make('p', { class: 'silence' }, 'Nothing said at this moment.')); return; }
  parent.replaceChildren(
    make('p', { class: 'name' }, levelGlyph(top.level), make('strong', {}, LEVEL_TEXT[top.level]),
      ` ${top.stretch.application} · ${APPLICATIONS[top.stretch.application] ?? ''}`,
      make('span', { class: 'action' }, words(top.stretch.action[top.row]))),
    make('p', { class: 'why' }, text),
    ...(open.length > 1 ? [make('p', { class: 'more' }, `and ${open.length - 1} more`)] : []),
  );
}
