# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Times to collision by SUMO's surrogate safety measures beside those of the conflict core."""

from __future__ import annotations

import math
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np
from networks import program

from icv_v2x.conflict import Footprint, first_contact
from icv_v2x.motion import constant_velocity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

LONGEST = 5.0
"""Times up to which SUMO's figure is tight [s]."""

# Encounter types of the device: the ego follows, the ego leads.
_FOLLOWING = {'2', '3'}
# Heading difference, and bearing against the heading [deg].
_PARALLEL = 0.05
_ASIDE = 0.5
_SIZES = {'car': (4.6, 1.8), 'lorry': (12.0, 2.5), 'bold': (4.6, 1.8)}


@dataclass(frozen=True)
class Comparison:
    """n samples.

    Attributes:
        theirs: (n,) time to collision by SUMO [s].
        ours: (n,) by the conflict core, inf where it finds no contact [s].
        difference_of_speeds: (n,) [m/s].
    """

    theirs: Array
    ours: Array
    difference_of_speeds: Array

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.theirs)

    @property
    def tolerance(self) -> Array:
        """What both may differ by, as SUMO gives positions and speeds to a millimetre [s]."""
        return 0.002 * (1.0 + self.theirs) / self.difference_of_speeds + 0.001

    @property
    def beyond(self) -> NDArray[np.bool_]:
        """Samples that differ by more."""
        return ~(np.abs(self.ours - self.theirs) <= self.tolerance)


def compare(config: Path, seed: int) -> Comparison:
    """Run SUMO and compare every sample of straight following up to `LONGEST`."""
    folder = config.parent
    states, safety = folder / f'fcd{seed}.xml', folder / f'ssm{seed}.xml'
    subprocess.run(
        [program('sumo'), '-c', config.name, '--seed', str(seed), '--step-length', '0.1',
         '--no-step-log', '--no-warnings', '--precision', '6',
         '--fcd-output', states.name, '--device.ssm.probability', '1',
         '--device.ssm.measures', 'TTC', '--device.ssm.thresholds', str(LONGEST),
         '--device.ssm.range', '200', '--device.ssm.trajectories', 'true',
         '--device.ssm.file', safety.name],
        cwd=folder, check=True, capture_output=True)
    samples = _samples(safety)
    places = _states(states)
    pairs = []
    for time, one, other, ttc in samples:
        first, second = places.get((time, one)), places.get((time, other))
        if first is None or second is None or first[0] != second[0]:
            continue
        if first[1][3] != second[1][3] and _in_line(first[1], second[1]):
            pairs.append((ttc, *first[1], *second[1]))
    table = np.array(pairs).reshape(-1, 13)
    sides = [_motion(table[:, 1 + 6 * side:7 + 6 * side]) for side in range(2)]
    contact = first_contact(*sides[0], *sides[1])
    return Comparison(
        table[:, 0], np.where(contact.overlaps, contact.begin, np.inf),
        np.abs(table[:, 4] - table[:, 10]))


def _motion(columns: Array) -> tuple[object, Footprint]:
    x, y, angle, speed, length, width = columns.T
    heading = np.radians(90.0 - angle)
    # SUMO gives the middle of the front bumper.
    return constant_velocity(
        x - 0.5 * length * np.cos(heading), y - 0.5 * length * np.sin(heading), heading, speed,
        2.0 * LONGEST), Footprint(length, width)


def _in_line(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether both head the same way and one is straight behind the other.

    Right behind a curve both may still be turned against the lane along which SUMO measures.
    """
    def between(first: float, second: float) -> float:
        return abs((first - second + 180.0) % 360.0 - 180.0)

    bearing = math.degrees(math.atan2(other[0] - one[0], other[1] - one[1]))
    aside = min(between(bearing, one[2]), between(bearing + 180.0, one[2]))
    return between(one[2], other[2]) < _PARALLEL and aside < _ASIDE


def _samples(path: Path) -> list[tuple[int, str, str, float]]:
    """Return (time [0.1 s], ego, foe, time to collision [s]), each pair and instant once."""
    found: dict[tuple[int, str, str], float] = {}
    for _, conflict in ElementTree.iterparse(path):
        if conflict.tag != 'conflict':
            continue
        one, other = conflict.get('ego', ''), conflict.get('foe', '')
        lists = [
            (conflict.find(tag).get('values') or '').split()
            for tag in ('timeSpan', 'typeSpan', 'TTCSpan')
        ]
        for time, kind, ttc in zip(*lists, strict=True):
            if kind in _FOLLOWING and ttc != 'NA' and 0.0 < float(ttc) <= LONGEST:
                pair = (one, other) if one < other else (other, one)
                found[(round(float(time) * 10.0), *pair)] = float(ttc)
        conflict.clear()
    return [(*key, ttc) for key, ttc in found.items()]


def _states(path: Path) -> dict[tuple[int, str], tuple[str, tuple[float, ...]]]:
    """Return (time [0.1 s], vehicle) to its lane and x, y, angle, speed, length, width."""
    found = {}
    for _, step in ElementTree.iterparse(path):
        if step.tag != 'timestep':
            continue
        time = round(float(step.get('time', 'nan')) * 10.0)
        for vehicle in step:
            row = tuple(float(vehicle.get(name, 'nan')) for name in ('x', 'y', 'angle', 'speed'))
            kind = vehicle.get('type', '').split('@')[0]
            found[time, vehicle.get('id', '')] = (
                vehicle.get('lane', ''), (*row, *_SIZES[kind]))
        step.clear()
    return found
