# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Lane centre lines: where objects are along and beside them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_SHORTEST_SIDE = 0.01


class LaneLine:
    """A polyline in the map.

    Attributes:
        x: Vertices, east, (M,) [m].
        y: Vertices, north, (M,) [m].
        station: Of the vertices along the line, (M,) [m].
        heading: Of the sides, (M - 1,) [rad].
    """

    def __init__(self, x: npt.ArrayLike, y: npt.ArrayLike) -> None:
        """Take vertices in travel direction; repeated ones are left out.

        Args:
            x: (n,) [m].
            y: (n,) [m].

        Raises:
            ValueError: Fewer than two vertices that differ, other numbers of x and y, or a value
                that is not finite.
        """
        east, north = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        if east.ndim != 1 or east.shape != north.shape:
            raise ValueError(
                f'a line has {east.shape} and {north.shape} coordinates, expected equal numbers')
        if not (np.isfinite(east).all() and np.isfinite(north).all()):
            raise ValueError('a line has a vertex that is not finite')
        kept = np.ones(len(east), np.bool_)
        kept[1:] = np.hypot(np.diff(east), np.diff(north)) >= _SHORTEST_SIDE
        self.x, self.y = east[kept], north[kept]
        if len(self.x) < 2:
            raise ValueError(f'a line needs two vertices that differ, this one has {len(self.x)}')
        side_x, side_y = np.diff(self.x), np.diff(self.y)
        self._length = np.hypot(side_x, side_y)
        self._unit = side_x / self._length, side_y / self._length
        self.station = np.concatenate([[0.0], np.cumsum(self._length)])
        self.heading = np.arctan2(side_y, side_x)

    @property
    def length(self) -> float:
        """Length of the line [m]."""
        return float(self.station[-1])

    def project(
        self, x: npt.ArrayLike, y: npt.ArrayLike,
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return where points are; before and behind the line it goes straight on.

        Args:
            x: (n,) [m].
            y: (n,) [m].

        Returns:
            Station [m], lateral offset, left positive [m], and heading of the line there [rad],
            (n,) each.
        """
        east = np.atleast_1d(np.asarray(x, dtype=np.float64))[:, None] - self.x[:-1]
        north = np.atleast_1d(np.asarray(y, dtype=np.float64))[:, None] - self.y[:-1]
        unit_x, unit_y = self._unit
        along = east * unit_x + north * unit_y
        held = np.minimum(np.maximum(along, 0.0), self._length)
        away_x, away_y = east - held * unit_x, north - held * unit_y
        side = np.argmin(away_x * away_x + away_y * away_y, axis=1)
        rows = np.arange(len(side))
        away = np.hypot(away_x[rows, side], away_y[rows, side])
        place = along[rows, side]
        last = len(self._length) - 1
        place = np.where(
            (place < 0.0) & (side > 0), 0.0,
            np.where((place > self._length[side]) & (side < last), self._length[side], place))
        across = north[rows, side] * unit_x[side] - east[rows, side] * unit_y[side]
        inner = (place == 0.0) | (place == self._length[side])
        lateral = np.where(inner, np.copysign(away, across), across)
        return self.station[side] + place, lateral, self.heading[side]

    def at(self, station: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the points at stations of any shape; beyond the ends it goes straight on [m]."""
        place = np.asarray(station, dtype=np.float64)
        side = np.clip(
            np.searchsorted(self.station, place, side='right') - 1, 0, len(self._length) - 1)
        beyond = place - self.station[side]
        return (
            self.x[side] + beyond * self._unit[0][side],
            self.y[side] + beyond * self._unit[1][side])
