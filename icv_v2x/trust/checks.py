# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Consistency of what senders say with what they said before, for many senders at once.

Two cumulative sums carry it. The way that a sender claims to have driven, the integral of its own
velocities, is subtracted from its positions: what remains is constant for an honest sender,
steps where a position jumps, and drifts where speed or heading are not those of the motion.

Every function takes the newest message of k senders and their remembered ones, (k, h) newest
last, and returns by how much the limit is exceeded: above 1 is a violation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

WINDOW = 2.5
"""Messages are compared with those of this time before [s]."""

POSITION_DEVIATION_MAXIMUM = 3.0
"""Who claims to know its position worse than this is held to this all the same [m]."""

SPEED_DEVIATION_MAXIMUM = 0.5
"""Likewise for the speed [m/s]."""

# Deviations that separate errors from lies: 1 in 16,000 for a single comparison.
_DEVIATIONS = 4.0
# Errors of an honest motion besides the noise: clock and lever arm [m], speedometer and sideslip
# [m/s and share of the speed].
_PLACE = 0.5
_ALONG_RATE, _ALONG_SHARE = 0.8, 0.03
_ACROSS_RATE, _ACROSS_SHARE = 0.4, 0.06
# Which part of the window must contradict; half of it leaves out single outliers.
_CONTRADICTING = 0.5
# Least number and least span of messages for a slope.
_SLOPE_MESSAGES, _SLOPE_SPAN = 6, 0.7
_SLOPE_DEVIATIONS = 3.0
# Beyond what tyres transfer [m/s2], in this time [s] and with this much of a step [m/s].
_GRIP = 10.0
_STEP_WINDOW, _STEP = 1.0, 1.5
# What accelerometer and slope of the speed may differ, and over which time.
_ACCELERATION, _ACCELERATION_SHARE = 2.4, 0.3
_ACCELERATION_WINDOW = 1.2
_CREEPING = 1.5
# A claim of hard braking is given this long to show [s], and must cost this much speed [m/s].
_CLAIM_TIME, _CLAIM_LOSS = 0.45, 1.2
_NANOSECONDS = 1e9


@dataclass(frozen=True)
class Newest:
    """The newest message of k senders.

    Attributes:
        time: (k,) int64 [ns].
        rest: (k,) complex, position less the way claimed [m].
        heading: (k,) [rad], the last known one of a sender that stands.
        speed: (k,) [m/s].
        speed_deviation: (k,) [m/s] 1 sigma.
        variance: (k,) [m2] of the position, per axis.
        slack: (k,) [m] what the way claimed may be wrong by, summed up.
        claims: (k,) it says that it brakes hard.
    """

    time: NDArray[np.int64]
    rest: NDArray[np.complex128]
    heading: Floats
    speed: Floats
    speed_deviation: Floats
    variance: Floats
    slack: Floats
    claims: Flags


@dataclass(frozen=True)
class Before:
    """Remembered messages of the same senders, (k, h) each.

    Attributes:
        known: There is a message.
        time: int64 [ns].
        rest: complex [m].
        speed: [m/s].
        acceleration: [m/s2], NaN where not sent.
        variance: [m2].
        slack: [m].
        claims: It said that it brakes hard.
        jumped: Its position was off by itself.
    """

    known: Flags
    time: NDArray[np.int64]
    rest: NDArray[np.complex128]
    speed: Floats
    acceleration: Floats
    variance: Floats
    slack: Floats
    claims: Flags
    jumped: Flags


def position_jump(now: Newest, before: Before) -> Floats:
    """Return how far positions are from where the senders' own velocities would have led.

    The gate is four deviations of both positions, and what honest speedometers and compasses
    are off by. Half of the messages of the window must contradict.

    Args:
        now: k newest messages.
        before: The remembered ones.

    Returns:
        (k,) 0 where there is nothing to compare with.
    """
    elapsed, used = _elapsed(now, before, WINDOW)
    turned = (now.rest[:, np.newaxis] - before.rest) * np.exp(-1j * now.heading)[:, np.newaxis]
    speed = np.maximum(np.abs(now.speed)[:, np.newaxis], np.abs(before.speed))
    common = (
        _PLACE + _DEVIATIONS * np.sqrt(now.variance[:, np.newaxis] + before.variance)
        + now.slack[:, np.newaxis] - before.slack)
    along = common + (_ALONG_RATE + _ALONG_SHARE * speed) * elapsed
    across = common + (_ACROSS_RATE + _ACROSS_SHARE * speed) * elapsed
    ratio = np.maximum(np.abs(turned.real) / along, np.abs(turned.imag) / across)
    return _quantile(ratio, used, _CONTRADICTING)


def motion_mismatch(now: Newest, before: Before) -> Floats:
    """Return how far the motion of positions is from the velocities claimed.

    The slope of the rest over the window, by least squares; positions that are off by themselves
    are left out.

    Args:
        now: k newest messages.
        before: The remembered ones, the newest among them.

    Returns:
        (k,) 0 where the window is too short.
    """
    elapsed, used = _elapsed(now, before, WINDOW)
    used &= ~before.jumped
    slope, spread = _slope(elapsed, before.rest, used)
    turned = slope * np.exp(-1j * now.heading)
    variance = np.where(used, before.variance, 0.0).max(axis=1)
    noise = _SLOPE_DEVIATIONS * np.sqrt(variance) / np.maximum(spread, 1e-9)
    # A turn that the messages sample too coarsely shows as a drift.
    span = np.maximum(np.where(used, elapsed, 0.0).max(axis=1), _SLOPE_SPAN)
    oldest = np.where(used, before.slack, np.inf).min(axis=1)
    course = np.where(np.isfinite(oldest), now.slack - oldest, 0.0) / span
    speed = np.where(used, np.abs(before.speed), 0.0).max(axis=1)
    along = np.abs(turned.real) / (_ALONG_RATE + _ALONG_SHARE * speed + noise + course)
    across = np.abs(turned.imag) / (_ACROSS_RATE + _ACROSS_SHARE * speed + noise + course)
    enough = _enough(elapsed, used)
    return np.where(enough, np.maximum(along, across), 0.0)


def speed_step(now: Newest, before: Before) -> Floats:
    """Return how far speeds change faster than tyres let them.

    Two messages must contradict, so that one outlier does not speak against those after it.

    Args:
        now: k newest messages.
        before: The remembered ones.

    Returns:
        (k,) 0 where there is nothing to compare with.
    """
    elapsed, used = _elapsed(now, before, _STEP_WINDOW)
    change = np.abs(now.speed[:, np.newaxis] - before.speed)
    deviation = np.minimum(now.speed_deviation, SPEED_DEVIATION_MAXIMUM)[:, np.newaxis]
    ratio = change / (_STEP + _DEVIATIONS * np.sqrt(2.0) * deviation + _GRIP * elapsed)
    ratio = np.where(used, ratio, 0.0)
    return np.partition(ratio, ratio.shape[1] - 2, axis=1)[:, -2]


def acceleration_mismatch(now: Newest, before: Before) -> Floats:
    """Return how far accelerations are from the slope of the speed over the same time.

    Args:
        now: k newest messages.
        before: The remembered ones, the newest among them.

    Returns:
        (k,) 0 where the window is too short, or nothing moves.
    """
    elapsed, used = _elapsed(now, before, _ACCELERATION_WINDOW)
    used &= np.isfinite(before.acceleration)
    slope, spread = _slope(elapsed, before.speed, used)
    count = np.maximum(np.count_nonzero(used, axis=1), 1)
    told = np.where(used, before.acceleration, 0.0).sum(axis=1) / count
    moving = np.where(used, np.abs(before.speed), np.inf).min(axis=1) >= _CREEPING
    deviation = np.minimum(now.speed_deviation, SPEED_DEVIATION_MAXIMUM)
    limit = (
        _ACCELERATION + _ACCELERATION_SHARE * np.abs(slope)
        + _SLOPE_DEVIATIONS * deviation / np.maximum(spread, 1e-9))
    return np.where(_enough(elapsed, used) & moving, np.abs(told - slope) / limit, 0.0)


def unfounded_event(now: Newest, before: Before) -> Floats:
    """Return who claims to brake hard while nothing slows down: 2, else 0.

    Args:
        now: k newest messages.
        before: The remembered ones, the newest among them.

    Returns:
        (k,).
    """
    if not now.claims.any():
        return np.zeros(len(now.time))
    elapsed, used = _elapsed(now, before, WINDOW)
    fastest = np.where(used, np.abs(before.speed), 0.0).max(axis=1)
    silent = np.where(used & ~before.claims, elapsed, np.inf).min(axis=1)
    span = np.where(used & (elapsed < silent[:, np.newaxis]), elapsed, 0.0).max(axis=1)
    unfounded = (
        now.claims & (span >= _CLAIM_TIME) & (np.abs(now.speed) >= _CREEPING)
        & (fastest - np.abs(now.speed) < _CLAIM_LOSS))
    return np.where(unfounded, 2.0, 0.0)


def _elapsed(now: Newest, before: Before, window: float) -> tuple[Floats, Flags]:
    """Return the age of remembered messages [s], and which lie within a window, (k, h) each."""
    elapsed = (now.time[:, np.newaxis] - before.time) / _NANOSECONDS
    return elapsed, before.known & (elapsed <= window) & (elapsed >= 0.0)


def _quantile(ratio: Floats, used: Flags, share: float) -> Floats:
    """Return what a share of the used ratios reaches at least, (k,); 0 without any."""
    ordered = np.sort(np.where(used, ratio, -1.0), axis=1)[:, ::-1]
    number = np.count_nonzero(used, axis=1)
    place = np.maximum(np.ceil(share * number).astype(np.intp) - 1, 0)
    found: Floats = np.maximum(ordered[np.arange(len(ordered)), place], 0.0)
    return found


def _slope(elapsed: Floats, value: NDArray[np.inexact], used: Flags) -> tuple[
        NDArray[np.inexact], Floats]:
    """Return least-squares slopes over time (k,), and sqrt of the sum of squared times [s]."""
    count = np.maximum(np.count_nonzero(used, axis=1), 1)[:, np.newaxis]
    time = np.where(used, -elapsed, 0.0)
    time = np.where(used, time - time.sum(axis=1, keepdims=True) / count, 0.0)
    level = np.where(used, value, 0.0)
    level = np.where(used, level - level.sum(axis=1, keepdims=True) / count, 0.0)
    squares = np.sum(time**2, axis=1)
    slope = np.sum(time * level, axis=1) / np.where(squares > 0.0, squares, 1.0)
    return slope, np.sqrt(squares)


def _enough(elapsed: Floats, used: Flags) -> Flags:
    """Return where messages suffice for a slope, (k,)."""
    span = np.where(used, elapsed, 0.0).max(axis=1)
    enough: Flags = (np.count_nonzero(used, axis=1) >= _SLOPE_MESSAGES) & (span >= _SLOPE_SPAN)
    return enough
