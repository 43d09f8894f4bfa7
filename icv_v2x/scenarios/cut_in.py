# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Cut-ins: who stays beside, and the deceleration behind who is in the path only for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.conflict import required_deceleration_following
from icv_v2x.frames import wrap_angle

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

    Floats = NDArray[np.float64]

# A leader that enters the path within this is in it already [s].
_NOW = 0.05
# The need is looked for at so many moments over so long a time from the entry on [s].
_MOMENTS = 24
_SPAN = 6.0


def required_deceleration_behind(
    gap: ArrayLike,
    ego_speed: ArrayLike,
    ego_acceleration: ArrayLike,
    lead_speed: ArrayLike,
    lead_acceleration: ArrayLike,
    delay: ArrayLike,
    enters: ArrayLike,
    leaves: ArrayLike,
) -> Floats:
    """Return the least constant deceleration that keeps the ego off a leader while it is there.

    A leader that is in the path already is the plain case of `conflict`. Before a later entry the
    two may be side by side, so that the gap may even be negative; only from the entry on must the
    ego have fallen behind. The need at each moment is that of reaching the leader's rear just
    then; the greatest over the moments from the entry to the exit counts.

    Args:
        gap: Distance to the leader's rear now, negative beside it [m].
        ego_speed: Speed of the follower [m/s].
        ego_acceleration: Its acceleration until the delay is over [m/s2].
        lead_speed: Speed of the leader along the ego's path [m/s].
        lead_acceleration: Its acceleration, at most to standstill [m/s2].
        delay: When the braking starts [s].
        enters: When the leader enters the ego's path [s].
        leaves: When it has left it, inf for never [s].

    Returns:
        Deceleration, 0 or more, in the common shape of all arguments [m/s2]; inf where none
        avoids the contact.
    """
    values = np.broadcast_arrays(
        gap, ego_speed, ego_acceleration, lead_speed, lead_acceleration, delay, enters, leaves
    )
    shape = values[0].shape
    flat = [np.asarray(value, dtype=np.float64).ravel() for value in values]
    room, speed, rate, other, other_rate, start, entry, leave = flat
    needed = required_deceleration_following(
        np.maximum(room, 0.0), speed, rate, other, other_rate, start, leave
    )
    late = np.flatnonzero((entry > _NOW) & (entry < leave))
    if len(late):
        needed[late] = np.minimum(
            np.where(room[late] > 0.0, needed[late], np.inf),
            _over_the_stay(*(value[late] for value in flat)),
        )
    return needed.reshape(shape)


def stays_beside(ego: EgoState, subjects: Tracks) -> NDArray[np.bool_]:
    """Return who, beside the ego's path and headed into it, straightens before getting there.

    Whoever changes to the lane beside heads across the ego's path halfway. The arc that turns the
    subject parallel again leads it aside by v (1 - cos h) / w, h its angle to the ego and w its
    yaw rate relative to the ego's.

    Args:
        ego: The ego now.
        subjects: n objects.
    """
    east, north = subjects.x - ego.x, subjects.y - ego.y
    left = north * np.cos(ego.heading) - east * np.sin(ego.heading)
    angle = np.asarray(wrap_angle(subjects.heading - ego.heading))
    extent = subjects.length * np.abs(np.sin(angle)) + subjects.width * np.abs(np.cos(angle))
    room = np.abs(left) - 0.5 * (ego.width + extent)
    rate = np.nan_to_num(subjects.yaw_rate) - ego.yaw_rate
    straightens = (rate * angle < 0.0) & (angle * left < 0.0)
    aside = subjects.speed * (1.0 - np.cos(angle)) / np.where(straightens, np.abs(rate), 1.0)
    return np.asarray(straightens & (aside < room))


def _over_the_stay(
    gap: Floats,
    speed: Floats,
    rate: Floats,
    other: Floats,
    other_rate: Floats,
    start: Floats,
    entry: Floats,
    leave: Floats,
) -> Floats:
    """Return the greatest need over the moments at which the leader is in the path, (m,)."""
    last = np.minimum(leave, np.maximum(entry, start) + _SPAN)
    share = np.linspace(0.0, 1.0, _MOMENTS)[:, np.newaxis]
    moment = entry + share * np.maximum(last - entry, 0.0)
    allowed = gap + _driven(other, other_rate, moment)
    before = np.minimum(moment, start)
    left = allowed - _driven(speed, rate, before)
    now = np.maximum(speed + rate * before, 0.0)
    # A driver who stood before goes on standing.
    now = np.where((rate < 0.0) & (speed + rate * before <= 0.0), 0.0, now)
    time = np.maximum(moment - start, 0.0)
    with np.errstate(divide='ignore', invalid='ignore'):
        moving = 2.0 * (now * time - left) / (time * time)
        standing = now * now / (2.0 * left)
    still_moves = left >= 0.5 * now * time
    need = np.where(still_moves, moving, np.where(left > 0.0, standing, np.inf))
    need = np.where(left >= now * time, 0.0, need)
    # Nothing has been done yet before the braking starts: contact then cannot be avoided.
    need = np.where((time <= 0.0) & (left < 0.0), np.inf, need)
    greatest: Floats = np.where(np.isnan(need), 0.0, np.maximum(need, 0.0)).max(axis=0)
    return greatest


def _driven(speed: Floats, acceleration: Floats, time: Floats) -> Floats:
    """Return the way at an acceleration that ends in standstill [m]."""
    with np.errstate(divide='ignore', invalid='ignore'):
        stop = np.where(acceleration < 0.0, speed / -acceleration, np.inf)
    moved = np.minimum(time, stop)
    return speed * moved + 0.5 * acceleration * moved * moved
