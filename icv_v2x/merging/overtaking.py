# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the lane beside is faster than the ego's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from icv_v2x.merging.task import Own
    from icv_v2x.merging.traffic import FloatArray, LaneTraffic

# Vehicles this far ahead tell how fast a lane is [m]; one that is faster than the ego and further
# away than this time [s] does not bind it.
_LOOK = 200.0
_FREE = 4.0


def pace(lane: LaneTraffic, own: Own, desired: float) -> float:
    """Return how fast the ego gets on along a lane [m/s].

    That is the mean of how long the vehicles ahead take for a metre, the nearest counted most;
    a lane without vehicles ahead is driven at the desired speed.

    Args:
        lane: Its vehicles, the foremost first.
        own: The ego.
        desired: What the ego would drive alone [m/s].
    """
    ahead = (lane.station > 0.0) & (lane.station < _LOOK)
    station: FloatArray = lane.station[ahead]
    speed = np.clip(lane.speed[ahead], 1.0, desired)
    if not len(station) or (
            station.min() > _FREE * own.speed and speed[-1] >= own.speed):
        return desired
    # What is not yet in the way counts less.
    weight = np.exp(-station / (0.5 * _LOOK))
    return float(weight.sum() / (weight / speed).sum())


def advantage(
    beside: LaneTraffic, before: LaneTraffic, own: Own, desired: float,
) -> float:
    """Return by how much the lane beside is faster than the own one [m/s], negative: slower.

    Args:
        beside: Vehicles of the lane beside, the foremost first.
        before: Vehicles ahead on the own lane, likewise.
        own: The ego.
        desired: What the ego would drive alone [m/s].
    """
    return pace(beside, own, desired) - pace(before, own, desired)
