# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Where the own vehicle came from, in as few points as the profile's accuracy needs."""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.clock import NANOSECONDS
from icv_v2x.message_set.bsm_encoder import PathPoint

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_POINTS = 15
"""GB/T 45315-2025."""
# The profile asks for 200 to 400 m within 1 m. A point is dropped once the others reach back
# LENGTH, so the whole is never longer than LENGTH and one chord.
LENGTH = 210.0
_CHORD = 180.0
_ERROR = 0.9
# Closer positions tell nothing new. A chord has room for this many unless the vehicle goes to and
# fro on it.
_SPACING = 0.5
_MOST_BETWEEN = 400
# The vehicle did not drive so far between two positions; it was placed anew.
_JUMP = 50.0
_JUMP_SPEED = 100.0


@dataclass(frozen=True)
class Place:
    """Where the vehicle was.

    Attributes:
        time: [ns since the Unix epoch].
        x: [m] in the map.
        y: [m].
        latitude: [deg], in the datum of the messages.
        longitude: [deg].
    """

    time: int
    x: float
    y: float
    latitude: float
    longitude: float


class PathHistory:
    """Keeps those places of the way whose chords stay within a metre of all the others.

    The method is that of SAE J2945/1: a place becomes a point of the history as soon as the
    chord from the last point to the next place would miss one of those between. Here all places
    between are compared, not an estimate of them.
    """

    def __init__(self) -> None:
        """Start without a past."""
        self._points: deque[Place] = deque(maxlen=MOST_POINTS)
        self._between: list[Place] = []

    def clear(self) -> None:
        """Forget the past, as where the temporary id changed or the vehicle was placed anew."""
        self._points.clear()
        self._between.clear()

    def wants(self, time: int, x: float, y: float) -> bool:
        """Tell whether a position is far enough from the last one to be added.

        Args:
            time: [ns since the Unix epoch].
            x: [m] in the map.
            y: [m].
        """
        last = self._newest()
        return last is None or time < last.time or _distance(last, x, y) >= _SPACING

    def add(self, place: Place) -> None:
        """Take a position in, newer than those before."""
        last = self._newest()
        if last is not None and self._placed_anew(last, place):
            self.clear()
            last = None
        if last is None:
            self._points.append(place)
            return
        begin = self._points[-1]
        if self._between and (
            len(self._between) >= _MOST_BETWEEN
            or _distance(begin, place.x, place.y) > _CHORD
            or _error(begin, place, self._between) > _ERROR
        ):
            self._points.append(self._between[-1])
            self._between.clear()
        self._between.append(place)
        self._shorten(place)

    def points(self, here: Place) -> tuple[PathPoint, ...]:
        """Return the history as a message at a position carries it, newest first.

        Args:
            here: The position that the message gives.
        """
        before = [place for place in reversed(self._points) if _distance(
            place, here.x, here.y) > 0.0 and place.time < here.time]
        return tuple(
            PathPoint(
                latitude=place.latitude - here.latitude,
                longitude=place.longitude - here.longitude,
                time_offset=(here.time - place.time) / NANOSECONDS)
            for place in before)

    def _newest(self) -> Place | None:
        if self._between:
            return self._between[-1]
        return self._points[-1] if self._points else None

    @staticmethod
    def _placed_anew(last: Place, place: Place) -> bool:
        elapsed = (place.time - last.time) / NANOSECONDS
        way = _distance(last, place.x, place.y)
        return elapsed < 0.0 or way > max(_JUMP, _JUMP_SPEED * elapsed) or way > _CHORD

    def _shorten(self, place: Place) -> None:
        ways = [*self._points, place]
        lengths = [
            _distance(one, other.x, other.y) for one, other in itertools.pairwise(ways)]
        total = sum(lengths)
        for length in lengths[:-1]:
            if total - length < LENGTH:
                break
            self._points.popleft()
            total -= length


def _distance(place: Place, x: float, y: float) -> float:
    return float(np.hypot(place.x - x, place.y - y))


def _error(begin: Place, end: Place, between: list[Place]) -> float:
    """Return how far places lie off the chord at most [m]."""
    points: NDArray[np.float64] = np.array([(place.x, place.y) for place in between])
    along = np.array([end.x - begin.x, end.y - begin.y])
    off = points - (begin.x, begin.y)
    squared = float(along @ along)
    if squared == 0.0:
        return float(np.hypot(off[:, 0], off[:, 1]).max())
    share = np.clip(off @ along / squared, 0.0, 1.0)
    missed = off - share[:, np.newaxis] * along
    return float(np.hypot(missed[:, 0], missed[:, 1]).max())
