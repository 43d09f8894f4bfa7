# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps the lanes that were known during a run, each with the time that it was known for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.roads import RoadModel

# Step of the whole numbers on the page [m].
STEP = 0.05

_LANES = 2_000
_POINTS = 60_000
_LABELS = 12


@dataclass
class _Shown:
    document: dict[str, Any]
    start: int
    end: int | None
    points: int


class RoadRecorder:
    """Lanes over time, bounded; a lane that comes again unchanged is one lane."""

    def __init__(self) -> None:
        """Start empty."""
        self.omitted = 0
        self._last: RoadModel | None = None
        self._lanes: dict[bytes, _Shown] = {}
        self._points = 0

    def add(self, stamp: int, road: RoadModel | None) -> None:
        """Take the road of one cycle.

        Args:
            stamp: Instant of the cycle [ns].
            road: The road, None where the source of the run does not hold it.
        """
        if road is None or road is self._last:
            return
        self._last = road
        present = {_key(road, lane): lane for lane in range(len(road))}
        for key, shown in self._lanes.items():
            if key in present:
                shown.end = None
            elif shown.end is None:
                shown.end = stamp
        for key, lane in present.items():
            if key not in self._lanes:
                self._take(key, road, lane, stamp)

    def document(self, origin: int) -> dict[str, Any] | None:
        """Return the road in the form that the page reads, None if there is none.

        Args:
            origin: Instant that the page calls zero [ns].
        """
        if not self._lanes:
            return None
        return {
            'step': STEP,
            'lanes': [
                {**shown.document, 'from': _milliseconds(shown.start, origin),
                 'to': None if shown.end is None else _milliseconds(shown.end, origin)}
                for shown in self._lanes.values()
            ],
        }

    def _take(self, key: bytes, road: RoadModel, lane: int, stamp: int) -> None:
        document, points = _document(road, lane)
        if len(self._lanes) >= _LANES or self._points + points > _POINTS:
            self.omitted += 1
            return
        self._points += points
        self._lanes[key] = _Shown(document, stamp, None, points)


def _milliseconds(stamp: int, origin: int) -> int:
    return round((stamp - origin) / 1e6)


def _key(road: RoadModel, lane: int) -> bytes:
    """Return what a lane is known by: its numbers, its line and where it leads."""
    ways = road.connections_of(lane)
    return b''.join((
        road.identity[lane].tobytes(), np.round(road.lanes.line(lane) / STEP).tobytes(),
        road.target[ways].tobytes(), road.lanes.connections.phase[ways].tobytes()))


def _document(road: RoadModel, lane: int) -> tuple[dict[str, Any], int]:
    lanes, ways = road.lanes, road.lanes.connections
    line = lanes.line(lane)
    limit = float(road.speed_limit()[lane])
    over = road.connections_of(lane)[:_LABELS]
    lines = [road.connection_line(int(way)) for way in over if road.target[way] >= 0]
    return {
        'region': int(lanes.region[lane]),
        'node': int(lanes.node[lane]),
        'upstream': int(lanes.upstream_node[lane]),
        'lane': int(lanes.lane_id[lane]),
        'type': int(lanes.lane_type[lane]),
        'width': round(float(lanes.width[lane]), 2),
        'limit': round(limit, 2) if math.isfinite(limit) else None,
        'stops': bool(lanes.ends_at_node[lane]),
        'line': _steps(line),
        'turns': [
            [int(ways.maneuver[way]), int(ways.phase[way]), int(ways.node[way])] for way in over],
        'ways': [_steps(way) for way in lines],
    }, len(line) + sum(map(len, lines))


def _steps(line: NDArray[np.float64]) -> list[list[int]]:
    """Return x and y of a line in whole steps, the first value and then the changes."""
    whole = np.round(line / STEP).astype(np.int64)
    return [np.diff(column, prepend=0).tolist() for column in whole.T]
