# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The speed profiles that are tried: a fan from braking to accelerating, over time."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.merging.profiles import Profiles, from_nodes, two_changes
from icv_v2x.merging.traffic import entry_room

if TYPE_CHECKING:
    from icv_v2x.merging.profiles import Profile
    from icv_v2x.merging.task import Own, Settings, Stretch
    from icv_v2x.merging.traffic import FloatArray, LanePrediction, LaneTraffic

# First speeds against the present one, second ones and further first ones against the flow
# [m/s], and holds [s].
_FIRST = np.array([-10.0, -6.5, -4.0, -2.0, -0.7, 0.7, 2.0, 4.0, 7.0, 11.0])
_SECOND = np.array([0.0, 2.0])
_ALONGSIDE = np.array([-1.0, 1.0])
_HOLDS = np.array([0.0, 1.5, 4.0])
# Before the stretch: how much later the second change begins than the stretch [s].
_LATER = np.array([0.0, 1.0, 2.0, 3.0, 4.5])
# Nodes of a profile with two changes of speed.
_NODES = 8
# Into the gaps nearest in reach so many [s] from now, with three pieces of equal length.
_ARRIVALS = np.array([0.9, 1.3, 1.7, 2.1, 2.5, 3.0, 3.5, 4.0, 4.6, 5.3, 6.0, 7.0, 8.0])
_GAPS_IN_REACH = 6
_REACH = 3.0
# How far forward within the room of a gap.
_PLACES = np.array([0.35, 0.75])
# Room taken of an open end of the row [m].
_OPEN_END = 10.0
# The speed of a lane is taken from vehicles around this near [m].
_NEIGHBOURHOOD = 40.0
# With more way left than this [m] the ego stays within this of the flow [m/s].
_AMPLE = 120.0
_BEHIND_FLOW = 3.0
# For a change that is not urgent it gives up this much of its speed [m/s].
_GIVEN_UP = 1.0


def fan(
    stretch: Stretch, own: Own, lane: LaneTraffic, settings: Settings,
    prediction: LanePrediction, kept: Profile | None = None,
) -> Profiles:
    """Return the profiles that are tried.

    Args:
        stretch: Where to merge.
        own: The ego.
        lane: Target lane, whose speeds are matched.
        settings: With the limits.
        prediction: Of the target lane.
        kept: What is left of the profile in force, which is tried too, as the last; it `fits`.
    """
    limits, fastest = settings.limits, stretch.desired_speed
    speed = max(own.speed, 0.0)
    flow = pace_beside(lane, fastest)
    second = np.unique(np.clip(np.append(flow + _SECOND, fastest), 0.0, fastest))
    # As long as there is way left, nobody falls far behind the flow for a gap to come.
    slowest = min(flow - _BEHIND_FLOW, speed) if stretch.end > _AMPLE else 0.0
    if not stretch.urgent:
        slowest = speed - _GIVEN_UP
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
        tried = np.concatenate([speed + _FIRST, flow + _ALONGSIDE])
        first = np.unique(np.clip(tried, max(slowest, 0.0), max(fastest, speed)))
        one = np.repeat(first, len(_HOLDS) * len(second))
        hold = np.tile(np.repeat(_HOLDS, len(second)), len(first))
        made = two_changes(
            speed, own.acceleration, one, hold, np.tile(second, len(first) * len(_HOLDS)),
            limits)
    more = []
    if len(lane):
        more.append(into_gaps(stretch, own, lane, prediction, settings, slowest))
    if kept is not None:
        levels = kept.acceleration.copy()
        levels[0] = own.acceleration
        more.append((kept.time[None], levels[None]))
    if not more:
        return made
    nodes = [[_wide(part, _NODES) for part in parts] for parts in zip(*more, strict=True)]
    extra = from_nodes(np.concatenate(nodes[0]), np.concatenate(nodes[1]), speed)
    return Profiles(*(
        np.concatenate([getattr(made, field.name), getattr(extra, field.name)])
        for field in dataclasses.fields(Profiles)))


def fits(profile: Profile) -> bool:
    """Return whether a profile has few enough nodes to be tried again."""
    return len(profile.time) <= _NODES


def _wide(nodes: FloatArray, width: int) -> FloatArray:
    """Return nodes with the last one repeated up to a number of them."""
    fill = width - nodes.shape[1]
    return np.concatenate([nodes, np.repeat(nodes[:, -1:], fill, axis=1)], axis=1)


def into_gaps(
    stretch: Stretch, own: Own, lane: LaneTraffic, prediction: LanePrediction,
    settings: Settings, slowest: float,
) -> tuple[FloatArray, FloatArray]:
    """Return profiles that arrive in a gap with its speed, as the limits allow.

    Between now and the arrival T the acceleration is linear over three pieces of T / 3; its two
    inner values follow from way and speed at T, where it is zero, in closed form.

    Args:
        stretch: Where to merge.
        own: The ego.
        lane: Target lane; at least one vehicle.
        prediction: Of the same vehicles.
        settings: With the limits, and the room that a gap needs.
        slowest: Speed that no profile falls below [m/s].

    Returns:
        Time [s] and acceleration [m/s2] at the four nodes of each, (m, 4).
    """
    speed, limits, count = max(own.speed, 0.0), settings.limits, len(lane)
    later = lane.station + _REACH * (lane.speed - speed)
    nearest = int(np.count_nonzero(later > 0.0))
    first = max(nearest - _GAPS_IN_REACH // 2, 0)
    gap = np.arange(first, min(first + _GAPS_IN_REACH, count + 1))
    station, pace = prediction.at(_ARRIVALS)
    pad = (0.5 * (lane.length + own.length) + settings.sigmas * lane.deviation)[:, None]
    room = pad + entry_room(pace, settings.entry_headway)
    front, rear = station - room, station + room
    leader, follower = np.maximum(gap - 1, 0), np.minimum(gap, count - 1)
    led, followed = (gap > 0)[:, None], (gap < count)[:, None]
    upper = np.where(led, front[leader], rear[follower] + 2.0 * _OPEN_END)
    lower = np.where(followed, rear[follower], upper - 2.0 * _OPEN_END)
    wanted = np.where(
        led & followed, 0.5 * (pace[leader] + pace[follower]),
        np.where(led, pace[leader], pace[follower]))
    wanted = np.minimum(wanted, stretch.desired_speed)
    way = lower[..., None] + (upper - lower)[..., None] * _PLACES
    arrival = np.broadcast_to(_ARRIVALS[None, :, None], way.shape)
    end = np.broadcast_to(wanted[..., None], way.shape)
    possible = np.broadcast_to((upper > lower)[..., None], way.shape)
    piece = arrival / 3.0
    gained = (end - speed) / piece - 0.5 * own.acceleration
    made = (way - speed * arrival) / (piece * piece) - 4.0 / 3.0 * own.acceleration
    one, two = made - gained, 2.0 * gained - made
    bounds = limits.at(np.maximum(speed, end))
    least = max(slowest, 0.0)
    middle = speed + 0.5 * piece * (own.acceleration + one)
    highest, lowest = np.maximum(one, two), np.minimum(one, two)
    jerk = np.maximum(np.maximum(np.abs(one - own.acceleration), np.abs(two - one)), np.abs(two))
    possible = possible & (highest <= bounds.acceleration) & (lowest >= -bounds.braking) & (
        jerk <= bounds.jerk * piece) & (middle >= least) & (
        middle + 0.5 * piece * (one + two) >= least) & (end >= least)
    arrival, one, two = arrival[possible], one[possible], two[possible]
    none = np.zeros(len(arrival))
    return (
        np.stack([none, arrival / 3.0, 2.0 * arrival / 3.0, arrival], axis=1),
        np.stack([none + own.acceleration, one, two, none], axis=1))


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
