# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Which turns last: a curve or a turn is carried on into the future, a wiggle in the lane is not.

A yaw rate that is extrapolated over seconds sends a vehicle that only corrects its course across
the next lanes. Two low-pass filters tell such corrections from turns: a slow one for bends of the
road, which last, and a fast one for the sharp turns at junctions, which no correction reaches.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from icv_v2x.message_set.enumerations import ExteriorLight

if TYPE_CHECKING:
    from icv_v2x.parameters.lane_groups import LaneIntent
    from icv_v2x.parameters.prediction_groups import TurnPrediction

Floats = NDArray[np.float64]

SLOW = 3.0
"""Time constant of the filter for bends of the road [s]."""
FAST = 0.3
"""Time constant of the filter for turns at junctions [s]."""

# What the slow filter reaches of the fast one a third of a second into a turn.
_ONSET_SHARE = 0.16
# What no tyre does in the short turn of a slow vehicle [m/s2].
_GRIP = 9.81
# Beyond this the filters start anew [s].
_GAP = 3.0


def filtered(mean: Floats, yaw_rate: Floats, elapsed: Floats, constant: float) -> Floats:
    """Return the low-pass filtered yaw rate after another sample.

    Args:
        mean: (n,) filtered before [rad/s].
        yaw_rate: (n,) new sample [rad/s]; NaN counts as 0.
        elapsed: (n,) since the sample before [s].
        constant: Time constant [s].

    Returns:
        (n,) filtered [rad/s]; after a long silence the filter starts from 0.
    """
    sample = np.where(np.isnan(yaw_rate), 0.0, yaw_rate)
    before = np.where(elapsed > _GAP, 0.0, mean)
    passed = np.minimum(np.maximum(elapsed, 0.0), _GAP)
    mean_now: Floats = before + (1.0 - np.exp(-passed / constant)) * (sample - before)
    return mean_now


def turned_angle(
    angle: Floats, fast: Floats, turn: Floats, speed: Floats, elapsed: Floats,
    turning: TurnPrediction,
) -> Floats:
    """Return how far objects have turned since they began to, after another sample.

    What one turned before the filter noticed counts for a short way, and so does what one turned
    before one waited in the middle of the turn.

    Args:
        angle: (n,) before [rad].
        fast: (n,) yaw rate filtered with `FAST` [rad/s].
        turn: (n,) change of the heading since the sample before [rad]; NaN counts as 0.
        speed: (n,) [m/s].
        elapsed: (n,) since the sample before [s].
        turning: What counts as a turn.

    Returns:
        (n,) [rad], about 0 for who drives straight on or has begun to turn the other way.
    """
    change = np.where(np.isnan(turn), 0.0, turn)
    turns = np.abs(fast) >= math.radians(turning.turning)
    way = np.abs(speed) * np.minimum(np.maximum(elapsed, 0.0), _GAP)
    before = np.where(turns, angle, angle * np.exp(-way / turning.memory))
    kept = (elapsed <= _GAP) & ~(turns & (angle * fast < 0.0))
    return np.where(kept, before + change, 0.0)


def lasting_turn_angle(
    turn_rate: Floats, angle: Floats, turning: TurnPrediction
) -> Floats:
    """Return how far a turn is expected to go on.

    Args:
        turn_rate: (n,) as `lasting_turn_rate` gives it [rad/s].
        angle: (n,) turned so far, as `turned_angle` gives it [rad].
        turning: What counts as a turn.

    Returns:
        (n,) [rad]: what is left of a right angle in a sharp turn, but always a little; infinite
        in a bend of the road.
    """
    left = np.maximum(0.5 * np.pi - np.abs(angle), math.radians(turning.least_angle))
    return np.where(np.abs(turn_rate) >= math.radians(turning.sharp), left, np.inf)


def indicated_side(lights: NDArray[np.uint16]) -> Floats:
    """Return the side to which direction indicators point: 1 left, -1 right, 0 none, (n,)."""
    left = (lights & int(ExteriorLight.LEFT_TURN_SIGNAL)) != 0
    right = (lights & int(ExteriorLight.RIGHT_TURN_SIGNAL)) != 0
    side: Floats = np.subtract(left, right, dtype=np.float64)
    return side


def lasting_turn_rate(
    yaw_rate: Floats,
    slow: Floats,
    fast: Floats,
    speed: Floats,
    side: Floats,
    limits: LaneIntent,
    turning: TurnPrediction,
) -> Floats:
    """Return the turn that is expected to go on.

    Args:
        yaw_rate: (n,) newest sample [rad/s]; NaN counts as 0.
        slow: (n,) filtered with `SLOW` [rad/s].
        fast: (n,) filtered with `FAST` [rad/s].
        speed: (n,) [m/s].
        side: (n,) that the direction indicator points to: 1 left, -1 right, 0 none.
        limits: Up to which speed and radius an indicated turn is one at a junction.
        turning: What counts as a bend or a turn.

    Returns:
        (n,) [rad/s]: the newest sample in a sharp turn, the slow mean in a bend that the newest
        sample agrees with, else 0; 0 as well where nobody keeps up such a turn at that speed. A
        sharp turn of a slow vehicle that its indicator announces lasts from its first moment.
    """
    sample = np.where(np.isnan(yaw_rate), 0.0, yaw_rate)
    bend = np.abs(slow) >= math.radians(turning.bend)
    bend &= np.abs(sample - slow) <= (
        turning.bend_share * np.abs(slow) + math.radians(turning.bend_scatter))
    turn = np.abs(fast) >= math.radians(turning.sharp)
    turn &= np.abs(sample - fast) <= turning.sharp_share * np.abs(sample)
    # Who turns less and less is about to drive straight on.
    turn &= np.abs(sample) >= turning.unwinding * np.abs(fast)
    # The second half of a lane change turns back what the first half turned: it will not last.
    turn &= slow * np.sign(fast) >= _ONSET_SHARE * np.abs(fast)
    turn |= (speed > 0.0) & (speed <= limits.turn_speed) & (
        side * sample * limits.turn_radius_maximum > speed)
    rate = np.where(turn, sample, np.where(bend, slow, 0.0))
    # The sharpest turns are measured too sharp; yet such a turn is what the driver does.
    most = _GRIP / np.maximum(np.abs(speed), 1.0)
    sharp = np.minimum(np.maximum(rate, -most), most)
    kept = np.where(np.abs(rate * speed) <= turning.across, rate, 0.0)
    return np.where(turn & (np.abs(speed) <= turning.sharp_speed), sharp, kept)
