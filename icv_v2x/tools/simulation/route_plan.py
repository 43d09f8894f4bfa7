# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the planner of a simulated vehicle publishes: its route ahead and when it is where."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.inputs import PlannedPath

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.tools.simulation.traffic import Build, Snapshot

    Array = NDArray[np.float64]

# How far ahead in time a path reaches, and how far apart its poses are [s].
_HORIZON = 8.0
_STEP = 0.2
# The speed is rolled out in steps of so much [s].
_ROLL = 0.1
# The way is known this much beyond what is driven within the horizon [m].
_SPARE = 30.0
# Vertices of a lane closer together than this are one [m].
_VERTEX = 0.01
# Bits of SUMO's speed mode: regard the right of way, stop at red lights.
_RIGHT_OF_WAY, _RED_LIGHTS = 8, 16
_STOP_STATES = frozenset('rRyYu')
# Links of minor roads, and from where crossing traffic is seen there, as SUMO's drivers do [m].
_GIVE_WAY_STATES = frozenset('msw')
_SIGHT = 5.0
# Braking that the way ahead explains to this share is for it, else for somebody on the road.
_EXPLAINED = 0.6
_BRAKES = 0.5
# Who would have to brake by more than so many times the usual to stop does not any more,
# unless one brakes already.
_FIRM, _FIRM_BRAKING = 1.1, 1.5
# Changes of lane go sideways at least this fast, and are told from this on [m/s].
_ASIDE = 0.8
_ASIDE_SHOWN = 0.05


@dataclass(frozen=True)
class _Way:
    """The lanes ahead as one line for the front bumper.

    Attributes:
        x: (m,) vertices [m].
        y: (m,) [m].
        station: (m,) [m] along the line.
        front: [m] station of the front bumper.
        aside: [m] offset of the front bumper from the line, left positive.
        limits: Stations from which speeds are allowed [m], and these [m/s].
        stops: [m] stations before which to stop, in the order of the way.
    """

    x: Array
    y: Array
    station: Array
    front: float
    aside: float
    limits: tuple[tuple[float, float], ...]
    stops: tuple[float, ...]


class RoutePlanner:
    """Plans as SUMO's drivers do: along the route, within the limits, stopping where one must.

    A plan knows the route, the limits of speed, red lights and whether the right of way lets the
    vehicle go on. Of others on the road it knows nothing but what the vehicle does already: one
    that brakes more than its way explains goes on braking to standstill, one that speeds up goes
    on doing so up to the limit.
    """

    def __init__(self, library: Any) -> None:
        """Plan in a running simulation.

        Args:
            library: The module libsumo.
        """
        self._library = library
        self._shapes: dict[str, Array] = {}

    def path(
        self, snapshot: Snapshot, row: int, build: Build, stamp: int,
    ) -> PlannedPath | None:
        """Return the path of a vehicle's centre from now on.

        Args:
            snapshot: Everybody.
            row: The vehicle's.
            build: Its sizes.
            stamp: Now [ns since the Unix epoch].

        Returns:
            The path, None where the vehicle is on no lane.
        """
        name = snapshot.names[row]
        half, heading = 0.5 * build.length, float(snapshot.heading[row])
        direction = np.array([np.cos(heading), np.sin(heading)])
        centre = np.array([float(snapshot.x[row]), float(snapshot.y[row])])
        speed = float(snapshot.speed[row])
        way = self._way(name, centre + half * direction, speed)
        if way is None:
            return None
        time = np.arange(0.0, _HORIZON + 0.5 * _STEP, _STEP)
        vehicle = self._library.vehicle
        driven = _driven(
            way, speed, float(snapshot.acceleration[row]), float(vehicle.getAccel(name)),
            float(vehicle.getDecel(name)), time)
        aside = self._aside(name, way, time)
        front = _front(way, driven, aside)
        x, y, yaw = _centres(front, driven, centre - half * direction, build.length, heading)
        return PlannedPath(
            stamp=stamp, time=stamp + np.round(time * 1e9).astype(np.int64), x=x, y=y, yaw=yaw)

    def _way(self, name: str, front: Array, speed: float) -> _Way | None:
        vehicle, lanes = self._library.vehicle, self._library.lane
        lane = vehicle.getLaneID(name)
        if not lane:
            return None
        mode = int(vehicle.getSpeedMode(name))
        route = vehicle.getRoute(name)[vehicle.getRouteIndex(name) + 1:]
        factor, most = float(vehicle.getSpeedFactor(name)), float(vehicle.getMaxSpeed(name))
        links = {link[4] or link[0]: link for link in vehicle.getNextLinks(name)}
        shapes = [self._shape(lane)]
        begin, aside = _projected(shapes[0], front)
        needed = begin + speed * _HORIZON + 0.5 * 3.0 * _HORIZON**2 + _SPARE
        end = _length(shapes[0])
        limits = [(0.0, min(float(lanes.getMaxSpeed(lane)) * factor, most))]
        stops = []
        while end < needed:
            link = self._next(lane, route)
            if link is None:
                break
            lane = link[4] or link[0]
            link = links.get(lane, link)
            if end > begin and _must_stop(link, mode, end - begin):
                stops.append(end)
            if not lane.startswith(':'):
                route = route[1:]
            shapes.append(self._shape(lane))
            limits.append((end, min(float(lanes.getMaxSpeed(lane)) * factor, most)))
            end += _length(shapes[-1])
        line = np.concatenate(shapes)
        kept = np.concatenate(([True], np.hypot(*np.diff(line, axis=0).T) > _VERTEX))
        line = line[kept]
        station = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))))
        return _Way(line[:, 0], line[:, 1], station, begin, aside, tuple(limits), tuple(stops))

    def _next(self, lane: str, route: tuple[str, ...]) -> Any:
        """Return the link that leads on along the route, None where there is none."""
        for link in self._library.lane.getLinks(lane):
            if lane.startswith(':') or (route and link[0].rpartition('_')[0] == route[0]):
                return link
        return None

    def _shape(self, lane: str) -> Array:
        if lane not in self._shapes:
            self._shapes[lane] = np.array(self._library.lane.getShape(lane), np.float64)
        return self._shapes[lane]

    def _aside(self, name: str, way: _Way, time: Array) -> Array:
        """Return the offset from the line over time, as lane changes go on or come to an end."""
        vehicle = self._library.vehicle
        drift = float(vehicle.getLateralSpeed(name))
        target = 0.0
        if way.aside * drift > 0.0 and abs(drift) > _ASIDE_SHOWN:
            width = float(self._library.lane.getWidth(vehicle.getLaneID(name)))
            target = np.sign(way.aside) * width
        moved = max(abs(drift), _ASIDE) * time
        return np.asarray(
            target + np.sign(way.aside - target) * np.maximum(
                abs(way.aside - target) - moved, 0.0))


def _must_stop(link: Any, mode: int, distance: float) -> bool:
    """Whether to stop before a link, for whoever regards what its speed mode says.

    At a link that gives way one is prepared to stop until one sees that nobody comes, and inside
    a junction as long as somebody does.
    """
    opened, foe, state = bool(link[2]), bool(link[3]), str(link[5])
    if state in _STOP_STATES:
        return bool(mode & _RED_LIGHTS)
    gives_way = not opened or (state in _GIVE_WAY_STATES and (distance > _SIGHT or foe))
    return gives_way and bool(mode & _RIGHT_OF_WAY)


def _driven(
    way: _Way, speed: float, acceleration: float, usual: float, decel: float, time: Array,
) -> Array:
    """Return the way driven at times, (k,) [m].

    Args:
        way: The lanes ahead.
        speed: Now [m/s].
        acceleration: Now [m/s2].
        usual: With which the vehicle usually speeds up [m/s2].
        decel: With which it slows down [m/s2].
        time: From now [s].
    """
    ahead = [(begin - way.front, limit) for begin, limit in way.limits]
    firm = _FIRM_BRAKING if acceleration < -_BRAKES else _FIRM
    reachable = [
        stop - way.front for stop in way.stops
        if speed * speed <= 2.0 * firm * decel * (stop - way.front)]
    if reachable:
        # What lies behind does not matter.
        room = reachable[0]
        ahead = [(begin, limit) for begin, limit in ahead if begin < room] + [(room, 0.0)]
    asked = max(
        ((speed * speed - limit * limit) / (2.0 * begin) for begin, limit in ahead if begin > 0.0),
        default=0.0)
    soon = speed + acceleration * _STEP
    done = any(soon <= limit < speed + _BRAKES for begin, limit in ahead if begin <= speed)
    holds = acceleration < -_BRAKES and asked < -_EXPLAINED * acceleration and not done
    # Who is held back by the way alone speeds up again behind it.
    held_back = _allowed(ahead, 0.0, decel) <= speed + _BRAKES
    forward = usual if held_back else max(acceleration, 0.0)
    distance, now, places = 0.0, speed, [0.0]
    for _ in range(round(float(time[-1]) / _ROLL)):
        change = acceleration
        if not holds:
            change = min(forward, (_allowed(ahead, distance, decel) - now) / _ROLL)
        after = max(now + max(change, -firm * decel) * _ROLL, 0.0)
        distance += 0.5 * (now + after) * _ROLL
        now = after
        places.append(distance)
    return np.asarray(np.interp(time, np.arange(len(places)) * _ROLL, places))


def _allowed(ahead: list[tuple[float, float]], distance: float, decel: float) -> float:
    """Return how fast one may be after a way so as to keep every limit from its begin on [m/s].

    Args:
        ahead: Where limits begin [m], and these [m/s], in the order of the way.
        distance: The way [m].
        decel: With which one slows down for them [m/s2].
    """
    allowed = math.inf
    for begin, limit in ahead:
        if begin <= distance:
            allowed = limit
        else:
            allowed = min(allowed, math.sqrt(limit * limit + 2.0 * decel * (begin - distance)))
    return allowed


def _front(way: _Way, driven: Array, aside: Array) -> Array:
    """Return where the front bumper is after ways, (k, 2) [m]; straight on behind the end."""
    station = way.front + driven
    line = np.column_stack([way.x, way.y])
    sides = np.diff(line, axis=0)
    sides /= np.hypot(*sides.T)[:, np.newaxis]
    last = np.clip(
        np.searchsorted(way.station, station, side='right') - 1, 0, len(sides) - 1)
    along = (station - way.station[last])[:, np.newaxis]
    left = np.column_stack([-sides[last, 1], sides[last, 0]])
    return np.asarray(line[last] + along * sides[last] + aside[:, np.newaxis] * left)


def _centres(
    front: Array, driven: Array, rear: Array, length: float, heading: float,
) -> tuple[Array, Array, Array]:
    """Return x, y [m] and yaw [rad] of the centre, the rear running in the track of the front."""
    moves = np.concatenate(([True], np.diff(driven) > 0.0))
    track = np.vstack([rear, front[moves]])
    station = np.concatenate(([-length], driven[moves]))
    back = np.column_stack([
        np.interp(driven - length, station, track[:, axis]) for axis in range(2)])
    east, north = (front - back).T
    yaw = np.arctan2(north, east)
    yaw[np.hypot(east, north) < _VERTEX] = heading
    half = 0.5 * length
    return front[:, 0] - half * np.cos(yaw), front[:, 1] - half * np.sin(yaw), yaw


def _projected(shape: Array, place: Array) -> tuple[float, float]:
    """Return the station of a place along a line [m] and its offset, left positive [m]."""
    sides = np.diff(shape, axis=0)
    length = np.hypot(*sides.T)
    unit = sides / length[:, np.newaxis]
    to = place - shape[:-1]
    along = np.clip(np.sum(to * unit, axis=1), 0.0, length)
    across = to - along[:, np.newaxis] * unit
    nearest = int(np.argmin(np.hypot(*across.T)))
    left = unit[nearest, 0] * to[nearest, 1] - unit[nearest, 1] * to[nearest, 0]
    return float(np.sum(length[:nearest]) + along[nearest]), float(left)


def _length(shape: Array) -> float:
    return float(np.hypot(*np.diff(shape, axis=0).T).sum())
