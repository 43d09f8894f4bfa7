# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""One vehicle merges in SUMO's traffic, driven by the merge planner or by SUMO itself."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.faults import Channel
from icv_v2x.inputs import FrameBatch
from icv_v2x.interchange.broadcast import batch_of
from icv_v2x.merging import State
from icv_v2x.merging.overtaking import gain
from icv_v2x.parameters import Parameters, build
from icv_v2x.pipeline import MergePlanner, Perception
from icv_v2x.pipeline.merge_dialogue import MergeDialogue
from icv_v2x.scenarios.merge_scene import MergeLanes
from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.import_trajectories import DEFAULT_PLACE, LATENCY
from icv_v2x.tools.simulation.merge_courtesy import CourteousTraffic
from icv_v2x.tools.simulation.merge_metrics import Metrics
from icv_v2x.tools.simulation.merge_stretch import Lanes, LaneTask
from icv_v2x.tools.simulation.traffic import STEP, simulation
from icv_v2x.tools.simulation.unit import (
    RANGE,
    Air,
    YawRates,
    nanoseconds,
    odometry_of,
    status_of,
    temporary_id,
)

if TYPE_CHECKING:
    from pathlib import Path

    from icv_v2x.advisory.merge_plan import MergePlan
    from icv_v2x.faults import Operator
    from icv_v2x.tools.simulation.traffic import Snapshot, Sumo
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

BEYOND = 500.0
"""The travel time counts up to this far behind the end of the merging lane [m]."""

_LONGEST = 180.0
# SUMO's modes: no checks of the speed, and no lane changes of its own.
_SPEED_OFF = 0
_CHANGE_OFF = 0
_HOLD_LANE = 30.0
# A change to a faster lane is asked for where so much is gained until the goal by each step aside,
# and as long as this is left [s].
_FASTER, _STILL_FASTER = 0.5, 0.1
# Lanes to the left that are looked at.
_ASIDE = (1, 2)
# It is looked for in every so many steps.
_LOOKS = 2
# From the instant of a plan to the next step [s].
_NEXT = STEP - LATENCY * 1e-9


@dataclass(frozen=True)
class MergeRun:
    """What to run.

    Attributes:
        config: SUMO's configuration file.
        ego: Id of the vehicle that merges.
        driver: `planner` or `sumo`.
        operators: What the planner's inputs go through.
        parameters: Of the planner, dotted name to value.
        alone: Whether everybody else is taken off the road.
        options: More of SUMO's own options.
        courteous: Share of the other vehicles that answer requests for room; with any, the
            planner asks for it.
    """

    config: Path
    ego: str
    driver: str
    operators: tuple[Operator, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    alone: bool = False
    options: tuple[str, ...] = ()
    courteous: float = 0.0


def merge(plan: MergeRun, seed: int) -> dict[str, Any]:
    """Run SUMO once, until the vehicle is well behind the merging stretch.

    Args:
        plan: What to run.
        seed: Of SUMO and of the operators.

    Returns:
        One JSON object, see `icv-v2x sumo --help`.

    Raises:
        SourceError: SUMO is missing or refuses, or the vehicle never departs.
    """
    with simulation(plan.config, seed, plan.options) as sumo:
        library = sumo.library
        while plan.ego not in library.vehicle.getIDList():
            if sumo.finished:
                raise SourceError(
                    f'no vehicle {plan.ego} ever departs in {plan.config} with seed {seed}')
            sumo.skip()
            if plan.alone:
                _remove_others(library, plan.ego)
        drive = _Drive(plan, sumo, seed)
        while drive.step():
            if plan.alone:
                _remove_others(library, plan.ego)
        return {
            'seed': seed, 'ego': plan.ego, 'driver': plan.driver, 'alone': plan.alone,
            **drive.metrics.values()}


def _remove_others(library: Any, ego: str) -> None:
    for name in library.vehicle.getIDList():
        if name != ego:
            library.vehicle.unsubscribe(name)
            library.vehicle.remove(name)


class _Drive:
    """The drive of one vehicle from its departure on."""

    def __init__(self, plan: MergeRun, sumo: Sumo, seed: int) -> None:
        self._plan, self._sumo, self._library = plan, sumo, sumo.library
        self._lanes = Lanes(sumo.library)
        self._task = self._lanes.task(plan.ego)
        distance = sumo.library.vehicle.getDistance(plan.ego)
        position = sumo.library.vehicle.getLanePosition(plan.ego)
        to_end = self._task.request.end - position if self._task is not None else 0.0
        self._goal = distance + to_end + BEYOND
        self._end = distance + to_end
        self._begin = sumo.time
        self._cycle = 0
        self.metrics = Metrics(sumo, plan.ego)
        self._pilot = _Pilot(plan, sumo, self._lanes, seed) if plan.driver == 'planner' else None
        if self._pilot is not None:
            self._pilot.take(self._task)

    def step(self) -> bool:
        """Go on by one step; return whether there is more to come."""
        sumo, ego = self._sumo, self._plan.ego
        snapshot = sumo.step()
        if ego not in snapshot.names or sumo.time - self._begin > _LONGEST:
            self.metrics.finish(math.nan)
            return False
        if self._pilot is not None:
            self._pilot.step(snapshot, self._task)
            self.metrics.note_plan(self._pilot.plan, self._pilot.changes)
        across = self._task is not None and self._across(self._task)
        self.metrics.step(snapshot, merged=across)
        if self._pilot is None:
            if across:
                self._task = self._lanes.task(ego)
        else:
            self._next(self._pilot, across=across)
        if self._library.vehicle.getDistance(ego) >= self._goal:
            self.metrics.finish(sumo.time - self._begin)
            return False
        return True

    def _next(self, pilot: _Pilot, *, across: bool) -> None:
        """Give the planner its next change: one that the route needs, or to a faster lane."""
        task = self._task
        self._cycle += 1
        if task is None and self._cycle % _LOOKS:
            return
        if task is None or (across and (pilot.done or pilot.across)):
            following = self._lanes.task(self._plan.ego)
            # Whoever need not change opens the gap to the new leader first.
            if following is None and (task is None or pilot.done):
                following = self._faster(pilot, _FASTER)
        elif task.optional and not across and not pilot.changing and not (
                self._cycle % _LOOKS or self._library.vehicle.getRoadID(
                    self._plan.ego).startswith(':')):
            following = task if self._faster(pilot, _STILL_FASTER) else None
        else:
            return
        if following is task or (following is None and across and not pilot.done):
            return
        self._task = following
        pilot.take(following)

    def _faster(self, pilot: _Pilot, least: float) -> LaneTask | None:
        tasks = [self._lanes.beside(self._plan.ego, aside) for aside in _ASIDE]
        way = self._goal - self._library.vehicle.getDistance(self._plan.ego)
        if any(
                task is not None and pilot.gain(task, way) >= least * aside
                for aside, task in zip(_ASIDE, tasks, strict=True)):
            return tasks[0]
        return None

    def _across(self, task: LaneTask) -> bool:
        """Whether the vehicle has left its lane for the target lane."""
        edge = self._library.vehicle.getRoadID(self._plan.ego)
        if edge in task.lanes:
            return bool(self._library.vehicle.getLaneIndex(self._plan.ego) != task.lanes[edge][0])
        passed = self._library.vehicle.getDistance(self._plan.ego) > self._end
        return passed and not edge.startswith(':')


class _Pilot:
    """Octets in, plan out, and SUMO's vehicle driven by it."""

    def __init__(self, plan: MergeRun, sumo: Sumo, lanes: Lanes, seed: int) -> None:
        self.plan: MergePlan | None = None
        self.done = False
        self._ego, self._library, self._builds = plan.ego, sumo.library, sumo.builds
        build_ = sumo.builds[plan.ego]
        limit = float(sumo.library.lane.getMaxSpeed(sumo.library.vehicle.getLaneID(plan.ego)))
        factor = float(sumo.library.vehicle.getSpeedFactor(plan.ego))
        parameters = build(Parameters, {
            'map_origin.latitude': DEFAULT_PLACE[0], 'map_origin.longitude': DEFAULT_PLACE[1],
            'vehicle.length': round(build_.length, 4), 'vehicle.width': round(build_.width, 4),
            'vehicle.base_link_to_center': 0.0,
            'vehicle.temporary_id': f'{temporary_id(plan.ego):016X}',
            'merging.approach_speed': min(round(limit * factor, 2), 40.0),
            'merging.cooperation': plan.courteous > 0.0,
            **plan.parameters,
        })
        self._perception = Perception(parameters)
        self._planner = MergePlanner(parameters)
        self._lanes = lanes
        # The lane that is kept to, made anew where SUMO's lane of that name is left.
        self._kept: tuple[str, MergeLanes | None] = '', None
        self._dialogue = MergeDialogue(parameters)
        self._courteous = CourteousTraffic(
            sumo.library, sumo.builds, plan.courteous, plan.ego) if plan.courteous > 0.0 else None
        self._channel = Channel(plan.operators, seed=seed)
        self._world: tuple[Tracks | None, EgoState | None] = None, None
        self._air, self._yaw_rates = Air(sumo.builds), YawRates()
        self._commanded: State | None = None
        self._driving = False
        self._changes = 0

    @property
    def changes(self) -> int:
        """How often another gap was chosen, of all changes of lane that in which most often."""
        return max(self._changes, self._planner.changes)

    def take(self, task: LaneTask | None) -> None:
        """Begin with a change of lane, or keep to the lane where there is none."""
        self.done = False
        self._commanded = None
        self._changes = self.changes
        self._planner.clear(driving=self._driving)
        if task is None:
            self.plan = None

    @property
    def across(self) -> bool:
        """Whether the vehicle is on the target lane."""
        return self._planner.across

    @property
    def changing(self) -> bool:
        """Whether a change of lane is under way."""
        return self._planner.change_begun

    def gain(self, task: LaneTask, way: float) -> float:
        """Return how much earlier the vehicle has made a way [m] on the target lane [s]."""
        tracks, ego = self._world
        if tracks is None or ego is None:
            return -math.inf
        scene = MergeLanes(task.request).scene(
            tracks, ego, task.request.desired_speed, np.zeros(len(tracks), np.bool_))
        return gain(
            scene.lane, scene.before, scene.own, task.request.desired_speed, way)

    def step(self, snapshot: Snapshot, task: LaneTask | None) -> None:
        """Plan and drive one step; without a task along the lane."""
        stamp = nanoseconds(snapshot.time)
        now = stamp + LATENCY
        self._hear(snapshot, stamp, now)
        tracks, ego = self._perception.world(now)
        tracks = self._planner.steady(tracks)
        self._world = tracks, ego
        if task is None:
            self.plan = None
            self._keep(tracks, ego)
            return
        request = dataclasses.replace(task.request, stamp=now)
        self._planner.request(request)
        self.plan, _ = self._planner.assess(
            tracks, ego, self._dialogue.agreed(tracks), self._dialogue.suggestion(now))
        if self._courteous is not None and ego is not None and len(tracks):
            said, _ = self._dialogue.step(
                now, self.plan, tracks, ego, self._planner.behavior)
            answers = self._courteous.exchange(now, said, snapshot, tracks, ego)
            if answers:
                self._channel.send(now, batch_of(answers, now))
        if not self.done:
            self._follow(self.plan, task)

    def _hear(self, snapshot: Snapshot, stamp: int, now: int) -> None:
        row = snapshot.names.index(self._ego)
        yaw_rate = self._yaw_rates.update(snapshot)
        near = np.hypot(snapshot.x - snapshot.x[row], snapshot.y - snapshot.y[row]) <= RANGE
        near[row] = False
        frames = list(self._air.frames(snapshot, yaw_rate, np.flatnonzero(near)).values())
        self._channel.send(stamp, odometry_of(snapshot, row, float(yaw_rate[row]), stamp))
        self._channel.send(stamp, status_of(snapshot, row, stamp))
        if frames:
            self._channel.send(now, batch_of(frames, now))
        for _, record in self._channel.due(now + 1):
            self._perception.receive(record)
            if isinstance(record, FrameBatch):
                self._dialogue.hear(record)

    def _follow(self, plan: MergePlan | None, task: LaneTask) -> None:
        vehicle = self._library.vehicle
        if plan is None:
            return
        if plan.state == State.COMPLETE:
            self.done = True
            self._keep(*self._world)
            return
        self._drive()
        if not len(plan.time):
            # Without a profile, as before the first pose, the present speed is kept.
            vehicle.setSpeed(self._ego, vehicle.getSpeed(self._ego))
            return
        vehicle.setSpeed(self._ego, max(float(np.interp(_NEXT, plan.time, plan.speed)), 0.0))
        indices = task.lanes.get(vehicle.getRoadID(self._ego))
        if indices is None:
            return
        begins = plan.state == State.MERGE and self._planner.change_begun
        wanted = State.MERGE if begins else State.HOLD
        if plan.state == State.ABORT:
            wanted = State.ABORT
        if wanted != self._commanded:
            lane = indices[wanted == State.MERGE]
            vehicle.changeLane(self._ego, lane, _HOLD_LANE)
            self._commanded = wanted

    def _drive(self) -> None:
        """Take the vehicle over from SUMO, for good."""
        if not self._driving:
            self._driving = True
            self._library.vehicle.setSpeedMode(self._ego, _SPEED_OFF)
            self._library.vehicle.setLaneChangeMode(self._ego, _CHANGE_OFF)

    def _keep(self, tracks: Tracks | None, ego: EgoState | None) -> None:
        """Drive along the lane as the planner does before and after a change."""
        here = self._library.vehicle.getLaneID(self._ego)
        if here != self._kept[0]:
            # Between two edges the lane before leads on.
            request = self._lanes.along(self._ego)
            self._kept = here, self._kept[1] if request is None else MergeLanes(request)
        lane = self._kept[1]
        if tracks is None or ego is None or lane is None:
            return
        self._drive()
        _, speed, _ = self._planner.along(lane, tracks, ego).at(_NEXT)
        self._library.vehicle.setSpeed(self._ego, max(float(speed[0]), 0.0))
