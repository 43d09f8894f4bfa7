# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""An ego that drives what the merge planner says, on two straight lanes with scripted traffic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from merge_cases import LENGTH, WIDTH, parameters

from icv_v2x.inputs import MergeRequest
from icv_v2x.merging import State
from icv_v2x.message_set.enumerations import ExteriorLight
from icv_v2x.pipeline import MergePlanner
from icv_v2x.world.ego import EgoState
from icv_v2x.world.tracks import Tracks

STEP = 0.1
SPACING = 3.5
START = 1_763_798_400_000_000_000
SECOND = 1_000_000_000
_INDICATORS = {
    -1: int(ExteriorLight.RIGHT_TURN_SIGNAL), 0: 0, 1: int(ExteriorLight.LEFT_TURN_SIGNAL)}


@dataclass
class Car:
    """A car on the target lane; `acts` gives its acceleration from time, ego and itself.

    `moves` gives its speed to the side likewise, left positive; it shows that by its indicator.
    """

    x: float
    speed: float
    acts: Callable[[float, Ego, Car], float] = lambda time, ego, car: 0.0
    y: float = SPACING
    acceleration: float = 0.0
    moves: Callable[[float, Ego, Car], float] = lambda time, ego, car: 0.0
    sideways: float = 0.0


@dataclass
class Ego:
    """The ego."""

    x: float = 0.0
    y: float = 0.0
    speed: float = 20.0
    acceleration: float = 0.0


@dataclass
class Outcome:
    """What a scene came to."""

    contact: bool = False
    states: list[State] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    place: list[float] = field(default_factory=list)
    acceleration: list[float] = field(default_factory=list)
    ego: Ego = field(default_factory=Ego)


def tracks_of(cars: list[Car], stamp: int) -> Tracks:
    """Return what is known of the cars, exactly."""
    count = len(cars)
    columns: dict[str, Any] = {}
    for column in fields(Tracks):
        if column.name != 'stamp':
            kind = str(column.type).split('[')[-1].rstrip(']').removeprefix('np.')
            columns[column.name] = np.zeros(count, np.dtype(kind.rstrip('_')))
    columns.update(
        sender_id=np.arange(1, count + 1).astype(np.uint64),
        object_id=np.full(count, -1, np.int32),
        identity=np.arange(1, count + 1).astype(np.uint32),
        x=np.array([car.x for car in cars]), y=np.array([car.y for car in cars]),
        speed=np.array([car.speed for car in cars]),
        acceleration=np.array([car.acceleration for car in cars]),
        heading=np.array([np.arctan2(car.sideways, car.speed) for car in cars]),
        lights=np.array([_INDICATORS[int(np.sign(car.sideways))] for car in cars], np.uint16),
        length=np.full(count, LENGTH), width=np.full(count, WIDTH),
        verification=np.ones(count, np.uint8))
    return Tracks(stamp, **columns)


def request(end: float, desired: float, stamp: int) -> MergeRequest:
    """Return a request for the lane to the left, which lasts."""
    return MergeRequest(
        stamp, np.array([-200.0, end]), np.zeros(2), np.array([-500.0, end + 1000.0]),
        np.full(2, SPACING), 200.0, end + 200.0, desired)


def drive(
    cars: list[Car], ego: Ego, *, end: float = 300.0, desired: float = 30.0,
    duration: float = 30.0, scatter: float = 0.0,
) -> Outcome:
    """Run a scene; the ego's lane is y = 0 from x = -200 to `end`, where it must have changed.

    With a scatter [m] the places of the cars are that far off, 1 sigma of an axis, each time anew.
    """
    planner, random = MergePlanner(parameters()), np.random.default_rng(1)
    outcome = Outcome(ego=ego)
    side = 0.0
    for step in range(round(duration / STEP)):
        time = step * STEP
        stamp = START + round(time * SECOND)
        assert planner.request(request(end, desired, stamp)) is None
        state = EgoState(
            stamp, ego.x, ego.y, 0.0, 0.0, ego.speed, ego.acceleration, 0.0, LENGTH, WIDTH, 1.5,
            0.1, 0.0)
        tracks = tracks_of(cars, stamp)
        if scatter:
            off = scatter * random.standard_normal((2, len(cars)))
            tracks = replace(tracks, x=tracks.x + off[0], y=tracks.y + off[1])
        plan, _ = planner.assess(tracks, state)
        assert plan is not None
        assert not planner.failures
        outcome.states.append(plan.state)
        outcome.reasons.append(plan.reason)
        if plan.state == State.COMPLETE:
            break
        if plan.state == State.MERGE and planner.change_begun:
            side = 1.0
        elif plan.state in (State.ABORT, State.HOLD):
            side = -1.0
        speed = float(np.interp(STEP, plan.time, plan.speed))
        ego.acceleration = (speed - ego.speed) / STEP
        ego.x += 0.5 * STEP * (speed + ego.speed)
        ego.speed = speed
        ego.y = min(max(ego.y + side * SPACING / 3.0 * STEP, 0.0), SPACING)
        for car in cars:
            car.acceleration = car.acts(time, ego, car)
            faster = max(car.speed + STEP * car.acceleration, 0.0)
            car.x += 0.5 * STEP * (car.speed + faster)
            car.speed = faster
            car.sideways = car.moves(time, ego, car)
            car.y += STEP * car.sideways
        outcome.place.append(ego.x)
        outcome.acceleration.append(ego.acceleration)
        outcome.contact |= any(
            abs(car.x - ego.x) < LENGTH and abs(car.y - ego.y) < WIDTH for car in cars)
    return outcome
