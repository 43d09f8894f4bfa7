# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Motion in closed form: straight lines, arcs and lane changes at uniform acceleration."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class States:
    """States of one road user at n instants, exact; axes of the scene or of the map.

    Attributes:
        time: (n,) [s] since the start of the scene.
        x: (n,) [m] centre of the footprint.
        y: (n,) [m].
        z: (n,) [m].
        heading: (n,) [rad] counter-clockwise from the x axis.
        speed: (n,) [m/s] along the heading, negative backwards.
        acceleration: (n,) [m/s2] along the heading.
        yaw_rate: (n,) [rad/s] counter-clockwise.
    """

    time: Array
    x: Array
    y: Array
    z: Array
    heading: Array
    speed: Array
    acceleration: Array
    yaw_rate: Array

    def __len__(self) -> int:
        """Return the number of instants."""
        return len(self.time)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> States:
        """Return the states of the given rows (indices or mask)."""
        return States(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


@dataclass(frozen=True)
class Pose:
    """Where a piece of motion begins: [m], [m], [rad], [m/s]."""

    x: float
    y: float
    heading: float
    speed: float


class Piece(Protocol):
    """A stretch of motion from a pose on.

    Attributes:
        duration: [s], infinite for the last one.
    """

    @property
    def duration(self) -> float:
        """How long it lasts [s]."""

    def at(self, time: Array) -> tuple[Array, Array, Array, Array, Array, Array]:
        """Return x, y, heading, speed, acceleration, yaw rate `time` seconds after its begin."""

    def end(self) -> Pose:
        """Return where it ends."""


class _Ending:
    """What every piece can do with its own motion."""

    duration: float

    def at(self, time: Array) -> tuple[Array, Array, Array, Array, Array, Array]:
        raise NotImplementedError

    def end(self) -> Pose:
        """Return where the piece ends."""
        x, y, heading, speed, _, _ = self.at(np.array([self.duration]))
        return Pose(float(x[0]), float(y[0]), float(heading[0]), float(speed[0]))


@dataclass(frozen=True)
class Arc(_Ending):
    """Uniform acceleration along a line of constant curvature, straight where that is 0.

    Attributes:
        begin: Where it begins.
        duration: [s].
        acceleration: [m/s2] along the heading.
        curvature: [1/m] left positive.
    """

    begin: Pose
    duration: float
    acceleration: float = 0.0
    curvature: float = 0.0

    def at(self, time: Array) -> tuple[Array, Array, Array, Array, Array, Array]:
        """Return x, y, heading, speed, acceleration, yaw rate; see `Piece`."""
        begin, curvature = self.begin, self.curvature
        speed = begin.speed + self.acceleration * time
        along = (begin.speed + 0.5 * self.acceleration * time) * time
        turned = curvature * along
        heading = begin.heading + turned
        # Chord of the arc: its length is 2 sin(turned / 2) / curvature, sinc keeps it exact at 0.
        chord = along * np.sinc(0.5 * turned / math.pi)
        x = begin.x + chord * np.cos(begin.heading + 0.5 * turned)
        y = begin.y + chord * np.sin(begin.heading + 0.5 * turned)
        return x, y, heading, speed, np.full_like(time, self.acceleration), curvature * speed


@dataclass(frozen=True)
class LaneChange(_Ending):
    """A sideways shift by the quintic of least jerk while the motion along the lane goes on.

    Attributes:
        begin: Where it begins.
        duration: [s].
        offset: [m] to the left.
    """

    begin: Pose
    duration: float
    offset: float

    def at(self, time: Array) -> tuple[Array, Array, Array, Array, Array, Array]:
        """Return x, y, heading, speed, acceleration, yaw rate; see `Piece`."""
        share = time / self.duration
        aside = self.offset * share**3 * (10.0 - 15.0 * share + 6.0 * share**2)
        rate = self.offset / self.duration * 30.0 * share**2 * (1.0 - share) ** 2
        second = (
            self.offset / self.duration**2 * 60.0 * share * (1.0 - share) * (1.0 - 2.0 * share))
        forward = self.begin.speed
        speed = np.hypot(forward, rate)
        cosine, sine = math.cos(self.begin.heading), math.sin(self.begin.heading)
        along = forward * time
        return (
            self.begin.x + along * cosine - aside * sine,
            self.begin.y + along * sine + aside * cosine,
            self.begin.heading + np.arctan2(rate, forward),
            speed,
            rate * second / speed,
            forward * second / speed**2,
        )


class Script:
    """Pieces of motion one after the other; after the last one the motion goes straight on."""

    def __init__(self, begin: Pose) -> None:
        """Begin with no piece.

        Args:
            begin: Pose at time 0.
        """
        self._begin = begin
        self._pieces: list[Piece] = []
        self._starts: list[float] = []
        self._end_time = 0.0
        self._end = begin

    @property
    def end(self) -> Pose:
        """Pose at the end of what is scripted so far."""
        return self._end

    @property
    def end_time(self) -> float:
        """Time at the end of what is scripted so far [s]."""
        return self._end_time

    def append(self, piece: Piece) -> None:
        """Add a piece that begins at `end`; one without duration is left out."""
        if piece.duration <= 0.0:
            return
        self._pieces.append(piece)
        self._starts.append(self._end_time)
        self._end_time += piece.duration
        self._end = piece.end()

    def at(self, time: Array, z: float = 0.0) -> States:
        """Return the states at any instants.

        Args:
            time: (n,) [s], not before 0.
            z: [m] height of the road.

        Returns:
            The states.
        """
        time = np.asarray(time, np.float64)
        rows = np.empty((6, len(time)))
        pieces: list[Piece] = [*self._pieces, Arc(self._end, math.inf)]
        starts = np.array([*self._starts, self._end_time])
        index = np.maximum(np.searchsorted(starts, time, side='right') - 1, 0)
        for number in np.unique(index):
            mask = index == number
            rows[:, mask] = pieces[number].at(time[mask] - starts[number])
        x, y, heading, speed, acceleration, yaw_rate = rows
        heading = np.remainder(heading + math.pi, 2.0 * math.pi) - math.pi
        return States(
            time, x, y, np.full_like(time, z), heading, speed, acceleration, yaw_rate)
