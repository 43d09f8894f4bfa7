# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The merge planner over time: requests in, a plan for every instant out."""

from __future__ import annotations

import logging
import math
from collections import Counter
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory.merge_plan import MergePlan, without_gaps
from icv_v2x.merging import Incumbent, MergeChoice, Profile, State, plan
from icv_v2x.merging.planner import along_lane
from icv_v2x.merging.profiles import from_nodes
from icv_v2x.message_set.records.vir import DriveBehavior
from icv_v2x.scenarios import cvm
from icv_v2x.scenarios.merge_clearance import Clearance
from icv_v2x.scenarios.merge_scene import MergeLanes, settings_of
from icv_v2x.world.steadying import Steadying

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.advisory.types import Advisory
    from icv_v2x.inputs import MergeRequest
    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.merge_scene import MergeScene
    from icv_v2x.translate.csae_talk import Suggestion
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

_log = logging.getLogger(__name__)

_SECOND = 1e9
# The ego has changed lane where this much of the way across is made.
_ACROSS = 0.85
# A lane change was told to begin, and the ego has not moved sideways after this [s].
_NOT_BEGUN = 2.5
# After this the plan is complete even where the time gap to the new leader is still short [s].
_SETTLING = 8.0
# It is also complete once the gap is the wanted time gap and this [m].
_TO_SPARE = 0.75
# The lane change begins with the cycle that is nearest to its time [s].
_NOW = 0.06
# The ego drives as planned within this [m/s], by a plan that is no older than this [s].
_AS_PLANNED = 0.8
_FOLLOWED = 0.5
# Two requests are of one change where their ends [m] and lanes are this near [m].
_SAME_END = 5.0
_SAME_LANE = 1.5
_PROFILE_STEP = 0.1
_PROFILE_LENGTH = 10.0


@dataclass
class _Change:
    """A gap in force, by the identities of its partners.

    Attributes:
        leader: Its name, '': none.
        follower: Its name, '': none.
        instant: When the lane change begins or began [ns since the Unix epoch].
        planned: When the profile was made [ns since the Unix epoch].
        profile: What is to be driven.
        open: When its gap could last be entered [ns since the Unix epoch].
        begun: Whether the change was told to begin.
        alone: When no other gap was better by the margin that a change needs, last [ns].
    """

    leader: str
    follower: str
    instant: int
    planned: int
    profile: Profile
    open: int
    begun: bool = False
    alone: int = 0


class MergePlanner:
    """Plans one instant after the other and keeps what the next needs.

    Attributes:
        refused: Why the last request was not taken, '' where it was.
        refused_requests: How many were not taken.
        failures: `merging` to the instants at which it failed by a defect of its own.
        changes: How often another gap was chosen since the request came.
    """

    def __init__(self, parameters: Parameters) -> None:
        """Start without a request."""
        self._lanes: MergeLanes | None = None
        self._received = 0
        self._change: _Change | None = None
        self._complete = False
        self._across = False
        self._driven: tuple[int, Profile] | None = None
        self._steadying = Steadying()
        self.refused = ''
        self.refused_requests = 0
        self.failures: Counter[str] = Counter()
        self.changes = 0
        self.configure(parameters)

    def configure(self, parameters: Parameters) -> None:
        """Take changed parameters over; a plan in force stays."""
        self._parameters = parameters
        self._settings = settings_of(parameters)

    def clear(self, *, driving: bool = False) -> None:
        """Forget the request and the plan.

        Args:
            driving: Whether the vehicle goes on by the last profile until the next plan, which
                then begins with its acceleration.
        """
        self._lanes = None
        self._change = None
        if not driving:
            self._driven = None
        self._complete = self._across = False
        self.changes = 0

    def request(self, request: MergeRequest) -> str | None:
        """Take a request; one without a target lane withdraws the last.

        Returns:
            Why it is refused, None where it is taken.
        """
        if not len(request.target_lane_x):
            self.clear()
            return None
        if self._lanes is not None and _same_request(self._lanes.request, request):
            self._received = request.stamp
            return None
        try:
            lanes = MergeLanes(request)
        except ValueError as error:
            self.refused = str(error)
            self.refused_requests += 1
            return 'unusable_request'
        self.refused = ''
        if self._lanes is None or not _same_stretch(self._lanes.request, request):
            self._change = None
            self._complete = self._across = False
            self.changes = 0
        self._lanes = lanes
        self._received = request.stamp
        return None

    def steady(self, tracks: Tracks) -> Tracks:
        """Return tracks whose places do not scatter, as plans are made from; once an instant."""
        return self._steadying(tracks)

    @property
    def change_begun(self) -> bool:
        """Whether the lane change was told to begin and is not over."""
        return self._change is not None and self._change.begun

    @property
    def behavior(self) -> DriveBehavior | None:
        """What the vehicle is about to do as messages name it, None while nothing is asked."""
        lanes = self._lanes
        if lanes is None:
            return None
        if not lanes.continues:
            return DriveBehavior.RAMP_IN
        return (
            DriveBehavior.LANE_CHANGING_TO_RIGHT if lanes.spacing > 0.0
            else DriveBehavior.LANE_CHANGING_TO_LEFT)

    @property
    def across(self) -> bool:
        """Whether the ego is on the target lane, though the time gap may still be short."""
        return self._across

    def assess(
        self, tracks: Tracks, ego: EgoState | None, yields: NDArray[np.bool_] | None = None,
        suggestion: Suggestion | None = None,
    ) -> tuple[MergePlan | None, list[Advisory]]:
        """Return the plan at the instant of the tracks, and what to say of it.

        A defect costs the plan of its own instant.

        Args:
            tracks: All objects.
            ego: The ego, None while unknown: then nothing can be planned.
            yields: Who has agreed to make room, (n,); None: nobody.
            suggestion: Of a road-side unit, followed where the planner's own checks allow it.

        Returns:
            The plan, None while nothing is asked, and the candidates.
        """
        try:
            found = self.plan(tracks, ego, yields, suggestion)
        except Exception:
            self.failures['merging'] += 1
            self._change = None
            if self.failures['merging'] == 1:
                _log.exception('the merge planner failed; it is counted from now on')
            found = without_gaps(
                tracks.stamp, State.HOLD, 'no plan: the planner failed; keep the lane')
        if found is None or self._lanes is None:
            return found, []
        return found, cvm.assess(
            found, tracks, ego, continues=self._lanes.continues,
            lane_id=self._lanes.request.target_lane_id)

    def plan(
        self, tracks: Tracks, ego: EgoState | None, yields: NDArray[np.bool_] | None = None,
        suggestion: Suggestion | None = None,
    ) -> MergePlan | None:
        """Return the plan at the instant of the tracks, None while nothing is asked.

        Args:
            tracks: All objects.
            ego: The ego, None while unknown: then nothing can be planned.
            yields: As in `assess`.
            suggestion: As in `assess`.
        """
        now = tracks.stamp
        lapsed = now - self._received > self._parameters.merging.request_age * _SECOND
        if self._lanes is None or lapsed or not self._parameters.merging.enabled:
            return None
        if ego is None:
            self._change = None
            return without_gaps(now, State.HOLD, 'the own position is not known')
        tracks = self.steady(tracks)
        scene = self._lanes.scene(
            tracks, self._as_planned(now, ego), self._parameters.merging.approach_speed,
            np.zeros(len(tracks), np.bool_) if yields is None else yields)
        self._across = scene.progress >= _ACROSS
        if self._complete or (self._across and self._settled(now, scene)):
            self._complete = True
            self._change = None
            return without_gaps(now, State.COMPLETE, 'on the target lane')
        names = {-1: ''} | {row: tracks.name(row) for row in scene.lane.row.tolist()}
        choice = plan(
            scene.stretch, scene.own, scene.lane, scene.before, self._settings,
            self._incumbent(now, scene, names),
            Clearance(self._lanes, scene, tracks, ego, self._settings.change_duration),
            None if suggestion is None else self._suggested(now, scene, suggestion))
        self._remember(now, choice, scene, names)
        self._driven = (now, choice.profile)
        return self._answer(now, choice, names)

    def along(self, lane: MergeLanes, tracks: Tracks, ego: EgoState) -> Profile:
        """Return how the ego drives while it keeps to a lane, between its changes.

        Args:
            lane: The lane, as both lanes of a request.
            tracks: All objects.
            ego: The ego.
        """
        tracks = self.steady(tracks)
        desired = lane.request.desired_speed
        scene = lane.scene(
            tracks, self._as_planned(tracks.stamp, ego), desired, np.zeros(len(tracks), np.bool_))
        profile = along_lane(
            scene.own, scene.lane.take(scene.lane.station > 0.0), self._settings, desired)
        self._driven = (tracks.stamp, profile)
        return profile

    def _as_planned(self, now: int, ego: EgoState) -> EgoState:
        """Return the ego with the planned acceleration, as long as it drives as planned.

        A measured acceleration comes late and with noise; planning on from it would add both up.
        """
        bounds = self._settings.limits.at(ego.speed)
        acceleration = min(max(ego.acceleration, -2.0 * float(bounds.braking)),
                           float(bounds.acceleration))
        if self._driven is not None:
            stamp, profile = self._driven
            elapsed = (now - stamp) / _SECOND
            if 0.0 <= elapsed <= _FOLLOWED:
                _, speed, planned = profile.at(elapsed)
                if abs(float(speed[0]) - ego.speed) <= _AS_PLANNED:
                    acceleration = float(planned[0])
        return replace(ego, acceleration=acceleration)

    def _suggested(
        self, now: int, scene: MergeScene, suggestion: Suggestion,
    ) -> tuple[float, float]:
        """Return time from now [s] and way [m] of a suggested change."""
        assert self._lanes is not None
        station, _, _ = self._lanes.own.project(suggestion.x, suggestion.y)
        return (
            max((suggestion.instant - now) / _SECOND, 0.0), float(station[0]) - scene.station)

    def _settled(self, now: int, scene: MergeScene) -> bool:
        """Whether the wanted time gap to the new leader is open, or was waited for enough."""
        change = self._change
        if change is None or (now - change.instant) / _SECOND > _SETTLING:
            return True
        ahead = scene.lane.station > 0.0
        if not ahead.any():
            return True
        leader = int(np.flatnonzero(ahead)[-1])
        gap = float(scene.lane.station[leader]) - 0.5 * (
            float(scene.lane.length[leader]) + scene.own.length)
        return gap > self._settings.headway * scene.own.speed + _TO_SPARE

    def _incumbent(
        self, now: int, scene: MergeScene, names: dict[int, str],
    ) -> Incumbent | None:
        change = self._change
        if change is None:
            return None
        since = (now - change.instant) / _SECOND
        rows = {name: row for row, name in names.items()}
        if change.begun and scene.progress < 0.1 and since > _NOT_BEGUN:
            # Nobody follows: look for a gap anew.
            change.begun = False
        return Incumbent(
            rows.get(change.leader, -1), rows.get(change.follower, -1), -since,
            since if change.begun else math.nan, scene.progress,
            _rest(change.profile, (now - change.planned) / _SECOND),
            (now - change.open) / _SECOND,
            (now - change.alone) / _SECOND, self.changes)

    def _remember(
        self, now: int, choice: MergeChoice, scene: MergeScene, names: dict[int, str],
    ) -> None:
        if choice.state != State.MERGE:
            self._change = None
            return
        leader = names[int(choice.gaps.leader[choice.chosen])]
        follower = names[int(choice.gaps.follower[choice.chosen])]
        known = self._change
        if known is not None and known.begun:
            known.leader, known.follower = leader, follower
            return
        # A gap is the same while it keeps its leader or its follower.
        same = known is not None and (known.leader == leader or known.follower == follower)
        self.changes += known is not None and not same
        begun = choice.change_time <= _NOW and scene.stretch.begin <= 0.0
        self._change = _Change(
            leader, follower, now + round(choice.change_time * _SECOND), now, choice.profile,
            known.open if choice.bridged and known is not None else now, begun,
            known.alone if known is not None and same and (
                choice.rivalled or choice.bridged) else now)

    def _answer(self, now: int, choice: MergeChoice, names: dict[int, str]) -> MergePlan:
        profile = choice.profile
        end = min(float(profile.time[-1]), _PROFILE_LENGTH)
        time = np.arange(0.0, end + 0.5 * _PROFILE_STEP, _PROFILE_STEP)
        way, speed, acceleration = profile.at(time)
        gaps = choice.gaps
        return MergePlan(
            stamp=now, state=choice.state, chosen=choice.chosen, reason=choice.reason,
            time=time, distance=way, speed=np.maximum(speed, 0.0), acceleration=acceleration,
            gap_leader=tuple(names[row] for row in gaps.leader.tolist()),
            gap_follower=tuple(names[row] for row in gaps.follower.tolist()),
            gap_feasible=gaps.feasible, gap_cost=gaps.cost, gap_time=gaps.time,
            gap_leader_headway=gaps.leader_headway,
            gap_follower_headway=gaps.follower_headway,
            gap_follower_deceleration=gaps.asked, gap_reason=gaps.reason,
            stop_distance=choice.stop_distance)


def _rest(profile: Profile, elapsed: float) -> Profile:
    """Return what is left of a profile after some time."""
    time, acceleration = profile.later(elapsed)
    return from_nodes(time[None], acceleration[None], 0.0).one(0)


def _same_request(one: MergeRequest, other: MergeRequest) -> bool:
    """Whether two requests differ in their stamp alone."""
    return all(
        np.array_equal(getattr(one, field.name), getattr(other, field.name))
        for field in fields(one) if field.name != 'stamp')


def _same_stretch(one: MergeRequest, other: MergeRequest) -> bool:
    """Whether two requests ask for the same change, told by where it has to be complete."""
    first, second = MergeLanes(one), MergeLanes(other)
    place, aside, _ = first.own.project(*second.own.at(np.array([other.end])))
    _, beyond, _ = first.target.project(*second.target.at(np.array([second.target.length / 2])))
    return (
        abs(float(place[0]) - one.end) < _SAME_END and abs(float(aside[0])) < _SAME_LANE
        and abs(float(beyond[0])) < _SAME_LANE)
