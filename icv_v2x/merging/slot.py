# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The speed profile that is at a place at an instant, as a time slot of a junction asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.merging.profiles import two_changes

if TYPE_CHECKING:
    from icv_v2x.merging.limits import ComfortLimits
    from icv_v2x.merging.profiles import Profile
    from icv_v2x.merging.task import Own

# Speeds that are tried, and how often the interval around the best two is looked at again.
_TRIED = 33
_ROUNDS = 4
# A slot is met within this of its instant [s], and within this of its place in any case [m].
_WITHIN = 0.3
_AT = 0.5


def through_slot(
    own: Own, limits: ComfortLimits, way: float, time: float, fastest: float,
) -> Profile | None:
    """Return the profile that takes up one speed and keeps it, so as to be there in time.

    A faster speed is further on at every instant, so that the speed is found by nested intervals.

    Args:
        own: The ego.
        limits: Of comfort.
        way: To the place [m].
        time: Until the ego is to be there [s].
        fastest: Speed that is not exceeded [m/s].

    Returns:
        The profile, None where no speed up to `fastest` meets the slot.
    """
    if time < -_WITHIN or way < 0.0:
        return None
    low, high = 0.0, fastest
    for _ in range(_ROUNDS):
        speeds = np.linspace(low, high, _TRIED)
        profiles = two_changes(
            max(own.speed, 0.0), own.acceleration, speeds, np.zeros(_TRIED), speeds, limits)
        made = profiles.at(np.array([max(time, 0.0)]))[0][:, 0]
        upper = int(np.clip(np.searchsorted(made, way), 1, _TRIED - 1))
        low, high = float(speeds[upper - 1]), float(speeds[upper])
    nearest = upper - 1 + int(np.argmin(np.abs(made[upper - 1:upper + 1] - way)))
    profile = profiles.one(nearest)
    pace = float(profile.at(max(time, 0.0))[1][0])
    return profile if abs(float(made[nearest]) - way) <= max(_AT, _WITHIN * pace) else None
