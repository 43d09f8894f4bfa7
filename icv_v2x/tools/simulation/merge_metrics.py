# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What a merge in SUMO came to: delay, gaps, and what it asked of the follower."""

from __future__ import annotations

import math
from collections import deque
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.merging import State
from icv_v2x.parameters.merge_group import Merging
from icv_v2x.scenarios.merge_scene import limits_of
from icv_v2x.tools.jsonl import number
from icv_v2x.tools.simulation.traffic import STEP

if TYPE_CHECKING:
    from icv_v2x.advisory.merge_plan import MergePlan
    from icv_v2x.tools.simulation.traffic import Snapshot, Sumo

# The follower's braking counts from before to after the merge [s], over spans of this many steps,
# as SUMO's drivers dawdle in single steps.
_BEFORE, _AFTER, _SPAN = 3.0, 5.0, 5
_LOOK = 150.0
_STANDING = 0.5
# A follower that the merge surprises begins to brake after this [s].
_REACTION = 0.4
_LIMITS = limits_of(Merging())
# Where a plan takes over from SUMO's driver, whose acceleration jumps, it has so many steps to
# lead that back within the limits.
_TAKING_OVER = 5


class Metrics:
    """Watches one vehicle."""

    def __init__(self, sumo: Sumo, ego: str) -> None:
        """Begin with nothing seen."""
        self._library, self._sumo, self._ego = sumo.library, sumo, ego
        self._speeds: deque[tuple[float, dict[str, float]]] = deque(
            maxlen=round((_BEFORE + _AFTER) / STEP) + 1)
        self._own: list[float] = []
        # Speeds while a plan was driven, a list for each stretch of them.
        self._planned: list[list[float]] = []
        self._driven = False
        self._begin = sumo.time
        self._found: dict[str, Any] = {
            'collision': False, 'travel_time': None, 'time_to_merge': None, 'place': None,
            'speed': None, 'leader_gap': None, 'leader_headway': None, 'follower_gap': None,
            'follower_headway': None, 'follower_needed': None, 'settled_headway': None,
            'lane_headway': None}
        self._least = math.inf
        self._follower = ''
        self._merged_at = self._changed_at = math.nan
        self._lane: tuple[str, int] = ('', 0)
        self._braking: tuple[float, float] = (math.nan, math.nan)
        self._stops = self._aborts = self._changes = self._holds = 0
        self._stood = False
        self._last: State | None = None
        self._over = False

    def note_plan(self, plan: MergePlan | None, changes: int) -> None:
        """Take what the planner said."""
        state = None if plan is None else plan.state
        if state != self._last:
            self._aborts += state == State.ABORT
            self._last = state
        self._holds += state == State.HOLD
        driven = state in (State.MERGE, State.HOLD, State.ABORT)
        if driven and not self._driven:
            self._planned.append([])
        self._driven = driven
        self._changes = changes

    def step(self, snapshot: Snapshot, *, merged: bool) -> None:
        """Take one step in."""
        row = snapshot.names.index(self._ego)
        speed = float(snapshot.speed[row])
        self._found['collision'] |= any(
            self._ego in (found.collider, found.victim) for found in self._sumo.collisions())
        near = np.flatnonzero(
            np.hypot(snapshot.x - snapshot.x[row], snapshot.y - snapshot.y[row]) < 2.0 * _LOOK)
        self._speeds.append((
            snapshot.time,
            {snapshot.names[other]: float(snapshot.speed[other]) for other in near.tolist()}))
        self._watch_time_to_collision(speed)
        if self._driven:
            self._planned[-1].append(speed)
        if math.isnan(self._merged_at):
            self._own.append(speed)
            standing = speed < _STANDING
            self._stops += standing and not self._stood
            self._stood = standing
            if merged:
                self._merge(snapshot.time, speed)
        else:
            if not self._over and snapshot.time - self._merged_at >= _AFTER:
                self._judge_follower()
            self._settle(snapshot.time, speed)

    def finish(self, travel_time: float) -> None:
        """End the run."""
        self._found['travel_time'] = number(travel_time)
        if not self._over:
            self._judge_follower()

    def values(self) -> dict[str, Any]:
        """Return what was seen as JSON values."""
        speeds = np.array(self._own)
        acceleration = np.diff(speeds) / STEP
        jerk = np.diff(acceleration) / STEP
        return {
            **{name: number(value) if isinstance(value, float) else value
               for name, value in self._found.items()},
            'least_time_to_collision': number(self._least),
            'follower_braking': number(self._braking[0]),
            'follower_braking_step': number(self._braking[1]),
            'acceleration': number(float(acceleration.max(initial=0.0))),
            'braking': number(float(-acceleration.min(initial=0.0))),
            'jerk': number(float(np.abs(jerk).max(initial=0.0))),
            'stops': int(self._stops), 'aborts': int(self._aborts),
            'gap_changes': int(self._changes), 'holds': int(self._holds),
            **self._limits_used()}

    def _limits_used(self) -> dict[str, float | None]:
        """Return the largest shares of the limits at the ego's speeds that the plans used."""
        shares: dict[str, list[float]] = {'acceleration': [], 'braking': [], 'jerk': []}
        for stretch in self._planned:
            speed = np.array(stretch[_TAKING_OVER:])
            if len(speed) < 3:
                continue
            rate = np.diff(speed) / STEP
            bounds = _LIMITS.at(speed[:-1])
            shares['acceleration'] += (rate / bounds.acceleration).tolist()
            shares['braking'] += (-rate / bounds.braking).tolist()
            shares['jerk'] += (np.abs(np.diff(rate)) / STEP / bounds.jerk[:-1]).tolist()
        return {
            f'{name}_share': number(max(values)) if values else None
            for name, values in shares.items()}

    def _merge(self, time: float, speed: float) -> None:
        vehicle = self._library.vehicle
        self._merged_at = self._changed_at = time
        self._lane = vehicle.getRoadID(self._ego), vehicle.getLaneIndex(self._ego)
        self._found.update(
            time_to_merge=time - self._begin, speed=speed,
            place=float(vehicle.getLanePosition(self._ego)))
        leader, follower = self._neighbours()
        if leader[0]:
            gap = leader[1] + float(vehicle.getMinGap(self._ego))
            self._found.update(leader_gap=gap, leader_headway=gap / max(speed, 1.0))
        if follower[0]:
            gap = follower[1] + float(vehicle.getMinGap(follower[0]))
            pace = float(vehicle.getSpeed(follower[0]))
            self._found.update(follower_gap=gap, follower_headway=gap / max(pace, 1.0))
            self._follower = follower[0]
            closing = max(pace - speed, 0.0)
            left = gap - _REACTION * closing
            self._found['follower_needed'] = (
                closing * closing / (2.0 * left) if left > 0.0 else math.inf)
        self._found['lane_headway'] = self._lane_headway()

    def _lane_headway(self) -> float | None:
        """Return the mean time gap of the others on the ego's lane, None of fewer than two."""
        library = self._library
        row = [
            (float(library.vehicle.getLanePosition(name)), name)
            for name in library.lane.getLastStepVehicleIDs(library.vehicle.getLaneID(self._ego))]
        row.sort()
        gaps = [
            (ahead - float(library.vehicle.getLength(leader)) - place)
            / max(float(library.vehicle.getSpeed(name)), 1.0)
            for (place, name), (ahead, leader) in pairwise(row)
            if self._ego not in (name, leader)]
        return sum(gaps) / len(gaps) if gaps else None

    def _settle(self, time: float, speed: float) -> None:
        """Take the time gap in some time after the merge, or after a change that follows it."""
        vehicle = self._library.vehicle
        before, self._lane = self._lane, (
            vehicle.getRoadID(self._ego), vehicle.getLaneIndex(self._ego))
        if math.isnan(self._changed_at):
            return
        if self._lane[0] == before[0] and self._lane[1] != before[1]:
            self._changed_at = time
        if time - self._changed_at >= _AFTER:
            self._changed_at = math.nan
            leader, _ = self._neighbours()
            if leader[0]:
                self._found['settled_headway'] = (
                    leader[1] + float(vehicle.getMinGap(self._ego))) / max(speed, 1.0)

    def _neighbours(self) -> tuple[tuple[str, float], tuple[str, float]]:
        vehicle = self._library.vehicle
        found = vehicle.getLeader(self._ego, _LOOK)
        leader = (found[0], float(found[1])) if found else ('', math.inf)
        name, gap = vehicle.getFollower(self._ego, _LOOK)
        return leader, (name, float(gap) if name else math.inf)

    def _watch_time_to_collision(self, speed: float) -> None:
        (leader, ahead), (follower, behind) = self._neighbours()
        vehicle = self._library.vehicle
        if leader:
            closing = speed - float(vehicle.getSpeed(leader))
            gap = ahead + float(vehicle.getMinGap(self._ego))
            if closing > 0.1:
                self._least = min(self._least, gap / closing)
        if follower:
            closing = float(vehicle.getSpeed(follower)) - speed
            gap = behind + float(vehicle.getMinGap(follower))
            if closing > 0.1:
                self._least = min(self._least, gap / closing)

    def _judge_follower(self) -> None:
        self._over = True
        speeds = np.array([
            seen[self._follower] for _, seen in self._speeds if self._follower in seen])
        if self._follower and len(speeds) > _SPAN:
            self._braking = (
                float(np.max(speeds[:-_SPAN] - speeds[_SPAN:])) / (_SPAN * STEP),
                float(np.max(-np.diff(speeds))) / STEP)
