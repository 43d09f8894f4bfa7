# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The matrix of collision scenes: warned of in the window, missed or false, by kind of scene.

`python benchmarks/collision_matrix.py [--runs N] [--workers N] [--seed N] [--family NAME]`

Each scene is a hit or a clear miss; what varies in it is combined pairwise with 24 orientations,
5 places on earth, 1 to 20 Hz and 0 or 30 % loss. `--scene JSON` plays one again and tells all.
`--record FILE` keeps each outcome as a line, and plays only the runs that the file does not hold.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import json
import math
import random
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent))
from collision_families import FAMILIES
from collision_scenes import Case, Factors, RuleNeverHoldsError

from icv_v2x.advisory import Level
from icv_v2x.interchange.playback import play
from icv_v2x.pipeline import Pipeline
from icv_v2x.scenes import Radio, inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from icv_v2x.advisory import Advisory
    from icv_v2x.inputs import Input
    from icv_v2x.pipeline import Cycle
    from icv_v2x.scenes import Scene

    Channel = Callable[[list[tuple[int, Input]]], Iterable[tuple[int, Input]]]

PLACES = {
    'Beijing': (39.795, 116.506, 0.0), 'Chongqing': (29.56, 106.55, 0.0),
    'Urumqi': (43.83, 87.62, 0.0), 'Sanya': (18.25, 109.51, 0.0), '60 north': (60.0, 25.0, 0.0),
}
ORIENTATIONS = 24
SURROUNDINGS: dict[str, tuple[Any, ...]] = {
    'place': tuple(PLACES), 'loss': (0.0, 0.3), 'mirrored': (False, True),
}
LOSS_FROM = 5.0
"""Rate from which on frames are lost [Hz]."""
LATER_WITH_LOSS = 0.3
CYCLE_RATE = 20.0
SPARSE = 5
"""Brisk play runs every such cycle where nothing needs its time to be known closely."""
ALERT = 0.6
"""Before a window brisk play is back at the full rate for this long [s]."""
AFTER = 0.6
"""After its window a hit that nobody warned of goes on for so long [s]."""
CANDIDATES = 12
MARGIN = 1e-6


@dataclass(frozen=True)
class Outcome:
    """What came of one run.

    Attributes:
        factors: The run, enough to play it again.
        application: Row of the table.
        verdict: 'right' (in the window, or silent at a clear miss), 'early', 'late', 'missed',
            'false'; 'void' where the scene cannot be made.
        lossy: Frames were lost.
        hit: There was something to warn of.
        start: [s] first WARNING, NaN: none.
        earliest: [s] begin of the window.
        latest: [s] its end.
        lead: [s] from the first WARNING to the conflict.
        said: What was wrong, in words.
    """

    factors: Factors
    application: str
    verdict: str
    lossy: bool
    hit: bool
    start: float = math.nan
    earliest: float = math.nan
    latest: float = math.nan
    lead: float = math.nan
    said: str = ''


def schedule(runs: int, seed: int = 1, only: str = '') -> Iterator[Factors]:
    """Yield runs, the families in turn, pairs of factor values as evenly met as can be.

    Args:
        runs: How many.
        seed: Of the choice.
        only: Part of the name of the families to take.
    """
    chosen = [name for name in FAMILIES if only in name]
    if not chosen:
        raise ValueError(f'no family is called {only!r}, expected part of one of {[*FAMILIES]}')
    chance = random.Random(seed)
    met: dict[str, Counter[Any]] = {name: Counter() for name in chosen}
    for number in range(runs):
        name = chosen[number % len(chosen)]
        # Hits and misses in turn.
        turn, is_miss = divmod(number // len(chosen), 2)
        seen = met[name]
        candidates = [_drawn(name, not is_miss, chance) for _ in range(CANDIDATES)]
        best = min(candidates, key=lambda one: sum(seen[p] ** 2 for p in _pairs(one)))
        seen.update(_pairs(best))
        # All orientations come in turn, as hit and as miss.
        orientation = (5 * turn + 12 * is_miss + number % len(chosen)) % ORIENTATIONS
        yield {**best, 'orientation': orientation, 'number': number}


def _drawn(name: str, hit: bool, chance: random.Random) -> Factors:
    family = FAMILIES[name]
    factors: Factors = {'family': name, 'miss': None if hit else chance.choice(family.misses)}
    for key, values in {**family.factors, 'rate': family.rates, **SURROUNDINGS}.items():
        factors[key] = chance.choice(values)
    if factors['rate'] < LOSS_FROM:
        factors['loss'] = 0.0
    return factors


def _pairs(factors: Factors) -> list[Any]:
    """Return the values and the pairs of values that a run meets."""
    items = [item for item in factors.items() if item[0] != 'family']
    return [*items, *itertools.combinations(items, 2)]


def prepared(factors: Factors) -> Case:
    """Return the case, its scene placed, cut and with its radio."""
    family = FAMILIES[factors['family']]
    case = family.make(factors)
    radio = Radio(rate=factors['rate'], loss=factors['loss'], seed=factors['number'])
    scene = case.scene.placed(
        rotation=2.0 * math.pi * factors['orientation'] / ORIENTATIONS,
        origin=PLACES[factors['place']], mirrored=factors['mirrored'], radio=radio)
    latest = case.latest
    if case.hit:
        latest += LATER_WITH_LOSS if factors['loss'] else 0.0
        scene.duration = min(scene.duration, latest + AFTER)
    return replace(case, scene=scene, latest=latest)


class _Sparse:
    """A pipeline that leaves cycles out until a time, which no decision may hang on."""

    def __init__(self, pipeline: Pipeline, until: int) -> None:
        self._pipeline, self._until, self._count = pipeline, until, 0
        self.receive, self.lose = pipeline.receive, pipeline.lose

    def cycle(self, now: int) -> Cycle | None:
        self._count += 1
        if now < self._until and self._count % SPARSE:
            return None
        return self._pipeline.cycle(now)


def warnings(
    scene: Scene, channel: Channel | None = None, *, sparse_until: float = 0.0,
) -> Iterator[tuple[float, Advisory]]:
    """Yield what is said at WARNING or above, with its time [s].

    Args:
        scene: The scene, placed.
        channel: What becomes of the inputs on their way, None: nothing.
        sparse_until: [s] until then only every `SPARSE`th cycle is run.
    """
    timed = inputs(scene)
    begin = timed[0][0]
    pipeline = Pipeline(scene.parameters())
    records = timed if channel is None else channel(timed)
    until = min(sparse_until, scene.duration)
    sparse = _Sparse(pipeline, begin + round(until * 1e9))
    for step in play(sparse, records, rate=CYCLE_RATE):
        time = step.time
        if step.cycle is None or time > scene.duration + MARGIN:
            continue
        for advisory in step.cycle.advisories:
            if advisory.level >= Level.WARNING:
                yield time, advisory
    counters = pipeline.counters
    if counters.received != counters.accepted + sum(counters.rejected.values()):
        raise AssertionError(f'frames are not conserved: {counters}')
    if pipeline.failures:
        raise AssertionError(f'applications failed: {pipeline.failures}')


def judged(
    factors: Factors, channel: Channel | None = None, *, brisk: bool = False,
) -> Outcome:
    """Play one run and judge it.

    Args:
        factors: As `schedule` yields them.
        channel: What becomes of the inputs on their way, None: nothing.
        brisk: Leave cycles out where the time of a warning need not be known closely, and end
            with the first one: three times as fast.
    """
    application = FAMILIES[factors['family']].application
    lossy = bool(factors['loss'])
    try:
        case = prepared(factors)
    except RuleNeverHoldsError as error:
        return Outcome(factors, application, 'void', lossy, False, said=str(error))
    subject = case.scene.subject(case.subject)
    sparse_until = (case.earliest - ALERT if case.hit else math.inf) if brisk else 0.0
    said, start, others = [], math.nan, []
    for time, advisory in warnings(case.scene, channel, sparse_until=sparse_until):
        said.append((time, advisory))
        if subject not in advisory.subject_ids:
            others.append((time, advisory))
        elif advisory.application in case.applications and math.isnan(start):
            start = time
            if brisk:
                break
    if not case.hit:
        return Outcome(
            factors, application, 'false' if said else 'right', lossy, False, said=_told(said))
    if others:
        verdict = 'false'
    elif math.isnan(start):
        verdict = 'missed'
    elif start < case.earliest - MARGIN:
        verdict = 'early'
    elif start > case.latest + MARGIN:
        verdict = 'late'
    else:
        verdict = 'right'
    return Outcome(
        factors, application, verdict, lossy, True, start, case.earliest, case.latest,
        case.meets - start, _told(others or said))


def _told(said: list[tuple[float, Advisory]]) -> str:
    if not said:
        return 'nothing at WARNING'
    time, advisory = said[0]
    return f'{time:.2f} s {advisory.application.name} {advisory.level.name}: {advisory.reason}'


def played(
    runs: list[Factors], workers: int, judge: Callable[[Factors], Outcome] = judged,
    record: Path | None = None,
) -> list[Outcome]:
    """Judge all runs, with a progress bar.

    Args:
        runs: What to play.
        workers: Processes.
        judge: Plays one run.
        record: File that holds a line for each outcome; runs that it holds are not played again,
            so that a campaign may be ended and taken up at will.
    """
    kept: dict[str, Outcome] = {}
    if record is not None and record.exists():
        found = [Outcome(**json.loads(line)) for line in record.read_text().splitlines()]
        kept = {json.dumps(o.factors): o for o in found}
    waiting = [f for f in runs if json.dumps(f) not in kept]
    with ExitStack() as stack:
        out = stack.enter_context(record.open('a')) if record is not None else None
        results = map(judge, waiting) if workers == 1 else stack.enter_context(
            ProcessPoolExecutor(workers)).map(judge, waiting, chunksize=8)
        for outcome in track(
            results, 'scenes', total=len(waiting), console=Console(stderr=True)
        ):
            kept[json.dumps(outcome.factors)] = outcome
            if out is not None:
                out.write(json.dumps(asdict(outcome)) + '\n')
                out.flush()
    return [kept[json.dumps(f)] for f in runs]


def table(outcomes: list[Outcome], title: str) -> Table:
    """Return the table by application and family."""
    made = Table(title=title)
    for column in (
        'application', 'scenes', 'runs', 'hits', 'in the window', 'early', 'late', 'missed',
        'false',
    ):
        made.add_column(column, justify='left' if column in ('application', 'scenes') else 'right')
    rows = [(f.application, name) for name, f in FAMILIES.items()]
    for application, name in [*rows, ('all', '')]:
        mine = [
            o for o in outcomes
            if o.verdict != 'void' and (not name or o.factors['family'] == name)]
        if not mine:
            continue
        hits = [o for o in mine if o.hit]
        count = Counter(o.verdict for o in mine)
        inside = sum(o.hit and o.earliest - MARGIN <= o.start <= o.latest + MARGIN for o in hits)
        made.add_row(
            application, name, str(len(mine)), str(len(hits)), str(inside),
            *(str(count[v]) for v in ('early', 'late', 'missed', 'false')))
    return made


def main() -> int:
    """Return 1 where something was missed or false."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--runs', type=int, default=3000)
    parser.add_argument('--workers', type=int, default=1)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--family', default='', help='part of the name of a family')
    parser.add_argument(
        '--brisk', action='store_true', help='leave out cycles, as the tests do')
    parser.add_argument('--record', type=Path, help='file of outcomes, added to')
    parser.add_argument('--scene', help='factors of one run as JSON, as printed for a wrong one')
    arguments = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 140)
    if arguments.scene:
        factors = json.loads(arguments.scene)
        for time, advisory in warnings(prepared(factors).scene):
            console.print(f'{time:.2f} s {advisory.application.name} {advisory.level.name} '
                          f'{advisory.subject_ids}: {advisory.reason}', highlight=False)
        console.print(judged(factors))
        return 0
    runs = list(schedule(arguments.runs, arguments.seed, arguments.family))
    outcomes = played(
        runs, arguments.workers, functools.partial(judged, brisk=arguments.brisk),
        arguments.record)
    for lossy in (False, True):
        part = [o for o in outcomes if o.lossy is lossy]
        console.print(table(part, '30 % loss' if lossy else 'no loss'))
    void = sum(o.verdict == 'void' for o in outcomes)
    console.print(f'{len(outcomes) - void} runs, {void} void (their rule never holds)')
    for outcome in outcomes:
        if outcome.verdict not in ('right', 'void'):
            console.print(
                f'{outcome.verdict}: start {outcome.start:.2f} s, window {outcome.earliest:.2f} '
                f'to {outcome.latest:.2f} s; {outcome.said}\n  {json.dumps(outcome.factors)}',
                highlight=False, soft_wrap=True, markup=False)
    return int(any(o.verdict in ('missed', 'false') for o in outcomes))


if __name__ == '__main__':
    sys.exit(main())
