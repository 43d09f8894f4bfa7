# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""How hard an object must brake behind a leader that holds its speed for a while, then brakes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from icv_v2x.motion.pieces import FloatArray

# The gap is looked at so often, its second derivative being at most some 20 m/s2 [s].
_STEP = 0.02
# Braking at 2.5 m/s2 from 50 m/s is over by then [s].
_HORIZON = 20.0


def required_deceleration_delayed(
    gap: npt.ArrayLike,
    ego_speed: float,
    ego_acceleration: float,
    lead_speed: npt.ArrayLike,
    lead_delay: npt.ArrayLike,
    lead_deceleration: npt.ArrayLike,
    delay: float,
) -> FloatArray:
    """Return the constant deceleration that keeps the ego clear of each leader.

    With the ego's way w and speed v at the end of the delay, and s(t) the way of the leader's
    rear, braking at b suffices where w + v u - b u**2 / 2 <= s(t) for all u = t - delay, so the
    answer is the greatest 2 (w + v u - s(t)) / u**2. After the ego's standstill the condition
    holds by itself, as no leader reverses.

    Args:
        gap: Distance to the leader's rear now, (n,) [m].
        ego_speed: Speed of the ego, 0 or more [m/s].
        ego_acceleration: Its acceleration until the delay is over [m/s2].
        lead_speed: Speed of the leaders, 0 or more, (n,) [m/s].
        lead_delay: Until when they hold it, (n,) [s].
        lead_deceleration: How they brake from then on to standstill, 0 or more, (n,) [m/s2].
        delay: When the ego begins to brake [s].

    Returns:
        Deceleration, 0 or more, (n,) [m/s2]; inf where the contact comes within the delay.
    """
    time = np.arange(_STEP, _HORIZON, _STEP)
    rear = _rear(gap, lead_speed, lead_delay, lead_deceleration, time)
    waits = time <= delay + 0.5 * _STEP
    way, _ = _driven(ego_speed, ego_acceleration, time[waits])
    touched = np.any(rear[:, waits] < way, axis=1)
    way, speed = _driven(ego_speed, ego_acceleration, np.array([delay]))
    braking = time[~waits] - delay
    needed = 2.0 * (way + speed * braking - rear[:, ~waits]) / np.square(braking)
    return np.where(touched, np.inf, np.maximum(needed.max(axis=1, initial=0.0), 0.0))


def time_to_contact_delayed(
    gap: npt.ArrayLike,
    ego_speed: float,
    ego_acceleration: float,
    lead_speed: npt.ArrayLike,
    lead_delay: npt.ArrayLike,
    lead_deceleration: npt.ArrayLike,
) -> FloatArray:
    """Return when the ego reaches each leader if it goes on as it does.

    Args:
        gap: Distance to the leader's rear now, (n,) [m].
        ego_speed: Speed of the ego, 0 or more [m/s].
        ego_acceleration: Its acceleration, at most to standstill [m/s2].
        lead_speed: Speed of the leaders, 0 or more, (n,) [m/s].
        lead_delay: Until when they hold it, (n,) [s].
        lead_deceleration: How they brake from then on to standstill, 0 or more, (n,) [m/s2].

    Returns:
        Time to within 0.02 s, (n,) [s]; inf where not within 20 s.
    """
    time = np.arange(_STEP, _HORIZON, _STEP)
    way, _ = _driven(ego_speed, ego_acceleration, time)
    touches = _rear(gap, lead_speed, lead_delay, lead_deceleration, time) < way
    first = np.argmax(touches, axis=1)
    return np.where(touches.any(axis=1), time[first], np.inf)


def _rear(
    gap: npt.ArrayLike,
    speed: npt.ArrayLike,
    delay: npt.ArrayLike,
    deceleration: npt.ArrayLike,
    time: FloatArray,
) -> FloatArray:
    """Return where the rears of leaders are, from the ego's front now on, (n, m) [m]."""
    gap, speed, delay, deceleration = (
        np.atleast_1d(np.asarray(values, dtype=np.float64))[:, np.newaxis]
        for values in (gap, speed, delay, deceleration)
    )
    brakes = deceleration > 0.0
    lasts = np.where(brakes, speed / np.where(brakes, deceleration, 1.0), np.inf)
    braking = np.minimum(np.maximum(time - delay, 0.0), lasts)
    steady = np.minimum(time, delay)
    rear: FloatArray = gap + speed * (steady + braking) - 0.5 * deceleration * braking**2
    return rear


def _driven(
    speed: float, acceleration: float, time: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return way [m] and speed [m/s] at times, (m,) each, at most to standstill."""
    moving = np.minimum(time, -speed / acceleration) if acceleration < 0.0 else time
    way = moving * (speed + 0.5 * acceleration * moving)
    return way, np.maximum(speed + acceleration * moving, 0.0)
