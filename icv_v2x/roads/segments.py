# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Finds the sides of lines near points: a grid that is laid once for a road model."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.translate.lanes import Floats, Rows

REACH = 12.0
"""Lanes farther than this from a point are not looked at [m]."""

# With cells of this size what is within reach of a point lies in the cells around its own [m].
_CELL = 20.0
_SPACING = 10.0


class Near(NamedTuple):
    """Lanes near points, G pairs sorted by point, then by lane.

    Attributes:
        point: (G,) index of the point.
        lane: (G,) index of the lane.
        station: (G,) [m] along the lane of the nearest place on it.
        offset: (G,) [m] of the point from the line, left positive.
        beyond: (G,) [m] of the point beyond the end of the line or before its begin.
        heading: (G,) [rad] of the line there.
        before_begin: (G,) bool, the point lies before the begin of the line.
    """

    point: Rows
    lane: Rows
    station: Floats
    offset: Floats
    beyond: Floats
    heading: Floats
    before_begin: NDArray[np.bool_]

    def take(self, rows: NDArray[np.bool_]) -> Near:
        """Return the pairs that a mask (G,) keeps."""
        return Near(
            self.point[rows], self.lane[rows], self.station[rows], self.offset[rows],
            self.beyond[rows], self.heading[rows], self.before_begin[rows])


class SegmentGrid:
    """The sides of all lines in cells."""

    def __init__(self, begin: Rows, x: Floats, y: Floats, station: Floats) -> None:
        """Lay the grid.

        Args:
            begin: (L + 1,) first point of each line.
            x: (P,) [m].
            y: (P,) [m].
            station: (P,) [m] along its line.
        """
        inner = np.ones(max(len(x) - 1, 0), np.bool_)
        inner[begin[1:-1] - 1] = False
        first = np.flatnonzero(inner)
        self._lane = np.searchsorted(begin, first, side='right') - 1
        self._x, self._y, self._station = x[first], y[first], station[first]
        east, north = x[first + 1] - x[first], y[first + 1] - y[first]
        self._length = np.hypot(east, north)
        self._east, self._north = east / self._length, north / self._length
        self._heading = np.arctan2(north, east)
        self._keys, self._starts, self._members = self._cells()

    def near(self, x: Floats, y: Floats) -> Near:
        """Return the lanes within reach of points, (n,) [m] each."""
        cell = np.searchsorted(self._keys, _key(_index(x), _index(y)))
        cell = np.minimum(cell, len(self._keys) - 1)
        found = self._keys[cell] == _key(_index(x), _index(y)) if len(self._keys) else (
            np.zeros(len(x), np.bool_))
        point = np.flatnonzero(found)
        start, end = self._starts[cell[point]], self._starts[cell[point] + 1]
        count = end - start
        total = int(count.sum())
        owner = np.repeat(point, count)
        first = np.cumsum(count) - count
        side = self._members[np.arange(total) + np.repeat(start - first, count)]
        return self._nearest(owner, side, x[owner], y[owner])

    def _nearest(self, owner: Rows, side: Rows, x: Floats, y: Floats) -> Near:
        """Return of each lane the side nearest to its point."""
        east, north = self._east[side], self._north[side]
        right, up = x - self._x[side], y - self._y[side]
        along = right * east + up * north
        offset = up * east - right * north
        on_line = np.clip(along, 0.0, self._length[side])
        beyond = along - on_line
        square = offset * offset + beyond * beyond
        lane = self._lane[side]
        border = np.flatnonzero((np.diff(owner) != 0) | (np.diff(lane) != 0)) + 1
        starts = np.concatenate([[0], border]) if len(side) else np.zeros(0, np.int64)
        if not len(side):
            best = np.zeros(0, np.int64)
        else:
            least = np.minimum.reduceat(square, starts)
            group = np.zeros(len(side), np.int64)
            group[border] = 1
            group = np.cumsum(group)
            hits = np.flatnonzero(square == least[group])
            best = hits[np.searchsorted(group[hits], np.arange(len(starts)))]
            best = best[least <= REACH * REACH]
        nearest = side[best]
        return Near(
            point=owner[best], lane=lane[best],
            station=self._station[nearest] + on_line[best],
            offset=offset[best], beyond=np.abs(beyond[best]), heading=self._heading[nearest],
            before_begin=beyond[best] < 0.0)

    def _cells(self) -> tuple[NDArray[np.int64], Rows, Rows]:
        """Return keys of cells in order, where the members of each begin, and the members."""
        steps = np.ceil(self._length / _SPACING).astype(np.int64) + 1
        side = np.repeat(np.arange(len(steps)), steps)
        number = np.arange(len(side)) - np.repeat(np.cumsum(steps) - steps, steps)
        along = self._length[side] * number / (steps[side] - 1)
        column = _index(self._x[side] + along * self._east[side])
        row = _index(self._y[side] + along * self._north[side])
        around = np.array([-1, 0, 1])
        keys = _key(
            (column[:, np.newaxis] + np.repeat(around, 3)).ravel(),
            (row[:, np.newaxis] + np.tile(around, 3)).ravel())
        members = np.repeat(side, 9)
        order = np.lexsort((members, keys))
        keys, members = keys[order], members[order]
        fresh = np.ones(len(keys), np.bool_)
        fresh[1:] = (np.diff(keys) != 0) | (np.diff(members) != 0)
        keys, members = keys[fresh], members[fresh]
        found, starts = np.unique(keys, return_index=True)
        return found, np.append(starts, len(keys)), members


def _index(value: Floats) -> NDArray[np.int64]:
    with np.errstate(invalid='ignore'):
        cell = np.floor(value / _CELL)
    return np.where(np.abs(cell) < 1e8, cell, 1e8).astype(np.int64)


def _key(column: NDArray[np.int64], row: NDArray[np.int64]) -> NDArray[np.int64]:
    return column * (1 << 31) + row
