# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the ego gets on faster along another lane than along its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.merging.traffic import arrival_behind

if TYPE_CHECKING:
    from icv_v2x.merging.task import Own
    from icv_v2x.merging.traffic import LaneTraffic

# Vehicles beside are ahead or behind by where they are once the ego could be among them [s].
_UNTIL = 2.0
# How fast the ego takes up its desired speed [m/s2].
_RISE = 2.0
_SLOWEST = 1.0


def arrival(lane: LaneTraffic, own: Own, desired: float, way: float) -> float:
    """Return when the ego has made a way on a lane [s].

    That is as on a free road, or behind the last one ahead, see `arrival_behind`.

    Args:
        lane: Its vehicles, the foremost first.
        own: The ego.
        desired: What the ego would drive alone [m/s].
        way: [m].
    """
    speed = max(own.speed, _SLOWEST)
    missing = max(desired - speed, 0.0)
    free = way / max(desired, speed) + missing * missing / (2.0 * _RISE * max(desired, speed))
    ahead = lane.take(lane.station + _UNTIL * (lane.speed - own.speed) > 0.0)
    if not len(ahead):
        return free
    return max(free, float(arrival_behind(ahead, way)[-1]))


def gain(
    other: LaneTraffic, before: LaneTraffic, own: Own, desired: float, way: float,
) -> float:
    """Return how much earlier the ego has made a way on another lane [s], negative: later.

    Args:
        other: Vehicles of that lane, the foremost first.
        before: Vehicles ahead on the own lane, likewise.
        own: The ego.
        desired: What the ego would drive alone [m/s].
        way: [m].
    """
    return arrival(before, own, desired, way) - arrival(other, own, desired, way)
