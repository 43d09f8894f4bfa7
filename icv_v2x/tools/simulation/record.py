# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What truly happened in a simulation, and the verdict that it gives on warnings."""

from __future__ import annotations

from array import array
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.scenes.judgement import UNDECIDED, Judgement, judge
from icv_v2x.scenes.manoeuvres import States

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.tools.simulation.traffic import Build, Snapshot

    Array = NDArray[np.float64]

# Motion counts as constant within these.
_ACCELERATION = 0.1
_YAW_RATE = 0.01
_COLUMNS = 5


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

        Args:
            ego: Who was warned.
            subject: Of whom.
            begin: When [s].
        """
        if subject not in self._rows:
            return UNDECIDED
        sizes = [(self._builds[name].length, self._builds[name].width) for name in (ego, subject)]
        return judge(
            begin, partial(self.states, ego), sizes[0], partial(self.states, subject), sizes[1],
            self.span(subject)[1])

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
