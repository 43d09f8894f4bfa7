# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the ego is about to do: change lane or turn off, by indicator, planned path and motion."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.frames import wrap_angle
from icv_v2x.inputs import Indicator

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.neighbours import Beside
    from icv_v2x.world.ego import EgoState

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

SET_OFF = 2.0
"""An ego that indicates a turn and moves, but more slowly than this, has just set off [m/s]."""

_SIDES = {Indicator.LEFT: 1, Indicator.RIGHT: -1}
# The way that a planned path leads is read at points this far apart [m].
_SPACING = 1.0
# Headings of the ego are kept this far apart and for as long as a lane change lasts [s].
_HEADING_SPACING = 0.25
_HEADING_MEMORY = 5.0
# A drift shows in the places of this time [s].
_RECENT = 2.0
# Up to this distance along the lane the directions of two vehicles compare [m].
_NEAR = 15.0
# Sideways acceleration that no usual change of lane reaches (3.5 m within 4 s take 1.3), and
# below which one goes straight [m/s2].
_BEND = 1.5
_STRAIGHT = 0.7
# Curvature is not told by slower vehicles [m/s].
_SLOW = 1.0
# A path that leads no further than this stands [m].
_STANDS = 0.3
# Who is farther beyond the end of the planned path than this share of a lane is not in the lane
# that it leads to.
_BEYOND = 0.75
# Who has come so far aside lately, where the planned path leads no further, ends a change [m].
_ENDING = 0.3
TELLS = 20.0
"""A path that leads this far shows whether a turn is near, however the ego indicates [m]."""


@dataclass(frozen=True)
class Way:
    """Where the planner leads the centre of the ego, from where it is now on; M >= 2 points.

    Attributes:
        time: (M,) [s] from now, increasing.
        x: (M,) [m].
        y: (M,) [m].
        yaw: (M,) [rad] of the ego, which the way of a long one's centre is not along in a turn.
        distance: (M,) [m] along the way.
    """

    time: Floats
    x: Floats
    y: Floats
    yaw: Floats
    distance: Floats

    @property
    def start(self) -> float:
        """When the ego leaves where it is [s], inf where it does not."""
        moved = np.flatnonzero(self.distance > _STANDS)
        return float(self.time[max(moved[0] - 1, 0)]) if len(moved) else math.inf

    def arrival(self, distance: Floats) -> Floats:
        """Return when the ego has gone so far, (n,) [s], inf where it does not."""
        rising = np.concatenate(([True], np.diff(self.distance) > 0.0))
        return np.interp(
            distance, self.distance[rising], self.time[rising], right=np.inf, left=0.0)


class OwnCourse:
    """Places and headings of the last seconds, bounded; they tell a drift from a wiggle."""

    def __init__(self) -> None:
        """Begin without any."""
        self._past: deque[tuple[int, float, float, float]] = deque(
            maxlen=round(_HEADING_MEMORY / _HEADING_SPACING))

    def clear(self) -> None:
        """Forget the past."""
        self._past.clear()

    def extend(self, ego: EgoState) -> None:
        """Add how the ego heads, at an instant not before the last one's."""
        if not self._past or ego.stamp - self._past[-1][0] >= _HEADING_SPACING * 1e9:
            self._past.append((ego.stamp, ego.heading, ego.x, ego.y))

    def since(self, ego: EgoState) -> tuple[Floats, Floats, Floats, Floats]:
        """Return how long ago [s], and turn [rad] and way [m], [m] since then, (k,) each."""
        past = [entry for entry in self._past if ego.stamp - entry[0] <= _HEADING_MEMORY * 1e9]
        ago = np.array([(ego.stamp - entry[0]) / 1e9 for entry in past])
        _, heading, x, y = np.array(past).reshape(-1, 4).T
        return ago, np.asarray(wrap_angle(ego.heading - heading)), ego.x - x, ego.y - y


@dataclass(frozen=True)
class Intent:
    """What tells of the ego's intent at one instant.

    Attributes:
        way: Where the planner leads it, None where nothing is planned.
        since: (k,) [s] ago.
        turned: (k,) [rad] by which it has turned since then.
        east: (k,) [m] by which it has moved since then.
        north: (k,) [m] likewise.
    """

    way: Way | None
    since: Floats
    turned: Floats
    east: Floats
    north: Floats


def read_intent(ego: EgoState, course: OwnCourse, parameters: Parameters) -> Intent:
    """Return what tells of the ego's intent now."""
    return Intent(planned_way(ego, parameters), *course.since(ego))


def planned_way(ego: EgoState, parameters: Parameters) -> Way | None:
    """Return where the planned path leads the centre of the ego, None without a path."""
    path = ego.path
    if path is None:
        return None
    time = (path.time - ego.stamp) / 1e9
    ahead = time > 0.0
    if not np.any(ahead):
        return None
    lever = parameters.vehicle.base_link_to_center
    x = np.concatenate(([ego.x], (path.x + lever * np.cos(path.yaw))[ahead]))
    y = np.concatenate(([ego.y], (path.y + lever * np.sin(path.yaw))[ahead]))
    steps = np.hypot(np.diff(x), np.diff(y))
    return Way(
        np.concatenate(([0.0], time[ahead])), x, y,
        np.concatenate(([ego.heading], path.yaw[ahead])),
        np.concatenate(([0.0], np.cumsum(steps))),
    )


def indicated_side(ego: EgoState) -> int:
    """Return the side that the direction indicator shows: 1 left, -1 right, 0 none."""
    return _SIDES.get(ego.indicator, 0)


def changes_lane(
    ego: EgoState, intent: Intent, beside: Beside, parameters: Parameters, ease: float = 1.0
) -> Flags:
    """Return towards which vehicles the ego is about to change lane.

    It is by direction indicator, by a planned path that shifts sideways by half a lane or more,
    or, where the parameter allows, where it drifts over the line soon. The line lies midway
    between the ego and a vehicle, and at most where it would be with the ego in the middle of its
    lane. Where the planned path leads aside, vehicles beyond the lane that it leads to are no
    matter of the change.

    Args:
        ego: The ego now.
        intent: What tells of its intent.
        beside: n vehicles seen along their lanes.
        parameters: Parameters of the package.
        ease: Below 1 for the exit thresholds.

    Returns:
        (n,) intent to change into the lane on the vehicle's side.
    """
    limits, width = parameters.intent, parameters.carriageway.lane_width
    side = beside.side
    by_indicator = side == indicated_side(ego)
    end = None if intent.way is None else _end(ego, intent.way, limits.path_time)
    shift = 0.0 if end is None else _lateral_shift(ego, end, parameters)
    by_path = side * shift >= 0.5 * width * ease
    room = np.minimum(0.5 * beside.side_gap, 0.5 * (width - ego.width))
    angle = _drift(ego, intent, beside) - math.radians(limits.drift)
    way = max(ego.speed, 0.0) * limits.crossing_time * np.sin(np.clip(angle, 0.0, 0.5 * np.pi))
    by_motion = (way > 0.0) & (way >= np.maximum(room, 0.0) * ease)
    by_motion &= _moved_aside(intent, beside) >= limits.shift * ease
    changes = by_indicator | by_path | (by_motion & limits.by_motion)
    if end is not None:
        changes &= ~_beyond_the_path(end, intent, beside, parameters, ease)
    return np.asarray(changes)


def _drift(ego: EgoState, intent: Intent, beside: Beside) -> Floats:
    """Return the angle at which the ego drifts towards vehicles, (n,) [rad].

    It is the angle to the vehicle's lane, but no more than the ego has turned out of the road
    itself lately: where the other turns towards the ego, the ego does not drift. Where the ego
    enters a bend, who is behind still goes straight on: the bend between both is taken off, and
    of who is far behind nothing is known until the ego goes straight again.
    """
    side = beside.side
    angle = side * wrap_angle(ego.heading - beside.axis)
    across = abs(ego.speed * ego.yaw_rate)
    if across > _BEND:
        bend = ego.yaw_rate / max(ego.speed, _SLOW) * np.clip(-beside.ahead, 0.0, _NEAR)
        angle = angle - np.where(beside.turn_rate == 0.0, side * bend, 0.0)
    if across > _STRAIGHT:
        angle = np.where(np.abs(beside.ahead) > _NEAR, 0.0, angle)
    road = beside.turn_rate[:, np.newaxis] * intent.since
    own = side[:, np.newaxis] * (intent.turned - road)
    return np.asarray(np.minimum(angle, np.max(own, axis=1, initial=0.0)))


def _moved_aside(intent: Intent, beside: Beside) -> Floats:
    """Return how far the ego has come towards vehicles across their lanes lately, (n,) [m]."""
    recent = intent.since <= _RECENT
    axis = beside.axis[:, np.newaxis]
    left = intent.north[recent] * np.cos(axis) - intent.east[recent] * np.sin(axis)
    return np.asarray(np.max(beside.side[:, np.newaxis] * left, axis=1, initial=0.0))


def _lateral_shift(ego: EgoState, end: _End, parameters: Parameters) -> float:
    """Return how far the planned path leads to the left of the present lane [m].

    On an arc the chord has the mean of the directions at its ends, so what lies aside of that
    mean is no bend of the road. Where the direction changes much the shape tells nothing.
    """
    bend = math.remainder(end.heading - ego.heading, 2.0 * math.pi)
    if abs(bend) > math.radians(parameters.intent.path_turn):
        return 0.0
    along = ego.heading + 0.5 * bend
    return end.north * math.cos(along) - end.east * math.sin(along)


def _beyond_the_path(
    end: _End, intent: Intent, beside: Beside, parameters: Parameters, ease: float
) -> Flags:
    """Return which vehicles drive beyond the lane that the planned path leads to, (n,).

    It tells so where it ends parallel to the lane of the vehicle, and from when it leads aside
    until the ego has come there.
    """
    limits = parameters.intent
    parallel = np.abs(wrap_angle(end.heading - beside.axis)) <= math.radians(limits.path_turn)
    shift = end.north * np.cos(beside.axis) - end.east * np.sin(beside.axis)
    ahead = beside.side * shift
    leads = (ahead >= limits.shift) | (
        (ahead >= -limits.shift) & (_moved_aside(intent, beside) >= _ENDING))
    width = parameters.carriageway.lane_width
    return np.asarray(
        parallel & leads & (beside.side * beside.left - ahead > _BEYOND * width / ease))


@dataclass(frozen=True)
class _End:
    """Where a way has led to after some time.

    Attributes:
        heading: [rad] direction there.
        east: [m] from the ego.
        north: [m] likewise.
    """

    heading: float
    east: float
    north: float


def _end(ego: EgoState, way: Way, time: float) -> _End | None:
    """Return where a way has led to after a time [s], None where it has led nowhere."""
    last = int(np.searchsorted(way.time, time, side='right')) - 1
    before = np.flatnonzero(way.distance <= way.distance[last] - _SPACING)
    if not len(before):
        return None
    first = before[-1]
    return _End(
        math.atan2(way.y[last] - way.y[first], way.x[last] - way.x[first]),
        float(way.x[last]) - ego.x, float(way.y[last]) - ego.y)


@dataclass(frozen=True)
class Turn:
    """An intended turn across oncoming traffic.

    Attributes:
        way: Where the planner leads the ego, None where only the indicator tells of the turn.
        under_way: The ego turns already.
        commits: It drives into the turn or is about to set off; else it waits or draws near.
        start: [s] until it sets off, 0 where it moves.
    """

    way: Way | None
    under_way: bool
    commits: bool
    start: float


def intended_turn(
    ego: EgoState, intent: Intent, side: int, parameters: Parameters
) -> Turn | None:
    """Return the turn that the ego intends to one side.

    A planned path tells by its shape. Without one, or with one that is too short to tell, the
    direction indicator does while the ego is slow; where it turns off is then known only once it
    sets off or turns, and until then it does not commit.

    Args:
        ego: The ego now.
        intent: What tells of its intent.
        side: 1 for a turn to the left, -1 to the right.
        parameters: Parameters of the package.

    Returns:
        The turn, None where none is intended.
    """
    limits, way = parameters.intent, intent.way
    moving = ego.speed > parameters.lta.commit_speed
    under_way = moving and side * ego.yaw_rate * limits.turn_radius_maximum > ego.speed
    indicated = indicated_side(ego) == side
    if way is not None and (
        turns_off(way, side, parameters) or (under_way and way.distance[-1] > _STANDS)
    ):
        start = 0.0 if moving else way.start
        return Turn(way, under_way, moving or math.isfinite(start), start)
    tells = way is not None and way.distance[-1] >= TELLS
    if tells or not indicated or not 0.0 <= ego.speed <= limits.turn_speed:
        return None
    return Turn(None, under_way, under_way or (moving and ego.speed < SET_OFF), 0.0)


def turning_side(ego: EgoState, parameters: Parameters) -> int:
    """Return the side to which the ego turns off: 1 left, -1 right, 0 where nothing tells of it.

    A planned path tells by where it ends; where it is too short to tell, the direction indicator
    does.

    Args:
        ego: The ego now.
        parameters: Parameters of the package.
    """
    limits, path = parameters.intent, ego.path
    if path is not None:
        turned = float(wrap_angle(path.yaw[-1] - ego.heading))
        if abs(turned) >= math.radians(limits.turn_angle):
            return 1 if turned > 0.0 else -1
        if np.hypot(np.diff(path.x), np.diff(path.y)).sum() >= TELLS:
            return 0
    return indicated_side(ego) if ego.speed <= limits.turn_speed else 0


def turns_off(way: Way, side: int, parameters: Parameters) -> bool:
    """Return whether a way turns sharply enough to one side to leave the road.

    Args:
        way: Where the planner leads the ego.
        side: 1 left, -1 right.
        parameters: Parameters of the package.
    """
    limits = parameters.intent
    angle = math.radians(limits.turn_angle)
    stations = np.arange(0.0, way.distance[-1], _SPACING)
    if len(stations) < 3:
        return False
    x = np.interp(stations, way.distance, way.x)
    y = np.interp(stations, way.distance, way.y)
    heading = side * np.unwrap(np.arctan2(np.diff(y), np.diff(x)))
    # The stretch within which an arc of the greatest radius turns by the angle.
    stretch = max(1, min(round(angle * limits.turn_radius_maximum / _SPACING), len(heading) - 1))
    lowest = np.lib.stride_tricks.sliding_window_view(heading, stretch + 1).min(axis=1)
    return bool(np.any(heading[stretch:] - lowest >= angle))
