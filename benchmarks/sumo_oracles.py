# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The pipeline beside SUMO: times to collision, injected collisions and quiet traffic as tables.

`python benchmarks/sumo_oracles.py following [--seeds A..B]`
`python benchmarks/sumo_oracles.py injected [--seeds A..B] [--loss P ...]`
`python benchmarks/sumo_oracles.py quiet [--seeds A..B] [--road NAME] [--loss P ...] [--no-map]`

Needs SUMO (requirements-sumo.txt). The exit status is 1 where a figure is not as demanded, which
without degradation is: every sample of following within the tolerance; every collision whose
partners were in constant motion for 3 s warned of at least 1.5 s ahead (closing at under 5 m/s: as
soon as the rule holds), and the others as soon as their rule holds; less than 2 false WARNINGs
per vehicle hour, without those of an intended lane change, turn or pass, of which the ego's
present motion is no measure. Both counts are printed: all, and without those of such applications
alone (BSW, LCW, LTA, DNPW). Quiet traffic brakes at 3 m/s2, which is counted on from whoever must
give way, and does not move sideways where it stands. A road-side unit tells of the lanes
and signals unless `--no-map` silences it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'test' / 'simulation'))

from following_times import compare
from injected import KINDS
from injected_check import check
from networks import CALM, junction, on_ramp
from road_side import RoadSideUnit

from icv_v2x.tools import degradation
from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.simulation.drive import Plan, drive
from icv_v2x.tools.simulation.traffic import load_library
from icv_v2x.tools.sumo import seeds

if TYPE_CHECKING:
    from icv_v2x.faults import Operator

_FALSE_PER_HOUR = 2.0
_DURATION = 120.0
_ROADS = {
    'on_ramp': 'on-ramp, 3 x 1500/h', 'priority': 'junction, priority',
    'lights': 'junction, lights',
}
_COLUMNS = f'{"hit":>5} {"undecided":>10} {"false":>6} {"false per hour":>15} '


def following(folder: Path, arguments: argparse.Namespace) -> bool:
    """Print the differences of times to collision; return whether all are within tolerance."""
    config = junction(folder, each=600.0, end=400.0, control='traffic_light').config
    print(f'{"seed":>5} {"samples":>8} {"beyond":>7} {"largest [ms]":>13} {"of tolerance":>13}')
    total = beyond = 0
    for seed in arguments.seeds:
        compared = compare(config, seed)
        difference = np.abs(compared.ours - compared.theirs)
        out = int(np.count_nonzero(compared.beyond))
        print(
            f'{seed:5} {len(compared):8} {out:7} {1e3 * difference.max():13.3f} '
            f'{100.0 * (difference / compared.tolerance).max():12.2f}%', flush=True)
        total, beyond = total + len(compared), beyond + out
    print(f'{"all":>5} {total:8} {beyond:7}')
    return beyond == 0


def injected(folder: Path, arguments: argparse.Namespace) -> bool:
    """Print lead times by kind of conflict; return whether every warning came in time."""
    operators = degradation.operators(arguments)
    configs = {
        'on_ramp': on_ramp(folder / 'on_ramp', mainline=0.0, ramp=0.0).config,
        'junction': junction(folder / 'junction', each=0.0).config,
    }
    print(
        f'{"injected":22} {"runs":>5} {"collisions":>11} {"steady":>7} {"lead least":>11} '
        f'{"median [s]":>11} {"behind rule, most [s]":>22} {"faults":>7}')
    faults = []
    with ProcessPoolExecutor(arguments.workers) as pool:
        for kind in KINDS:
            one = partial(
                check, kind, configs=configs, operators=operators, allowance=arguments.allowance)
            found = [c for c in pool.map(one, arguments.seeds) if c is not None]
            leads = [c.lead for c in found if np.isfinite(c.lead)] or [np.nan]
            behind = [c.behind_rule for c in found if np.isfinite(c.behind_rule)] or [np.nan]
            wrong = [c for c in found if c.fault]
            faults += wrong
            print(
                f'{kind:22} {len(arguments.seeds):5} {len(found):11} '
                f'{sum(c.steady for c in found):7} {min(leads):11.2f} '
                f'{float(np.median(leads)):11.2f} {max(behind):22.2f} {len(wrong):7}', flush=True)
    for wrong in faults:
        print(f'{wrong.kind}, seed {wrong.seed}: {wrong.fault}; closing {wrong.closing:.1f} m/s')
    return not faults


def quiet(folder: Path, arguments: argparse.Namespace) -> bool:
    """Print what traffic without injected conflicts is warned of; return whether it is quiet."""
    operators = degradation.operators(arguments)
    print(
        f'{"":22} {"":6} {"all":^39} {"without those of intent":^39}\n'
        f'{"road":22} {"hours":>6} {2 * _COLUMNS}{"collisions":>11}')
    every: list[dict[str, Any]] = []
    with ProcessPoolExecutor(arguments.workers) as pool:
        for road in _ROADS if arguments.road is None else (arguments.road,):
            config = _config(road, folder / road)
            one = partial(
                _drive, config, operators, road == 'on_ramp', not arguments.no_map)
            values = [value for run in pool.map(one, arguments.seeds) for value in run]
            print(f'{_ROADS[road]:22} {_row(values)}', flush=True)
            every += values
    print(f'{"all":22} {_row(every)}')
    _print_applications(every)
    return _false_per_hour(every, with_intent=False) < _FALSE_PER_HOUR


def _config(road: str, folder: Path) -> Path:
    if road == 'on_ramp':
        return on_ramp(
            folder, mainline=1500.0, ramp=600.0, end=_DURATION, manner=CALM).config
    if road == 'priority':
        return junction(folder, each=400.0, end=_DURATION, manner=CALM).config
    return junction(
        folder, each=500.0, end=_DURATION, control='traffic_light', manner=CALM).config


def _drive(
    config: Path, operators: tuple[Operator, ...], ramp: bool, mapped: bool, seed: int,
) -> list[dict[str, Any]]:
    flows = ('main', 'ramp') if ramp else ('we', 'ew', 'ns', 'sn', 'wn', 'es', 'nw', 'se')
    egos = tuple(f'{flow}.{number}' for number in range(0, 24, 4) for flow in flows)
    unit = RoadSideUnit(config.with_name('net.xml')).frames if mapped else None
    values = drive(Plan(config, egos, operators, road_side=unit), seed).values
    return [{**value, 'road': config.parent.name} for value in values]


def _situations(values: list[dict[str, Any]], *, with_intent: bool) -> list[dict[str, Any]]:
    return [
        s for value in values for s in value['situations'] if with_intent or not s['of_intent']]


def _false_per_hour(values: list[dict[str, Any]], *, with_intent: bool) -> float:
    false = sum(s['verdict'] == 'false' for s in _situations(values, with_intent=with_intent))
    return false / (sum(value['vehicle_seconds'] for value in values) / 3600.0)


def _row(values: list[dict[str, Any]]) -> str:
    columns = [f'{sum(value["vehicle_seconds"] for value in values) / 3600.0:6.2f}']
    for with_intent in (True, False):
        count = Counter(s['verdict'] for s in _situations(values, with_intent=with_intent))
        columns.append(
            f'{count["hit"]:5} {count["undecided"]:10} {count["false"]:6} '
            f'{_false_per_hour(values, with_intent=with_intent):15.2f}')
    columns.append(f'{sum(len(value["collisions"]) for value in values):11}')
    return ' '.join(columns)


def _print_applications(values: list[dict[str, Any]]) -> None:
    applications = Counter(
        (s['application'], s['level'], s['verdict'])
        for value in values for s in value['situations'])
    for (application, level, verdict), count in sorted(applications.items()):
        print(f'  {application:6} {level:9} {verdict:10} {count:4}')
    for value in values:
        for s in value['situations']:
            if s['verdict'] == 'false' and not s['of_intent']:
                print(
                    f'  false: {value["road"]} seed {value["seed"]} {value["ego"]} '
                    f'{s["start"]:.2f}..{s["end"]:.2f} s, nearest {s["nearest"]:.2f} m: '
                    f'{s["application"]} {s["subject"]}: {s["reason"]}')


def main() -> int:
    """Print one table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('table', choices=('following', 'injected', 'quiet'))
    parser.add_argument('--seeds', type=seeds, default=range(1, 5), metavar='A..B')
    parser.add_argument('--workers', type=int, default=1)
    parser.add_argument(
        '--allowance', type=float, default=0.0, metavar='S',
        help='how much later warnings may come under degradation [s]')
    parser.add_argument(
        '--no-map', action='store_true',
        help='quiet: no road-side unit tells of lanes and signals')
    parser.add_argument('--road', choices=_ROADS, help='quiet: this one alone')
    degradation.add_arguments(parser)
    arguments = parser.parse_args()
    try:
        load_library()
    except SourceError as error:
        print(error, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        tables = {'following': following, 'injected': injected, 'quiet': quiet}
        return 0 if tables[arguments.table](Path(folder), arguments) else 1


if __name__ == '__main__':
    sys.exit(main())
