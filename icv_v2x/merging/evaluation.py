# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""All gaps at once: where a fan of profiles enters each, when, how fast, and what that costs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.merging.profiles import Profiles, from_nodes, two_changes
from icv_v2x.merging.traffic import (
    STANDSTILL_GAP,
    FloatArray,
    IndexArray,
    LanePrediction,
    LaneTraffic,
    asked_deceleration,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.merging.profiles import Profile
    from icv_v2x.merging.task import Own, Settings, Stretch

    BoolArray = NDArray[np.bool_]

MOST_GAPS = 20
"""Gaps that are told of, those nearest in reach."""

# Instants at which a lane change may begin, from when the stretch is reached [s].
MOMENTS = np.array([
    0.0, 0.3, 0.6, 0.9, 1.3, 1.7, 2.1, 2.5, 3.0, 3.5, 4.0, 4.6, 5.3, 6.0, 7.0, 8.0, 9.5, 11.0,
    13.0])
# First speeds against the present one, second ones against the flow [m/s], and holds [s].
_FIRST = np.array([-10.0, -6.5, -4.0, -2.0, -0.7, 0.7, 2.0, 4.0, 7.0, 11.0])
_SECOND = np.array([-2.0, 0.0, 2.0])
_HOLDS = np.array([0.0, 1.5, 4.0])
_LATER = np.array([0.0, 2.0, 4.5])
_APPROACHES = np.array([1.0, 0.92, 0.84, 0.75])
_TOLERANCE = 1e-6
# A lane change takes this way even at walking pace [m].
_CHANGE_LENGTH = 12.0
# Room ahead [m] and share of its acceleration with which the ego goes on accelerating.
_FREE = 8.0
_PUSH = 0.7
# What a second until the change costs besides, as gaps may close until then.
_WAITING = 0.15
# For the gap in force.
_LOOSER_HEADWAY = 0.1
_LOOSER_ASKED = 0.3


@dataclasses.dataclass(frozen=True)
class Entries:
    """The best way to enter each of m gaps.

    Attributes:
        gap: Number of the gap: its leader is vehicle `gap - 1` of the lane, its follower `gap`.
        profile: Row of the profile.
        time: When the lane change begins, from now [s].
        speed: How fast [m/s].
        cost: [s].
        leader_headway: Time gap to the new leader then, infinite: none [s].
        follower_headway: Time gap of the new follower, likewise [s].
        asked: Deceleration asked of the follower [m/s2].
    """

    gap: IndexArray
    profile: IndexArray
    time: FloatArray
    speed: FloatArray
    cost: FloatArray
    leader_headway: FloatArray
    follower_headway: FloatArray
    asked: FloatArray

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self.gap)


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
    near = np.abs(lane.station) < 150.0
    flow = float(np.median(lane.speed[near])) if near.any() else fastest
    second = np.unique(np.clip(np.append(flow + _SECOND, fastest), 0.0, fastest))
    if stretch.begin > 0.0:
        first = np.maximum(min(stretch.approach_speed, fastest) * _APPROACHES, 1.0)
        ways = two_changes(
            speed, own.acceleration, first, np.zeros(len(first)), first, limits).way[:, -1]
        held = np.maximum(stretch.begin - ways, 0.0) / first
        held = (held[:, None] + _LATER).ravel()
        first = np.repeat(first, len(_LATER))
        one, two = np.repeat(first, len(second)), np.tile(second, len(first))
        made = two_changes(
            speed, own.acceleration, one, np.repeat(held, len(second)), two, limits)
    else:
        first = np.unique(np.clip(speed + _FIRST, 0.0, max(fastest, speed)))
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


class Evaluation:
    """One instant: the lane, its prediction, and the best entry into every gap."""

    def __init__(
        self, stretch: Stretch, own: Own, lane: LaneTraffic, prediction: LanePrediction,
        settings: Settings, favoured: int = -1,
        beyond: tuple[bool, bool] = (False, False),
    ) -> None:
        """Take everything in.

        Args:
            stretch: Where to merge.
            own: The ego.
            lane: Target lane, the foremost first.
            prediction: Of the same vehicles.
            settings: How to choose.
            favoured: Number of the gap in force, whose conditions are a little looser, so that
                noise does not end it; -1: none.
            beyond: Whether there are more vehicles before and behind those of the lane, so that
                its outermost gaps are none.
        """
        self.stretch, self.own, self.settings = stretch, own, settings
        self.favoured, self.beyond = favoured, beyond
        self.lane, self.prediction = lane, prediction

    def entries(
        self, profiles: Profiles, leader_gap: FloatArray | None = None,
        leader_speed: FloatArray | None = None, planned: float | None = None,
    ) -> Entries:
        """Return the cheapest possible entry into every gap that has one.

        Args:
            profiles: m of them, from now.
            leader_gap: Rear of the vehicle ahead on the own lane at the prediction's instants
                against the ego's present front, (K,) [m]; None: there is none.
            leader_speed: Its speed, (K,) [m/s].
            planned: When the change of the plan in force begins, tried too [s]; None: none.
        """
        begin = np.maximum(reached(profiles, self.stretch.begin), 0.0)
        moments = MOMENTS
        if planned is not None:
            since = planned - float(begin.min())
            moments = np.sort(np.append(moments, max(since, 0.0)))
        time = begin[:, None] + moments
        way, speed, level = profiles.at(time)
        place = time / self.prediction.step
        gap = self._gap_of(place, way)
        judged = self._judge(gap, place, way, speed, level, time)
        if leader_gap is not None and leader_speed is not None:
            judged.possible &= self._behind(
                profiles, begin, time, leader_gap, leader_speed)
        cost = np.where(judged.possible, judged.cost, np.inf)
        flat = cost.ravel()
        possible = np.flatnonzero(np.isfinite(flat))
        order = possible[np.lexsort((flat[possible], gap.ravel()[possible]))]
        gaps, first = np.unique(gap.ravel()[order], return_index=True)
        chosen = order[first]
        row, column = np.unravel_index(chosen, cost.shape)
        return Entries(
            gaps, np.asarray(row, np.intp), time[row, column], speed[row, column], flat[chosen],
            judged.leader_headway[row, column], judged.follower_headway[row, column],
            judged.asked[row, column])

    def _gap_of(self, place: FloatArray, way: FloatArray) -> IndexArray:
        """Return how many vehicles of the lane are ahead at instants, (m, Q)."""
        count = len(self.lane)
        if not count:
            return np.zeros(way.shape, np.intp)
        station = self.prediction.station
        if not np.ptp(place[:, 0]):
            # One set of instants for all profiles: the row of vehicles is sorted once for each.
            index, share = self._on_grid(place[0])
            before = station[:, index]
            row = np.sort(-(before + share * (station[:, index + 1] - before)), axis=0)
            return np.stack([
                np.searchsorted(row[:, column], -way[:, column], side='left')
                for column in range(way.shape[1])], axis=1)
        index, share = self._on_grid(place)
        ahead = np.zeros(way.shape, np.intp)
        for vehicle in range(count):
            before = station[vehicle, index]
            ahead += before + share * (station[vehicle, index + 1] - before) > way
        return ahead

    def _on_grid(self, place: FloatArray) -> tuple[IndexArray, FloatArray]:
        last = self.prediction.station.shape[1] - 2
        index = np.minimum(place.astype(np.intp), last)
        return index, place - index

    def _beside(
        self, vehicle: IndexArray, place: FloatArray,
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return station, speed and padding of vehicles at instants, all of one shape."""
        index, share = self._on_grid(place)
        station, speed = self.prediction.station, self.prediction.speed
        before, pace = station[vehicle, index], speed[vehicle, index]
        lane = self.lane
        pad = 0.5 * (lane.length + self.own.length) + self.settings.sigmas * lane.deviation
        return (
            before + share * (station[vehicle, index + 1] - before),
            pace + np.minimum(share, 1.0) * (speed[vehicle, index + 1] - pace), pad[vehicle])

    def _judge(
        self, gap: IndexArray, place: FloatArray, way: FloatArray, speed: FloatArray,
        level: FloatArray, time: FloatArray,
    ) -> _Judged:
        """Return what beginning the lane change comes to, (m, Q) everywhere."""
        settings, stretch, limits = self.settings, self.stretch, self.settings.limits
        count = len(self.lane)
        ahead, leader_speed = np.full(way.shape, 1e4), np.full(way.shape, 1e3)
        behind, follower_speed = np.full(way.shape, 1e4), np.zeros(way.shape)
        yields = np.zeros(way.shape, np.bool_)
        if count:
            station, pace, pad = self._beside(np.maximum(gap - 1, 0), place)
            led = gap > 0
            ahead = np.where(led, station - pad - way, ahead)
            leader_speed = np.where(led, pace, leader_speed)
            follower = np.minimum(gap, count - 1)
            station, pace, pad = self._beside(follower, place)
            followed = gap < count
            behind = np.where(followed, way - station - pad, behind)
            follower_speed = np.where(followed, pace, follower_speed)
            yields = followed & self.lane.yields[follower]
        floor = np.maximum(speed, 1.0)
        leader_headway = ahead / floor
        follower_headway = behind / np.maximum(follower_speed, 1.0)
        # With room ahead the ego goes on to accelerate, which spares its follower.
        rise = limits.at(speed).acceleration
        free = (ahead > STANDSTILL_GAP + settings.headway * speed + _FREE) & (
            speed + 1.0 < np.minimum(leader_speed, stretch.desired_speed))
        push = np.where(free, _PUSH * rise, 0.0)
        asked = asked_deceleration(behind, follower_speed, speed, settings.headway, push)
        braking = asked_deceleration(ahead, speed, leader_speed, settings.headway)
        looser = gap == self.favoured
        entry = settings.entry_headway - _LOOSER_HEADWAY * looser
        asked_most = settings.asked_most + _LOOSER_ASKED * looser
        # When the change begins, the stop before the end is still a comfortable one.
        back = (
            way + limits.stopping_distance(speed)
            + np.maximum(level, 0.0) * speed / (2.0 * limits.jerk[1]))
        possible = (
            (ahead >= STANDSTILL_GAP + (entry - 0.2) * np.minimum(speed, leader_speed))
            & (ahead >= entry * np.minimum(speed, leader_speed))
            & (behind >= STANDSTILL_GAP + 0.3 * follower_speed)
            & (follower_headway >= np.where(yields, 0.6 * entry, entry))
            & (asked <= np.where(yields, settings.yield_most, asked_most))
            & (braking <= asked_most)
            & (speed >= -_TOLERANCE)
            & (way >= stretch.begin - 0.5)
            & (way + np.maximum(settings.change_duration * speed, _CHANGE_LENGTH) <= stretch.end)
            & (back <= stretch.end))
        if self.beyond[0]:
            possible &= gap > 0
        if self.beyond[1]:
            possible &= gap < count
        rest = np.maximum(stretch.end + settings.beyond - way, 0.0)
        # Part of what the leader is slower by is made good by passing it.
        led_by = np.minimum(stretch.desired_speed, np.maximum(leader_speed, 1.0))
        cruise = led_by + settings.passing * (stretch.desired_speed - led_by)
        gain = np.maximum(cruise - speed, 0.0)
        delay = time + rest / cruise + gain * gain / (2.0 * rise * cruise)
        spacious = settings.spacious_headway
        lack_before = np.clip(spacious - leader_headway, 0.0, spacious)
        lack_behind = np.clip(spacious - follower_headway, 0.0, spacious)
        cost = (
            delay + _WAITING * time + settings.weight_follower * np.minimum(asked, 9.0) ** 2
            + settings.weight_own * np.minimum(braking, 9.0) ** 2
            + settings.weight_margin * (lack_before ** 2 + lack_behind ** 2)
            + settings.weight_comfort * level * level)
        none = 5e3
        return _Judged(
            possible, cost, np.where(ahead > none, np.inf, leader_headway),
            np.where(behind > none, np.inf, follower_headway), asked)

    def _behind(
        self, profiles: Profiles, begin: FloatArray, time: FloatArray, leader_gap: FloatArray,
        leader_speed: FloatArray,
    ) -> BoolArray:
        """Return where profiles have stayed behind the vehicle ahead on the own lane so far."""
        early = begin[:, None] * np.array([0.33, 0.67])
        moments = np.concatenate([early, time], axis=1)
        way, speed, _ = profiles.at(moments)
        index, share = self._on_grid(moments / self.prediction.step)
        gap = leader_gap[index] + share * (leader_gap[index + 1] - leader_gap[index]) - way
        pace = leader_speed[index]
        closing = np.maximum(speed - pace, 0.0)
        needed = STANDSTILL_GAP + 0.35 * pace + closing * closing / 5.0
        # Where the gap is short already, it must not become shorter.
        needed = np.minimum(needed, max(float(leader_gap[0]) - 1.0, 1.0))
        kept = np.logical_and.accumulate(gap >= needed, axis=1)
        return np.asarray(kept[:, early.shape[1]:])


@dataclasses.dataclass
class _Judged:
    """What entries come to.

    Attributes:
        possible: Whether all conditions hold.
        cost: [s], finite also where they do not hold.
        leader_headway: [s].
        follower_headway: [s].
        asked: [m/s2].
    """

    possible: BoolArray
    cost: FloatArray
    leader_headway: FloatArray
    follower_headway: FloatArray
    asked: FloatArray

