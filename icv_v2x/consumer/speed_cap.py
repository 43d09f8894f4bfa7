# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What advisories that are in force mean for the greatest speed that may be driven."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icv_v2x.consumer.guard import AdvisoryGuard

# Constants of icv_v2x_msgs/Advisory.
_WARNING, _IMMINENT = 3, 4


@dataclass(frozen=True)
class SpeedCap:
    """The strictest of the speeds that advisories allow.

    Attributes:
        speed: [m/s].
        deceleration: How hard may be braked for it [m/s2], positive; NaN: as usual.
        advisory: The one that decided.
    """

    speed: float
    deceleration: float
    advisory: Any


def speed_cap(
    advisories: Iterable[Any], guard: AdvisoryGuard, speed: float, *, margin: float,
    brake: bool, advice: bool,
) -> SpeedCap | None:
    """Return the greatest speed that may be driven now, None where nothing bounds it.

    A leader is approached as braking by the granted bound allows: at its speed plus
    sqrt(2 a (gap - margin)); a conflict with crossing traffic likewise, as with one that stands.
    An advised speed bounds as it is. What allows more than is driven still counts, so that
    nothing is accelerated into.

    Args:
        advisories: Those of `guard.in_force`.
        guard: Grants decelerations.
        speed: Of the ego [m/s].
        margin: Kept to the leader or the conflict point [m].
        brake: Whether IMMINENT asks for standstill.
        advice: Whether advised speeds below WARNING count.
    """
    caps = []
    for advisory in advisories:
        if advisory.level >= _WARNING:
            caps.append(_warned(advisory, guard, speed, margin, brake=brake))
        elif advice and math.isfinite(advisory.speed_max):
            caps.append(SpeedCap(max(float(advisory.speed_max), 0.0), math.nan, advisory))
    return min(caps, key=lambda cap: cap.speed, default=None)


def _warned(
    advisory: Any, guard: AdvisoryGuard, speed: float, margin: float, *, brake: bool,
) -> SpeedCap:
    granted = guard.granted_deceleration(advisory)
    if advisory.level >= _IMMINENT and brake:
        return SpeedCap(0.0, granted, advisory)
    bound = guard.limits.radio_deceleration
    allowed = math.inf
    room = advisory.gap if math.isfinite(advisory.gap) else advisory.distance
    if math.isfinite(room):
        leader = 0.0
        if math.isfinite(advisory.gap) and math.isfinite(advisory.closing_speed):
            leader = max(speed - float(advisory.closing_speed), 0.0)
        allowed = leader + math.sqrt(2.0 * bound * max(float(room) - margin, 0.0))
    if math.isfinite(advisory.speed_max):
        allowed = min(allowed, max(float(advisory.speed_max), 0.0))
    # a warning without any number asks at least not to drive faster
    return SpeedCap(
        allowed if math.isfinite(allowed) else max(speed, 0.0), min(granted or bound, bound),
        advisory)
