# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Which objects matter most to the ego, where not all can be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from icv_v2x.translate.reports import ObjectReports
    from icv_v2x.world.ego import EgoState

# How far ahead objects may come closer, and how much their present distance counts beside it.
_HORIZON = 8.0
_PRESENT = 0.1


def irrelevance(reports: ObjectReports, ego: EgoState) -> NDArray[np.float64]:
    """Return how little objects matter.

    The closest distance between the centres within the next 8 s at constant velocity, plus a
    tenth of the present distance, so that of two that pass alike the nearer one counts more.

    Args:
        reports: n objects.
        ego: The ego.

    Returns:
        (n,) [m], larger matters less.
    """
    heading = np.where(np.isfinite(reports.heading), reports.heading, 0.0)
    speed = np.where(np.isfinite(reports.heading), reports.speed, 0.0)
    east, north = reports.x - ego.x, reports.y - ego.y
    velocity_east = speed * np.cos(heading) - ego.speed * np.cos(ego.heading)
    velocity_north = speed * np.sin(heading) - ego.speed * np.sin(ego.heading)
    squared = velocity_east**2 + velocity_north**2
    moving = squared > 0.0
    closest = np.where(
        moving,
        -(east * velocity_east + north * velocity_north) / np.where(moving, squared, 1.0),
        0.0)
    closest = np.clip(closest, 0.0, _HORIZON)
    miss: NDArray[np.float64] = np.hypot(
        east + velocity_east * closest, north + velocity_north * closest)
    present: NDArray[np.float64] = np.hypot(east, north)
    return miss + _PRESENT * present
