# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Merges in SUMO's traffic by the planner and by SUMO's driver, with the same seeds, compared.

`python benchmarks/merge_campaign.py FOLDER [--road ramp] [--flows 1500 1800] [--seeds 0..199]`

Needs SUMO (requirements-sumo.txt). Every run is a line of FOLDER/ROAD_FLOW[_LABEL].jsonl; what is
there is not run again, so that a campaign can be stopped and taken up. The table gives means and
the paired difference planner - SUMO with its 95 % interval. Delay is the travel time from entry to
500 m behind the merging lane, less that of SUMO's driver alone on the road. Disturbances of the
radio are options, as in `icv-v2x sumo`, and so is a share of vehicles that answer requests for
room (`--courteous`); `--label` keeps such runs apart. The exit status is 1
where the planner's vehicle collided.
"""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'test' / 'simulation'))

from merge_roads import EGO, ROADS

from icv_v2x.tools import degradation
from icv_v2x.tools.simulation.merge_run import MergeRun, merge
from icv_v2x.tools.simulation.traffic import load_library
from icv_v2x.tools.sumo import seeds
from icv_v2x.tools.terminal import progress

if TYPE_CHECKING:
    from collections.abc import Iterable

_DRIVERS = ('sumo', 'planner')
_COLUMNS = (
    ('delay', 'delay [s]'), ('time_to_merge', 'time to merge [s]'),
    ('follower_braking', "follower's braking, over 0.5 s [m/s2]"),
    ('follower_braking_step', "follower's braking, single step [m/s2]"),
    ('follower_needed', "follower's need after 0.4 s [m/s2]"),
    ('leader_headway', 'time gap to leader [s]'),
    ('follower_headway', 'time gap of follower [s]'),
    ('settled_headway', 'time gap 5 s later [s]'),
    ('least_time_to_collision', 'least time to collision [s]'),
    ('braking', 'own braking [m/s2]'), ('jerk', 'own jerk [m/s3]'),
    ('stops', 'stops on the lane'), ('aborts', 'aborts'), ('gap_changes', 'changes of gap'))


def run(arguments: argparse.Namespace, flow: float) -> list[dict[str, Any]]:
    """Run what is missing and return all lines of one flow, SUMO alone on the road first."""
    name = f'{arguments.road}_{flow:.0f}' + (f'_{arguments.label}' if arguments.label else '')
    file = arguments.folder / f'{name}.jsonl'
    config = ROADS[arguments.road](arguments.folder / 'roads' / f'{arguments.road}_{flow:.0f}',
                                   flow).config
    known = _read(file)
    have = {(line['driver'], line['seed'], line['alone']) for line in known}
    parameters = dict(pair.split('=') for pair in arguments.set)
    values = {key: float(value) for key, value in parameters.items()}
    wanted = [
        (driver, seed, False) for seed in arguments.seeds for driver in arguments.drivers]
    missing = [item for item in [('sumo', 0, True), *wanted] if item not in have]
    with (
        ProcessPoolExecutor(arguments.workers) as pool, file.open('a') as lines,
        progress(name, len(missing)) as advance,
    ):
        operators = degradation.operators(arguments)
        jobs = [
            pool.submit(merge, MergeRun(
                config, EGO, driver, operators, values, alone,
                courteous=arguments.courteous if driver == 'planner' else 0.0), seed)
            for driver, seed, alone in missing]
        for job in as_completed(jobs):
            line = job.result()
            known.append(line)
            print(json.dumps(line), file=lines, flush=True)
            advance()
    chosen = set(arguments.seeds)
    return [line for line in known if line['alone'] or line['seed'] in chosen]


def table(title: str, lines: Iterable[dict[str, Any]]) -> bool:
    """Print one flow; return whether the planner's vehicle never collided."""
    runs: dict[str, dict[int, dict[str, Any]]] = {driver: {} for driver in _DRIVERS}
    alone = np.nan
    for line in lines:
        if line['alone']:
            alone = float(line['travel_time'] or np.nan)
        else:
            runs[line['driver']][line['seed']] = line
    for found in runs.values():
        for line in found.values():
            time = line['travel_time']
            line['delay'] = None if time is None else time - alone
    both = sorted(set(runs['sumo']) & set(runs['planner']))
    print(f'\n{title}: {len(both)} seeds by both drivers, alone {alone:.1f} s')
    for driver, found in runs.items():
        print(
            f'  {driver}: {len(found)} runs, '
            f'{sum(line["collision"] for line in found.values())} collisions, '
            f'{sum(line["travel_time"] is None for line in found.values())} never arrived, '
            f'{sum(line["time_to_merge"] is None for line in found.values())} never merged')
    print(f'  {"":40} {"SUMO":>8} {"planner":>8} {"difference":>11} {"95 %":>7} {"share":>7}')
    for key, label in _COLUMNS:
        pairs = np.array([
            [_number(runs[driver][seed][key]) for driver in _DRIVERS] for seed in both])
        pairs = pairs[np.isfinite(pairs).all(axis=1)] if len(pairs) else pairs
        if len(pairs) < 2:
            continue
        difference = pairs[:, 1] - pairs[:, 0]
        spread = 1.96 * difference.std(ddof=1) / np.sqrt(len(pairs))
        base, ours = pairs.mean(axis=0)
        share = f'{100.0 * (ours / base - 1.0):+.0f} %' if base else ''
        print(
            f'  {label:40} {base:8.2f} {ours:8.2f} {difference.mean():+11.2f} {spread:7.2f} '
            f'{share:>7}')
    ours = list(runs['planner'].values())
    if ours:
        calm = sum(line['gap_changes'] <= 1 for line in ours)
        print(f'  the chosen gap changed at most once in {calm} of {len(ours)} runs')
        print('  strongest, as shares of the limits at the speed: ' + ', '.join(
            f'{name} {max(_number(line[f"{name}_share"]) for line in ours):.2f}'
            for name in ('acceleration', 'braking', 'jerk')))
        short = sum(
            _number(line['settled_headway'])
            < min(1.0, _number(line['lane_headway'] or 1.0)) - 0.005 for line in ours)
        print(
            f'  time gap 5 s after the merge below 1.0 s and the mean of the lane: {short} of '
            f'{len(ours)}')
    return not any(line['collision'] for line in ours)


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _read(file: Path) -> list[dict[str, Any]]:
    if not file.exists():
        return []
    found = []
    for text in file.read_text().splitlines():
        try:
            found.append(json.loads(text))
        except json.JSONDecodeError:
            # The run was stopped while it wrote.
            continue
    return found


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', type=Path)
    parser.add_argument('--road', choices=ROADS, default='ramp')
    parser.add_argument('--flows', type=float, nargs='+', default=[1500.0, 1800.0, 2000.0])
    parser.add_argument('--seeds', type=seeds, default=range(200))
    parser.add_argument('--drivers', nargs='+', choices=_DRIVERS, default=list(_DRIVERS))
    parser.add_argument('--workers', type=int, default=1)
    parser.add_argument('--label', default='')
    parser.add_argument(
        '--courteous', type=float, default=0.0, metavar='SHARE',
        help='of the other vehicles, which answer requests for room')
    parser.add_argument(
        '--set', nargs='*', default=[], metavar='NAME=VALUE', help='parameters of the planner')
    degradation.add_arguments(parser)
    arguments = parser.parse_args()
    load_library()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    clean = True
    for flow in arguments.flows:
        lines = run(arguments, flow)
        clean &= table(f'{arguments.road}, {flow:.0f} vehicles an hour and lane', lines)
    return 0 if clean else 1


if __name__ == '__main__':
    sys.exit(main())
