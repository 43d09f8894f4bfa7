# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Recorded traffic with each vehicle in turn as the ego: what is warned of, and what was false.

`python benchmarks/recorded_traffic.py FOLDER [--every N] [--workers N]`

FOLDER holds CommonRoad recordings (.xml or .xml.gz). A situation is one ego and one subject at
WARNING or above, stretches less than 1 s apart taken as one. It is false where the ego, at
constant velocity from its begin on, would not have come within 0.5 m of the subject's recorded
footprint at the same instants during the next 5 s; where the record ends before, without a hit,
it is undecided.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.frames import MapFrame
from icv_v2x.interchange.broadcast import batch_of
from icv_v2x.interchange.playback import play
from icv_v2x.parameters import Parameters, build
from icv_v2x.pipeline import Pipeline
from icv_v2x.report.situations import SituationGrouper
from icv_v2x.scenes import judgement
from icv_v2x.scenes.manoeuvres import States
from icv_v2x.tools.import_trajectories import (
    DEFAULT_PLACE,
    EPOCH,
    SENDER_PREFIX,
    ego_inputs,
    radio_frames,
    vehicle_numbers,
)
from icv_v2x.tools.trajectories import commonroad

if TYPE_CHECKING:
    from icv_v2x.advisory import Level
    from icv_v2x.report.situations import Situation
    from icv_v2x.tools.trajectories import Recording, Trajectory

SECOND = 1_000_000_000
LEAD_IN = 1.0


@dataclass(frozen=True)
class Judged:
    """One situation and what became of it.

    Attributes:
        source: Name of the recording.
        ego: Id of the ego.
        subject: Id of the subject.
        time: [s] of the recording when it began.
        situation: What was said.
        nearest: [m] smallest distance to the subject's recorded footprint.
        verdict: 'hit', 'false' or 'undecided'.
    """

    source: str
    ego: str
    subject: str
    time: float
    situation: Situation
    nearest: float
    verdict: str


@dataclass(frozen=True)
class Drive:
    """One vehicle's time as the ego.

    Attributes:
        duration: [s].
        judged: Situations at WARNING or above.
        levels: (application, level) to cycles in which it was said.
        begun: The same to how many subjects it was said of.
        balanced: Whether every frame received was accepted or rejected with a reason.
    """

    duration: float
    judged: list[Judged]
    levels: Counter[tuple[str, Level]]
    begun: Counter[tuple[str, Level]]
    balanced: bool


def drive(path: Path, name: str) -> Drive:
    """Replay a recording with one vehicle as the ego.

    Args:
        path: The recording.
        name: Id of the ego.

    Returns:
        What was said, judged.
    """
    recording = commonroad.read(path)
    ego = recording.named(name)
    numbers = vehicle_numbers([vehicle.name for vehicle in recording.trajectories])
    others = [vehicle for vehicle in recording.trajectories if vehicle is not ego]
    place = (recording.latitude, recording.longitude)
    latitude, longitude = DEFAULT_PLACE if None in place else place
    frames = radio_frames(others, numbers, MapFrame(latitude, longitude, 0.0))
    begin, end = (EPOCH + round(t * SECOND) for t in (ego.time[0], ego.time[-1]))
    near = [
        f for f in frames if begin - LEAD_IN * SECOND <= f.reception_time <= end
    ]
    timed = [*ego_inputs(ego)]
    instants: dict[int, list] = {}
    for frame in near:
        instants.setdefault(frame.reception_time, []).append(frame)
    timed += [(time, batch_of(together, time)) for time, together in instants.items()]
    timed.sort(key=lambda item: item[0])
    pipeline = Pipeline(build(Parameters, {
        'map_origin.latitude': latitude, 'map_origin.longitude': longitude,
        'vehicle.length': ego.length, 'vehicle.width': ego.width,
        'vehicle.base_link_to_center': 0.0,
        'vehicle.temporary_id': f'{SENDER_PREFIX + numbers[ego.name]:016X}',
    }))
    grouper = SituationGrouper()
    levels: Counter[tuple[str, Level]] = Counter()
    told: set[tuple[str, Level, int]] = set()
    for step in play(pipeline, timed, rate=20.0):
        grouper.add(step.cycle.stamp, step.cycle.advisories)
        for advisory in step.cycle.advisories:
            levels[advisory.application.name, advisory.level] += 1
            told.add((advisory.application.name, advisory.level, advisory.id))
    counters = pipeline.counters
    balanced = counters.received == counters.accepted + sum(counters.rejected.values())
    names = {f'{SENDER_PREFIX + number:016X}': own for own, number in numbers.items()}
    judged = [
        judge(path, recording, ego, names[situation.subject], situation)
        for situation in grouper.finish()
    ]
    begun = Counter((application, level) for application, level, _ in told)
    return Drive(ego.duration, judged, levels, begun, balanced)


def judge(
    path: Path, recording: Recording, ego: Trajectory, subject: str, situation: Situation
) -> Judged:
    """Return what became of a situation in the record."""
    begin = (situation.start - EPOCH) / SECOND
    other = recording.named(subject)
    became = judgement.judge(
        begin, partial(_at, ego), (ego.length, ego.width), partial(_at, other),
        (other.length, other.width), float(other.time[-1]))
    return Judged(
        path.name, ego.name, subject, begin, situation, became.nearest, became.verdict)


def _at(trajectory: Trajectory, time: np.ndarray) -> States:
    """Return the recorded state, interpolated."""
    def column(values: np.ndarray) -> np.ndarray:
        return np.interp(time, trajectory.time, values)

    none = np.zeros(len(time))
    return States(
        time=time, x=column(trajectory.x), y=column(trajectory.y), z=none,
        heading=column(np.unwrap(trajectory.heading)), speed=column(trajectory.speed),
        acceleration=none, yaw_rate=none,
    )


def _line(judged: Judged) -> str:
    said = judged.situation
    gap, closing, needed = said.gap, said.closing_speed, said.required_deceleration
    return (
        f'{judged.source:28} ego {judged.ego:>6} subject {judged.subject:>6} '
        f'{judged.time:6.2f} s  {said.application.name:4} {said.level.name:8} '
        f'gap {gap:5.1f} m  closing {closing:5.1f} m/s  needs {needed:4.1f} m/s2  '
        f'nearest {judged.nearest:5.2f} m  {judged.verdict}'
    )


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('folder', type=Path)
    parser.add_argument('--every', type=int, default=1, help='take every Nth vehicle as ego')
    parser.add_argument('--workers', type=int, default=2)
    arguments = parser.parse_args()
    paths = sorted(arguments.folder.glob('*.xml*'))
    if not paths:
        print(f'{arguments.folder} holds no CommonRoad recording', file=sys.stderr)
        return 2
    tasks = [
        (path, vehicle.name)
        for path in paths
        for vehicle in commonroad.read(path).trajectories[:: arguments.every]
        if vehicle.duration > 0.0 and not vehicle.fixed
    ]
    with ProcessPoolExecutor(arguments.workers) as pool:
        drives = list(pool.map(drive, *zip(*tasks, strict=True), chunksize=4))
    minutes = sum(d.duration for d in drives) / 60.0
    judged = [j for d in drives for j in d.judged]
    for one in judged:
        print(_line(one))
    verdicts = Counter(j.verdict for j in judged)
    print(f'{len(paths)} recordings, {len(drives)} egos, {minutes:.1f} vehicle minutes')
    print(
        f'{len(judged)} situations at WARNING or above, {len(judged) / minutes:.2f} a vehicle '
        f'minute: {verdicts["hit"]} hit, {verdicts["false"]} false, '
        f'{verdicts["undecided"]} undecided'
    )
    levels: Counter[tuple[str, Level]] = sum((d.levels for d in drives), Counter())
    begun: Counter[tuple[str, Level]] = sum((d.begun for d in drives), Counter())
    for (application, level), cycles in sorted(levels.items()):
        share = cycles / 20.0 / 60.0 / minutes
        print(
            f'{application:6} {level.name:9} {begun[application, level] / minutes:6.2f} a minute, '
            f'in force {100.0 * share:5.2f} % of the time')
    if not all(d.balanced for d in drives):
        print('frames were lost without a reason', file=sys.stderr)
        return 1
    return 0 if math.isfinite(minutes) else 1


if __name__ == '__main__':
    sys.exit(main())
