# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The choice of a gap at one instant, with what must be remembered given and returned."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from icv_v2x.merging.choice import Gaps, Incumbent, MergeChoice, State
from icv_v2x.merging.driving import OPENING, Leader, drive
from icv_v2x.merging.evaluation import BRAKING, MOST_GAPS, Entries, Evaluation
from icv_v2x.merging.fan import fan, fits, pace_beside
from icv_v2x.merging.profiles import Profile, Profiles, from_nodes
from icv_v2x.merging.task import Own, Settings, Stretch
from icv_v2x.merging.traffic import (
    STANDSTILL_GAP,
    FloatArray,
    IndexArray,
    LanePrediction,
    LaneTraffic,
    asked_deceleration,
    predict_lane,
)

BoolArray = npt.NDArray[np.bool_]

_GRID = 26
_LONGEST = 24.0
_SHORTEST = 8.0
_REACTION = 0.4
# A lane change that is further than this is finished rather than undone.
_TURNING_POINT = 0.45
# A follower is never asked for more than this once the change is under way.
_ASKED_IN_CHANGE = 3.0
# Somebody comes into the same place where less than this is left between both along the lane [m].
_ABREAST = 0.5
# Noise puts those of other lanes on this one for single messages. Nothing is broken off for them,
# but for who shows that it comes, and for who is this near to the side [m].
_NEAR = 1.0
# They come to each other with this at most [m/s], and no sooner than within this [s].
_SIDEWAYS = 2.2
_SHORTEST_MEETING = 0.3
# Whoever would have to brake harder than this to fall behind goes back instead [m/s2].
_FALLS_BEHIND = 6.0
# The ego keeps at least this time gap to the vehicle before it on its own lane.
_OWN_HEADWAY = 0.8
# Once a change that must be is under way, this is enough.
_LEFT_HEADWAY = 0.5
# The gap to the new leader is opened with this share of the comfortable braking where the
# follower is this far, in [s]; with less where it is nearer.
_SHARES = (OPENING, 0.6)
_FOLLOWERS = (0.7, 1.5)
# A better gap has to stay better for so long before it is chosen [s].
_DWELL = 0.35
_TRIES = 3
# A gap may be closed for so long before it is given up [s].
_BRIDGED = 0.8
# Without a gap the ego goes on at the speed of the target lane, but not slower than this [m/s].
_SLOWEST = 6.0
# A vehicle no further behind than this is beside the ego [m].
_BESIDE = 2.0
# So many of those behind are looked at for whose room would do.
_ASKED_FOR = 2
# Gaps are told near or far by where they are after this [s].
_REACH = 5.0
NOW = 0.06
"""A lane change that is nearer than this begins with this cycle [s]."""


_NO_ENTRIES = Entries(
    np.empty(0, np.intp), np.empty(0, np.intp), *(np.empty(0) for _ in range(7)))

Clear = Callable[[Profile, float], str]
"""Tests a profile and the time of its lane change against everybody; '' where it is clear."""


def plan(
    stretch: Stretch, own: Own, lane: LaneTraffic, before: LaneTraffic, settings: Settings,
    incumbent: Incumbent | None = None, clear: Clear | None = None,
    suggested: tuple[float, float] | None = None,
) -> MergeChoice:
    """Choose a gap.

    Args:
        stretch: Where to merge.
        own: The ego.
        lane: Vehicles of the target lane, the foremost first.
        before: Vehicles ahead on the ego lane, the foremost first.
        settings: How to choose.
        incumbent: The gap in force.
        clear: Test of a profile against all objects, None: not tested.
        suggested: When [s] and after which way [m] a road-side unit would have the ego change:
            the gap there may cost more, and is subject to the same checks.

    Returns:
        The plan.
    """
    horizon = _horizon(stretch, own, settings)
    step = horizon / (_GRID - 1)
    lane, beyond = _in_reach(lane, own)
    before = before.take(np.arange(max(len(before) - 2, 0), len(before)))
    prediction = predict_lane(lane, step, _GRID)
    own_leader = _leader(
        before, predict_lane(before, step, _GRID), len(before) - 1, own) if len(before) else None
    scene = _Scene(stretch, own, lane, before, settings, prediction, own_leader, beyond)
    if incumbent is not None and incumbent.under_way:
        return scene.change(incumbent)
    if stretch.begin > settings.decide_ahead * max(own.speed, 1.0):
        return scene.approach()
    return scene.choose(incumbent, clear, suggested)


def along_lane(
    own: Own, before: LaneTraffic, settings: Settings, desired_speed: float,
) -> Profile:
    """Return how the ego drives while it changes no lane, as before and after its changes.

    Args:
        own: The ego.
        before: Vehicles ahead on its lane, the foremost first.
        settings: With limits and time gap.
        desired_speed: What it drives alone [m/s].
    """
    before = before.take(np.arange(max(len(before) - 2, 0), len(before)))
    leaders = () if not len(before) else (_leader(
        before, predict_lane(before, 0.5, _GRID), len(before) - 1, own),)
    return drive(
        own, settings.limits, duration=5.0, wanted=desired_speed, leaders=leaders,
        headway=settings.headway)


def _horizon(stretch: Stretch, own: Own, settings: Settings) -> float:
    slow = max(0.5 * (own.speed + stretch.approach_speed), 8.0)
    to_end = max(stretch.end, 0.0) / slow
    return min(max(to_end + settings.change_duration, _SHORTEST), _LONGEST)


def _in_reach(lane: LaneTraffic, own: Own) -> tuple[LaneTraffic, tuple[bool, bool]]:
    """Return the vehicles around the gaps that are nearest, where the ego is in some seconds.

    Returns:
        The vehicles, in a row, and whether there are more before and behind them.
    """
    most = MOST_GAPS + 1
    if len(lane) <= most - 2:
        return lane, (False, False)
    later = lane.station + _REACH * (lane.speed - own.speed)
    middle = int(np.argmin(np.abs(later)))
    first = min(max(middle - most // 2, 0), max(len(lane) - most, 0))
    last = min(first + most, len(lane))
    return lane.take(np.arange(first, last)), (first > 0, last < len(lane))


def _leader(
    traffic: LaneTraffic, prediction: LanePrediction, index: int, own: Own,
) -> Leader:
    half = 0.5 * (float(traffic.length[index]) + own.length)
    rate = float(traffic.acceleration[index])
    if not rate < -BRAKING:
        return Leader(
            prediction.station[index] - half, prediction.speed[index], prediction.step)
    # A leader that brakes is expected to go on until it stands.
    time = prediction.step * np.arange(prediction.station.shape[1])
    pace = float(traffic.speed[index])
    moving = np.minimum(time, pace / -rate)
    return Leader(
        traffic.station[index] - half + moving * (pace + 0.5 * rate * moving),
        pace + rate * moving, prediction.step)


class _Scene:
    """One instant, with everything that is derived from it once."""

    def __init__(
        self, stretch: Stretch, own: Own, lane: LaneTraffic, before: LaneTraffic,
        settings: Settings, prediction: LanePrediction, own_leader: Leader | None,
        beyond: tuple[bool, bool],
    ) -> None:
        self.stretch, self.own, self.settings = stretch, own, settings
        self.lane, self.before = lane, before
        self.prediction, self.own_leader, self.beyond = prediction, own_leader, beyond
        self.stop = stretch.end - settings.end_margin
        self.stop_distance = self.stop - float(
            settings.limits.stopping_distance(own.speed, own.acceleration))

    # -- before the stretch -------------------------------------------------------------------

    def approach(self) -> MergeChoice:
        """Drive towards the stretch, which is too far ahead for a choice."""
        profile = drive(
            self.own, self.settings.limits, duration=10.0, wanted=self._approach_speed(),
            leaders=self._leaders(), headway=_OWN_HEADWAY, stop=self.stop)
        return MergeChoice(
            State.HOLD, -1, profile, math.nan, self._gaps(_NO_ENTRIES, -1, {}),
            self.stop_distance,
            f'the merging stretch begins in {self.stretch.begin:.0f} m; keep the lane')

    # -- before the lane change ---------------------------------------------------------------

    def choose(
        self, incumbent: Incumbent | None, clear: Clear | None,
        suggested: tuple[float, float] | None = None,
    ) -> MergeChoice:
        """Choose among all gaps, or hold."""
        profiles, best = self._entries(self.lane, self.prediction, incumbent)
        if incumbent is not None and self._bridged(incumbent, best):
            return self._go_on(incumbent, best)
        refused: dict[int, str] = {}
        ranking, rivalled = self._ranking(best, incumbent, suggested)
        for index in ranking[:_TRIES]:
            time = float(best.time[index])
            profile = profiles.one(int(best.profile[index]))
            opens = float(best.opening[index]) > 0.0
            trouble = '' if clear is None else clear(profile, math.inf if opens else time)
            if not trouble:
                if time <= NOW and self.stretch.begin <= 0.0:
                    profile = (
                        self._beside(int(best.gap[index])) if opens
                        else self._follow_into(int(best.gap[index])))
                gaps = self._gaps(best, index, refused)
                return self._merge(best, index, profile, gaps, rivalled=rivalled)
            refused[int(best.gap[index])] = trouble
        wishes = _NO_ENTRIES if len(best) else self._wishes()
        gaps = self._gaps(best, -1, refused, wishes)
        return self._hold(gaps, self._why_none(refused, wishes))

    def _wishes(self) -> Entries:
        """Return the entry there would be if somebody behind agreed to make room, at most one.

        That is asked for where nobody is expected to do so by itself.
        """
        if self.stretch.urgent or not self.settings.cooperates:
            return _NO_ENTRIES
        trailing = np.flatnonzero(self.lane.station <= 0.0)
        for follower in trailing[:_ASKED_FOR].tolist():
            yields = self.lane.yields.copy()
            yields[follower] = True
            lane = dataclasses.replace(self.lane, yields=yields)
            prediction = predict_lane(
                lane, self.prediction.step, _GRID, helper=follower, asker_speed=self.own.speed)
            _, found = self._entries(lane, prediction, None)
            if (found.gap == follower).any():
                return found.take(found.gap == follower)
        return _NO_ENTRIES

    def _entries(
        self, lane: LaneTraffic, prediction: LanePrediction, incumbent: Incumbent | None,
    ) -> tuple[Profiles, Entries]:
        """Return the profiles that are tried, and the best entry into every gap that has one."""
        evaluation = Evaluation(
            self.stretch, self.own, lane, prediction, self.settings,
            self._gap_in_force(incumbent), self.beyond)
        kept = None if incumbent is None else incumbent.profile
        if kept is not None and not fits(kept):
            kept = None
        profiles = fan(self.stretch, self.own, lane, self.settings, prediction, kept)
        leader = self.own_leader
        planned = None if incumbent is None else incumbent.time
        return profiles, evaluation.entries(
            profiles, None if leader is None else leader.gap,
            None if leader is None else leader.speed, planned, kept=kept is not None)

    def _bridged(self, incumbent: Incumbent, best: Entries) -> bool:
        """Whether the plan in force goes on, though its gap cannot be entered just now.

        Noise of the messages closes gaps for single cycles; a plan that is left and taken up
        again costs more than the short time until it is given up for good.
        """
        if incumbent.profile is None or self._gap_in_force(incumbent) < 0 or bool(
                self._same(*self._rows(best.gap), incumbent).any()):
            return False
        room = math.inf if self.own_leader is None else float(self.own_leader.gap[0])
        return (
            incumbent.missed < _BRIDGED and incumbent.time > _BRIDGED
            and self.stop_distance > _BRIDGED * self.own.speed
            and room > STANDSTILL_GAP + 0.5 * self.own.speed)

    def _go_on(self, incumbent: Incumbent, best: Entries) -> MergeChoice:
        assert incumbent.profile is not None
        time, levels = incumbent.profile.time, incumbent.profile.acceleration.copy()
        levels[0] = self.own.acceleration
        speed = max(self.own.speed, 0.0)
        bounds = self.settings.limits.at(from_nodes(time[None], levels[None], speed).one(0).speed)
        levels = np.clip(levels, -bounds.braking, bounds.acceleration)
        profile = from_nodes(time[None], levels[None], speed).one(0)
        gaps = self._gaps(best, -1, {})
        chosen = self._gap_in_force(incumbent)
        return MergeChoice(
            State.MERGE, chosen, profile, incumbent.time, gaps, self.stop_distance,
            f'gap {chosen} in {incumbent.time:.1f} s, for the moment not to be entered',
            bridged=True)

    def _gap_in_force(self, incumbent: Incumbent | None) -> int:
        """Return the number of the gap in force, -1: none."""
        if incumbent is None:
            return -1
        every = np.arange(len(self.lane) + 1)
        same = np.flatnonzero(self._same(*self._rows(every), incumbent))
        return int(same[0]) if len(same) else -1

    def _approach_speed(self) -> float:
        return min(self.stretch.approach_speed, self.stretch.desired_speed)

    def _leaders(self) -> tuple[Leader, ...]:
        return () if self.own_leader is None else (self.own_leader,)

    def _left_behind(self) -> tuple[Leader, ...]:
        """Return the leader on the own lane, which is not followed for much longer."""
        leader = self.own_leader
        if leader is None:
            return ()
        kept = _LEFT_HEADWAY if self.stretch.urgent else self.settings.headway
        return (Leader(leader.gap, leader.speed, leader.step, kept),)

    def _ranking(
        self, best: Entries, incumbent: Incumbent | None, suggested: tuple[float, float] | None,
    ) -> tuple[list[int], bool]:
        """Return the entries in the order in which they are tried, and whether a rival leads.

        Every change of gap so far raises the margin for the next one, and a rival that has not
        led for long enough has to wait.
        """
        cost = best.cost.copy()
        if suggested is not None:
            time, way = suggested
            station, _ = self.prediction.at(np.array([time]))
            cost[best.gap == np.count_nonzero(station[:, 0] > way)] -= (
                self.settings.suggestion_worth)
        if incumbent is not None:
            leader, follower = self._rows(best.gap)
            same = self._same(leader, follower, incumbent)
            cost[same] -= self.settings.switch * (1.0 + incumbent.changes)
        else:
            same = np.zeros(len(cost), np.bool_)
        order = np.argsort(cost, kind='stable')
        rivalled = bool(same.any()) and not same[order[0]]
        if incumbent is not None and rivalled and incumbent.rivalled < _DWELL:
            order = np.concatenate([order[same[order]], order[~same[order]]])
        return order.tolist(), rivalled

    @staticmethod
    def _same(leader: IndexArray, follower: IndexArray, incumbent: Incumbent) -> BoolArray:
        """Return which gaps are that in force: it keeps its leader or its follower."""
        whole: BoolArray = (leader == incumbent.leader) & (follower == incumbent.follower)
        if whole.any():
            return whole
        led = (leader == incumbent.leader) & (leader >= 0)
        followed = (follower == incumbent.follower) & (follower >= 0)
        either: BoolArray = led | followed
        return either

    def _rows(self, gap: IndexArray) -> tuple[IndexArray, IndexArray]:
        rows = np.concatenate([[-1], self.lane.row, [-1]])
        return rows[gap], rows[gap + 1]

    def _follow_into(self, gap: int) -> Profile:
        """Return how the ego drives during the lane change, behind the gap's leader."""
        leaders = list(self._left_behind())
        if gap > 0:
            leaders.append(_leader(self.lane, self.prediction, gap - 1, self.own))
        return drive(
            self.own, self.settings.limits, duration=self.settings.change_duration + 3.0,
            wanted=self.stretch.desired_speed, leaders=tuple(leaders),
            headway=self.settings.headway)

    def _beside(self, gap: int) -> Profile:
        """Return how the ego keeps to its place beside a gap that has to be opened."""
        wanted = self.stretch.desired_speed
        if gap < len(self.lane):
            wanted = min(wanted, float(self.lane.speed[gap]) + 1.0)
        return drive(
            self.own, self.settings.limits, duration=10.0, wanted=wanted,
            leaders=(*self._leaders(), *self._alongside(gap)), headway=_OWN_HEADWAY,
            stop=self.stop)

    def _alongside(self, gap: int) -> tuple[Leader, ...]:
        """Return the leader of a gap, to be followed on the lane beside it."""
        if gap < 1:
            return ()
        leader = _leader(self.lane, self.prediction, gap - 1, self.own)
        return (Leader(
            leader.gap - self.settings.sigmas * float(self.lane.deviation[gap - 1]),
            leader.speed, leader.step, self.settings.entry_headway, beside=True),)

    def _merge(
        self, best: Entries, index: int, profile: Profile, gaps: Gaps, *, rivalled: bool,
    ) -> MergeChoice:
        chosen = int(np.flatnonzero(gaps.cost == best.cost[index])[0])
        opening = float(best.opening[index])
        time = float(best.time[index]) + opening
        return MergeChoice(
            State.MERGE, chosen, profile, time, gaps, self.stop_distance,
            f'gap {chosen}' + (', once its follower makes room,' if opening > 0.0 else '')
            + f' in {time:.1f} s at {3.6 * float(best.speed[index]):.0f} km/h, '
            f'{_headway(best.leader_headway[index])} behind its leader, '
            f'{_headway(best.follower_headway[index])} before its follower, asked to brake with '
            f'{float(best.asked[index]):.1f} m/s2', opening=opening, rivalled=rivalled)

    def _hold(self, gaps: Gaps, why: str) -> MergeChoice:
        """Go on along the own lane so that the stop before its end stays comfortable."""
        wanted = self.stretch.desired_speed
        alongside: tuple[Leader, ...] = ()
        if self.stretch.urgent:
            wanted = min(wanted, max(pace_beside(self.lane, wanted), _SLOWEST))
            if self.stretch.begin < self.own.speed:
                ahead = int(np.count_nonzero(self.lane.station > -_BESIDE))
                alongside = self._alongside(ahead)
        if self.stretch.begin > 0.0:
            wanted = min(wanted, self._approach_speed())
        profile = drive(
            self.own, self.settings.limits, duration=10.0, wanted=wanted,
            leaders=(*self._leaders(), *alongside),
            headway=_OWN_HEADWAY if self.stretch.urgent else self.settings.headway,
            stop=self.stop)
        return MergeChoice(
            State.HOLD, -1, profile, math.nan, gaps, self.stop_distance,
            f'{why}; stay on the lane, {max(self.stop, 0.0):.0f} m to the stop before its end')

    def _why_none(self, refused: dict[int, str], wishes: Entries) -> str:
        if refused:
            return 'no gap is clear: ' + next(iter(refused.values()))
        if len(wishes):
            return f'gap {wishes.gap[0]} only if its follower made room'
        if not len(self.lane):
            return 'the rest of the lane is too short to change and still to be able to stop'
        if float(np.median(self.lane.speed)) < 1.0:
            return 'the target lane stands'
        if self.own_leader is not None and self.own_leader.speed[0] < 1.0:
            return 'a standing vehicle blocks the lane'
        return f'none of {len(self.lane) + 1} gaps can be entered within the limits'

    def _gaps(
        self, best: Entries, chosen: int, refused: dict[int, str], wishes: Entries = _NO_ENTRIES,
    ) -> Gaps:
        gap = np.arange(len(self.lane) + 1)
        leader, follower = self._rows(gap)

        def spread(values: FloatArray, wished: FloatArray | None = None) -> FloatArray:
            column = np.full(len(gap), np.nan)
            column[best.gap] = values
            if wished is not None:
                column[wishes.gap] = wished
            return column

        cost = spread(best.cost)
        feasible = ~np.isnan(cost)
        winner = math.nan if chosen < 0 else float(best.cost[chosen])
        reasons = []
        for index in range(len(gap)):
            number = int(gap[index])
            if number in refused:
                feasible[index] = False
                reasons.append(refused[number])
            elif number in wishes.gap:
                reasons.append('only if its follower made room')
            elif not feasible[index]:
                reasons.append('not to be entered within the limits and the stretch')
            elif cost[index] == winner:
                reasons.append('')
            else:
                reasons.append(
                    f'costs {cost[index] - winner:+.1f} s against the chosen one'
                    if chosen >= 0 else 'not tried')
        return Gaps(
            leader, follower, feasible, cost,
            spread(best.time + best.opening, wishes.time + wishes.opening),
            spread(best.leader_headway, wishes.leader_headway),
            spread(best.follower_headway, wishes.follower_headway),
            spread(best.asked, wishes.asked), tuple(reasons))

    # -- during the lane change ---------------------------------------------------------------

    def change(self, incumbent: Incumbent) -> MergeChoice:
        """Go on with the change under way, or go back while that is the safer one."""
        lane, own = self.lane, self.own
        leader = self._index(incumbent.leader)
        follower = self._index(incumbent.follower)
        # Whoever came between since is leader or follower now.
        leading = np.flatnonzero(lane.station > 0.0)
        trailing = np.flatnonzero(lane.station <= 0.0)
        if leader is None or (len(leading) and leading[-1] > leader):
            leader = int(leading[-1]) if len(leading) else None
        if follower is None or (len(trailing) and trailing[0] < follower):
            follower = int(trailing[0]) if len(trailing) else None
        half = 0.5 * (lane.length + own.length)
        asked, behind, pace, pressed = 0.0, math.inf, 0.0, False
        if follower is not None:
            pace = float(lane.speed[follower])
            behind = float(-lane.station[follower] - half[follower])
            pressed = behind < _ABREAST and self._comes_in(follower)
            asked = float(asked_deceleration(
                np.array(behind), lane.speed[follower], np.array(own.speed),
                self.settings.entry_headway))
        ahead, needed = math.inf, 0.0
        leaders = list(self._left_behind()) if incumbent.progress < 0.5 else []
        if leader is not None:
            ahead = float(lane.station[leader] - half[leader])
            closing = max(own.speed - float(lane.speed[leader]), 0.0)
            closing += 0.5 * max(-float(np.nan_to_num(lane.acceleration[leader])), 0.0)
            needed = closing * closing / (2.0 * max(ahead - 1.0, 0.05))
            new_leader = _leader(lane, self.prediction, leader, own)
            if ahead < _ABREAST:
                # Somebody else came into the same place.
                new_leader.behind_by = max(
                    float(lane.aside[leader]) / _SIDEWAYS, _SHORTEST_MEETING)
                fall = new_leader.braking_behind(0.0, 0.0, own.speed)
                pressed |= fall > _FALLS_BEHIND and self._comes_in(leader)
            leaders.append(new_leader)
        _, brake, _ = self.settings.limits.scalar(own.speed)
        gaps = self._only(leader, follower, ahead, behind, asked)
        can_return = self.stop_distance > 0.0 and incumbent.progress < _TURNING_POINT
        why = ''
        if asked > _ASKED_IN_CHANGE:
            why = f'the follower would have to brake with {asked:.1f} m/s2'
        elif needed > brake:
            why = f'the leader asks for {needed:.1f} m/s2'
        elif pressed:
            why = 'somebody comes into the same place'
        if why and can_return:
            profile = drive(
                own, self.settings.limits, duration=10.0,
                wanted=min(own.speed, self.stretch.desired_speed),
                leaders=self._leaders(), headway=_OWN_HEADWAY, stop=self.stop)
            return MergeChoice(
                State.ABORT, -1, profile, math.nan, gaps, self.stop_distance,
                f'{why}; back to the own lane')
        profile = drive(
            own, self.settings.limits, duration=8.0, wanted=self._across_in_time(incumbent),
            leaders=tuple(leaders), headway=self.settings.headway,
            opening=self._opening(behind, pace))
        return MergeChoice(
            State.MERGE, 0, profile, 0.0, gaps, self.stop_distance,
            f'changing, {100.0 * incumbent.progress:.0f} % across'
            + (f'; {why}, too late to go back' if why else ''))

    def _comes_in(self, vehicle: int) -> bool:
        """Whether somebody beside is there for certain."""
        return bool(self.lane.comes[vehicle]) or float(self.lane.aside[vehicle]) < _NEAR

    def _across_in_time(self, incumbent: Incumbent) -> float:
        """Return the speed that is wanted during the change, which ends before the lane does."""
        left = (1.0 - incumbent.progress) * self.settings.change_duration
        wanted = self.stretch.desired_speed
        if left <= 0.0 or self.stretch.end <= 0.0:
            return wanted
        return min(wanted, max(self.stretch.end / left, self.own.speed))

    @staticmethod
    def _opening(behind: float, pace: float) -> float:
        """Return with which share of the comfortable braking the gap ahead is opened.

        The nearer the follower is, the more it is spared.
        """
        return float(np.interp(behind / max(pace, 1.0), _FOLLOWERS, _SHARES))

    def _index(self, row: int) -> int | None:
        found = np.flatnonzero((self.lane.row == row) & (row >= 0))
        return int(found[0]) if len(found) else None

    def _only(
        self, leader: int | None, follower: int | None, ahead: float, behind: float,
        asked: float,
    ) -> Gaps:
        """Return the gap that is being entered as the only one."""
        pace = float(self.lane.speed[follower]) if follower is not None else 1.0
        return Gaps(
            np.array([-1 if leader is None else int(self.lane.row[leader])]),
            np.array([-1 if follower is None else int(self.lane.row[follower])]),
            np.ones(1, np.bool_), np.zeros(1), np.zeros(1),
            np.array([ahead / max(self.own.speed, 1.0)]), np.array([behind / max(pace, 1.0)]),
            np.array([asked]), ('',))


def _headway(value: float) -> str:
    return f'{value:.1f} s' if math.isfinite(value) else 'far'
