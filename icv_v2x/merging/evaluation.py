# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""All gaps at once: where a fan of profiles enters each, when, how fast, and what that costs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.merging.fan import reached
from icv_v2x.merging.traffic import (
    ADAPTATION,
    MAKES_ROOM,
    RELAXED_ADAPTATION,
    STANDSTILL_GAP,
    FloatArray,
    IndexArray,
    LanePrediction,
    LaneTraffic,
    arrival_behind,
    asked_deceleration,
    entry_room,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.merging.profiles import Profiles
    from icv_v2x.merging.task import Own, Settings, Stretch

    BoolArray = NDArray[np.bool_]

MOST_GAPS = 20
"""Gaps that are told of, those nearest in reach."""

# Instants at which a lane change may begin, from when the stretch is reached [s].
MOMENTS = np.array([
    0.0, 0.3, 0.6, 0.9, 1.3, 1.7, 2.1, 2.5, 3.0, 3.5, 4.0, 4.6, 5.3, 6.0, 7.0, 8.0, 9.5, 11.0,
    13.0])
_TOLERANCE = 1e-6
BRAKING = 1.5
"""Leaders that brake harder than this may go on with it, others only do for a moment [m/s2]."""
# That counts for changes that begin within this [s].
_GOES_ON = 2.0
# A lane change takes this way even at walking pace [m].
_CHANGE_LENGTH = 12.0
# Room ahead [m] and share of its acceleration with which the ego goes on accelerating.
_FREE = 8.0
_PUSH = 0.7
# What a second until the change costs besides, as gaps may close until then.
_WAITING = 0.3
# What a change costs that ends where the lane does [s], less with more way left, up to this [m].
_RISK = 3.0
_SPARE = 120.0
# A gap that is entered no earlier than after some time [s] is lost with this probability where
# there is just room, less with more room against what the prediction is off by after a while
# [m/s], and less the sooner it is entered; with no way left that costs so much [s].
_LATER = 3.0
_LOST = 0.5
_DRIFT = 0.7
_LOSS = 8.0
# From this time on at least [s].
_OFF_AFTER = 0.5
# Drivers who see somebody beside a gap notice it after some time [s] and make room, as long as he
# is no faster or slower than this [m/s] and it does not take longer [s].
_NOTICE = 1.0
_ALIKE = 3.0
_LONGEST_OPENING = 6.0
# For a change that is not urgent the ego looks this far ahead [s].
_SOON = 8.0
# After an abort the vehicle brakes as hard as at slow speed, once that has built up [s].
_ABORT_DELAY = 0.6
# So far before the end of the lane it becomes late [m].
_LATE = 180.0
# For the gap in force.
_LOOSER_HEADWAY = 0.1
# Where a change can begin at the last: so much shorter time gaps [s].
_LAST_HEADWAY = 0.1
_LOOSER_ASKED = 0.3
# Drivers brake for little at once, so that it weighs more than its square [m/s2].
_AT_ONCE = 1.0
# What the profile in force costs less [s]: among equals the change is put off time and again.
_STAY = 0.5


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
        opening: For how long the follower has to make room before, 0: there is room [s].
    """

    gap: IndexArray
    profile: IndexArray
    time: FloatArray
    speed: FloatArray
    cost: FloatArray
    leader_headway: FloatArray
    follower_headway: FloatArray
    asked: FloatArray
    opening: FloatArray

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self.gap)

    def take(self, rows: IndexArray | BoolArray) -> Entries:
        """Return the entries of the given rows."""
        return Entries(**{
            field.name: getattr(self, field.name)[rows] for field in dataclasses.fields(self)})


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
        leader_speed: FloatArray | None = None, planned: float | None = None, *,
        kept: bool = False,
    ) -> Entries:
        """Return the cheapest possible entry into every gap that has one.

        Args:
            profiles: m of them, from now.
            leader_gap: Rear of the vehicle ahead on the own lane at the prediction's instants
                against the ego's present front, (K,) [m]; None: there is none.
            leader_speed: Its speed, (K,) [m/s].
            planned: When the change of the plan in force begins, tried too [s]; None: none.
            kept: Whether the last of the profiles is that in force.
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
            behind = self._behind(profiles, begin, time, leader_gap, leader_speed)
            judged.possible &= behind
            judged.openable &= behind
        cost = np.where(judged.possible, judged.cost, np.where(
            judged.openable, judged.opened_cost, np.inf))
        if kept:
            cost[-1] -= _STAY
        flat = cost.ravel()
        possible = np.flatnonzero(np.isfinite(flat))
        order = possible[np.lexsort((flat[possible], gap.ravel()[possible]))]
        gaps, first = np.unique(gap.ravel()[order], return_index=True)
        chosen = order[first]
        row, column = np.unravel_index(chosen, cost.shape)
        return Entries(
            gaps, np.asarray(row, np.intp), time[row, column], speed[row, column], flat[chosen],
            judged.leader_headway[row, column], judged.follower_headway[row, column],
            judged.asked[row, column],
            np.where(judged.possible, 0.0, judged.opening)[row, column])

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

    def _partners(
        self, gap: IndexArray, place: FloatArray, way: FloatArray,
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, BoolArray]:
        """Return gap and speed of leader and follower, and whether that makes room, (m, Q)."""
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
        return ahead, leader_speed, behind, follower_speed, yields

    def _judge(
        self, gap: IndexArray, place: FloatArray, way: FloatArray, speed: FloatArray,
        level: FloatArray, time: FloatArray,
    ) -> _Judged:
        """Return what beginning the lane change comes to, (m, Q) everywhere."""
        settings, stretch, limits = self.settings, self.stretch, self.settings.limits
        count = len(self.lane)
        ahead, leader_speed, behind, follower_speed, yields = self._partners(gap, place, way)
        leader_headway = ahead / np.maximum(speed, 1.0)
        follower_headway = behind / np.maximum(follower_speed, 1.0)
        # With room ahead the ego goes on to accelerate, which spares its follower.
        rise = limits.at(speed).acceleration
        free = (ahead > STANDSTILL_GAP + settings.headway * speed + _FREE) & (
            speed + 1.0 < np.minimum(leader_speed, stretch.desired_speed))
        # The change ends before the lane, which bounds how much is gained meanwhile.
        left = stretch.end - way - settings.change_duration * speed
        most = np.maximum(2.0 / settings.change_duration ** 2 * left, 0.0)
        push = np.where(free, np.minimum(_PUSH * rise, most), 0.0)
        # Towards the end of the lane drivers let each other in at shorter time gaps.
        late = (stretch.end - way < _LATE) & stretch.urgent
        asked = asked_deceleration(
            behind, follower_speed, speed, settings.headway, push,
            np.where(late, RELAXED_ADAPTATION, ADAPTATION))
        # The ego takes its time to open a short gap before it, as `drive` does.
        braking = asked_deceleration(
            ahead, speed, leader_speed, settings.headway, adaptation=RELAXED_ADAPTATION)
        looser = gap == self.favoured
        across = np.maximum(settings.change_duration * speed, _CHANGE_LENGTH)
        last = late * np.clip(
            (_LATE - stretch.end + way) / np.maximum(_LATE - across, 1.0), 0.0, 1.0)
        entry = (
            settings.entry_headway - _LOOSER_HEADWAY * (looser | late) - _LAST_HEADWAY * last)
        asked_most = settings.asked_most + _LOOSER_ASKED * looser
        # When the change begins, an abort still ends before the end, if not with comfort.
        back = way + speed * (_ABORT_DELAY + speed / (2.0 * limits.braking[0]))
        room = entry_room(np.minimum(speed, leader_speed), entry)
        before = (
            (ahead >= room)
            & (braking <= asked_most)
            & (speed >= -_TOLERANCE)
            & (way >= stretch.begin - 0.5))
        if count:
            before &= self._leader_stops(gap, ahead, speed, leader_speed, time)
        if not stretch.urgent:
            before &= time <= _SOON
        if self.beyond[0]:
            before &= gap > 0
        if self.beyond[1]:
            before &= gap < count
        needed = np.maximum(
            STANDSTILL_GAP + (entry - 0.1) * follower_speed,
            np.where(yields, 0.6 * entry, entry) * follower_speed)
        possible = (
            before & (behind >= needed)
            & (asked <= np.where(yields, settings.yield_most, asked_most))
            & (way + across <= stretch.end) & (back <= stretch.end))
        # What the follower has to make room for, once the ego keeps to its place before it.
        missing = needed + np.maximum(follower_speed - speed, 0.0) * 1.0 - behind
        opening = _NOTICE + np.sqrt(np.maximum(missing, 0.0) * (2.0 / MAKES_ROOM))
        later = way + opening * speed
        openable = (
            before & (opening <= _LONGEST_OPENING) & (behind > 1.0)
            & (np.abs(follower_speed - speed) <= _ALIKE)
            & (later + across <= stretch.end) & (back + opening * speed <= stretch.end)
            & stretch.urgent)
        # How long it takes to the place up to which delay counts, alone and behind the leader,
        # part of which is made good by passing it.
        goal = stretch.end + settings.beyond
        cruise = np.maximum(speed, stretch.desired_speed)
        gain = cruise - speed
        delay = time + np.maximum(goal - way, 0.0) / cruise + gain * gain / (2.0 * rise * cruise)
        if count:
            led = np.append(-np.inf, arrival_behind(self.lane, goal))[gap]
            delay += (1.0 - settings.passing) * np.maximum(led - delay, 0.0)
        # With little way left after the change there is none to do anything else.
        spare = np.clip((stretch.end - way - across) / _SPARE, 0.0, 1.0)
        spacious = settings.spacious_headway
        lack_before = np.clip(spacious - leader_headway, 0.0, spacious)
        lack_behind = np.clip(spacious - follower_headway, 0.0, spacious)
        cost = (
            delay + _WAITING * time
            + (_RISK + _loss(np.minimum(ahead - room, behind - needed), time)) * (1.0 - spare) ** 2
            + settings.weight_follower * _felt(asked)
            + settings.weight_own * np.minimum(braking, 9.0) ** 2
            + settings.weight_margin * (lack_before ** 2 + lack_behind ** 2)
            + settings.weight_comfort * level * level)
        none = 5e3
        opened_cost = cost + settings.weight_opening + opening * (
            1.0 + _WAITING - speed / cruise)
        return _Judged(
            possible, openable, cost, opened_cost, opening,
            np.where(ahead > none, np.inf, leader_headway),
            np.where(behind > none, np.inf, follower_headway), asked)

    def _leader_stops(
        self, gap: IndexArray, ahead: FloatArray, speed: FloatArray, leader_speed: FloatArray,
        time: FloatArray,
    ) -> BoolArray:
        """Return where the ego can still stop with comfort behind a leader that brakes, (m, Q).

        Whoever brakes hard now may go on until it stands.
        """
        rate = np.nan_to_num(self.lane.acceleration)
        if not (rate < -BRAKING).any():
            return np.ones(gap.shape, np.bool_)
        rate = rate[np.maximum(gap - 1, 0)]
        brakes = (gap > 0) & (rate < -BRAKING) & (time < _GOES_ON)
        stops = leader_speed * leader_speed / np.where(brakes, -2.0 * rate, 1.0)
        return np.asarray(
            ~brakes | (ahead + stops >= self.settings.limits.stopping_distance(speed)))

    def _behind(
        self, profiles: Profiles, begin: FloatArray, time: FloatArray, leader_gap: FloatArray,
        leader_speed: FloatArray,
    ) -> BoolArray:
        """Return where profiles have stayed behind the vehicle ahead on the own lane so far."""
        early = begin[:, None] * np.array([0.33, 0.67])
        moments = np.concatenate([early, time], axis=1)
        way, speed, level = profiles.at(moments)
        index, share = self._on_grid(moments / self.prediction.step)
        gap = leader_gap[index] + share * (leader_gap[index + 1] - leader_gap[index]) - way
        pace = leader_speed[index]
        closing = np.maximum(speed - pace, 0.0)
        needed = STANDSTILL_GAP + 0.35 * pace + closing * closing / 5.0
        if self.stretch.urgent:
            # Where the gap is short already, it must not become shorter.
            needed = np.minimum(needed, max(float(leader_gap[0]) - 1.0, 1.0))
        else:
            # Whoever need not change keeps the time gap until it is across, also where nothing
            # comes of it and an acceleration has to be taken back.
            rising = np.maximum(level, 0.0)
            speed = speed + rising * rising / (2.0 * self.settings.limits.at(speed).jerk)
            closing = np.maximum(speed - pace, 0.0)
            half = 0.5 * self.settings.change_duration
            needed = np.maximum(needed, self.settings.headway * speed + half * closing)
        kept = np.logical_and.accumulate(gap >= needed, axis=1)
        return np.asarray(kept[:, early.shape[1]:])


def _felt(asked: FloatArray) -> FloatArray:
    """Return what counts of the deceleration asked of a follower, of any shape [(m/s2)2]."""
    bounded = np.minimum(asked, 9.0)
    return np.asarray(bounded * (_AT_ONCE + bounded))


def _loss(slack: FloatArray, time: FloatArray) -> FloatArray:
    """Return what the chance that a gap closes costs where no way is left, of one shape [s].

    Args:
        slack: Room beyond what the entry needs, at the tighter end [m].
        time: Until the entry [s].
    """
    off = _DRIFT * np.maximum(time, _OFF_AFTER)
    share = np.exp(-np.maximum(slack, 0.0) / off) * np.minimum(time / _LATER, 1.0)
    return np.asarray(_LOSS * _LOST * share)


@dataclasses.dataclass
class _Judged:
    """What entries come to.

    Attributes:
        possible: Whether all conditions hold.
        openable: Whether they will once the follower makes room.
        cost: [s], finite also where they do not hold.
        opened_cost: Of waiting for the follower, [s].
        opening: For how long [s].
        leader_headway: [s].
        follower_headway: [s].
        asked: [m/s2].
    """

    possible: BoolArray
    openable: BoolArray
    cost: FloatArray
    opened_cost: FloatArray
    opening: FloatArray
    leader_headway: FloatArray
    follower_headway: FloatArray
    asked: FloatArray

