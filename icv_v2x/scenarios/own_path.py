# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The ego's way behind and ahead as one line, and where other objects are along and beside it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.scenarios.motions import STANDING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

# How far the line goes straight on beyond what is known of it [m].
_BEYOND = 1000.0
# Points of the trail, and how far apart they are [m]: 600 m of way.
_TRAIL_POINTS = 200
_TRAIL_SPACING = 3.0
# Between two cycles no ego comes this far: its position was corrected [m].
_JUMP = 30.0
# Points of a planned path nearer than this to the one before say nothing of its direction [m].
_SPACING = 0.5
# Nearer than this an object is on the line [m].
_ON_THE_LINE = 1e-3
# A present turn is not expected to go on further than this [rad], in chords of so much [rad].
_TURN = 0.5 * np.pi
_CHORD = np.radians(5.0)


class Trail:
    """Where the ego came from, bounded; on a bend it tells who is behind on the same road."""

    def __init__(self) -> None:
        """Begin without a trail."""
        self._points: deque[tuple[float, float]] = deque(maxlen=_TRAIL_POINTS)

    def clear(self) -> None:
        """Forget the way."""
        self._points.clear()

    def extend(self, ego: EgoState) -> None:
        """Add where the ego is."""
        if self._points:
            x, y = self._points[-1]
            step = np.hypot(ego.x - x, ego.y - y)
            if step > _JUMP:
                self._points.clear()
            elif step < _TRAIL_SPACING:
                return
        self._points.append((ego.x, ego.y))

    def points(self) -> Floats:
        """Return the way, the oldest first, (m, 2) [m]."""
        return np.array(self._points, dtype=np.float64).reshape(-1, 2)


@dataclass(frozen=True)
class Places:
    """Where n objects are relative to the ego's way; all arrays (n,).

    Attributes:
        station: [m] of the centre along the way from the ego's centre, negative behind.
        offset: [m] of the centre from the way, left positive.
        turned: [rad] heading relative to the way there, NaN where the heading is unknown.
        gap: [m] bumper to bumper along the way, 0 beside the ego.
        along: [m/s] speed along the way.
        level: Not known to be on another level.
    """

    station: Floats
    offset: Floats
    turned: Floats
    gap: Floats
    along: Floats
    level: Flags

    @property
    def ahead(self) -> Flags:
        """Which objects are before the ego's front."""
        return (self.station > 0.0) & (self.gap > 0.0)


class OwnPath:
    """The ego's way as a polyline: its trail, itself, its planned path or present motion."""

    def __init__(self, ego: EgoState, trail: Trail, parameters: Parameters) -> None:
        """Lay the line through the ego."""
        self._ego = ego
        self._parameters = parameters
        middle = np.array([[ego.x, ego.y]])
        behind = _behind(ego, trail.points())
        ahead = _ahead(ego, parameters.vehicle.base_link_to_center)
        self.points: Floats = np.concatenate([behind, middle, ahead])
        self._sides = np.diff(self.points, axis=0)
        self._lengths = np.hypot(self._sides[:, 0], self._sides[:, 1])
        stations = np.concatenate([[0.0], np.cumsum(self._lengths)])
        self._stations: Floats = stations - stations[len(behind)]
        self._first_ahead = len(behind)

    def places(self, tracks: Tracks) -> Places:
        """Return where objects are relative to the way."""
        ego = self._ego
        place = np.column_stack([tracks.x, tracks.y])[:, np.newaxis, :] - self.points[:-1]
        unit = self._sides / self._lengths[:, np.newaxis]
        along = np.clip(np.sum(place * unit, axis=2), 0.0, self._lengths)
        across = place - along[..., np.newaxis] * unit
        distance = np.hypot(across[..., 0], across[..., 1])
        distance = np.where(np.isnan(distance), np.inf, distance)
        row, nearest = np.arange(len(tracks)), np.argmin(distance, axis=1)
        side, beside = unit[nearest], across[row, nearest]
        left = side[:, 0] * place[row, nearest, 1] - side[:, 1] * place[row, nearest, 0]
        # Across the line to the object, so that nothing jumps where the nearest is a corner.
        away = distance[row, nearest] > _ON_THE_LINE
        square = np.column_stack([beside[:, 1], -beside[:, 0]]) * np.sign(left)[:, np.newaxis]
        along_way = np.where(away[:, np.newaxis], square, side)
        direction = np.arctan2(along_way[:, 1], along_way[:, 0])
        turned = _wrapped(tracks.heading - direction)
        station = self._stations[nearest] + along[row, nearest]
        angle = np.where(np.isnan(turned), 0.0, turned)
        reach = 0.5 * (
            ego.length + tracks.length * np.abs(np.cos(angle))
            + tracks.width * np.abs(np.sin(angle))
        )
        apart = np.abs(tracks.z - ego.z) >= self._parameters.collision.height_difference
        return Places(
            station=station,
            offset=np.copysign(distance[row, nearest], left),
            turned=turned,
            gap=np.maximum(np.abs(station) - reach, 0.0),
            along=tracks.speed * np.cos(angle),
            level=~apart & np.isfinite(distance[row, nearest]),
        )

    def crossed_by(self, tracks: Tracks) -> tuple[Floats, Floats, Floats]:
        """Return where the straight ways of objects cross the ego's way ahead.

        Args:
            tracks: n objects.

        Returns:
            Station of the crossing from the ego's centre [m], way of the object to it [m], and
            heading of the object relative to the way there [rad], (n,) each; NaN where it does
            not cross. The ego's tail counts as ahead.
        """
        sides, lengths = self._sides[self._first_ahead:], self._lengths[self._first_ahead:]
        unit = sides / lengths[:, np.newaxis]
        start = self.points[self._first_ahead:-1]
        tail = 0.5 * self._ego.length
        cosine, sine = np.cos(tracks.heading)[:, np.newaxis], np.sin(tracks.heading)[:, np.newaxis]
        east = start[:, 0] - tracks.x[:, np.newaxis]
        north = start[:, 1] - tracks.y[:, np.newaxis]
        turn = unit[:, 0] * sine - unit[:, 1] * cosine
        parallel = np.abs(turn) < 1e-6
        safe = np.where(parallel, 1.0, turn)
        way = (unit[:, 0] * north - unit[:, 1] * east) / safe
        along = (cosine * north - sine * east) / safe
        first = np.arange(len(lengths)) == 0
        lower = np.where(first, -tail, 0.0)
        meets = ~parallel & (along >= lower) & (along <= lengths) & (way > 0.0)
        way = np.where(meets, way, np.inf)
        row, nearest = np.arange(len(tracks)), np.argmin(way, axis=1)
        found = np.isfinite(way[row, nearest])
        stations = self._stations[self._first_ahead:-1]
        direction = np.arctan2(unit[nearest, 1], unit[nearest, 0])
        return (
            np.where(found, stations[nearest] + along[row, nearest], np.nan),
            np.where(found, way[row, nearest], np.nan),
            np.where(found, _wrapped(tracks.heading - direction), np.nan),
        )


def same_direction(places: Places, parameters: Parameters) -> Flags:
    """Return which objects head along the way, (n,)."""
    return np.asarray(np.abs(places.turned) < np.radians(parameters.collision.same_direction))


def opposite_direction(places: Places, parameters: Parameters) -> Flags:
    """Return which objects head against the way, (n,)."""
    return np.asarray(np.abs(places.turned) > np.radians(parameters.collision.oncoming))


def in_own_lane(places: Places, parameters: Parameters) -> Flags:
    """Return which objects are in the ego's lane, (n,)."""
    return np.abs(places.offset) <= 0.5 * parameters.carriageway.lane_width


def on_carriageway(places: Places, parameters: Parameters) -> Flags:
    """Return which objects are in the ego's lane or one that counts as beside it, (n,)."""
    carriageway = parameters.carriageway
    half = (0.5 + carriageway.lanes_aside) * carriageway.lane_width
    return np.abs(places.offset) <= half


def _behind(ego: EgoState, trail: Floats) -> Floats:
    """Return the points behind the ego, the farthest first, (m, 2) [m]."""
    far = np.hypot(trail[:, 0] - ego.x, trail[:, 1] - ego.y) >= _TRAIL_SPACING
    trail = trail[far]
    if len(trail):
        nearest = np.vstack([trail[1:], [[ego.x, ego.y]]])[0]
        backwards = trail[0] - nearest
        backwards /= np.hypot(*backwards)
        return np.concatenate([[trail[0] + _BEYOND * backwards], trail])
    return np.array([[
        ego.x - _BEYOND * np.cos(ego.heading), ego.y - _BEYOND * np.sin(ego.heading)
    ]])


def _ahead(ego: EgoState, lever: float) -> Floats:
    """Return the points ahead of the ego, (m, 2) [m]."""
    heading = ego.heading
    points = _planned(ego, lever)
    if len(points):
        east, north = points[-1] - np.vstack([[[ego.x, ego.y]], points])[-2]
        heading = float(np.arctan2(north, east))
    elif ego.turn_rate * ego.yaw_rate > 0.0 and ego.speed > STANDING:
        # The lasting turn comes late into a bend, the present one wavers: the truth is between.
        turn_rate = 0.5 * (ego.turn_rate + ego.yaw_rate)
        radius = ego.speed / turn_rate
        turns = np.copysign(np.arange(_CHORD, _TURN, _CHORD), turn_rate)
        points = np.column_stack([
            ego.x + radius * (np.sin(heading + turns) - np.sin(heading)),
            ego.y - radius * (np.cos(heading + turns) - np.cos(heading)),
        ])
        points = points[np.abs(turns * radius) <= _BEYOND]
        heading += float(turns[len(points) - 1]) if len(points) else 0.0
    start = points[-1] if len(points) else np.array([ego.x, ego.y])
    end = start + _BEYOND * np.array([np.cos(heading), np.sin(heading)])
    return np.concatenate([points, [end]])


def _planned(ego: EgoState, lever: float) -> Floats:
    """Return the points of the planned path that lie ahead, of the ego's centre, (m, 2) [m]."""
    if ego.path is None:
        return np.zeros((0, 2))
    path = ego.path
    points = np.column_stack([
        path.x + lever * np.cos(path.yaw), path.y + lever * np.sin(path.yaw)
    ])[path.time > ego.stamp]
    points = points[np.isfinite(points).all(axis=1)]
    ahead = (points[:, 0] - ego.x) * np.cos(ego.heading) + (
        points[:, 1] - ego.y) * np.sin(ego.heading)
    points = points[np.argmax(ahead > _SPACING):] if np.any(ahead > _SPACING) else points[:0]
    kept = []
    last = np.array([ego.x, ego.y])
    for point in points:
        if np.hypot(*(point - last)) >= _SPACING:
            kept.append(point)
            last = point
    return np.array(kept).reshape(-1, 2)


def _wrapped(angle: Floats) -> Floats:
    """Return angles in [-pi, pi)."""
    return np.remainder(angle + np.pi, 2.0 * np.pi) - np.pi
