# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Who drives ahead in the own lane, by radio and by the own sensors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

    Floats = NDArray[np.float64]

# So far the own sensors and the radio decide who is in the lane [m].
REACH = 250.0
# Nearer than this the bend of the own way tells the lane, farther off that between the two poses.
_NEAR = 40.0
_SAME_WAY, _MOST_BENT = math.radians(30.0), math.radians(60.0)
# Free space beside the own vehicle that an object must leave to count as beside it [m].
_BESIDE = 0.2
_SLOWEST_BEND = 3.0
# A detection and a track this near to each other are one vehicle [m].
_SAME_ALONG, _SAME_ACROSS = 4.0, 1.5


@dataclass(frozen=True)
class Places:
    """Where objects are on the own way, (n,) each.

    Attributes:
        gap: Bumper to bumper along the way, negative behind [m].
        beside: Distance from the middle of the way, left positive [m].
        in_lane: Ahead, in the own lane, driving the same way.
    """

    gap: Floats
    beside: Floats
    in_lane: NDArray[np.bool_]


@dataclass(frozen=True)
class Sighting:
    """The vehicle right ahead.

    Attributes:
        row: In the tracks that the radio gives, -1: the radio tells nothing of it.
        seen: In the own detections, -1: the own sensors do not see it.
        gap: Bumper to bumper [m], by the own sensors where they see it.
        speed: [m/s], likewise.
        acceleration: As the own sensors see it [m/s2], NaN where they do not.
    """

    row: int
    seen: int
    gap: float
    speed: float
    acceleration: float = math.nan


def places(objects: Tracks, ego: EgoState) -> Places:
    """Return where objects are on the own way, taken as an arc.

    Args:
        objects: n tracks at the instant of the ego.
        ego: The ego.
    """
    east, north = objects.x - ego.x, objects.y - ego.y
    along = east * math.cos(ego.heading) + north * math.sin(ego.heading)
    across = north * math.cos(ego.heading) - east * math.sin(ego.heading)
    turned = np.remainder(objects.heading - ego.heading + math.pi, 2.0 * math.pi) - math.pi
    distance = np.hypot(along, across)
    bend = ego.yaw_rate / ego.speed if ego.speed > _SLOWEST_BEND else 0.0
    by_bend = across - 0.5 * bend * along**2
    # On an arc the other stands off the own heading by half of what it is turned.
    by_poses = distance * np.sin(np.arctan2(across, along) - 0.5 * turned)
    beside = np.where(distance < _NEAR, by_bend, by_poses)
    half = 0.5 * np.where(np.isfinite(turned), turned, 0.0)
    arc = np.where(np.abs(half) > 1e-6, half / np.where(half == 0.0, 1.0, np.sin(half)), 1.0)
    gap = np.sign(along) * distance * np.clip(arc, 1.0, 1.2) - 0.5 * (
        objects.length + ego.length)
    # Further round the bend the road itself has turned.
    bent = np.clip(bend * distance, -_MOST_BENT, _MOST_BENT)
    same = np.minimum(np.abs(turned), np.abs(turned - bent)) < _SAME_WAY
    wide = 0.5 * (objects.width + ego.width) + _BESIDE
    in_lane = (along > 0.0) & (np.abs(beside) < wide) & (gap < REACH) & (
        same | (np.isnan(turned) & (np.abs(objects.speed) < 1.0)))
    return Places(gap, beside, in_lane)


def same_vehicle(
    objects: Tracks, at: Places, seen: Tracks, seen_at: Places
) -> NDArray[np.intp]:
    """Return for each of n tracks the detection that is the same vehicle, -1 for none, (n,)."""
    found = np.full(len(objects), -1, np.intp)
    if not len(objects) or not len(seen):
        return found
    apart = np.abs((at.gap + objects.length)[:, None] - (seen_at.gap + seen.length)[None, :])
    apart = np.minimum(apart, np.abs(at.gap[:, None] - seen_at.gap[None, :]))
    aside = np.abs(at.beside[:, None] - seen_at.beside[None, :])
    apart = np.where(aside < _SAME_ACROSS, apart, np.inf)
    nearest = np.argmin(apart, axis=1)
    near = apart[np.arange(len(objects)), nearest] < _SAME_ALONG
    found[near] = nearest[near]
    return found


def right_ahead(
    objects: Tracks, at: Places, seen: Tracks, seen_at: Places
) -> Sighting | None:
    """Return the nearest vehicle ahead in the own lane, None on a free road.

    Args:
        objects: What the radio gives.
        at: Where that is.
        seen: What the own sensors give.
        seen_at: Where that is.
    """
    match = same_vehicle(objects, at, seen, seen_at)
    best: Sighting | None = None
    # What the sensors place beside the way is not in it, whatever the radio says.
    rows = [
        int(row) for row in np.flatnonzero(at.in_lane)
        if match[row] < 0 or seen_at.in_lane[match[row]]]
    if rows:
        row = min(rows, key=lambda one: float(at.gap[one]))
        best = _sighting(row, int(match[row]), objects, at, seen, seen_at)
    ahead = np.flatnonzero(seen_at.in_lane)
    if len(ahead):
        nearest = int(ahead[np.argmin(seen_at.gap[ahead])])
        if best is None or (nearest != best.seen and seen_at.gap[nearest] < best.gap):
            known = np.flatnonzero(match == nearest)
            best = _sighting(
                int(known[0]) if len(known) else -1, nearest, objects, at, seen, seen_at)
    return best


def _sighting(
    row: int, seen_row: int, objects: Tracks, at: Places, seen: Tracks, seen_at: Places
) -> Sighting:
    if seen_row >= 0:
        return Sighting(
            row, seen_row, float(seen_at.gap[seen_row]), float(seen.speed[seen_row]),
            float(seen.acceleration[seen_row]))
    return Sighting(row, -1, float(at.gap[row]), float(objects.speed[row]))
