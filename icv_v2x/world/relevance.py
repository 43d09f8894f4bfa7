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
    from icv_v2x.world.tracks import Tracks

SIGNERS = 256
"""How many certificates of relevant objects come first where the radio brings too much."""

# How far ahead objects may come closer, and how much their present distance counts beside it.
_HORIZON = 8.0
_PRESENT = 0.1


def irrelevance(reports: ObjectReports | Tracks, ego: EgoState) -> NDArray[np.float64]:
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


def nearest_signers(tracks: Tracks, ego: EgoState | None) -> NDArray[np.uint64]:
    """Return the certificates of the objects that matter most.

    Args:
        tracks: All objects.
        ego: The ego, None where unknown: then nobody matters more than others.

    Returns:
        At most `SIGNERS` of them, with those of no certificate.
    """
    if ego is None or not len(tracks):
        return np.zeros(0, np.uint64)
    if len(tracks) <= SIGNERS:
        return tracks.signer
    return tracks.signer[np.argpartition(irrelevance(tracks, ego), SIGNERS)[:SIGNERS]]
