# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What IMMINENT carries beside the warning: the speeds over time by which the ego stops."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from icv_v2x.advisory.types import Action, Advisory, Level
from icv_v2x.conflict import Leader, StopProfile, stop_profile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icv_v2x.parameters import Parameters
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

# A deceleration below this asks for nothing [m/s2].
_LEAST = 1e-3


def with_stop_profiles(
    advisories: Iterable[Advisory], tracks: Tracks, ego: EgoState, parameters: Parameters
) -> list[Advisory]:
    """Return the advisories, those at IMMINENT with a profile that stops before the contact.

    Where no braking within the limits avoids the contact, as with oncoming traffic, the profile
    brakes as hard as they allow. An IMMINENT whose conflict is no longer predicted has none.

    Args:
        advisories: Those in force.
        tracks: The objects at the same instant.
        ego: The ego at the same instant.
        parameters: Parameters of the package.
    """
    return [
        _with_profile(advisory, tracks, ego, parameters)
        if advisory.level == Level.IMMINENT and advisory.exit_level > Level.NONE else advisory
        for advisory in advisories
    ]


def _with_profile(
    advisory: Advisory, tracks: Tracks, ego: EgoState, parameters: Parameters
) -> Advisory:
    profile = _profile(advisory, tracks, ego, parameters)
    return replace(
        advisory,
        stop_profile_time=tuple(profile.time.tolist()),
        stop_profile_speed=tuple(profile.speed.tolist()),
    )


def _profile(
    advisory: Advisory, tracks: Tracks, ego: EgoState, parameters: Parameters
) -> StopProfile:
    """Return the profile for one advisory."""
    stop, needed = parameters.stop, advisory.required_deceleration
    speed = max(ego.speed, 0.0)
    room, leader = 0.0, None
    if math.isfinite(needed):
        # The way that the required deceleration takes is free: to the crossing, or behind a
        # leader and whoever drives between.
        room = speed * speed / (2.0 * max(needed, _LEAST))
        if advisory.action == Action.BRAKE:
            leader = _leader(advisory, tracks, ego, parameters)
        else:
            room = min(room, advisory.gap)
    return stop_profile(
        speed, ego.acceleration if math.isfinite(ego.acceleration) else 0.0,
        max(room - stop.margin, 0.0), leader, jerk=stop.jerk, strongest=stop.deceleration)


def _leader(
    advisory: Advisory, tracks: Tracks, ego: EgoState, parameters: Parameters
) -> Leader | None:
    """Return the subject as the leader that it is, None where it is not tracked any more."""
    row = next(
        (row for row in range(len(tracks)) if tracks.name(row) in advisory.subject_ids), None)
    if row is None:
        return None
    rate = float(tracks.acceleration[row])
    return Leader(
        gap=max(advisory.gap - parameters.stop.margin, 0.0),
        speed=max(ego.speed - advisory.closing_speed, 0.0),
        acceleration=min(rate, 0.0) if math.isfinite(rate) else 0.0,
    )
