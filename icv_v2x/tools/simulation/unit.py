# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The air between simulated vehicles, and the pipeline of one that listens."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.faults import Channel
from icv_v2x.frames import MapFrame
from icv_v2x.inputs import (
    Gear,
    Indicator,
    Odometry,
    SignerRole,
    VehicleStatus,
    Verification,
)
from icv_v2x.interchange.broadcast import (
    INDICATOR_LIGHTS,
    Frame,
    Motion,
    Sender,
    batch_of,
    bsm_octets_of,
)
from icv_v2x.parameters import Parameters, build
from icv_v2x.pipeline import Pipeline
from icv_v2x.report.situations import SituationGrouper
from icv_v2x.tools.import_trajectories import (
    DEFAULT_PLACE,
    EPOCH,
    LATENCY,
    SENDER_PREFIX,
    SIGNER_PREFIX,
    vehicle_numbers,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from icv_v2x.faults import Operator
    from icv_v2x.inputs import PlannedPath
    from icv_v2x.pipeline import Counters, Cycle
    from icv_v2x.report.situations import Situation
    from icv_v2x.tools.simulation.traffic import Build, Snapshot

RANGE = 400.0
"""How far a frame is heard [m]."""

_MILLISECOND = 1_000_000
# The yaw rate is the turn over this many steps, as SUMO's headings bend at corners of its lanes.
_TURN_STEPS = 3
_STANDING = 0.5
_MESSAGE_COUNTS = 128
# Bits of SUMO's vehicle signals.
_RIGHT, _LEFT, _HAZARD, _BRAKE = 1, 2, 4, 8


def nanoseconds(time: float) -> int:
    """Return a time of the simulation [s] as ns since the Unix epoch."""
    return EPOCH + round(time * 1e3) * _MILLISECOND


def temporary_id(name: str) -> int:
    """Return the temporary id under which a vehicle sends."""
    return SENDER_PREFIX + vehicle_numbers([name])[name]


class YawRates:
    """The turn of every vehicle over the last steps."""

    def __init__(self) -> None:
        """Begin without any."""
        self._headings: dict[str, deque[tuple[float, float]]] = {}

    def update(self, snapshot: Snapshot) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return (n,) [rad/s] counter-clockwise; 0 while standing."""
        fresh = {
            name: self._headings.get(name) or deque(maxlen=_TURN_STEPS + 1)
            for name in snapshot.names
        }
        self._headings = fresh
        rates = np.zeros(len(snapshot.names))
        for row, name in enumerate(snapshot.names):
            headings = fresh[name]
            headings.append((snapshot.time, float(snapshot.heading[row])))
            (begin, first), (end, last) = headings[0], headings[-1]
            if end > begin and snapshot.speed[row] >= _STANDING:
                rates[row] = math.remainder(last - first, 2.0 * math.pi) / (end - begin)
        return rates


class Air:
    """Encodes what every vehicle sends, each frame once for all who hear it."""

    def __init__(self, builds: dict[str, Build]) -> None:
        """Begin silent; `builds` gives the sizes by name."""
        self._builds = builds
        self._map = MapFrame(*DEFAULT_PLACE, 0.0)
        self._senders: dict[str, Sender] = {}
        self._owners: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def frames(
        self, snapshot: Snapshot, yaw_rate: np.ndarray[Any, np.dtype[np.float64]],
        rows: np.ndarray[Any, np.dtype[np.intp]],
    ) -> dict[str, Frame]:
        """Return the frames that some vehicles send at an instant.

        Args:
            snapshot: Everybody.
            yaw_rate: (n,) [rad/s].
            rows: Who sends.

        Returns:
            Name to frame.
        """
        stamp = nanoseconds(snapshot.time)
        names = [snapshot.names[row] for row in rows.tolist()]
        senders = [self._sender(name) for name in names]
        signals = snapshot.signals[rows].tolist()
        motion = Motion(
            np.full(len(rows), stamp, np.int64), snapshot.x[rows], snapshot.y[rows],
            snapshot.z[rows], snapshot.heading[rows], snapshot.speed[rows],
            snapshot.acceleration[rows], yaw_rate[rows],
            lights=np.array(
                [INDICATOR_LIGHTS[_indicator(int(bits))] for bits in signals], np.uint16))
        counts = [self._counts.get(name, 0) for name in names]
        self._counts |= {
            name: (count + 1) % _MESSAGE_COUNTS
            for name, count in zip(names, counts, strict=True)}
        octets = bsm_octets_of(
            senders, motion, self._map, counts=np.array(counts, dtype=np.int64))
        return {
            name: Frame(
                stamp + LATENCY, stamp, sent, Verification.VERIFIED, sender.signer,
                SignerRole.VEHICLE)
            for name, sender, sent in zip(names, senders, octets, strict=True)}

    def name(self, subject: str) -> str:
        """Return the vehicle behind the id that an advisory gives, '' where there is none."""
        return self._owners.get(subject, '')

    def _sender(self, name: str) -> Sender:
        if name not in self._senders:
            build, number = self._builds[name], temporary_id(name)
            self._owners[f'{number:016X}'] = name
            self._senders[name] = Sender(
                number, SIGNER_PREFIX + number - SENDER_PREFIX, build.object_class,
                build.length, build.width, hard_braking_event=True)
        return self._senders[name]


class Listener:
    """One vehicle of the simulation with the real pipeline aboard; SUMO drives it."""

    def __init__(
        self, name: str, build_: Build, operators: Sequence[Operator], seed: int,
        parameters: dict[str, Any] | None = None,
    ) -> None:
        """Start knowing nothing.

        Args:
            name: Its id in SUMO.
            build_: Its sizes.
            operators: What its inputs go through.
            seed: Of the operators.
            parameters: Dotted name to value, before what the vehicle itself says.
        """
        self.name = name
        self.cycles = 0
        self._pipeline = Pipeline(build(Parameters, {
            'map_origin.latitude': DEFAULT_PLACE[0], 'map_origin.longitude': DEFAULT_PLACE[1],
            'vehicle.length': round(build_.length, 4), 'vehicle.width': round(build_.width, 4),
            'vehicle.base_link_to_center': 0.0,
            'vehicle.temporary_id': f'{temporary_id(name):016X}',
            **(parameters or {}),
        }))
        self._channel = Channel(operators, seed=seed)
        self._grouper = SituationGrouper()

    def step(
        self, snapshot: Snapshot, row: int, yaw_rate: float, frames: dict[str, Frame],
        path: PlannedPath | None = None, road_side: Sequence[Frame] = (),
    ) -> Cycle:
        """Take one step of the simulation in and run a cycle.

        The cycle comes right behind the frames that were sent at the instant, `LATENCY` later.

        Args:
            snapshot: Everybody.
            row: The listener's own.
            yaw_rate: Its own [rad/s].
            frames: What was sent at the instant, by sender; its own is not heard.
            path: What its planner publishes, None where it publishes nothing.
            road_side: What road-side units sent at the instant.

        Returns:
            The cycle.
        """
        stamp = nanoseconds(snapshot.time)
        self._channel.send(stamp, odometry_of(snapshot, row, yaw_rate, stamp))
        self._channel.send(stamp, status_of(snapshot, row, stamp))
        if path is not None:
            self._channel.send(stamp, path)
        near = np.hypot(snapshot.x - snapshot.x[row], snapshot.y - snapshot.y[row]) <= RANGE
        heard = [
            frames[snapshot.names[other]] for other in np.flatnonzero(near).tolist()
            if other != row and snapshot.names[other] in frames
        ]
        heard += road_side
        now = stamp + LATENCY
        if heard:
            self._channel.send(now, batch_of(heard, now))
        for received, record in self._channel.due(now + 1):
            self._pipeline.receive(record, received)
        cycle = self._pipeline.cycle(now)
        self._grouper.add(now, cycle.advisories)
        self.cycles += 1
        return cycle

    def situations(self) -> tuple[Situation, ...]:
        """Return what was said at WARNING or above; ends every open situation."""
        return self._grouper.finish()

    @property
    def counters(self) -> Counters:
        """Counts of frames and cycles."""
        return self._pipeline.counters


def odometry_of(snapshot: Snapshot, row: int, yaw_rate: float, stamp: int) -> Odometry:
    """Return what one vehicle knows of its own motion.

    Args:
        snapshot: Everybody.
        row: Its own.
        yaw_rate: Its own [rad/s].
        stamp: Instant of the snapshot [ns since the Unix epoch].
    """
    return Odometry(
        stamp=stamp, frame_id='map', x=float(snapshot.x[row]), y=float(snapshot.y[row]),
        z=float(snapshot.z[row]), yaw=float(snapshot.heading[row]),
        velocity_x=float(snapshot.speed[row]), velocity_y=0.0, yaw_rate=yaw_rate)


def status_of(snapshot: Snapshot, row: int, stamp: int) -> VehicleStatus:
    """Return what one vehicle knows of itself besides its motion; arguments as above."""
    signals = int(snapshot.signals[row])
    return VehicleStatus(
        stamp=stamp, indicator=_indicator(signals), gear=Gear.FORWARD,
        brake=bool(signals & _BRAKE),
        acceleration=float(snapshot.acceleration[row]), steering_wheel_angle=math.nan,
        lights=0)


def _indicator(signals: int) -> Indicator:
    """Return what the direction indicators show."""
    if signals & _HAZARD or (signals & _RIGHT and signals & _LEFT):
        return Indicator.HAZARD
    if signals & _RIGHT:
        return Indicator.RIGHT
    return Indicator.LEFT if signals & _LEFT else Indicator.NONE
