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
_EMERGENCY_JERK = 15.0


class Leader:
    """A vehicle to follow, as its rear seen from the ego's front.

    Attributes:
        gap: (K,) [m] to the ego's present front.
        speed: (K,) [m/s].
        step: Interval of both [s].
    """

    def __init__(self, gap: FloatArray, speed: FloatArray, step: float) -> None:
        """Keep where the leader will be."""
        self.gap, self.speed, self.step = gap, speed, step
        self._places, self._speeds = gap.tolist(), speed.tolist()

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
    until: float = math.inf,
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
    """
    speed, acceleration, way = max(own.speed, 0.0), own.acceleration, 0.0
    times, levels = [0.0], [acceleration]
    while len(times) <= round(duration / _STEP) and way < until:
        time = times[-1]
        rise, brake, jerk = limits.scalar(speed)
        target = _SPEED_GAIN * (wanted - speed)
        # The wanted speed is met without overshoot: what is left of it bounds the acceleration.
        left = wanted - speed
        target = min(target, rise, math.sqrt(2.0 * jerk * left) if left > 0.0 else target)
        need = 0.0
        for leader in leaders:
            gap, pace = leader.at(time)
            follow, hard = _following(gap - way, speed, pace, headway, brake)
            target, need = min(target, follow), max(need, hard)
        if stop < math.inf:
            halt, hard = _halting(stop - way, speed, acceleration, brake, jerk)
            target, need = min(target, halt), max(need, hard)
        if need > brake:
            # Comfort does not do: brake as hard as it takes.
            target, jerk = min(target, -min(1.1 * need, _EMERGENCY)), _EMERGENCY_JERK
        else:
            target = max(target, -brake)
        change = min(max(target - acceleration, -jerk * _STEP), jerk * _STEP)
        following = acceleration + change
        if speed + 0.5 * _STEP * (acceleration + following) < 0.0:
            following = max(-2.0 * speed / _STEP - acceleration, -acceleration)
            following = 0.0 if speed < 0.05 else following
        passed = 0.5 * _STEP * (acceleration + following)
        way += _STEP * (speed + _STEP * (acceleration / 3.0 + following / 6.0))
        speed = max(speed + passed, 0.0)
        acceleration = following if speed > 0.0 else max(following, 0.0)
        times.append(time + _STEP)
        levels.append(acceleration)
    return _profile(times, levels, max(own.speed, 0.0))


def _following(
    gap: float, speed: float, pace: float, headway: float, brake: float,
) -> tuple[float, float]:
    """Return the acceleration that follows a leader, and what braking avoids touching it."""
    wanted = STANDSTILL_GAP + headway * speed
    follow = _PLACE_GAIN * (gap - wanted) + _SPEED_GAIN * (pace - speed)
    closing = speed - pace
    if closing <= 0.0:
        return max(follow, -0.5 * brake) if gap > 1.0 else follow, 0.0
    room = gap - 1.0
    if room <= 0.0:
        return -_EMERGENCY, _EMERGENCY
    hard = closing * closing / (2.0 * room)
    # Braking that takes the closing speed out before the wanted gap is used up.
    spare = max(gap - STANDSTILL_GAP - 0.6 * headway * speed, 0.5)
    return min(follow, -closing * closing / (2.0 * spare)) if (
        closing * closing / (2.0 * spare) > 0.4 * brake) else follow, hard


def _halting(
    distance: float, speed: float, acceleration: float, brake: float, jerk: float,
) -> tuple[float, float]:
    """Return the acceleration that stops in time, and the constant braking that does."""
    if distance <= 0.0:
        return -_EMERGENCY if speed > 0.5 else -brake, _EMERGENCY if speed > 0.5 else brake
    hard = speed * speed / (2.0 * distance)
    lag = (max(acceleration, 0.0) + 0.7 * brake) / (2.0 * jerk)
    room = distance - lag * speed
    if room <= 0.0:
        return -brake, hard
    needed = speed * speed / (2.0 * room)
    if needed < 0.6 * brake and not (needed > 0.3 * brake and acceleration < -0.1):
        # Speeds that still leave the stop to comfort are free.
        return math.inf, hard
    return -min(needed, brake), hard


def _profile(times: list[float], levels: list[float], speed: float) -> Profile:
    """Return a profile by its nodes, whose speeds never fall below zero."""
    time, level = np.array(times), np.array(levels)
    span = np.diff(time)
    gain = 0.5 * span * (level[:-1] + level[1:])
    speeds = np.maximum(speed + np.concatenate([[0.0], np.cumsum(gain)]), 0.0)
    ways = np.concatenate([[0.0], np.cumsum(span * 0.5 * (speeds[:-1] + speeds[1:]))])
    return Profile(time, level, speeds, ways)
