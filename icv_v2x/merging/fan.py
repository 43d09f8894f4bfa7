# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The speed profiles that are tried: a fan from braking to accelerating, over time."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.merging.profiles import Profiles, from_nodes, two_changes

if TYPE_CHECKING:
    from icv_v2x.merging.profiles import Profile
    from icv_v2x.merging.task import Own, Settings, Stretch
    from icv_v2x.merging.traffic import FloatArray, LaneTraffic

# First speeds against the present one, second ones and further first ones against the flow
# [m/s], and holds [s].
_FIRST = np.array([-10.0, -6.5, -4.0, -2.0, -0.7, 0.7, 2.0, 4.0, 7.0, 11.0])
_SECOND = np.array([0.0, 2.0])
_ALONGSIDE = np.array([-1.0, 1.0])
_HOLDS = np.array([0.0, 1.5, 4.0])
# Before the stretch: how much later the second change begins than the stretch [s].
_LATER = np.array([0.0, 1.0, 2.0, 3.0, 4.5])
# The speed of a lane is taken from vehicles around this near [m].
_NEIGHBOURHOOD = 40.0
# With more way left than this [m] the ego stays within this of the flow [m/s].
_AMPLE = 120.0
_BEHIND_FLOW = 3.0
# For a change that is not urgent it gives up this much of its speed [m/s].
_GIVEN_UP = 3.0


def fan(
    stretch: Stretch, own: Own, lane: LaneTraffic, settings: Settings,
    kept: Profile | None = None,
) -> Profiles:
    """Return the profiles that are tried.

    Args:
        stretch: Where to merge.
        own: The ego.
        lane: Target lane, whose speeds are matched.
        settings: With the limits.
        kept: What is left of the profile in force, tried too.
    """
    limits, fastest = settings.limits, stretch.desired_speed
    speed = max(own.speed, 0.0)
    flow = pace_beside(lane, fastest)
    second = np.unique(np.clip(np.append(flow + _SECOND, fastest), 0.0, fastest))
    if stretch.begin > 0.0:
        first = np.array([max(min(stretch.approach_speed, fastest), 1.0)])
        ways = two_changes(
            speed, own.acceleration, first, np.zeros(len(first)), first, limits).way[:, -1]
        held = np.maximum(stretch.begin - ways, 0.0) / first
        held = (held[:, None] + _LATER).ravel()
        first = np.repeat(first, len(_LATER))
        one, two = np.repeat(first, len(second)), np.tile(second, len(first))
        made = two_changes(
            speed, own.acceleration, one, np.repeat(held, len(second)), two, limits)
    else:
        # As long as there is way left, nobody falls far behind the flow for a gap to come.
        slowest = min(flow - _BEHIND_FLOW, speed) if stretch.end > _AMPLE else 0.0
        if not stretch.urgent:
            slowest = speed - _GIVEN_UP
        tried = np.concatenate([speed + _FIRST, flow + _ALONGSIDE])
        first = np.unique(np.clip(tried, max(slowest, 0.0), max(fastest, speed)))
        one = np.repeat(first, len(_HOLDS) * len(second))
        hold = np.tile(np.repeat(_HOLDS, len(second)), len(first))
        made = two_changes(
            speed, own.acceleration, one, hold, np.tile(second, len(first) * len(_HOLDS)),
            limits)
    if kept is None:
        return made
    time, levels = kept.time[None], kept.acceleration[None]
    width = made.time.shape[1]
    if time.shape[1] > width:
        return made
    fill = width - time.shape[1]
    time = np.concatenate([time, np.repeat(time[:, -1:], fill, axis=1)], axis=1)
    levels = np.concatenate([levels, np.repeat(levels[:, -1:], fill, axis=1)], axis=1)
    levels[:, 0] = own.acceleration
    extra = from_nodes(time, levels, speed)
    return Profiles(*(
        np.concatenate([getattr(made, field.name), getattr(extra, field.name)])
        for field in dataclasses.fields(Profiles)))


def pace_beside(lane: LaneTraffic, otherwise: float) -> float:
    """Return how fast the lane is beside the ego, `otherwise` where nobody is [m/s]."""
    weight = np.exp(-np.abs(lane.station) / _NEIGHBOURHOOD)
    weight[np.abs(lane.station) > 150.0] = 0.0
    total = float(weight.sum())
    return float(weight @ lane.speed) / total if total > 0.0 else otherwise


def reached(profiles: Profiles, way: float) -> FloatArray:
    """Return when each profile has made a way, roughly, (m,) [s]; 0 where it is behind."""
    if way <= 0.0:
        return np.zeros(len(profiles))
    index = np.count_nonzero(profiles.way <= way, axis=1) - 1
    rows = np.arange(len(profiles))
    left = way - profiles.way[rows, index]
    speed = profiles.speed[rows, index]
    level = profiles.acceleration[rows, index]
    root = np.sqrt(np.maximum(speed * speed + 2.0 * level * left, 0.0))
    later: FloatArray = profiles.time[rows, index] + 2.0 * left / np.maximum(speed + root, 0.1)
    return later
