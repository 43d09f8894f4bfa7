# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A platoon in SUMO: every vehicle hears octets, sends octets and drives by its own plan."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.faults import Channel
from icv_v2x.inputs import PlatoonRequest, PlatoonWish, SignerRole, Verification
from icv_v2x.interchange.broadcast import Frame, batch_of
from icv_v2x.parameters import Parameters, build
from icv_v2x.pipeline import Perception, PlatoonStage
from icv_v2x.platooning import Control, State
from icv_v2x.tools.import_trajectories import (
    DEFAULT_PLACE,
    LATENCY,
    SENDER_PREFIX,
    SIGNER_PREFIX,
)
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
from icv_v2x.translate.reports import ObjectReports, Source
from icv_v2x.transmit.identity import TemporaryIdentity
from icv_v2x.transmit.platoon_sender import PlatoonSender
from icv_v2x.world.ego_estimator import EgoEstimator
from icv_v2x.world.track_store import TrackStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from icv_v2x.faults import Operator
    from icv_v2x.platooning import PlatoonPlan
    from icv_v2x.tools.simulation.traffic import Build, Snapshot, Sumo

BALLISTIC = ('--step-method.ballistic', 'true')
"""SUMO moves vehicles by the mean of old and new speed, as the law takes it."""

# What a radar sees: the vehicle ahead in the own lane and those beside, so far [m].
_SENSOR_RANGE = 120.0
_LANE = 2.0
_HOLD_LANE = 1000.0


@dataclass(frozen=True)
class Disturbance:
    """What goes wrong.

    Attributes:
        operators: What the frames go through on their way to every vehicle.
        silent: From when to when nothing is heard by anybody [s] since the start of the run.
        mute: Vehicle to when its own radio falls silent [s].
        blind: Whether own sensors see nothing.
        range_noise: Error of the own sensors' distance, 1 sigma [m].
        speed_noise: Of their speed, 1 sigma [m/s].
    """

    operators: tuple[Operator, ...] = ()
    silent: tuple[float, float] = (math.inf, math.inf)
    mute: dict[str, float] = field(default_factory=dict)
    blind: bool = False
    range_noise: float = 0.0
    speed_noise: float = 0.0


@dataclass(frozen=True)
class PlatoonRun:
    """What to run.

    Attributes:
        config: SUMO's configuration file.
        names: Ids in SUMO from the front to the rear, the leader first.
        duration: [s].
        lead: Acceleration that the leader asks its drive for: takes time [s] and speed [m/s].
        wish: What a vehicle wants: takes its place and time [s].
        act: Called after each step with time and SUMO's library, to move others.
        disturbance: What goes wrong.
        lag: Time constant of every vehicle's drive [s], as it is; by place.
        parameters: Of all followers, dotted name to value.
        shared: Whether one pipeline decodes and tracks for all: cheaper, every frame is then
            lost or late for all alike.
    """

    config: Path
    names: tuple[str, ...]
    duration: float
    lead: Callable[[float, float], float]
    wish: Callable[[int, float], PlatoonWish] = (
        lambda place, time: PlatoonWish.JOIN if place else PlatoonWish.LEAD)
    act: Callable[[float, Any], None] = lambda time, library: None
    disturbance: Disturbance = field(default_factory=Disturbance)
    lag: Callable[[int], float] = lambda place: 0.4
    parameters: dict[str, Any] = field(default_factory=dict)
    shared: bool = False


@dataclass(frozen=True)
class PlatoonRecord:
    """What happened, at n steps for p vehicles.

    Attributes:
        time: (n,) [s].
        x: (n, p) [m] along the road, centre.
        speed: (n, p) [m/s].
        acceleration: (n, p) [m/s2].
        gap: (n, p) true, to the next vehicle of SUMO ahead in the lane [m]; NaN without one.
        gap_wanted: (n, p) [m], NaN without a plan.
        time_gap: (n, p) in force [s], NaN likewise.
        state: (n, p) values of `State`.
        control: (n, p) values of `Control`.
        members: (n, p) size of the own platoon as each knows it.
        reasons: Last reason of each vehicle.
        collisions: Pairs that collided.
        rejected: Reasons and numbers of frames that were rejected, over all.
        sent: Platooning messages sent.
    """

    time: np.ndarray[Any, np.dtype[np.float64]]
    x: np.ndarray[Any, np.dtype[np.float64]]
    speed: np.ndarray[Any, np.dtype[np.float64]]
    acceleration: np.ndarray[Any, np.dtype[np.float64]]
    gap: np.ndarray[Any, np.dtype[np.float64]]
    gap_wanted: np.ndarray[Any, np.dtype[np.float64]]
    time_gap: np.ndarray[Any, np.dtype[np.float64]]
    state: np.ndarray[Any, np.dtype[np.int64]]
    control: np.ndarray[Any, np.dtype[np.int64]]
    members: np.ndarray[Any, np.dtype[np.int64]]
    reasons: tuple[str, ...]
    collisions: tuple[tuple[str, str], ...]
    rejected: dict[str, int]
    sent: int


def drive_platoon(plan: PlatoonRun, seed: int) -> PlatoonRecord:
    """Run SUMO once.

    Args:
        plan: What to run.
        seed: Of SUMO, of the operators and of the sensors' errors.

    Raises:
        SourceError: SUMO is missing or refuses.
    """
    with simulation(plan.config, seed, BALLISTIC) as sumo:
        return _Drive(plan, sumo, seed).run()


class _Vehicle:
    """One vehicle: what it hears, what it plans, what it sends, and its drive."""

    def __init__(self, place: int, name: str, build_: Build, plan: PlatoonRun, seed: int) -> None:
        self.place, self.name, self.speed, self.actual = place, name, 0.0, 0.0
        self.own = own = temporary_id(name)
        self.parameters = build(Parameters, {
            'map_origin.latitude': DEFAULT_PLACE[0], 'map_origin.longitude': DEFAULT_PLACE[1],
            'vehicle.length': round(build_.length, 4), 'vehicle.width': round(build_.width, 4),
            'vehicle.base_link_to_center': 0.0, 'vehicle.temporary_id': f'{own:016X}',
            **plan.parameters})
        self.perception = Perception(self.parameters)
        self.stage = PlatoonStage(self.parameters)
        self.ego = EgoEstimator(self.parameters)
        self.sight: list[int] = []
        self.channel = Channel(plan.disturbance.operators, seed=seed * 100 + place)
        self.sender = PlatoonSender(5.0)
        self.identity = TemporaryIdentity(random.Random(seed), period=300.0, distance=2100.0)
        self.identity.temporary_id = own
        self.signer = SIGNER_PREFIX + own - SENDER_PREFIX
        self.random = np.random.default_rng([seed, place])
        self.plan: PlatoonPlan | None = None
        self._lag = plan.lag(place)
        self._wish: PlatoonWish | None = None
        self._asked = -math.inf
        # Before it follows in a platoon a vehicle keeps the time gap that it came with.
        self.own_gap_time = math.nan

    def hear_shared(self, snapshot: Snapshot, row: int, yaw_rate: float, *, blind: bool) -> None:
        stamp = nanoseconds(snapshot.time)
        self.ego.update(odometry_of(snapshot, row, yaw_rate, stamp))
        self.ego.update(status_of(snapshot, row, stamp))
        self.sight = [] if blind else _in_sight(snapshot, row)

    def hear(
        self, snapshot: Snapshot, row: int, yaw_rate: float, frames: dict[str, list[Frame]],
        disturbance: Disturbance,
    ) -> None:
        stamp = nanoseconds(snapshot.time)
        now = stamp + LATENCY
        self.perception.receive(odometry_of(snapshot, row, yaw_rate, stamp))
        self.perception.receive(status_of(snapshot, row, stamp))
        if not disturbance.blind:
            seen = self._seen(snapshot, row, stamp, disturbance)
            if seen is not None:
                self.perception.receive(seen)
        near = np.hypot(snapshot.x - snapshot.x[row], snapshot.y - snapshot.y[row]) <= RANGE
        heard = [
            frame for other in np.flatnonzero(near).tolist() if other != row
            for frame in frames.get(snapshot.names[other], ())]
        begin, end = disturbance.silent
        if heard and not begin <= snapshot.time < end:
            self.channel.send(now, batch_of(heard, now))
        for _, record in self.channel.due(now + 1):
            self.perception.receive(record)

    def step(self, time: float, wish: PlatoonWish, others: _Shared | None = None) -> None:
        now = nanoseconds(time) + LATENCY
        if wish != self._wish or time - self._asked > 20.0:
            self._wish, self._asked = wish, time
            self.stage.request(PlatoonRequest(now, wish))
        if others is None:
            tracks, ego = self.perception.world(now)
            seen, told = self.perception.detections(now), self.perception.platoons(now)
        else:
            tracks = others.tracks.take(others.tracks.sender_id != np.uint64(self.own))
            told = tuple(one for one in others.told if one.sender_id != self.own)
            ego = self.ego.state(now)
            seen = others.seen.take(np.isin(others.seen.object_id, self.sight))
        self.plan, _ = self.stage.assess(tracks, ego, seen, told)

    def send(self, time: float) -> Frame | None:
        now = nanoseconds(time)
        frame = self.sender.step(self.identity, now, self.plan)
        if frame is None:
            return None
        return Frame(
            now + LATENCY, frame.generation_time, frame.octets, Verification.VERIFIED,
            self.signer, SignerRole.VEHICLE)

    def drive(self, vehicle: Any, command: float) -> None:
        """Let the drive answer a command with its lag, and SUMO move the vehicle."""
        self.actual += (command - self.actual) * (1.0 - math.exp(-STEP / self._lag))
        speed = self.speed + self.actual * STEP
        if speed <= 0.0:
            speed, self.actual = 0.0, max(self.actual, 0.0)
        vehicle.setSpeed(self.name, speed)
        self.speed = speed

    def _seen(
        self, snapshot: Snapshot, row: int, stamp: int, disturbance: Disturbance
    ) -> ObjectReports | None:
        """Return what a radar sees, None for nothing."""
        rows = _in_sight(snapshot, row)
        if not rows:
            return None
        return _reports(snapshot, np.array(rows), stamp, disturbance, self.random)


def _in_sight(snapshot: Snapshot, row: int) -> list[int]:
    """Return the rows that a radar sees: the nearest vehicle ahead in each lane."""
    ahead = snapshot.x - snapshot.x[row]
    lane = np.round((snapshot.y - snapshot.y[row]) / (2.0 * _LANE))
    rows = []
    for one in (-1, 0, 1):
        there = np.flatnonzero((ahead > 0.0) & (ahead < _SENSOR_RANGE) & (lane == one))
        if len(there):
            rows.append(int(there[np.argmin(ahead[there])]))
    return rows


def _reports(
    snapshot: Snapshot, at: np.ndarray[Any, np.dtype[np.intp]], stamp: int,
    disturbance: Disturbance, generator: np.random.Generator,
) -> ObjectReports:
    count = len(at)
    nothing, nan = np.zeros(count), np.full(count, np.nan)
    return ObjectReports(
        frame=np.zeros(count, np.int64), sender_id=np.zeros(count, np.uint64),
        object_id=at.astype(np.int32), subject_id=np.zeros(count, np.uint64),
        source=np.full(count, int(Source.OWN_DETECTION | Source.SENSOR), np.uint16),
        time=np.full(count, stamp, np.int64),
        reception_time=np.full(count, stamp + LATENCY, np.int64),
        message_count=np.zeros(count, np.uint8),
        x=snapshot.x[at] + disturbance.range_noise * generator.standard_normal(count),
        y=snapshot.y[at].copy(), z=snapshot.z[at].copy(),
        heading=snapshot.heading[at].copy(),
        speed=np.maximum(
            snapshot.speed[at]
            + disturbance.speed_noise * generator.standard_normal(count), 0.0),
        acceleration=nan, yaw_rate=nothing, length=np.full(count, 4.6),
        width=np.full(count, 1.8), height=nan,
        object_class=np.full(count, 1, np.uint8), variance_xx=np.full(count, 0.04),
        variance_xy=nothing, variance_yy=np.full(count, 0.04),
        speed_deviation=np.full(count, 0.2), heading_deviation=np.full(count, 0.02),
        verification=np.zeros(count, np.uint8), signer=np.zeros(count, np.uint64),
        events=np.zeros(count, np.uint16), lights=np.zeros(count, np.uint16),
        emergency=np.zeros(count, np.uint8), path_radius=nan, path_confidence=nan)


class _Shared:
    """One pipeline that decodes and tracks for all vehicles.

    Attributes:
        tracks: Everybody, by radio.
        seen: Everybody, by sensors; object ids are rows of the snapshot.
        told: What is said of platoons.
    """

    def __init__(self, plan: PlatoonRun, seed: int) -> None:
        parameters = build(Parameters, {
            'map_origin.latitude': DEFAULT_PLACE[0], 'map_origin.longitude': DEFAULT_PLACE[1],
            'vehicle.length': 4.6, 'vehicle.width': 1.8, 'vehicle.base_link_to_center': 0.0})
        self.perception = Perception(parameters)
        self._detections = TrackStore(parameters)
        self._channel = Channel(plan.disturbance.operators, seed=seed)
        self._disturbance = plan.disturbance
        self._random = np.random.default_rng(seed)

    def step(self, snapshot: Snapshot, frames: dict[str, list[Frame]]) -> None:
        stamp = nanoseconds(snapshot.time)
        now = stamp + LATENCY
        heard = [frame for one in frames.values() for frame in one]
        begin, end = self._disturbance.silent
        if heard and not begin <= snapshot.time < end:
            self._channel.send(now, batch_of(heard, now))
        for _, record in self._channel.due(now + 1):
            self.perception.receive(record)
        everybody = np.arange(len(snapshot.names))
        self._detections.update(
            _reports(snapshot, everybody, stamp, self._disturbance, self._random), None)
        self.tracks, _ = self.perception.world(now)
        self.seen, self.told = self._detections.snapshot(now), self.perception.platoons(now)


class _Drive:
    """The whole platoon, step by step."""

    def __init__(self, plan: PlatoonRun, sumo: Sumo, seed: int) -> None:
        self._plan, self._sumo, self._seed = plan, sumo, seed
        self._vehicles: list[_Vehicle] = []
        self._shared = _Shared(plan, seed) if plan.shared else None
        self._air, self._yaw_rates = Air(sumo.builds), YawRates()
        self._rows: list[dict[str, Any]] = []
        self._collisions: list[tuple[str, str]] = []

    def run(self) -> PlatoonRecord:
        plan, sumo = self._plan, self._sumo
        while sumo.time < plan.duration - 0.5 * STEP:
            snapshot = sumo.step()
            if not self._vehicles and set(plan.names) <= set(snapshot.names):
                self._board(snapshot)
            if self._vehicles:
                self._step(snapshot)
            plan.act(snapshot.time, sumo.library)
            self._collisions += [
                (one.collider, one.victim) for one in sumo.collisions()]
        columns = {
            name: np.array([row[name] for row in self._rows]) for name in self._rows[0]}
        rejected: dict[str, int] = {}
        heard = [vehicle.perception for vehicle in self._vehicles] + (
            [] if self._shared is None else [self._shared.perception])
        for perception in heard:
            for reason, count in perception.counters.rejected.items():
                rejected[reason] = rejected.get(reason, 0) + count
        return PlatoonRecord(
            **columns,
            reasons=tuple(
                '' if one.plan is None else one.plan.reason for one in self._vehicles),
            collisions=tuple(self._collisions), rejected=rejected,
            sent=sum(one.sender.sent for one in self._vehicles))

    def _board(self, snapshot: Snapshot) -> None:
        vehicle = self._sumo.library.vehicle
        for place, name in enumerate(self._plan.names):
            one = _Vehicle(place, name, self._sumo.builds[name], self._plan, self._seed)
            one.speed = float(snapshot.speed[snapshot.names.index(name)])
            vehicle.setSpeedMode(name, 0)
            vehicle.setLaneChangeMode(name, 0)
            self._vehicles.append(one)

    def _step(self, snapshot: Snapshot) -> None:
        plan = self._plan
        rows = {name: row for row, name in enumerate(snapshot.names)}
        yaw_rate = self._yaw_rates.update(snapshot)
        time = snapshot.time
        heard: dict[str, list[Frame]] = {
            name: [frame] for name, frame in self._air.frames(
                snapshot, yaw_rate, np.arange(len(rows))).items()}
        for one in self._vehicles:
            frame = one.send(time)
            if frame is not None:
                heard.setdefault(one.name, []).append(frame)
        for name, since in plan.disturbance.mute.items():
            if time >= since:
                heard.pop(name, None)
        if self._shared is not None:
            self._shared.step(snapshot, heard)
        for one in self._vehicles:
            row = rows[one.name]
            if self._shared is None:
                one.hear(snapshot, row, float(yaw_rate[row]), heard, plan.disturbance)
            else:
                one.hear_shared(
                    snapshot, row, float(yaw_rate[row]), blind=plan.disturbance.blind)
            one.step(time, plan.wish(one.place, time), self._shared)
        self._record(snapshot, rows)
        library = self._sumo.library.vehicle
        for one in self._vehicles:
            one.drive(library, self._command(one, time))
            leaves = one.plan is not None and one.plan.state == State.PARTING
            if leaves and plan.wish(one.place, time) == PlatoonWish.NOTHING:
                # Its gap is open, so it may change lane.
                library.changeLane(one.name, 1, _HOLD_LANE)

    def _command(self, one: _Vehicle, time: float) -> float:
        if one.plan is not None and one.plan.control != Control.NONE:
            return one.plan.command
        if one.place == 0 or one.plan is None or one.plan.state in (State.FREE, State.ASKING):
            return self._plan.lead(time, one.speed) if one.place == 0 else self._alone(one)
        return self._alone(one)

    def _alone(self, one: _Vehicle) -> float:
        """Drive as an own adaptive cruise control would that knows the true gap."""
        leader = self._sumo.library.vehicle.getLeader(one.name, 150.0)
        if not leader or not leader[0]:
            return 0.0
        gap = float(leader[1]) + float(self._sumo.library.vehicle.getMinGap(one.name))
        ahead = float(self._sumo.library.vehicle.getSpeed(leader[0]))
        if math.isnan(one.own_gap_time):
            one.own_gap_time = min(max((gap - 2.0) / max(one.speed, 1.0), 0.5), 1.4)
        error = min(gap - 2.0 - one.own_gap_time * one.speed, 10.0)
        return min(max((ahead - one.speed + 0.3 * error) / 1.4, -6.0), 2.0)

    def _record(self, snapshot: Snapshot, rows: dict[str, int]) -> None:
        at = np.array([rows[one.name] for one in self._vehicles])
        lengths = np.array([self._sumo.builds[name].length for name in snapshot.names])
        gaps = []
        for row in at.tolist():
            ahead = np.flatnonzero(
                (snapshot.x > snapshot.x[row]) & (np.abs(snapshot.y - snapshot.y[row]) < _LANE))
            gaps.append(np.nan if not len(ahead) else float(np.min(
                snapshot.x[ahead] - snapshot.x[row]
                - 0.5 * (lengths[ahead] + lengths[row]))))
        plans = [one.plan for one in self._vehicles]

        def column(name: str, otherwise: float) -> list[float]:
            return [otherwise if plan is None else getattr(plan, name) for plan in plans]

        self._rows.append({
            'time': snapshot.time, 'x': snapshot.x[at], 'speed': snapshot.speed[at],
            'acceleration': snapshot.acceleration[at], 'gap': np.array(gaps),
            'gap_wanted': column('gap_wanted', np.nan), 'time_gap': column('time_gap', np.nan),
            'state': [0 if plan is None else int(plan.state) for plan in plans],
            'control': [0 if plan is None else int(plan.control) for plan in plans],
            'members': [0 if plan is None else len(plan.members) for plan in plans]})
