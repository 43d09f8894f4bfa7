# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Eight cars in a platoon in SUMO by octets: what goes wrong, and whether the string is stable.

`python benchmarks/platoon.py FOLDER [--scenes brake cut_in] [--seeds 0..4] [--count 8]`

Needs SUMO (requirements-sumo.txt). Every vehicle hears basic safety and platooning messages as
octets, runs its own pipeline, sends its own, and drives by its own plan through a drive with a
lag of 0.4 s (0.3 to 0.5 s where the scene says so). Every run is a line of FOLDER/platoon.jsonl;
what is there is not run again. The string table drives the leader with sines of acceleration and
gives the peaks of acceleration and of gap error of every vehicle. The exit status is 1 after a
collision, or where a peak grows along the platoon.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'test' / 'simulation'))

from platoon_scenes import SCENES, peaks, scene, string_run

from icv_v2x.tools.simulation.platoon_run import drive_platoon
from icv_v2x.tools.sumo import seeds

if TYPE_CHECKING:
    from collections.abc import Iterable

# Peaks that differ by less are one: SUMO's steps, and the centimetre of positions [m/s2, m].
_TOLERANCE = 0.01, 0.02


@dataclass(frozen=True)
class Job:
    """One run: a scene, or the sines with a name for what is disturbed."""

    name: str
    seed: int
    count: int
    folder: Path


def run(job: Job) -> dict[str, Any]:
    """Run one job and return its line."""
    line: dict[str, Any] = {'name': job.name, 'seed': job.seed, 'count': job.count}
    if job.name.startswith('string'):
        plan, parts = string_run(job.folder / job.name, job.count, job.name)
        record = drive_platoon(plan, job.seed)
        line['peaks'] = [
            {'frequency': frequency, **peaks(record, begin, end)}
            for frequency, begin, end in parts]
    else:
        plan = scene(job.name, job.folder / f'{job.name}_{job.count}', job.count)
        record = drive_platoon(plan, job.seed)
        begin = SCENES[job.name].begin
        disturbed = record.time >= begin
        # Before it is disturbed, or at the end where it forms.
        formed = int(np.argmax(disturbed)) - 1 if begin else len(record.time) - 1
        line |= {
            'least_gap': float(np.nanmin(record.gap[:, 1:])),
            'strongest_braking': float(-record.acceleration[:, 1:].min()),
            'time_gap': float(np.nanmean(
                record.gap[formed, 1:] / np.maximum(record.speed[formed, 1:], 0.1))),
            'time_gap_at_the_end': [
                None if not math.isfinite(value) else value
                for value in (
                    record.gap[-1, 1:] / np.maximum(record.speed[-1, 1:], 1.0)).tolist()],
            'speed': float(record.speed[-1].mean()),
            'least_speed': float(record.speed[disturbed].min()),
            'state': record.state[-1].tolist(), 'members': record.members[-1].tolist(),
            'settled': settled(record),
        }
    line |= {
        'collisions': len(set(record.collisions)), 'sent': record.sent,
        'rejected': record.rejected}
    return line


def settled(record: Any) -> float | None:
    """Return when all followed with a time gap of 0.6 s [s], None for never."""
    with np.errstate(invalid='ignore', divide='ignore'):
        short = np.abs(record.gap[:, 1:] / record.speed[:, 1:] - 0.6) < 0.02
    done = np.flatnonzero(short.all(axis=1))
    return float(record.time[done[0]]) if len(done) else None


def table(lines: Iterable[dict[str, Any]]) -> None:
    """Print the scenes."""
    print(f'\n{"scene":26} runs coll. least gap  braking  time gap  speed  settled  members')
    by_name: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        by_name.setdefault(line['name'], []).append(line)
    for name, found in by_name.items():
        whole = [line['settled'] for line in found if line['settled'] is not None]
        print(
            f'{name:26} {len(found):4} {sum(line["collisions"] for line in found):5} '
            f'{min(line["least_gap"] for line in found):7.2f} m '
            f'{max(line["strongest_braking"] for line in found):5.2f} m/s2 '
            f'{np.mean([line["time_gap"] for line in found]):6.2f} s '
            f'{np.mean([line["speed"] for line in found]):6.2f} '
            f'{np.mean(whole) if whole else math.nan:6.1f} s  {found[0]["members"]}')


def string_table(line: dict[str, Any]) -> bool:
    """Print the peaks of one run; return whether none grows along the platoon."""
    stable = True
    print(f'\n{line["name"]}, seed {line["seed"]}: peaks from the leader to the tail')
    for part in line['peaks']:
        for (key, first), tolerance in zip(
                (('acceleration', 0), ('error', 1)), _TOLERANCE, strict=True):
            values = np.array(part[key][first:])
            grows = np.flatnonzero(np.diff(values) > tolerance)
            stable &= not len(grows)
            print(
                f'  {part["frequency"]:5.2f} Hz {key:12} '
                + ' '.join(f'{value:6.3f}' for value in values)
                + ('   GROWS' if len(grows) else ''))
    return stable


def main() -> int:
    """Run what is missing and print all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', type=Path)
    strings = ('string', 'string_lag', 'string_loss', 'string_delay', 'string_noise')
    parser.add_argument('--scenes', nargs='+', choices=(*SCENES, *strings),
                        default=[*SCENES, *strings])
    parser.add_argument('--seeds', type=seeds, default=range(1))
    parser.add_argument('--count', type=int, default=8)
    parser.add_argument('--workers', type=int, default=1)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    file = arguments.folder / 'platoon.jsonl'
    lines = [json.loads(text) for text in file.read_text().splitlines()] if file.exists() else []
    have = {(line['name'], line['seed'], line['count']) for line in lines}
    jobs = [
        Job(name, seed, arguments.count, arguments.folder)
        for name in arguments.scenes for seed in arguments.seeds]
    with ProcessPoolExecutor(arguments.workers) as pool, file.open(
            'a') as output:
        for done in as_completed([
                pool.submit(run, job) for job in jobs
                if (job.name, job.seed, job.count) not in have]):
            line = done.result()
            lines.append(line)
            print(json.dumps(line), file=output, flush=True)
            print(f'{line["name"]} seed {line["seed"]}: {line["collisions"]} collisions',
                  file=sys.stderr, flush=True)
    chosen = {(job.name, job.seed, job.count) for job in jobs}
    lines = [line for line in lines if (line['name'], line['seed'], line['count']) in chosen]
    table(line for line in lines if 'peaks' not in line)
    stable = [string_table(line) for line in lines if 'peaks' in line]
    return 0 if all(stable) and not any(line['collisions'] for line in lines) else 1


if __name__ == '__main__':
    sys.exit(main())
