# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A simulated minute: a motorway and two junctions, true conflicts and tempting ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.scenes import Scene, kmh

if TYPE_CHECKING:
    from icv_v2x.scenes import Actor, Ego

DURATION = 60.0
LANE = 3.5
"""Distance of neighbouring lanes [m]."""

_MOTORWAY = kmh(90)
_TOWN = kmh(50)
_EAST_BY_NORTH = math.radians(25.0)
_RIGHT, _LEFT = math.pi / 2, -math.pi / 2
_FROM_LEFT, _FROM_RIGHT = _LEFT, _RIGHT
_LATE = 53.0


@dataclass(frozen=True)
class Part:
    """What one road user of the scene is there for.

    Attributes:
        name: Of the actor.
        title: What it does, as a person says it.
        conflict: A warning is right; else it is wrong.
    """

    name: str
    title: str
    conflict: bool


PARTS = (
    Part('braking', 'leader brakes hard on the motorway', conflict=True),
    Part('crossing', 'car from the right takes the way at a junction', conflict=True),
    Part('overtaker', 'oncoming car overtakes in our lane', conflict=True),
    Part('stationary', 'car stands in our lane', conflict=True),
    Part('beside', 'car passes in the lane to the left', conflict=False),
    Part('truck', 'truck in the lane to the right', conflict=False),
    Part('behind', 'car that follows us', conflict=False),
    Part('bridge', 'car crosses on a bridge above', conflict=False),
    Part('opposite', 'car on the opposite carriageway', conflict=False),
    Part('parked-1', 'car parked beside our lane', conflict=False),
    Part('parked-2', 'car parked beside our lane', conflict=False),
    Part('parked-3', 'van parked beside our lane', conflict=False),
    Part('oncoming-1', 'oncoming car in the next lane', conflict=False),
    Part('oncoming-2', 'oncoming car in the next lane', conflict=False),
    Part('oncoming-3', 'oncoming car in the next lane', conflict=False),
    Part('early', 'car clears the junction 2.5 s before us', conflict=False),
    Part('overtaken', 'oncoming truck that is being overtaken', conflict=False),
)
"""Every road user of the scene but the ego."""


def demo_scene() -> Scene:
    """Return the scene.

    The ego's reactions are scripted: each conflict is resolved as a driver would do it, most of
    them about a second after the warning is due.

    Returns:
        The scene, placed at 25 degrees to the axes of the map.
    """
    scene = Scene(DURATION)
    ego = scene.ego(_MOTORWAY)
    # Motorway: the leader brakes from 6 s on.
    ego.keep(until=7.3).brake(5.5, to=10.0).keep(1.0).accelerate(1.5, to=_TOWN)
    # Junction: the crossing car would hit at 30 s.
    ego.keep(until=27.8).brake(5.0).wait(until=32.5).accelerate(2.0, to=_TOWN)
    # Standing car: contact would be at 54.5 s; the driver is late, so that it gets urgent.
    ego.keep(until=_LATE).brake(6.5)
    _motorway(scene)
    _town(scene, ego)
    return scene.placed(rotation=_EAST_BY_NORTH)


def _motorway(scene: Scene) -> None:
    scene.car('braking', ahead=50.0, speed=_MOTORWAY, until=28.0).keep(until=6.0).brake(
        5.0, to=kmh(30)).keep(0.8).accelerate(3.0, to=_MOTORWAY)
    scene.car('beside', ahead=-8.0, left=LANE, speed=kmh(95), until=13.0)
    scene.truck('truck', ahead=5.0, left=-LANE, speed=kmh(80), until=13.0)
    scene.car('behind', ahead=-28.0, speed=_MOTORWAY, until=26.0).keep(until=7.9).brake(
        5.5, to=10.0).keep(1.0).accelerate(1.5, to=kmh(45)).keep(2.0).brake(
        3.0, to=5.0).turn(_LEFT, 12.0)
    at = 4.0 * _MOTORWAY
    scene.crossing(
        'bridge', speed=kmh(60), at=at, angle=_FROM_RIGHT, elevation=6.5, until=20.0)
    scene.car(
        'opposite', x=300.0, y=14.0, heading=math.pi, speed=kmh(100), until=15.0)


def _town(scene: Scene, ego: Ego) -> None:
    for number, (time, kind) in enumerate((
        (17.0, ObjectClass.CAR), (18.2, ObjectClass.CAR), (19.4, ObjectClass.VAN),
    ), start=1):
        scene.actor(
            f'parked-{number}', x=_place(ego, time), y=-2.8, speed=0.0, object_class=kind,
            begin=8.0, until=32.0)
    for number, time in enumerate((17.5, 24.5, 34.0), start=1):
        _meeting(scene, f'oncoming-{number}', time, _place(ego, time), LANE, _TOWN)
    # 0.23 s to the middle of the junction and as long out of it, for both; 2.5 s between them.
    _across(scene, 'early', 22.0 - 2 * 0.23 - 2.5, _place(ego, 22.0), _FROM_LEFT)
    _across(scene, 'crossing', 30.0, _unbraked(ego, 27.8, 30.0), _FROM_RIGHT)
    _overtaking(scene, ego)
    scene.car(
        'stationary', x=_unbraked(ego, _LATE, 54.5) + 4.6, y=0.0, speed=0.0, begin=38.0,
        seen_by_ego=True)


def _overtaking(scene: Scene, ego: Ego) -> None:
    begin, out, back, contact, speed = 34.0, 40.2, 43.3, 46.0, kmh(70)
    # Where it would be at the time of contact, had it stayed in our lane.
    nose = _place(ego, contact) + 4.6
    scene.car(
        'overtaker', x=nose + speed * contact, y=LANE, heading=math.pi, speed=speed, begin=begin,
    ).keep(until=out).change_lane(LANE, 1.8).keep(until=back).change_lane(-LANE, 1.8)
    slow = kmh(30)
    behind = nose + speed * (contact - back) + 14.0
    scene.truck(
        'overtaken', x=behind + slow * back, y=LANE, heading=math.pi, speed=slow, begin=begin)


def _meeting(
    scene: Scene, name: str, time: float, place: float, left: float, speed: float,
) -> Actor:
    """Place an oncoming car that is beside the ego's place at a time."""
    return scene.car(
        name, x=place + speed * time, y=left, heading=math.pi, speed=speed,
        begin=max(0.0, time - 10.0), until=time + 8.0)


def _across(scene: Scene, name: str, time: float, place: float, heading: float) -> Actor:
    """Place a car that drives across the ego's way at a place and time."""
    return scene.car(
        name, x=place, y=-math.copysign(_TOWN * time, heading), heading=heading, speed=_TOWN,
        begin=time - 9.0, until=time + 7.0)


def _place(ego: Ego, time: float) -> float:
    return float(ego.states(np.array([time])).x[0])


def _unbraked(ego: Ego, since: float, time: float) -> float:
    """Return where the ego would be at a time had it held its speed since another."""
    states = ego.states(np.array([since - 1e-6]))
    return float(states.x[0] + states.speed[0] * (time - since))
