# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Conflicts put into SUMO's traffic: vehicles that neither look nor yield, drawn by a seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.tools.simulation.drive import Plan, drive
from icv_v2x.tools.simulation.traffic import STEP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from icv_v2x.faults import Operator
    from icv_v2x.tools.simulation.drive import Outcome
    from icv_v2x.tools.simulation.traffic import Sumo

KINDS = ('slower leader', 'braking leader', 'cut-in from the ramp', 'crossing', 'oblique turn')
"""What can be injected; the first three on the on-ramp, the others at the junction."""

EGO, OTHER = 'ego', 'other'
OPTIONS = ('--insertion-checks', 'none')

_BRAKING = 7.0


@dataclass(frozen=True)
class Injection:
    """One conflict.

    Attributes:
        kind: One of `KINDS`.
        place: `on_ramp` or `junction`.
        steer: Called before every step; tells whether to go on.
    """

    kind: str
    place: str
    steer: Callable[[Sumo], bool]


@dataclass
class _Vehicle:
    """A vehicle that holds its speed, whatever SUMO thinks of it."""

    name: str
    edges: str
    lane: int
    position: float
    speed: float

    def enter(self, library: Any) -> None:
        """Put it on the road now."""
        library.route.add(f'route_{self.name}', self.edges.split())
        library.vehicle.add(
            self.name, f'route_{self.name}', 'bold', depart='now', departLane=str(self.lane),
            departPos=f'{self.position:.3f}', departSpeed=f'{self.speed:.3f}')
        library.vehicle.setSpeedMode(self.name, 0)
        library.vehicle.setLaneChangeMode(self.name, 0)
        self.hold(library, self.speed)

    @staticmethod
    def present(library: Any, name: str) -> bool:
        """Whether it is on the road."""
        return name in library.vehicle.getIDList()

    def hold(self, library: Any, speed: float) -> None:
        """Keep a speed from the next step on."""
        self.speed = speed
        library.vehicle.setSpeed(self.name, speed)


def injection(kind: str, seed: int) -> Injection:
    """Return a conflict with speeds, distances and times drawn by a seed."""
    random = np.random.default_rng([seed, KINDS.index(kind)])
    make = (_slower, _braking, _cut_in, _crossing, _turn)[KINDS.index(kind)]
    place = 'on_ramp' if KINDS.index(kind) < 3 else 'junction'
    return Injection(kind, place, make(random))


def run(
    injected: Injection, config: Path, *, seed: int = 0, operators: tuple[Operator, ...] = (),
    after_cycle: Any = None,
) -> Outcome:
    """Run a conflict until its partners are past each other.

    Args:
        injected: The conflict.
        config: Of a network of its place without traffic of its own.
        seed: Of SUMO and of the operators.
        operators: What the ego's inputs go through.
        after_cycle: See `Plan`.
    """
    return drive(Plan(
        config, (EGO,), operators, options=OPTIONS, until=40.0, before_step=injected.steer,
        after_cycle=after_cycle), seed)


def _steer(
    vehicles: list[_Vehicle], later: Callable[[Any, float], None] | None = None,
) -> Callable[[Sumo], bool]:
    """Return what puts vehicles in, holds their speeds and ends soon after a collision."""
    state = {'entered': False, 'collided': -1.0}

    def steer(sumo: Sumo) -> bool:
        library, time = sumo.library, sumo.time
        if not state['entered']:
            state['entered'] = True
            for vehicle in vehicles:
                vehicle.enter(library)
            return True
        if state['collided'] < 0.0 and sumo.collisions():
            state['collided'] = time
        if later is not None:
            later(library, time)
        return not 0.0 <= state['collided'] <= time - 0.5

    return steer


def _slower(random: np.random.Generator) -> Callable[[Sumo], bool]:
    speed = random.uniform(8.0, 33.0)
    closing = min(random.uniform(2.0, 25.0), speed)
    gap = closing * random.uniform(6.0, 9.0)
    lane = int(random.integers(0, 3))
    return _steer([
        _Vehicle(EGO, 'main acceleration out', lane, 20.0, speed),
        _Vehicle(OTHER, 'main acceleration out', lane, 24.6 + gap, speed - closing)])


def _braking(random: np.random.Generator) -> Callable[[Sumo], bool]:
    speed = random.uniform(10.0, 33.0)
    gap = speed * random.uniform(0.8, 2.0)
    begin = random.uniform(4.0, 6.0)
    lane = int(random.integers(0, 3))
    leader = _Vehicle(OTHER, 'main acceleration out', lane, 24.6 + gap, speed)

    def brake(library: Any, time: float) -> None:
        if time >= begin and _Vehicle.present(library, OTHER):
            leader.hold(library, max(leader.speed - _BRAKING * STEP, 0.0))

    return _steer([_Vehicle(EGO, 'main acceleration out', lane, 20.0, speed), leader], brake)


def _cut_in(random: np.random.Generator) -> Callable[[Sumo], bool]:
    speed = random.uniform(20.0, 33.0)
    slow = random.uniform(8.0, 16.0)
    time, late = 10.0, random.uniform(0.5, 4.0)
    # The ramp is 306 m long; the ego comes to its end a little later on the lane beside.
    other = _Vehicle(OTHER, 'ramp acceleration out', 0, 306.0 - slow * time, slow)
    ego = _Vehicle(EGO, 'main acceleration out', 0, 700.0 - speed * (time + late), speed)
    state = {'changed': False}

    def merge(library: Any, time: float) -> None:
        del time
        if state['changed'] or not _Vehicle.present(library, OTHER):
            return
        if library.vehicle.getRoadID(OTHER) == 'acceleration':
            state['changed'] = True
            library.vehicle.changeLane(OTHER, 1, 30.0)

    return _steer([ego, other], merge)


def _crossing(random: np.random.Generator) -> Callable[[Sumo], bool]:
    # The middles of the right lanes, 4.8 m beside those of the roads, cross there.
    return _meeting(random, 404.8, _Vehicle(OTHER, 's_in n_out', 0, 395.2, 0.0), 0.3)


def _turn(random: np.random.Generator) -> Callable[[Sumo], bool]:
    return _meeting(random, 397.0, _Vehicle(OTHER, 'e_in s_out', 1, 404.0, 0.0), 0.3)


def _meeting(
    random: np.random.Generator, place: float, other: _Vehicle, spread: float,
) -> Callable[[Sumo], bool]:
    """Let both come at about the same time to `place` and to where `other` stands."""
    own, time = random.uniform(5.0, 20.0), random.uniform(7.0, 10.0)
    other.speed = random.uniform(5.0, 20.0)
    late = random.uniform(-spread, spread)
    other.position -= other.speed * (time + late)
    return _steer([_Vehicle(EGO, 'w_in e_out', 0, place - own * time, own), other])
