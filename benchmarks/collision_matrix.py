# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The matrix of collision scenes: warned of in the window, missed or false, by kind of scene.

`python benchmarks/collision_matrix.py [--runs N] [--workers N] [--seed N] [--family NAME]`

Each scene is a hit or a clear miss; what varies in it is combined pairwise with 24 orientations,
5 places on earth, 1 to 20 Hz and 0 or 30 % loss. `--scene JSON` plays one again and tells all.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import random
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
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
        scene.duration = min(scene.duration, latest + 0.6)
    return replace(case, scene=scene, latest=latest)


def warnings(scene: Scene, channel: Channel | None = None) -> list[tuple[float, Advisory]]:
    """Return what is said at WARNING or above, with its time [s]."""
    timed = inputs(scene)
    begin = timed[0][0]
    pipeline = Pipeline(scene.parameters())
    records = timed if channel is None else channel(timed)
    said = [
        ((step.cycle.stamp - begin) * 1e-9, advisory)
        for step in play(pipeline, records, rate=CYCLE_RATE)
        for advisory in step.cycle.advisories if advisory.level >= Level.WARNING
    ]
    counters = pipeline.counters
    if counters.received != counters.accepted + sum(counters.rejected.values()):
        raise AssertionError(f'frames are not conserved: {counters}')
    if pipeline.failures:
        raise AssertionError(f'applications failed: {pipeline.failures}')
    return [(time, advisory) for time, advisory in said if time <= scene.duration + MARGIN]


def judged(factors: Factors, channel: Channel | None = None) -> Outcome:
    """Play one run and judge it.

    Args:
        factors: As `schedule` yields them.
        channel: What becomes of the inputs on their way, None: nothing.
    """
    application = FAMILIES[factors['family']].application
    lossy = bool(factors['loss'])
    try:
        case = prepared(factors)
    except RuleNeverHoldsError as error:
        return Outcome(factors, application, 'void', lossy, False, said=str(error))
    subject = case.scene.subject(case.subject)
    said = warnings(case.scene, channel)
    if not case.hit:
        return Outcome(
            factors, application, 'false' if said else 'right', lossy, False, said=_told(said))
    others = [(t, a) for t, a in said if subject not in a.subject_ids]
    ours = [
        (t, a) for t, a in said
        if subject in a.subject_ids and a.application in case.applications]
    start = ours[0][0] if ours else math.nan
    if others:
        verdict = 'false'
    elif not ours:
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
) -> list[Outcome]:
    """Judge all runs, with a progress bar."""
    console = Console(stderr=True)
    if workers == 1:
        return [judge(f) for f in track(runs, 'scenes', console=console)]
    with ProcessPoolExecutor(workers) as pool:
        return list(track(
            pool.map(judge, runs, chunksize=8), 'scenes', total=len(runs), console=console))


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
    outcomes = played(runs, arguments.workers)
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
