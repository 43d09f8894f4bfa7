# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The collision matrix under what GNSS and radio do: missed, false and lead time by application.

`python benchmarks/collision_noise.py [--runs N] [--workers N] [--seed N] [--ego]`

At level 1 a sender is off by a position bias of sigma 1.27 m per axis correlated over 30 s, white
noise of 0.3 m, 3 degrees and 0.28 m/s, and its frames are 150 ms old; the other levels are shares
of it. The same scenes are played at every level. The ego knows its own place unless `--ego` lets
its pose wander by the same bias.
"""

from __future__ import annotations

import argparse
import functools
import json
import math
import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent))
from collision_families import FAMILIES
from collision_matrix import Outcome, judged, played, schedule

from icv_v2x.faults import Delay, Deviations, OdometryError, ReportError, degrade

if TYPE_CHECKING:
    from collision_scenes import Factors

    from icv_v2x.faults import Operator

LEVELS = (0.0, 0.25, 0.5, 1.0)
FULL = Deviations(position=0.3, bias=1.27, speed=0.28, heading=math.radians(3.0))
EGO_FULL = Deviations(bias=1.27)
AGE = 0.15
HELD_UP_TO = 0.25
"""Level up to which nothing may be missed, and less than `MOST_FALSE` of the misses be false."""
MOST_FALSE = 0.02


def degraded(factors: Factors, level: float, ego: bool) -> Outcome:
    """Judge one run at a level of the errors."""
    operators: list[Operator] = [ReportError(FULL.scaled(level)), Delay(AGE * level)]
    if ego:
        operators.append(OdometryError(EGO_FULL.scaled(level)))
    if not level:
        return judged(factors)
    return judged(
        factors, lambda timed: degrade(timed, operators, seed=factors['number']))


def table(by_level: dict[float, list[Outcome]]) -> Table:
    """Return missed, false and lead time by application and level."""
    made = Table(title='errors of GNSS and radio')
    for column in (
        'application', 'level', 'hits', 'missed', 'in the window', 'clear misses', 'false',
        'false at hits', 'lead time: least, median',
    ):
        made.add_column(column, justify='left' if column == 'application' else 'right')
    applications = list(dict.fromkeys(f.application for f in FAMILIES.values()))
    for application in (*applications, 'all'):
        for level, outcomes in by_level.items():
            mine = [
                o for o in outcomes
                if o.verdict != 'void' and application in (o.application, 'all')]
            if not mine:
                continue
            hits, misses = [o for o in mine if o.hit], [o for o in mine if not o.hit]
            inside = sum(o.earliest <= o.start <= o.latest for o in hits)
            wrong = sum(o.verdict == 'false' for o in misses)
            share = f' ({wrong / len(misses):.0%})' if wrong else ''
            leads = [o.lead for o in hits if math.isfinite(o.lead)]
            lead = f'{min(leads):.1f}, {statistics.median(leads):.1f} s' if leads else '-'
            made.add_row(
                application, f'{level:g}', str(len(hits)),
                str(sum(math.isnan(o.start) for o in hits)), str(inside), str(len(misses)),
                f'{wrong}{share}', str(sum(o.verdict == 'false' for o in hits)),
                '-' if application == 'all' else lead,
                end_section=level == max(by_level))
    return made


def main() -> int:
    """Return 1 where a level at which that is demanded does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--runs', type=int, default=1000, help='at every level')
    parser.add_argument('--workers', type=int, default=1)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--family', default='', help='part of the name of a family')
    parser.add_argument('--ego', action='store_true', help='the pose of the ego is off as well')
    parser.add_argument('--scene', help='factors of one run as JSON, as printed for a wrong one')
    arguments = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 140)
    if arguments.scene:
        for level in LEVELS:
            console.print(level, degraded(json.loads(arguments.scene), level, arguments.ego))
        return 0
    runs = list(schedule(arguments.runs, arguments.seed, arguments.family))
    by_level = {
        level: played(
            runs, arguments.workers, functools.partial(degraded, level=level, ego=arguments.ego))
        for level in LEVELS
    }
    console.print(table(by_level))
    demanded = [o for level in LEVELS if level <= HELD_UP_TO for o in by_level[level]]
    for level in LEVELS:
        for outcome in by_level[level]:
            if level <= HELD_UP_TO and outcome.verdict in ('missed', 'false'):
                console.print(
                    f'{level:g} {outcome.verdict}: {outcome.said}\n  '
                    f'{json.dumps(outcome.factors)}', highlight=False, soft_wrap=True,
                    markup=False)
    misses = [o for o in demanded if not o.hit and o.verdict != 'void']
    wrong = sum(o.verdict == 'false' for o in misses)
    missed = any(o.hit and math.isnan(o.start) for o in demanded)
    return int(missed or wrong >= MOST_FALSE * len(misses) > 0.0)


if __name__ == '__main__':
    sys.exit(main())
