# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Jerk-limited speed profiles in closed form, any number at once.

A profile takes up one speed, keeps it for a while and takes up another one. Its acceleration is
piecewise linear in time, so that speed and way are known exactly at every instant.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from icv_v2x.merging.limits import ComfortLimits

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.intp]


@dataclasses.dataclass(frozen=True)
class Profiles:
    """m profiles with K nodes each, between which the acceleration is linear.

    Attributes:
        time: Nodes, not descending, (m, K) [s].
        acceleration: At the nodes, (m, K) [m/s2].
        speed: At the nodes, (m, K) [m/s].
        way: At the nodes, (m, K) [m].
    """

    time: FloatArray
    acceleration: FloatArray
    speed: FloatArray
    way: FloatArray

    def __len__(self) -> int:
        """Return the number of profiles."""
        return len(self.time)

    def take(self, rows: IndexArray | npt.NDArray[np.bool_]) -> Profiles:
        """Return the profiles of the given rows."""
        return Profiles(
            self.time[rows], self.acceleration[rows], self.speed[rows], self.way[rows])

    def at(self, time: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return way [m], speed [m/s] and acceleration [m/s2] at instants, (m, Q) each.

        Args:
            time: (Q,) for all or (m, Q) [s]; beyond the last node its speed lasts.
        """
        moments = np.asarray(time)
        if moments.ndim == 1:
            moments = moments[np.newaxis]
        count, nodes = self.time.shape
        # Places in the flat arrays, which are looked up much faster than rows and columns.
        place = np.count_nonzero(
            self.time[:, 1:, np.newaxis] <= moments[:, np.newaxis], axis=1)
        place += (np.arange(count) * nodes)[:, np.newaxis]
        begin, slope = self._pieces
        passed = moments - self.time.take(place)
        level, change = begin.take(place), slope.take(place)
        speed, way = self.speed.take(place), self.way.take(place)
        return (
            way + passed * (speed + passed * (0.5 * level + passed * change / 6.0)),
            speed + passed * (level + 0.5 * passed * change),
            level + passed * change)

    @functools.cached_property
    def _pieces(self) -> tuple[FloatArray, FloatArray]:
        """Acceleration at the begin of each piece and its slope, (m, K); 0 beyond the end."""
        span = self.time[:, 1:] - self.time[:, :-1]
        begin, slope = self.acceleration.copy(), np.zeros(self.time.shape)
        begin[:, -1] = 0.0
        slope[:, :-1] = (self.acceleration[:, 1:] - self.acceleration[:, :-1]) / np.where(
            span > 0.0, span, 1.0)
        return begin, slope

    def one(self, row: int) -> Profile:
        """Return one of the profiles."""
        return Profile(
            self.time[row], self.acceleration[row], self.speed[row], self.way[row])


def from_nodes(
    time: FloatArray, acceleration: FloatArray, speed: npt.ArrayLike,
) -> Profiles:
    """Return profiles by their nodes.

    Args:
        time: Not descending, (m, K) [s].
        acceleration: At the nodes, (m, K) [m/s2].
        speed: At the first node, (m,) or one for all [m/s].
    """
    span = time[:, 1:] - time[:, :-1]
    before, after = acceleration[:, :-1], acceleration[:, 1:]
    speeds, ways = np.empty(time.shape), np.zeros(time.shape)
    speeds[:, 0] = speed
    speeds[:, 1:] = speeds[:, :1] + np.cumsum(0.5 * span * (before + after), axis=1)
    ways[:, 1:] = np.cumsum(
        span * (speeds[:, :-1] + span * (before / 3.0 + after / 6.0)), axis=1)
    return Profiles(time, acceleration, speeds, ways)


@dataclasses.dataclass(frozen=True)
class Change:
    """A change of speed in three pieces, n of them.

    Attributes:
        level: Acceleration that is held, (n,) [m/s2].
        spans: Rise to it, hold, and fall to zero, (n, 3) [s].
    """

    level: FloatArray
    spans: FloatArray

    @property
    def duration(self) -> FloatArray:
        """Of the whole change, (n,) [s]."""
        return np.asarray(self.spans.sum(axis=1))


def change_of_speed(
    speed: npt.ArrayLike, acceleration: npt.ArrayLike, wanted: npt.ArrayLike,
    limits: ComfortLimits,
) -> Change:
    """Return the fastest changes of speed within the limits.

    The rise from a0 to the level a and the fall to zero change the speed by (2 a2 - a02) / (2 j)
    in the direction of the change, and where a0 is above the level, so that it falls to it, by
    a02 / (2 j) (Biagiotti and Melchiorri, Trajectory Planning for Automatic Machines and Robots,
    2008, section 3.4); what is missing is held.

    Args:
        speed: Present one, (n,) or one for all [m/s].
        acceleration: Present one, likewise [m/s2].
        wanted: Speed to take up, likewise [m/s].
        limits: Of comfort, those at the faster of both speeds.
    """
    now, present, end = (
        np.atleast_1d(np.asarray(value, dtype=np.float64))
        for value in (speed, acceleration, wanted))
    now, present, end = np.broadcast_arrays(now, present, end)
    bounds = limits.at(np.maximum(now, end))
    jerk = bounds.jerk
    gain = end - now
    # What just ending the present acceleration comes to decides about the direction.
    sign = np.where(gain >= present * np.abs(present) / (2.0 * jerk), 1.0, -1.0)
    peak = np.sqrt(np.maximum(jerk * sign * gain + 0.5 * present * present, 0.0))
    most = np.where(sign > 0.0, bounds.acceleration, bounds.braking)
    level = np.minimum(peak, most)
    made = np.where(
        sign * present > level, present * present,
        2.0 * level * level - present * present) / (2.0 * jerk)
    held = np.where(level > 1e-6, (sign * gain - made) / np.maximum(level, 1e-6), 0.0)
    rise = np.abs(sign * level - present) / jerk
    return Change(
        sign * level,
        np.stack([rise, np.maximum(held, 0.0), level / jerk], axis=1))


def two_changes(
    speed: float, acceleration: float, first_speed: FloatArray, held: FloatArray,
    second_speed: FloatArray, limits: ComfortLimits,
) -> Profiles:
    """Return profiles that take up one speed, keep it, and take up another one.

    Args:
        speed: Present one [m/s].
        acceleration: Present one [m/s2].
        first_speed: (m,) [m/s].
        held: For how long the first speed is kept, (m,) [s].
        second_speed: (m,) [m/s].
        limits: Of comfort.
    """
    one = change_of_speed(speed, acceleration, first_speed, limits)
    two = change_of_speed(first_speed, 0.0, second_speed, limits)
    count = len(held)
    spans = np.concatenate(
        [np.zeros((count, 1)), one.spans, held[:, None], two.spans], axis=1)
    none = np.zeros(count)
    levels = np.stack([
        none + acceleration, one.level, one.level, none, none, two.level, two.level, none],
        axis=1)
    return from_nodes(np.cumsum(spans, axis=1), levels, speed)


@dataclasses.dataclass(frozen=True)
class Profile:
    """One profile with a piecewise linear acceleration.

    Attributes:
        time: Nodes, not descending, (K,) [s].
        acceleration: At the nodes, (K,) [m/s2].
        speed: At the nodes, (K,) [m/s].
        way: At the nodes, (K,) [m].
    """

    time: FloatArray
    acceleration: FloatArray
    speed: FloatArray
    way: FloatArray

    def at(self, time: npt.ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return way [m], speed [m/s] and acceleration [m/s2] at instants, (q,) each [s]."""
        moments = np.atleast_1d(np.asarray(time, np.float64))
        place = np.maximum(np.searchsorted(self.time, moments, side='right') - 1, 0)
        begin, slope = self._pieces
        passed = moments - self.time[place]
        level, change = begin[place], slope[place]
        speed = self.speed[place]
        return (
            self.way[place] + passed * (speed + passed * (0.5 * level + passed * change / 6.0)),
            speed + passed * (level + 0.5 * passed * change),
            level + passed * change)

    @functools.cached_property
    def _pieces(self) -> tuple[FloatArray, FloatArray]:
        """As of `Profiles`, (K,)."""
        begin, slope = Profiles(
            self.time[None], self.acceleration[None], self.speed[None], self.way[None])._pieces
        return begin[0], slope[0]

    def later(self, elapsed: float) -> tuple[FloatArray, FloatArray]:
        """Return the nodes that are left after some time, and their accelerations."""
        _, _, now = self.at(elapsed)
        left = self.time > elapsed
        return (
            np.concatenate([[0.0], self.time[left] - elapsed]),
            np.concatenate([now, self.acceleration[left]]))
