# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The ego state at any instant, from odometry, vehicle status and planned path."""

from __future__ import annotations

import math
from collections import deque
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.clock import NANOSECONDS
from icv_v2x.inputs import Indicator, Odometry, PlannedPath, VehicleStatus
from icv_v2x.world.ego import EgoState
from icv_v2x.world.extrapolation import move_one
from icv_v2x.world.turning import (
    FAST,
    SLOW,
    filtered,
    lasting_turn_angle,
    lasting_turn_rate,
    turned_angle,
)

if TYPE_CHECKING:
    from icv_v2x.parameters import Parameters

MAP_FRAME_ID = 'map'
_HISTORY = 256
# Time running back further than this is a bag that starts again or a clock that was set.
_JUMP = 0.1
# Odometry that lies ahead of the instant, as where two clocks differ a little.
_AHEAD = 0.1
_FORGET = 3.0
# A pose farther than this from where the one before leads is a jump [m], with so much
# acceleration that odometry did not tell of [m/s2].
_STEP = 2.0
_UNTOLD = 10.0
# After a gap or a jump the pose has to hold together for so long [s].
_STEADY = 1.0
_SIDES = {Indicator.LEFT: 1.0, Indicator.RIGHT: -1.0}
_STATUS_AGE = 0.3
_INDICATOR_AGE = 1.0
_PATH_AGE = 2.0
_SLOPE_WINDOW = 0.4
_SLOPE_SAMPLES = 3
_ACCELERATION_MAXIMUM = 12.0


class EgoRefusal(str, Enum):
    """Reason under which an input of the ego is refused."""

    NOT_FINITE = 'not_finite'
    WRONG_FRAME = 'wrong_frame'
    LATE = 'late'
    UNORDERED_PATH = 'unordered_path'


class EgoEstimator:
    """Keeps the newest inputs of the ego and carries its state on to the instant asked for.

    The acceleration is that of the vehicle status where it is younger than 0.3 s. Otherwise it
    is the slope of a straight line through the forward speeds of the last 0.4 s by least
    squares, 0 with fewer than three of them; it lags by half that time.

    The history is bounded. Odometry that runs back by more than 0.1 s forgets everything before
    it; asking for a state changes nothing.

    Attributes:
        resets: How often odometry ran back.
    """

    def __init__(self, parameters: Parameters) -> None:
        """Start without any knowledge.

        Args:
            parameters: Dimensions of the ego and where base_link lies in it.
        """
        self._vehicle = parameters.vehicle
        self._intent = parameters.intent
        self._turning = parameters.turning
        self._odometry: deque[Odometry] = deque(maxlen=_HISTORY)
        self._status: VehicleStatus | None = None
        self._path: PlannedPath | None = None
        self._turn_slow, self._turn_fast, self._turned = np.zeros(1), np.zeros(1), np.zeros(1)
        self._broken: int | None = None
        self._gap = parameters.ego.age_maximum
        self.resets = 0

    def unsteady(self, now: int) -> str:
        """Return why the pose cannot be relied on although it is new, empty where it can."""
        if self._broken is None or not 0.0 <= _elapsed(self._broken, now) < _STEADY:
            return ''
        return f'ego pose came back or jumped less than {_STEADY:g} s ago: no IMMINENT'

    def clear(self) -> None:
        """Forget everything received."""
        self._odometry.clear()
        self._turn_slow, self._turn_fast, self._turned = np.zeros(1), np.zeros(1), np.zeros(1)
        self._status = None
        self._path = None
        self._broken = None

    def update(self, item: Odometry | VehicleStatus | PlannedPath) -> EgoRefusal | None:
        """Take an input in.

        Args:
            item: What came.

        Returns:
            Why it is refused, None where it is taken.
        """
        if isinstance(item, Odometry):
            return self._update_odometry(item)
        if isinstance(item, VehicleStatus):
            return self._update_status(item)
        return self._update_path(item)

    def state(self, now: int) -> EgoState | None:
        """Return the ego at an instant.

        It starts from the newest odometry at or before the instant (or one at most 0.1 s ahead,
        where there is no other), with constant turn rate and acceleration.

        Args:
            now: The instant [ns since the Unix epoch].

        Returns:
            The state, None where no odometry of the last 3 s is known.
        """
        base = self._newest(now)
        if base is None:
            return None
        elapsed = _elapsed(base.stamp, now)
        acceleration = self._acceleration(now)
        moved = move_one(
            base.x, base.y, base.yaw, base.velocity_x, acceleration, base.yaw_rate, elapsed)
        heading = math.remainder(moved.heading, 2.0 * math.pi)
        to_center = self._vehicle.base_link_to_center
        status = self._status
        fresh = status is not None and abs(_elapsed(status.stamp, now)) <= _INDICATOR_AGE
        indicator = status.indicator if status is not None and fresh else Indicator.NONE
        turn_rate = self._turn_rate(base, indicator)
        return EgoState(
            stamp=now,
            x=moved.x + to_center * math.cos(heading),
            y=moved.y + to_center * math.sin(heading),
            z=base.z if math.isfinite(base.z) else math.nan,
            heading=heading,
            speed=moved.speed,
            acceleration=acceleration,
            yaw_rate=base.yaw_rate,
            length=self._vehicle.length,
            width=self._vehicle.width,
            height=self._vehicle.height,
            position_deviation=_deviation(base),
            age=max(elapsed, 0.0),
            indicator=indicator,
            path=self._path_in_force(now),
            turn_rate=turn_rate,
            turn_angle=float(lasting_turn_angle(
                np.array([turn_rate]), self._turned, self._turning)[0]),
        )

    def _update_odometry(self, odometry: Odometry) -> EgoRefusal | None:
        if odometry.frame_id.lstrip('/') != MAP_FRAME_ID:
            return EgoRefusal.WRONG_FRAME
        values = (odometry.x, odometry.y, odometry.yaw, odometry.velocity_x, odometry.yaw_rate)
        if not all(map(math.isfinite, values)):
            return EgoRefusal.NOT_FINITE
        if self._odometry:
            newest = self._odometry[-1].stamp
            if newest - odometry.stamp > _JUMP * NANOSECONDS:
                self.clear()
                self.resets += 1
            elif odometry.stamp <= newest:
                return EgoRefusal.LATE
        before = self._odometry[-1] if self._odometry else odometry
        passed = _elapsed(before.stamp, odometry.stamp)
        if before is not odometry and self._breaks(before, odometry, passed):
            self._broken = odometry.stamp
        yaw_rate, elapsed = np.array([odometry.yaw_rate]), np.array([passed])
        self._turn_slow = filtered(self._turn_slow, yaw_rate, elapsed, SLOW)
        self._turn_fast = filtered(self._turn_fast, yaw_rate, elapsed, FAST)
        turn = np.array([math.remainder(odometry.yaw - before.yaw, 2.0 * math.pi)])
        self._turned = turned_angle(
            self._turned, self._turn_fast, turn, np.array([odometry.velocity_x]), elapsed,
            self._turning)
        self._odometry.append(odometry)
        return None

    def _breaks(self, before: Odometry, odometry: Odometry, elapsed: float) -> bool:
        """Return whether a pose does not follow from the one before."""
        there = move_one(
            before.x, before.y, before.yaw, before.velocity_x, 0.0, before.yaw_rate, elapsed)
        off = math.hypot(odometry.x - there.x, odometry.y - there.y)
        return elapsed > self._gap or off > _STEP + 0.5 * _UNTOLD * elapsed * elapsed

    def _turn_rate(self, odometry: Odometry, indicator: Indicator) -> float:
        """Return the turn that is expected to go on [rad/s].

        A sharp turn of a slow ego that its indicator announces lasts from its first moment.
        """
        return float(lasting_turn_rate(
            np.array([odometry.yaw_rate]), self._turn_slow, self._turn_fast,
            np.array([odometry.velocity_x]), np.array([_SIDES.get(indicator, 0.0)]),
            self._intent, self._turning)[0])

    def _update_status(self, status: VehicleStatus) -> EgoRefusal | None:
        if self._status is not None and (
            0 <= self._status.stamp - status.stamp <= _JUMP * NANOSECONDS
        ):
            return EgoRefusal.LATE
        self._status = status
        return None

    def _update_path(self, path: PlannedPath) -> EgoRefusal | None:
        columns = (path.x, path.y, path.yaw)
        if not all(len(column) == len(path.time) for column in columns):
            return EgoRefusal.UNORDERED_PATH
        if not all(np.all(np.isfinite(column)) for column in columns):
            return EgoRefusal.NOT_FINITE
        if np.any(np.diff(path.time) <= 0):
            return EgoRefusal.UNORDERED_PATH
        self._path = path
        return None

    def _newest(self, now: int) -> Odometry | None:
        past = next((o for o in reversed(self._odometry) if o.stamp <= now), None)
        if past is None and self._odometry:
            past = self._odometry[0]
        if past is None or not -_AHEAD <= _elapsed(past.stamp, now) <= _FORGET:
            return None
        return past

    def _acceleration(self, now: int) -> float:
        status = self._status
        if (
            status is not None
            and math.isfinite(status.acceleration)
            and abs(_elapsed(status.stamp, now)) < _STATUS_AGE
        ):
            return _believable(status.acceleration)
        return self._slope(now)

    def _slope(self, now: int) -> float:
        """Return the acceleration by least squares through the newest speeds [m/s2]."""
        used: list[Odometry] = []
        begin = 0
        for odometry in reversed(self._odometry):
            if odometry.stamp > now:
                continue
            if not used:
                begin = odometry.stamp - round(_SLOPE_WINDOW * NANOSECONDS)
            elif odometry.stamp < begin:
                break
            used.append(odometry)
        if len(used) < _SLOPE_SAMPLES:
            return 0.0
        used.reverse()
        time = np.array([(o.stamp - begin) / NANOSECONDS for o in used])
        speed = np.array([o.velocity_x for o in used])
        time -= time.mean()
        slope = float(time @ (speed - speed.mean()) / (time @ time))
        return _believable(slope)

    def _path_in_force(self, now: int) -> PlannedPath | None:
        """Return the path while the planner keeps publishing and it has not come to its end."""
        path = self._path
        if path is None or not len(path.time) or int(path.time[-1]) < now:
            return None
        return path if abs(_elapsed(path.stamp, now)) <= _PATH_AGE else None


def _elapsed(time: int, now: int) -> float:
    """Return the time from one instant [ns] to another [s]."""
    return (now - time) / NANOSECONDS


def _believable(acceleration: float) -> float:
    """Return an acceleration, at most that of a vehicle [m/s2]."""
    return min(max(acceleration, -_ACCELERATION_MAXIMUM), _ACCELERATION_MAXIMUM)


def _deviation(odometry: Odometry) -> float:
    """Return 1 sigma per axis [m], NaN where the variances are unknown or none."""
    variance = (odometry.variance_xx + odometry.variance_yy) / 2.0
    return math.sqrt(variance) if math.isfinite(variance) and variance >= 0.0 else math.nan
