# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What truly happened in a simulation, and the verdict that it gives on warnings."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.scenes.manoeuvres import States
from icv_v2x.scenes.truth import rectangle_distance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.tools.simulation.traffic import Build, Snapshot

    Array = NDArray[np.float64]

AHEAD = 5.0
"""A warning is judged by what happens within this time [s] (scenario specification)."""
NEAR = 0.5
"""A footprint that comes this near [m] makes a warning a hit (scenario specification)."""

_SPACING = 0.05
# Motion counts as constant within these.
_ACCELERATION = 0.1
_YAW_RATE = 0.01
_COLUMNS = 5


@dataclass(frozen=True)
class Judgement:
    """What became of a warning.

    Attributes:
        verdict: `hit`, `false`, or `undecided` where the record ends before.
        nearest: Least distance to the subject's recorded footprint [m], NaN: no record.
    """

    verdict: str
    nearest: float


class Record:
    """The states of all vehicles at all steps."""

    def __init__(self, builds: dict[str, Build]) -> None:
        """Begin empty.

        Args:
            builds: Sizes by name, looked up when they are needed.
        """
        self._builds = builds
        self._rows: dict[str, array[float]] = {}

    def add(self, snapshot: Snapshot) -> None:
        """Take one step."""
        states = np.stack([
            np.full(len(snapshot.names), snapshot.time), snapshot.x, snapshot.y,
            snapshot.heading, snapshot.speed], axis=1)
        for name, row in zip(snapshot.names, states.tolist(), strict=True):
            if name not in self._rows:
                self._rows[name] = array('d')
            self._rows[name].extend(row)

    def states(self, name: str, time: Array) -> States:
        """Return recorded states, interpolated; outside the record those at its end.

        Args:
            name: Of a vehicle that was recorded.
            time: (n,) [s].
        """
        rows = self._table(name)
        known = rows[:, 0]

        def column(values: Array) -> Array:
            return np.interp(time, known, values)

        none = np.zeros(len(time))
        return States(
            time=time, x=column(rows[:, 1]), y=column(rows[:, 2]), z=none,
            heading=column(np.unwrap(rows[:, 3])), speed=column(rows[:, 4]),
            acceleration=column(self._acceleration(rows)), yaw_rate=none)

    def span(self, name: str) -> tuple[float, float]:
        """Return the first and the last instant of a vehicle [s]."""
        rows = self._table(name)
        return float(rows[0, 0]), float(rows[-1, 0])

    def judge(self, ego: str, subject: str, begin: float) -> Judgement:
        """Return what became of a warning.

        By definition it is false where the ego, at constant velocity from its begin on, would
        not have come within `NEAR` of the subject's recorded footprint during `AHEAD`.

        Args:
            ego: Who was warned.
            subject: Of whom.
            begin: When [s].
        """
        if subject not in self._rows:
            return Judgement('undecided', math.nan)
        times = begin + np.arange(0.0, AHEAD + 0.5 * _SPACING, _SPACING)
        known = times[times <= self.span(subject)[1] + 1e-6]
        if not len(known):
            return Judgement('undecided', math.nan)
        start = self.states(ego, np.array([begin]))
        way = start.speed[0] * (known - begin)
        none = np.zeros(len(known))
        mine = States(
            time=known, x=start.x[0] + way * np.cos(start.heading[0]),
            y=start.y[0] + way * np.sin(start.heading[0]), z=none,
            heading=none + start.heading[0], speed=none + start.speed[0],
            acceleration=none, yaw_rate=none)
        sizes = [(self._builds[name].length, self._builds[name].width) for name in (ego, subject)]
        distance = rectangle_distance(mine, sizes[0], self.states(subject, known), sizes[1])
        nearest = float(distance.min())
        if nearest <= NEAR:
            return Judgement('hit', nearest)
        return Judgement('false' if len(known) == len(times) else 'undecided', nearest)

    def steady_before(self, name: str, time: float) -> float:
        """Return for how long a vehicle was in constant motion up to an instant [s]."""
        rows = self._table(name)
        rows = rows[rows[:, 0] <= time + 1e-6]
        if len(rows) < 2:
            return 0.0
        interval = np.diff(rows[:, 0])
        turned = np.abs(np.diff(np.unwrap(rows[:, 3]))) / interval > _YAW_RATE
        sped = np.abs(np.diff(rows[:, 4])) / interval > _ACCELERATION
        unsteady = np.flatnonzero(turned | sped)
        # In the step of the impact SUMO may have braked already.
        unsteady = unsteady[unsteady < len(interval) - 1]
        since = rows[unsteady[-1] + 1, 0] if len(unsteady) else rows[0, 0]
        return float(rows[-1, 0] - since)

    def closing_speed(self, first: str, second: str, time: float) -> float:
        """Return the speed at which two vehicles move relative to each other [m/s]."""
        at = np.array([time])
        one, other = self.states(first, at), self.states(second, at)
        return float(np.hypot(
            one.speed * np.cos(one.heading) - other.speed * np.cos(other.heading),
            one.speed * np.sin(one.heading) - other.speed * np.sin(other.heading))[0])

    def _table(self, name: str) -> Array:
        return np.frombuffer(self._rows[name]).reshape(-1, _COLUMNS).copy()

    @staticmethod
    def _acceleration(rows: Array) -> Array:
        if len(rows) < 2:
            return np.zeros(len(rows))
        change = np.diff(rows[:, 4]) / np.diff(rows[:, 0])
        return np.concatenate([change[:1], change])
