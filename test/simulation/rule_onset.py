# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""When the WARNING rules first hold on recorded motion, told by rolling it out in small steps.

Nothing here shares a formula with the package: contacts are looked for by distances of rectangles
at instants 0.05 s apart, braking is rolled out, zones are unions of polygons.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from shapely import box, unary_union
from shapely.affinity import rotate, translate

from icv_v2x.scenes.manoeuvres import States
from icv_v2x.scenes.truth import rectangle_distance

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from icv_v2x.tools.simulation.record import Record

    Array = NDArray[np.float64]

SIZE = (4.6, 1.8)
"""Length and width of every injected vehicle [m]."""

_EMERGENCY = 5.0
_DELAY = 1.7
_STEADY, _BRAKING = 1.5, 3.0
_ONCOMING = 4.0
_STEP, _FINE = 0.05, 0.01
_HORIZON, _LONG = 8.0, 16.0
# A shade below, so that a rule that holds exactly is seen to hold.
_SHADE = 1e-3


class _State(NamedTuple):
    x: float
    y: float
    heading: float
    speed: float
    acceleration: float
    yaw_rate: float


def rule_onset(record: Record, ego: str, other: str, until: float) -> float:
    """Return the first instant at which a WARNING rule holds on the true motion [s].

    Args:
        record: Where both were.
        ego: Who is to be warned.
        other: Of whom.
        until: Last instant looked at [s].

    Returns:
        The instant, infinite where no rule holds.
    """
    begin = max(record.span(ego)[0], record.span(other)[0])
    times = np.arange(round(begin * 10.0), round(until * 10.0) + 1) / 10.0
    sides = []
    for name in (ego, other):
        states = record.states(name, times)
        rate = np.gradient(np.unwrap(states.heading), times)
        sides.append([
            _State(*row) for row in zip(
                states.x, states.y, states.heading, states.speed, states.acceleration, rate,
                strict=True)])
    for time, mine, theirs in zip(times.tolist(), *sides, strict=True):
        if _holds(mine, theirs):
            return float(time)
    return math.inf


def _holds(mine: _State, theirs: _State) -> bool:
    turn = abs(math.degrees(math.remainder(theirs.heading - mine.heading, 2.0 * math.pi)))
    own, steady = _rolled(mine, mine.acceleration), _rolled(theirs, 0.0)
    contact = _contact(own, steady)
    if turn < 30.0 or theirs.speed < 0.5:
        braking = min(theirs.acceleration, 0.0)
        either = min(contact, _contact(own, _rolled(theirs, braking)))
        return math.isfinite(either) and _following(mine, theirs, braking)
    if turn > 150.0 and theirs.speed > 1.0:
        return contact <= _ONCOMING
    if not math.isfinite(contact):
        return False
    return _zone_entry(own, steady) <= _DELAY + mine.speed / (2.0 * _EMERGENCY)


def _rolled(state: _State, acceleration: float) -> States:
    """Return the motion with constant acceleration and turn, to standstill where it brakes."""
    time = np.arange(0.0, _HORIZON, _STEP)
    speed = np.maximum(state.speed + acceleration * time, 0.0)
    way = np.concatenate([[0.0], np.cumsum(0.5 * (speed[1:] + speed[:-1]) * _STEP)])
    # Turns keep their radius while the speed changes; tiny ones come from the record's steps.
    curvature = state.yaw_rate / state.speed if abs(state.yaw_rate) > 0.01 else 0.0
    heading = state.heading + curvature * way
    middle = 0.5 * (heading[1:] + heading[:-1])
    x = state.x + np.concatenate([[0.0], np.cumsum(np.diff(way) * np.cos(middle))])
    y = state.y + np.concatenate([[0.0], np.cumsum(np.diff(way) * np.sin(middle))])
    none = np.zeros(len(time))
    return States(
        time=time, x=x, y=y, z=none, heading=heading, speed=speed, acceleration=none,
        yaw_rate=none)


def _contact(own: States, other: States) -> float:
    touching = np.flatnonzero(rectangle_distance(own, SIZE, other, SIZE) <= 0.0)
    return float(own.time[touching[0]]) if len(touching) else math.inf


def _following(mine: _State, theirs: _State, braking: float) -> bool:
    along = np.cos(mine.heading), np.sin(mine.heading)
    gap = (theirs.x - mine.x) * along[0] + (theirs.y - mine.y) * along[1] - SIZE[0]
    if gap <= 0.0:
        return False
    time = np.arange(0.0, _LONG, _FINE)

    def touches(rate: float, own_braking: float, delay: float) -> bool:
        change = np.where(time < delay, mine.acceleration, -own_braking)
        speed = np.maximum(mine.speed + np.cumsum(change) * _FINE - change[0] * _FINE, 0.0)
        lead = np.maximum(theirs.speed + rate * time, 0.0)
        # A leader on its way across leaves the path again, so both dimensions count.
        own, other = _driven(mine, time, speed), _driven(theirs, time, lead)
        near = np.flatnonzero(np.hypot(own.x - other.x, own.y - other.y) < 2.0 * SIZE[0])
        return bool(len(near)) and bool(np.any(
            rectangle_distance(_rows(own, near), SIZE, _rows(other, near), SIZE) <= 0.0))

    def rule(rate: float, least: float) -> bool:
        return (
            touches(rate, _EMERGENCY - _SHADE, _DELAY) and touches(rate, least - _SHADE, 0.0))

    return rule(0.0, _STEADY) or (braking < 0.0 and rule(braking, _BRAKING))


def _driven(state: _State, time: Array, speed: Array) -> States:
    """Return the motion straight on with a given speed over time."""
    way = np.concatenate([[0.0], np.cumsum(speed[:-1] * _FINE)])
    none = np.zeros(len(time))
    return States(
        time=time, x=state.x + way * math.cos(state.heading),
        y=state.y + way * math.sin(state.heading), z=none, heading=none + state.heading,
        speed=speed, acceleration=none, yaw_rate=none)


def _rows(states: States, rows: NDArray[np.intp]) -> States:
    return States(**{name: value[rows] for name, value in vars(states).items()})


def _zone_entry(own: States, other: States) -> float:
    zone = unary_union([_rectangle(other, row) for row in range(0, len(other.time), 2)])
    for row, time in enumerate(own.time.tolist()):
        if _rectangle(own, row).intersects(zone):
            return float(time)
    return math.inf


def _rectangle(states: States, row: int) -> BaseGeometry:
    half_length, half_width = 0.5 * SIZE[0], 0.5 * SIZE[1]
    shape = box(-half_length, -half_width, half_length, half_width)
    turned = rotate(shape, float(states.heading[row]), origin=(0, 0), use_radians=True)
    return translate(turned, float(states.x[row]), float(states.y[row]))
