# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""How hard an object must brake to avoid a contact ahead, in closed form.

All functions take one value or array (n,) per quantity, and distances are bumper to bumper.
Nobody reverses: who brakes stands from his standstill on. Speeds are 0 or more, and an
acceleration that is NaN counts as 0.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from icv_v2x.motion.pieces import FloatArray


def time_to_contact_following(
    gap: npt.ArrayLike,
    ego_speed: npt.ArrayLike,
    ego_acceleration: npt.ArrayLike,
    lead_speed: npt.ArrayLike,
    lead_acceleration: npt.ArrayLike,
) -> FloatArray:
    """Return when the gap to a leader closes if both keep their accelerations.

    Args:
        gap: Distance to the leader's rear, (n,) [m].
        ego_speed: Speed of the follower, (n,) [m/s].
        ego_acceleration: Its acceleration, at most to standstill, (n,) [m/s2].
        lead_speed: Speed of the leader, (n,) [m/s].
        lead_acceleration: Its acceleration, at most to standstill, (n,) [m/s2].

    Returns:
        First time at which the gap falls below 0, (n,) [s]: 0 where it is below already, inf
        where it never does. A gap that only just closes without closing speed is no contact.
    """
    gap, ego_speed, ego_acceleration, lead_speed, lead_acceleration = _fitted(
        gap, ego_speed, _known(ego_acceleration), lead_speed, _known(lead_acceleration)
    )
    ego_stop = _standstill(ego_speed, ego_acceleration)
    lead_stop = _standstill(lead_speed, lead_acceleration)
    early, late = np.minimum(ego_stop, lead_stop), np.maximum(ego_stop, lead_stop)
    # Three phases, each with constant accelerations: until one stands, until both do, and after.
    end = np.stack(np.broadcast_arrays(early, late, np.inf))
    start = np.concatenate([np.zeros_like(end[:1]), end[:-1]])
    begins = np.isfinite(start)
    start = np.where(begins, start, 0.0)
    ego_way, ego_now, ego_rate = _driven(ego_speed, ego_acceleration, ego_stop, start)
    lead_way, lead_now, lead_rate = _driven(lead_speed, lead_acceleration, lead_stop, start)
    elapsed = _first_below_zero(
        gap + lead_way - ego_way, lead_now - ego_now, 0.5 * (lead_rate - ego_rate)
    )
    within = begins & (elapsed < end - start)
    contact = np.min(np.where(within, start + elapsed, np.inf), axis=0)
    return np.where(gap < 0.0, 0.0, contact)


def required_deceleration_following(
    gap: npt.ArrayLike,
    ego_speed: npt.ArrayLike,
    ego_acceleration: npt.ArrayLike,
    lead_speed: npt.ArrayLike,
    lead_acceleration: npt.ArrayLike,
    delay: npt.ArrayLike,
    window_end: npt.ArrayLike = np.inf,
) -> FloatArray:
    """Return the least constant deceleration that keeps the follower off its leader.

    The ego keeps its acceleration until the delay is over and then brakes at a constant rate to
    standstill. While both move, the gap closes at D = ego speed - leader speed, and avoiding
    contact takes D**2 / (2 gap) more than the leader's own deceleration; against a leader that
    comes to a standstill first, it takes the stopping distance v**2 / (2 b) to end before him.
    Both are the greatest values over time of what avoiding contact at one moment takes.

    Args:
        gap: Distance to the leader's rear, (n,) [m].
        ego_speed: Speed of the follower, (n,) [m/s].
        ego_acceleration: Its acceleration until the delay is over, (n,) [m/s2].
        lead_speed: Speed of the leader, (n,) [m/s].
        lead_acceleration: Its acceleration, at most to standstill, (n,) [m/s2].
        delay: When the braking starts, (n,) [s].
        window_end: Contact after this time does not matter, since the leader has left the path
            by then, (n,) [s].

    Returns:
        Deceleration, 0 or more, (n,) [m/s2]: 0 where constant speed after the delay is enough,
        inf where the contact comes within the delay or the gap is used up by then.
    """
    gap, ego_speed, ego_acceleration, lead_speed, lead_acceleration, delay, window_end = _fitted(
        gap,
        ego_speed,
        _known(ego_acceleration),
        lead_speed,
        _known(lead_acceleration),
        delay,
        window_end,
    )
    if not (np.any(ego_acceleration) or np.any(lead_acceleration)):
        return _against_steady(gap, ego_speed, lead_speed, delay, window_end)
    contact = time_to_contact_following(
        gap, ego_speed, ego_acceleration, lead_speed, lead_acceleration
    )
    too_late = contact < np.minimum(delay, window_end)
    ego_way, speed, _ = _driven(
        ego_speed, ego_acceleration, _standstill(ego_speed, ego_acceleration), delay
    )
    lead_stop = _standstill(lead_speed, lead_acceleration)
    lead_way, lead_now, lead_rate = _driven(lead_speed, lead_acceleration, lead_stop, delay)
    room = np.maximum(gap + lead_way - ego_way, 0.0)
    window = window_end - delay
    lead_moves = np.maximum(lead_stop - delay, 0.0)
    needed = np.maximum(
        _against_moving(room, speed - lead_now, -lead_rate, np.minimum(lead_moves, window)),
        _against_standing(room, speed, lead_now, lead_moves, window),
    )
    needed = np.where(window > 0.0, np.maximum(needed, 0.0), 0.0)
    return np.where(too_late, np.inf, needed)


def required_deceleration_stopping(
    distance: npt.ArrayLike,
    ego_speed: npt.ArrayLike,
    ego_acceleration: npt.ArrayLike,
    delay: npt.ArrayLike,
) -> FloatArray:
    """Return the constant deceleration that stops the ego just before a point ahead.

    Args:
        distance: Distance of the point from the ego's front, (n,) [m].
        ego_speed: Speed of the ego, (n,) [m/s].
        ego_acceleration: Its acceleration until the delay is over, (n,) [m/s2].
        delay: When the braking starts, (n,) [s].

    Returns:
        Deceleration, 0 or more, (n,) [m/s2]: 0 where the ego stands before the point when the
        delay is over, inf where it is there by then and not standing.
    """
    distance, ego_speed, ego_acceleration, delay = _fitted(
        distance, ego_speed, _known(ego_acceleration), delay
    )
    if not ego_acceleration.any():
        way, speed = ego_speed * delay, ego_speed
    else:
        way, speed, _ = _driven(
            ego_speed, ego_acceleration, _standstill(ego_speed, ego_acceleration), delay
        )
    room = distance - way
    needed = _quotient(speed * speed, 2.0 * np.maximum(room, 0.0))
    return np.where(room < 0.0, np.inf, needed)


def _against_steady(
    gap: FloatArray,
    ego_speed: FloatArray,
    lead_speed: FloatArray,
    delay: FloatArray,
    window_end: FloatArray,
) -> FloatArray:
    """Return the deceleration needed where nobody is accelerated; else as the general form."""
    closing = np.maximum(ego_speed - lead_speed, 0.0)
    within = np.minimum(delay, window_end)
    too_late = (within > 0.0) & (gap < closing * within)
    room, window = np.maximum(gap - closing * delay, 0.0), window_end - delay
    # What is needed is greatest at 2 room / closing, or at the end of the window before that.
    with np.errstate(over='ignore', divide='ignore', invalid='ignore'):
        needed = np.where(
            2.0 * room <= closing * window,
            closing * closing / (2.0 * room),
            2.0 * (closing - room / window) / window,
        )
    needed = np.where((window > 0.0) & (closing > 0.0), np.maximum(needed, 0.0), 0.0)
    return np.where(too_late, np.inf, needed)


def _against_moving(
    room: FloatArray, closing: FloatArray, lead_braking: FloatArray, until: FloatArray
) -> FloatArray:
    """Return the deceleration needed while the leader moves.

    To have closed no more than the room after t takes 2 (closing t - room) / t**2 + lead_braking,
    which is greatest at t = 2 room / closing.

    Args:
        room: Gap when the braking starts, (n,) [m].
        closing: Speed at which it closes then, (n,) [m/s].
        lead_braking: Deceleration of the leader, (n,) [m/s2].
        until: Time from then for which the leader moves and matters, (n,) [s].
    """
    worst = 2.0 * _quotient(room, np.maximum(closing, 0.0))
    inside = (closing > 0.0) & (worst <= until)
    peak = _quotient(closing * closing, 2.0 * room) + lead_braking
    bounded = (until > 0.0) & np.isfinite(until)
    last = np.where(bounded, until, 1.0)
    at_end = _rate_to_lose(room, closing, last) + lead_braking
    # With no end the need falls to that of matching the leader's own rate, which is then >= 0.
    at_end = np.where(bounded, at_end, np.where(until > 0.0, lead_braking, 0.0))
    return np.where(inside & (until > 0.0), peak, at_end)


def _against_standing(
    room: FloatArray,
    speed: FloatArray,
    lead_speed: FloatArray,
    lead_moves: FloatArray,
    window: FloatArray,
) -> FloatArray:
    """Return the deceleration needed once the leader stands.

    Args:
        room: Gap when the braking starts, (n,) [m].
        speed: Speed of the ego then, (n,) [m/s].
        lead_speed: Speed of the leader then, (n,) [m/s].
        lead_moves: Time from then until the leader stands, (n,) [s].
        window: Time from then until contact no longer matters, (n,) [s].
    """
    stands = lead_moves < window
    lead_way = np.where(
        lead_moves > 0.0, 0.5 * lead_speed * np.where(stands, lead_moves, 0.0), 0.0
    )
    total = room + lead_way
    to_stop = _quotient(speed * speed, 2.0 * total)
    in_window = 2.0 * _quotient(total, speed) > window
    last = np.where(in_window & stands & (window > 0.0), window, 1.0)
    needed = np.where(in_window, _rate_to_lose(total, speed, last), to_stop)
    return np.where(stands, needed, 0.0)


def _rate_to_lose(room: FloatArray, closing: FloatArray, time: FloatArray) -> FloatArray:
    """Return the deceleration with which a closing speed makes just the room in a time > 0."""
    # A tiny time may overflow to -inf, where the room is enough, or inf, where there is none.
    with np.errstate(over='ignore'):
        return 2.0 * (closing - room / time) / time


def _standstill(speed: FloatArray, acceleration: FloatArray) -> FloatArray:
    """Return when an object stands for good, (n,) [s]; inf where it never does."""
    braking = acceleration < 0.0
    with np.errstate(over='ignore'):
        time = speed / np.where(braking, -acceleration, 1.0)
    return np.where(braking, time, np.inf)


def _driven(
    speed: FloatArray, acceleration: FloatArray, standstill: FloatArray, time: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return way [m], speed [m/s] and acceleration [m/s2] at a time, (n,) each."""
    moving = np.minimum(time, standstill)
    way = moving * (speed + 0.5 * moving * acceleration)
    stands = time >= standstill
    now = np.where(stands, 0.0, speed + moving * acceleration)
    return way, now, np.where(stands, 0.0, acceleration)


def _first_below_zero(constant: FloatArray, rate: FloatArray, curvature: FloatArray) -> FloatArray:
    """Return from when on constant + rate t + curvature t**2 is negative, t >= 0; inf if never."""
    constant = np.maximum(constant, 0.0)
    discriminant = rate * rate - 4.0 * curvature * constant
    root = np.sqrt(np.maximum(discriminant, 0.0))
    # Falling from the start: the smaller positive root, in the form that loses no digits.
    falling = _quotient(2.0 * constant, root - rate)
    # Rising at first, so that only a negative curvature brings it down: the larger root.
    bending = curvature < 0.0
    rising = (rate + root) / (2.0 * np.where(bending, -curvature, 1.0))
    result = np.where(
        rate < 0.0,
        np.where(discriminant > 0.0, falling, np.inf),
        np.where(bending, rising, np.inf),
    )
    return np.asarray(result, dtype=np.float64)


def _quotient(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Divide numbers of 0 or more, with 0 / 0 = 0 and x / 0 = inf."""
    zero = denominator == 0.0
    with np.errstate(over='ignore'):
        ratio = numerator / np.where(zero, 1.0, denominator)
    return np.where(zero, np.where(numerator > 0.0, np.inf, 0.0), ratio)


def _fitted(*values: npt.ArrayLike) -> tuple[FloatArray, ...]:
    """Return values as arrays whose shapes fit together."""
    arrays = tuple(np.asarray(value, dtype=np.float64) for value in values)
    if len({array.shape for array in arrays if array.ndim}) > 1:
        np.broadcast_shapes(*(array.shape for array in arrays))
    return arrays


def _known(acceleration: npt.ArrayLike) -> FloatArray:
    """Return accelerations with 0 for what is not known."""
    values = np.asarray(acceleration, dtype=np.float64)
    return np.where(np.isnan(values), 0.0, values)
