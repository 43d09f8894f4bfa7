# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Vehicles in a row, each with its own part in the platoon, told to each other without radio."""

from __future__ import annotations

import copy
import functools
import math
from dataclasses import dataclass, field, replace

import numpy as np
from strategies.runs import make_ego, make_tracks

from icv_v2x.inputs import PlatoonRequest, PlatoonWish
from icv_v2x.parameters import Parameters, build
from icv_v2x.platooning import Control, Member, PlatoonPlan, State
from icv_v2x.translate.platoon_statements import PlatoonStatement
from icv_v2x.world.tracks import Tracks

START = 1_748_764_800_000_000_000
SECOND = 1_000_000_000
STEP = 0.1
SPEED = 20.0
LENGTH = 4.6
FIRST_ID = 0x4943560000000001


def parameters(own: int, **values: object) -> Parameters:
    """Return parameters of a member."""
    return build(Parameters, {
        'map_origin.latitude': 39.8, 'map_origin.longitude': 116.5, 'vehicle.length': LENGTH,
        'vehicle.width': 1.8, 'vehicle.base_link_to_center': 0.0,
        'vehicle.temporary_id': f'{own:016X}',
        **{f'platooning.{name}': value for name, value in values.items()}})


@dataclass
class Vehicle:
    """One vehicle; a stranger has no member.

    Attributes:
        own: Its temporary id.
        x: [m] centre.
        y: [m].
        speed: [m/s].
        acceleration: [m/s2].
        member: Its part in the platoon.
        wish: What it wants.
        mute: Whether its radio is silent.
        verified: Whether its messages are.
        trust: Level of trust that others have in it.
        plan: Its last plan.
        command: Acceleration that a vehicle without a profile asks for [m/s2].
    """

    own: int
    x: float
    speed: float = SPEED
    y: float = 0.0
    acceleration: float = 0.0
    member: Member | None = None
    wish: PlatoonWish = PlatoonWish.JOIN
    mute: bool = False
    verified: bool = True
    trust: int = 0
    plan: PlatoonPlan | None = None
    command: float = 0.0
    number: int = 0


@dataclass
class Convoy:
    """All vehicles, the foremost first.

    Attributes:
        vehicles: In the order of their boarding.
        now: [ns since the Unix epoch].
        told: Statements of others than the vehicles, that all hear.
        sight: How far the own sensors see [m].
    """

    vehicles: list[Vehicle]
    now: int = START
    told: list[PlatoonStatement] = field(default_factory=list)
    sight: float = 120.0

    @property
    def states(self) -> list[State]:
        """States of the members."""
        return [State(0) if one.plan is None else one.plan.state for one in self.vehicles
                if one.member is not None]

    def gap(self, place: int) -> float:
        """Gap of a vehicle to the next one ahead in its lane [m]."""
        own = self.vehicles[place]
        ahead = [one.x - own.x for one in self.vehicles
                 if one.x > own.x and abs(one.y - own.y) < 2.0]
        return min(ahead, default=math.inf) - LENGTH

    def run(self, seconds: float) -> None:
        """Let time go by."""
        for _ in range(round(seconds / STEP)):
            self._step()

    def until(self, state: State, place: int, seconds: float) -> bool:
        """Let time go by until a vehicle is in a state; return whether that came to be."""
        for _ in range(round(seconds / STEP)):
            plan = self.vehicles[place].plan
            if plan is not None and plan.state == state:
                return True
            self._step()
        return False

    def _step(self) -> None:
        self.now += round(STEP * SECOND)
        said = [
            _statement(one, self.now - round(0.05 * SECOND)) for one in self.vehicles
            if not one.mute]
        for one in self.vehicles:
            if one.member is None:
                continue
            one.member.request(PlatoonRequest(self.now, one.wish))
            heard = [
                *(s for s in said if s is not None and s.sender_id != one.own), *self.told]
            one.plan = one.member.plan(
                self._tracks(one, radio=True),
                replace(make_ego(self.now, one.x, one.y, 0.0, one.speed), length=LENGTH,
                        width=1.8, acceleration=one.acceleration),
                self._tracks(one, radio=False), heard)
        for one in self.vehicles:
            plan, command = one.plan, one.command
            if plan is not None and plan.control != Control.NONE:
                command = plan.command
            one.acceleration += (command - one.acceleration) * (1.0 - math.exp(-STEP / 0.4))
            before = one.speed
            one.speed = max(one.speed + one.acceleration * STEP, 0.0)
            one.x += 0.5 * (before + one.speed) * STEP

    def _tracks(self, own: Vehicle, *, radio: bool) -> Tracks:
        others = [
            one for one in self.vehicles if one is not own and (
                not one.mute if radio else 0.0 < one.x - own.x < self.sight)]

        def column(name: str) -> list[float]:
            return [getattr(one, name) for one in others]

        return make_tracks(
            self.now, x=column('x'), y=column('y'), speed=column('speed'),
            acceleration=column('acceleration'),
            sender_id=np.array([one.own for one in others], np.uint64),
            signer=np.array([one.own + 1 for one in others], np.uint64),
            verification=np.array([int(one.verified) for one in others], np.uint8),
            trust=np.array([one.trust for one in others], np.uint8),
            identity=np.array([one.number for one in others], np.uint32),
            updates=np.full(len(others), 9, np.uint16), age=np.full(len(others), 0.05))


def convoy(count: int, *, gap: float = 20.0, **values: object) -> Convoy:
    """Return vehicles in a row: the first wants to lead, the others to join."""
    vehicles = []
    for place in range(count):
        own = FIRST_ID + place
        vehicles.append(Vehicle(
            own, -place * (gap + LENGTH), member=Member(parameters(own, **values)),
            wish=PlatoonWish.JOIN if place else PlatoonWish.LEAD, number=place + 1))
    return Convoy(vehicles)


def formed(count: int, **values: object) -> Convoy:
    """Return a platoon whose last one has been a member for a while."""
    return copy.deepcopy(_formed(count, **values))


@functools.lru_cache(maxsize=4)
def _formed(count: int, **values: object) -> Convoy:
    made = convoy(count, gap=13.0, **values)
    assert made.until(State.FOLLOWING, count - 1, 30.0)
    made.run(12.0)
    return made


def _statement(one: Vehicle, time: int) -> PlatoonStatement | None:
    told = None if one.plan is None else one.plan.told
    if one.plan is None or told is None:
        return None
    leads = one.plan.place == 0
    return PlatoonStatement(
        one.own, time, one.plan.platoon_id, *told,
        members=one.plan.members if leads else (), joining=one.plan.joining if leads else (),
        leaving=one.plan.leaving if leads else (), capacity=one.plan.capacity if leads else 0,
        open_to_join=leads and one.plan.open_to_join, verification=int(one.verified),
        signer=one.own + 1)
