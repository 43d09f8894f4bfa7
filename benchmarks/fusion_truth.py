# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Traffic seen by three imperfect senders: one track per object, its error, its lasting number.

`python benchmarks/fusion_truth.py [--ngsim FOLDER] [--sumo] [--penetration SHARE]
[--seeds A..B]`

Every vehicle tells of itself with the bias of a receiver (1 m, correlated over 30 s; noise of
0.3 m) and changes id and certificate every ten seconds, from one message to the next. A camera
(noise 0.5 m) misses a tenth of the objects in every frame, a lidar (0.35 m) a seventh; each
numbers what it sees for itself. A share of the vehicles does not send at all. Reports enter behind
the decoder. Printed are the share of time with exactly one track for an object, objects without
and tracks too many, errors of the fused place and of each sender alone, and how often the number
of an object changed, at a change of id and elsewhere. The exit status is 1 where one track is
rarer than 99 %, the fused error not below the best sender's, or a change of id changes a number.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'test' / 'world'))

from attack_list import PERIOD, Drive
from attacks import Traffic, seeds_of, traffics, with_noise
from road_users import after, parameters, reports

from icv_v2x.pipeline import Perception
from icv_v2x.translate.reports import ObjectReports, Source, joined

REACH = 300.0
CHANGE = 10.0
_SETTLED = 1.0
_CAMERA, _LIDAR = (900_001, 0.5, 0.1), (900_002, 0.35, 0.15)


@dataclass
class Tally:
    """What is counted over all instants.

    Attributes:
        objects: Real objects at all instants.
        single: Of them with exactly one track.
        missing: Without a track.
        surplus: Tracks too many.
        changes: Of ids with the object still there a period later.
        switched: Numbers that changed with them.
        switches: Numbers that changed elsewhere.
        errors: Source to its errors [m].
    """

    objects: int = 0
    single: int = 0
    missing: int = 0
    surplus: int = 0
    changes: int = 0
    switched: int = 0
    switches: int = 0
    errors: dict[str, list[float]] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Take another tally in."""
        for each in fields(self):
            if each.name != 'errors':
                setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))
        for source, errors in other.errors.items():
            self.errors.setdefault(source, []).extend(errors)


def told(
    drives: list[tuple[int, Drive, int]], time: float, **columns: object
) -> ObjectReports | None:
    """Return what is told of vehicles at one instant: number, motion and row of each."""
    if not drives:
        return None

    def column(name: str) -> np.ndarray:
        return np.array([getattr(drive, name)[row] for _, drive, row in drives])

    values = {
        'time': after(time), 'x': column('x'), 'y': column('y'), 'heading': column('heading'),
        'speed': column('speed'), 'acceleration': column('acceleration'),
        'yaw_rate': column('yaw_rate'),
        'length': np.array([drive.size[0] for _, drive, _ in drives]),
        'width': np.array([drive.size[1] for _, drive, _ in drives]),
        'message_count': round(time / PERIOD) % 128, **columns}
    return reports(**values)


def observed(
    drives: list[tuple[int, Drive, int]], time: float, unit: tuple[int, float, float],
    random: np.random.Generator,
) -> ObjectReports | None:
    """Return what one unit sees of vehicles at one instant."""
    identity, noise, missed = unit
    seen = [each for each in drives if random.random() >= missed]
    made = told(seen, time)
    if made is None:
        return None
    count = len(seen)
    return told(
        seen, time, sender_id=identity, signer=identity,
        object_id=np.array([number for number, _, _ in seen]),
        source=Source.RSM | Source.SENSOR, x=made.x + noise * random.standard_normal(count),
        y=made.y + noise * random.standard_normal(count),
        speed=np.abs(made.speed + 0.3 * random.standard_normal(count)),
        heading=made.heading + 0.03 * random.standard_normal(count),
        acceleration=np.nan, yaw_rate=np.nan, variance_xx=noise**2, variance_yy=noise**2,
        speed_deviation=0.3, heading_deviation=0.03)


def run(traffic: Traffic, penetration: float, seed: int, tally: Tally) -> None:
    """Count over one traffic."""
    random = np.random.default_rng(seed)
    measured = with_noise(traffic, 1.0, random)
    sends = {n: random.random() < penetration for n in traffic.drives}
    phase = {n: random.uniform(0.0, CHANGE) for n in traffic.drives}
    pictures = {
        name: Perception(parameters()) for name in ('fused', 'senders', 'camera', 'lidar')}
    begin = min(float(d.time[0]) for d in traffic.drives.values())
    end = max(float(d.time[-1]) for d in traffic.drives.values())
    middle = np.mean([[d.x.mean(), d.y.mean()] for d in traffic.drives.values()], axis=0)
    numbers: dict[int, tuple[int, int]] = {}
    ids: dict[int, int] = {}
    since: dict[int, float] = {}
    for step in range(round((end - begin) / PERIOD) + 1):
        time = begin + step * PERIOD
        here = []
        for number, drive in traffic.drives.items():
            row = int(np.searchsorted(drive.time, time - 1e-6))
            if row < len(drive) and abs(drive.time[row] - time) < 1e-3 and np.hypot(
                    drive.x[row] - middle[0], drive.y[row] - middle[1]) <= REACH:
                here.append((number, drive, row))
                since.setdefault(number, time)
        own = [(n, measured.drives[n], row) for n, _, row in here if sends[n]]
        changed = {
            n: int((time + phase[n]) // CHANGE) for n, _, _ in own}
        identity = np.array([1000 * (n + 1) + changed[n] for n, _, _ in own])
        parts = {
            'senders': told(own, time, sender_id=identity, signer=identity) if own else None,
            'camera': observed(here, time, _CAMERA, random),
            'lidar': observed(here, time, _LIDAR, random)}
        for name, picture in pictures.items():
            heard = [p for n, p in parts.items() if p is not None and name in ('fused', n)]
            if heard:
                every = joined(heard)
                outcome = picture._tracks.update(every, None)
                picture._trust.update(every, outcome, None)
        now = time + 0.05
        known = [each for each in here if since[each[0]] <= time - _SETTLED]
        lasting = {}
        for n, _, _ in known:
            if sends[n] and ids.get(n, changed[n]) != changed[n]:
                lasting[n] = True
        ids = dict(changed)
        _compare(pictures, here, known, now, lasting, numbers, tally)


def _compare(
    pictures: dict[str, Perception], here: list[tuple[int, Drive, int]],
    known: list[tuple[int, Drive, int]], now: float, lasting: dict[int, bool],
    numbers: dict[int, tuple[int, int]], tally: Tally,
) -> None:
    every = np.array([
        (d.x[r] + d.speed[r] * 0.05 * np.cos(d.heading[r]),
         d.y[r] + d.speed[r] * 0.05 * np.sin(d.heading[r])) for _, d, r in here]).reshape(-1, 2)
    which = [n for n, _, _ in here]
    settled = {n for n, _, _ in known}
    for name, picture in pictures.items():
        tracks, _ = picture.world(after(now))
        fresh = tracks.age <= 0.5
        tracks = tracks.take(fresh)
        if not len(every):
            continue
        apart = np.hypot(
            tracks.x[:, None] - every[:, 0], tracks.y[:, None] - every[:, 1])
        # Whose track it is, says who leads it.
        owner = np.where(
            tracks.object_id >= 0, tracks.object_id,
            tracks.sender_id.astype(np.int64) // 1000 - 1)
        errors = tally.errors.setdefault(name, [])
        for index, number in enumerate(which):
            if number not in settled:
                continue
            mine = np.flatnonzero(owner == number)
            if len(mine):
                errors.append(float(apart[mine, index].min()))
            if name != 'fused':
                continue
            tally.objects += 1
            tally.single += len(mine) == 1
            tally.missing += len(mine) == 0
            tally.surplus += max(len(mine) - 1, 0)
            if not len(mine):
                continue
            own = int(tracks.identity[mine[apart[mine, index].argmin()]])
            before = numbers.get(number, (own, 0))[0]
            if number in lasting:
                tally.changes += 1
                tally.switched += own != before
            else:
                tally.switches += own != before
            numbers[number] = own, 0


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--ngsim', type=Path, help='folder of CommonRoad recordings')
    parser.add_argument('--sumo', action='store_true', help='SUMO traffic')
    parser.add_argument('--duration', type=float, default=40.0, help='of SUMO traffic [s]')
    parser.add_argument('--penetration', type=float, default=0.7, help='share that sends')
    parser.add_argument('--seeds', type=seeds_of, default=[0], help='such as 0..4')
    arguments = parser.parse_args()
    if arguments.ngsim is None and not arguments.sumo:
        parser.error('give --ngsim FOLDER, --sumo or both')
    total = Tally()
    for seed in arguments.seeds:
        for traffic in traffics(arguments, seed):
            tally = Tally()
            run(traffic, arguments.penetration, seed, tally)
            show(traffic.name, tally)
            total.add(tally)
    return 0 if show('all', total) else 1


def show(name: str, tally: Tally) -> bool:
    """Print one line; return whether it is as demanded."""
    errors = {
        source: float(np.sqrt(np.mean(np.square(e)))) for source, e in tally.errors.items() if e}
    share = tally.single / max(tally.objects, 1)
    print(
        f'{name:28} one track {100 * share:6.2f} %  missing {tally.missing} '
        f'surplus {tally.surplus} of {tally.objects}; error '
        + ', '.join(f'{source} {e:.2f}' for source, e in errors.items())
        + f' m; number changed at {tally.switched} of {tally.changes} changes of id, '
        f'{tally.switches} times elsewhere', flush=True)
    best = min(e for source, e in errors.items() if source != 'fused')
    return share >= 0.99 and errors['fused'] < best and tally.switched == 0


if __name__ == '__main__':
    sys.exit(main())
