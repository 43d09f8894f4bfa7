# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Runs for the tests of the report, made without the pipeline so that they stay as they are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from icv_v2x.advisory.merge_plan import MergePlan
from icv_v2x.advisory.types import Action, Advisory, Application, Level, Mode
from icv_v2x.parking import Guidance
from icv_v2x.platooning import PlatoonPlan
from icv_v2x.roads import RoadModel
from icv_v2x.signals import Signals
from icv_v2x.translate.parking_areas import ParkingArea
from icv_v2x.translate.road_events import RoadEvents
from icv_v2x.world.ego import EgoState
from icv_v2x.world.tracks import Tracks

START = 1_760_000_000_000_000_000


@dataclass(frozen=True)
class FakeCycle:
    """A cycle of a pipeline that never ran."""

    stamp: int
    mode: Mode = Mode.ACTIVE
    mode_reason: str = ''
    advisories: tuple[Advisory, ...] = ()
    ego: EgoState | None = None
    tracks: Tracks | None = None
    roads: RoadModel | None = None
    events: RoadEvents | None = None
    signals: Signals | None = None
    parking: tuple[ParkingArea, ...] = ()
    guidance: Guidance | None = None
    merge_plan: MergePlan | None = None
    platoon_plan: PlatoonPlan | None = None


@dataclass
class FakeCounters:
    """Counters as the pipeline keeps them."""

    received: int = 0
    accepted: int = 0


def make_tracks(stamp: int, **columns: Any) -> Tracks:
    """Return tracks with the given columns, quiet cars in the others."""
    n = len(columns['x'])
    zeros = np.zeros(n)
    base: dict[str, Any] = {
        'sender_id': np.arange(n, dtype=np.uint64) + np.uint64(0x4943560000000001),
        'object_id': np.full(n, -1, np.int32), 'source': np.ones(n, np.uint16),
        'y': zeros, 'z': zeros, 'heading': zeros, 'speed': zeros, 'acceleration': zeros,
        'yaw_rate': zeros, 'turn_rate': zeros,
        'turn_angle': zeros + np.inf, 'length': np.full(n, 4.6), 'width': np.full(n, 1.8),
        'height': np.full(n, 1.5), 'object_class': np.ones(n, np.uint8),
        'variance_xx': zeros + 1, 'variance_xy': zeros, 'variance_yy': zeros + 1,
        'speed_deviation': zeros, 'heading_deviation': zeros, 'age': zeros + 0.08,
        'period': zeros + 0.1, 'updates': np.ones(n, np.uint16),
        'verification': np.ones(n, np.uint8), 'signer': np.ones(n, np.uint64),
        'corroborated': np.zeros(n, bool), 'trust': np.zeros(n, np.uint8),
        'existence': zeros + 1, 'identity': np.arange(n, dtype=np.uint32) + np.uint32(1),
        'events': np.zeros(n, np.uint16),
        'lights': np.zeros(n, np.uint16), 'emergency': np.zeros(n, np.uint8),
        'asked_lane': np.full(n, -1, np.int32),
        'path_radius': zeros + np.inf, 'path_confidence': zeros,
    }
    base.update({name: np.asarray(value) for name, value in columns.items()})
    return Tracks(stamp, **base)


def make_ego(stamp: int, x: float, y: float, heading: float, speed: float) -> EgoState:
    """Return an ego of 4.8 m by 1.9 m."""
    return EgoState(
        stamp=stamp, x=x, y=y, z=math.nan, heading=heading, speed=speed, acceleration=0.0,
        yaw_rate=0.0, length=4.8, width=1.9, height=1.5, position_deviation=0.1, age=0.02)


def make_advisory(level: Level, **fields: Any) -> Advisory:
    """Return an advisory of a forward collision unless told otherwise."""
    values: dict[str, Any] = {
        'application': Application.FCW, 'action': Action.SLOW_DOWN,
        'subject_ids': ('4943560000000001',), 'reason': 'standing leader', 'verified': True,
    }
    values.update(fields)
    return Advisory(level=level, **values)


def _following(gap: float, speed: float, subject: str, point: tuple[float, float]) -> Advisory:
    time = gap / max(speed, 0.1)
    needed = speed * speed / (2 * max(gap, 0.1))
    level = Level.CAUTION
    if time <= 1.7 + speed / 10:
        level = Level.WARNING
    if time <= 0.3 + speed / 10:
        level = Level.IMMINENT
    return make_advisory(
        level, subject_ids=(subject,), time_to_conflict=time, gap=gap, closing_speed=speed,
        required_deceleration=needed, distance=gap, probability=0.93, data_age=0.08,
        action=Action.BRAKE if level == Level.IMMINENT else Action.SLOW_DOWN,
        corroborated=level == Level.IMMINENT, conflict_x=point[0], conflict_y=point[1],
        reason=f'standing leader {gap:.0f} m ahead, contact in {time:.1f} s at '
               f'{speed * 3.6:.0f} km/h, needs {needed:.1f} m/s2')


def busy_cycles(seconds: float = 60.0, vehicles: int = 50) -> Iterator[FakeCycle]:
    """Yield a motorway and a crossing road with two warnings, one of them brake-level."""
    generator = np.random.default_rng(7)
    lane = generator.integers(0, 6, vehicles)
    oncoming = lane >= 3
    y0 = (lane - 2.5) * 3.5 + np.where(oncoming, 2.0, -2.0)
    speed = generator.uniform(16, 26, vehicles)
    start = generator.uniform(-400, 1000, vehicles)
    kinds = generator.choice([1, 1, 1, 3, 4, 5], vehicles)
    crossing = np.arange(vehicles) >= vehicles - 8
    for k in range(int(seconds * 20) + 1):
        t = k / 20
        stamp = START + k * 50_000_000
        x = np.where(oncoming, start + 600 - speed * t, start + speed * t)
        y = y0 + 0.2 * np.sin(t / 3 + start)
        heading = np.where(oncoming, math.pi, 0.02 * np.cos(t / 3 + start))
        x = np.where(crossing, 620 + 5.0 * (start > 300), x)
        y = np.where(crossing, start - 300 + 9.0 * t, y)
        heading = np.where(crossing, math.pi / 2, heading)
        ego_speed = 20.0 if t < 14 else max(0.0, 20 - 4.0 * (t - 14)) if t < 22 else min(
            14.0, 2.0 * (t - 22))
        ego_x = 20 * min(t, 14) + (20 * min(t - 14, 5) - 2 * min(t - 14, 5) ** 2 if t > 14 else 0)
        if t > 22:
            run = min(t - 22, 7)
            ego_x += run * run + 14 * max(0.0, t - 29)
        x[0], y[0], heading[0] = 338.0, -10.75 + (3.5 * min(1, max(0, (t - 21) / 3))), 0.0
        speed_now = np.where(crossing, 9.0, speed)
        speed_now[0] = 0.0
        advisories = []
        gap = 338 - ego_x - 4.7
        if 9 < t < 19 and ego_speed > 0.5 and gap / ego_speed < 6:
            advisories.append(_following(gap, ego_speed, '4943560000000001', (335.7, -10.75)))
        if 38 < t < 43:
            distance = 600 - ego_x
            time = max(0.3, 3.9 - 0.9 * (t - 38))
            advisories.append(make_advisory(
                Level.WARNING if 39 < t < 42 else Level.CAUTION, application=Application.ICW,
                action=Action.YIELD, subject_ids=(f'{0x4943560000000001 + vehicles - 1:016X}',),
                time_to_conflict=time, closing_speed=14.0, distance=max(0.0, distance),
                required_deceleration=14.0 / time / 2, conflict_x=620.0, conflict_y=-10.75,
                reason=f'crossing car from the right, paths meet in {time:.1f} s'))
        if 50 < t < 56:
            advisories.append(make_advisory(
                Level.INFO, application=Application.GLOSA, action=Action.SPEED_ADVICE,
                subject_ids=(), speed_min=9.0, speed_max=12.0,
                reason='green in 12 s, keep 32 to 43 km/h'))
        order = np.argsort(generator.random(vehicles))
        degraded = 30 < t < 33
        yield FakeCycle(
            stamp, Mode.DEGRADED if degraded else Mode.ACTIVE,
            'ego pose is 0.3 s old' if degraded else '', tuple(advisories),
            make_ego(stamp, ego_x, -10.75, 0.0, ego_speed),
            make_tracks(
                stamp, x=x, y=y, heading=heading, speed=speed_now, object_class=kinds,
                length=np.where(kinds == 3, 12.0, np.where(kinds == 5, 2.2, 4.6)),
                width=np.where(kinds == 3, 2.5, np.where(kinds == 5, 0.9, 1.8)),
                age=0.05 + 0.1 * generator.random(vehicles)).take(order))
