# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""How the ego drives where no gap tells it: towards the stretch, behind a leader, to a stop."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.merging.profiles import Profile
from icv_v2x.merging.traffic import STANDSTILL_GAP

if TYPE_CHECKING:
    from icv_v2x.merging.limits import ComfortLimits
    from icv_v2x.merging.task import Own
    from icv_v2x.merging.traffic import FloatArray

_STEP = 0.1
# Feedback on speed and place while following [1/s, 1/s2].
_SPEED_GAIN = 0.8
_PLACE_GAIN = 0.25
_EMERGENCY = 8.0
# The leader's braking is read over this time [s], and taken for one from this on [m/s2].
_GLANCE = 0.5
_BRAKES = 1.0
# Stops use this share of the comfortable braking, with so much feedback on the speed [1/s], and
# are done this near [m].
_GENTLE = 0.85
_CURVE_GAIN = 1.0
_THERE = 0.3
_EMERGENCY_JERK = 15.0
# Whoever falls behind somebody beside leaves this [m].
_BEHIND = 1.0
# The place behind somebody on the lane beside is taken with this braking at most [m/s2].
_ALIGNING = 1.5
OPENING = 0.35
"""A short gap is opened with this share of the comfortable braking, where nothing is said."""
# What is missing of it becomes less by 63 % within this [s].
_OPENED_IN = 1.8


class Leader:
    """A vehicle to follow, as its rear seen from the ego's front.

    Attributes:
        gap: (K,) [m] to the ego's present front.
        speed: (K,) [m/s].
        step: Interval of both [s].
        headway: Time gap to it that is wanted, NaN: that of the drive [s].
        beside: Whether it is on the lane beside, so that there is no need to brake hard for it.
        behind_by: When the ego has to be behind it, where it is beside now; NaN: it is not [s].
    """

    def __init__(
        self, gap: FloatArray, speed: FloatArray, step: float, headway: float = math.nan, *,
        beside: bool = False,
    ) -> None:
        """Keep where the leader will be."""
        self.gap, self.speed, self.step = gap, speed, step
        self.headway, self.beside = headway, beside
        self.behind_by = math.nan
        self._places, self._speeds = gap.tolist(), speed.tolist()

    def braking_behind(self, time: float, way: float, speed: float) -> float:
        """Return the braking that lets one fall behind it in time [m/s2], 0: none is needed.

        Args:
            time: Now [s].
            way: Made so far [m].
            speed: Now [m/s].
        """
        if not time < self.behind_by:
            return 0.0
        left = self.behind_by - time
        gap, pace = self.at(time)
        missing = _BEHIND - (gap - way) - (pace - speed) * left
        return max(2.0 * missing / (left * left), 0.0)

    def at(self, time: float) -> tuple[float, float]:
        """Return gap and speed at an instant [m, m/s]."""
        place = time / self.step
        index = min(int(place), len(self._places) - 2)
        share = place - index
        speed = self._speeds[index] + min(share, 1.0) * (
            self._speeds[index + 1] - self._speeds[index])
        return (
            self._places[index] + share * (self._places[index + 1] - self._places[index]), speed)


def drive(
    own: Own, limits: ComfortLimits, *, duration: float, wanted: float,
    leaders: tuple[Leader, ...] = (), headway: float = 1.0, stop: float = math.inf,
    until: float = math.inf, opening: float = OPENING,
) -> Profile:
    """Return how the ego drives by feedback.

    It takes up the wanted speed, stays `headway` behind every leader and stops where it must, with
    comfort as long as that is enough, and harder only where it is not.

    Args:
        own: The ego.
        limits: Of comfort.
        duration: Of the profile [s].
        wanted: Speed without anything ahead [m/s].
        leaders: Whom to follow.
        headway: Time gap to keep [s].
        stop: Way to the place where the centre must stand at the latest [m].
        until: The profile ends once this way is made [m].
        opening: Share of the comfortable braking with which a short gap is opened.
    """
    speed, acceleration, way = max(own.speed, 0.0), own.acceleration, 0.0
    nodes = [(0.0, acceleration, speed, 0.0)]
    while len(nodes) <= round(duration / _STEP) and way < until:
        time = nodes[-1][0]
        rise, brake, jerk = limits.scalar(speed)
        # The wanted speed is met without overshoot: what is left of it bounds the acceleration.
        left = wanted - speed
        target = min(_SPEED_GAIN * left, rise)
        if left > 0.0:
            target = min(target, math.sqrt(2.0 * jerk * left))
        need = 0.0
        for leader in leaders:
            gap, pace = leader.at(time)
            if leader.beside:
                away = gap - way - STANDSTILL_GAP - leader.headway * speed
                target = min(target, max(
                    _PLACE_GAIN * away + _SPEED_GAIN * (pace - speed), -_ALIGNING))
                continue
            slowing = (pace - leader.at(time + _GLANCE)[1]) / _GLANCE
            kept = headway if math.isnan(leader.headway) else leader.headway
            follow, hard = _following(
                gap - way, speed, pace, slowing, kept, brake, opening)
            fall = leader.braking_behind(time, way, speed)
            target, need = min(target, follow), max(need, hard, fall)
            if fall > 0.0:
                target = min(target, -fall)
        if stop < math.inf:
            halt, hard = _halting(stop - way, speed, brake)
            target, need = min(target, halt), max(need, hard)
        if need > brake:
            # Comfort does not do: brake as hard as it takes.
            target, jerk = -min(1.1 * need, _EMERGENCY), _EMERGENCY_JERK
        else:
            target = max(target, -brake)
            if acceleration < -brake:
                # That is over, and whoever follows is not to suffer from it for longer.
                jerk = _EMERGENCY_JERK
        following = acceleration + min(max(target - acceleration, -jerk * _STEP), jerk * _STEP)
        faster = speed + 0.5 * _STEP * (acceleration + following)
        if faster <= 0.0:
            way += 0.5 * _STEP * speed
            speed, acceleration = 0.0, max(following, 0.0)
        else:
            way += _STEP * (speed + _STEP * (acceleration / 3.0 + following / 6.0))
            speed, acceleration = faster, following
        nodes.append((time + _STEP, acceleration, speed, way))
    return Profile(*np.array(nodes).T)


def _following(
    gap: float, speed: float, pace: float, slowing: float, headway: float, brake: float,
    share: float,
) -> tuple[float, float]:
    """Return the acceleration that follows a leader, and what braking avoids touching it."""
    wanted = STANDSTILL_GAP + headway * speed
    follow = _PLACE_GAIN * (gap - wanted) + _SPEED_GAIN * (pace - speed)
    closing = speed - pace
    room = gap - 1.0
    halt = 0.0
    if slowing > _BRAKES:
        # A leader that brakes may go on until it stands.
        halt = speed * speed / (2.0 * max(room + pace * pace / (2.0 * slowing), 0.1))
        if halt > 0.4 * brake:
            follow = min(follow, -halt)
    if gap < wanted and room > 0.0 and not halt:
        # A short gap opens gently.
        opening = _SPEED_GAIN * ((gap - wanted) / _OPENED_IN - closing)
        follow = max(opening, -share * brake - _SPEED_GAIN * max(closing, 0.0))
    if closing <= 0.0:
        return follow, halt
    if room <= 0.0:
        return -_EMERGENCY, _EMERGENCY
    hard = max(closing * closing / (2.0 * room), halt)
    # Braking that takes the closing speed out before the wanted gap is used up.
    spare = max(gap - STANDSTILL_GAP - 0.6 * headway * speed, 0.5)
    return min(follow, -closing * closing / (2.0 * spare)) if (
        closing * closing / (2.0 * spare) > 0.4 * brake) else follow, hard


def _halting(distance: float, speed: float, brake: float) -> tuple[float, float]:
    """Return the acceleration that stops in time, and the constant braking that does.

    The speed follows the curve of a gentle constant braking to the place, from which it is led
    away in good time by the distance that is left to the curve.
    """
    gentle = _GENTLE * brake
    hard = speed * speed / (2.0 * max(distance + 1.0, 0.05)) if speed > 0.5 else 0.0
    if distance <= _THERE:
        return -gentle, hard
    allowed = math.sqrt(2.0 * gentle * distance)
    return _CURVE_GAIN * (allowed - speed) - gentle * min(speed / allowed, 1.5), hard
