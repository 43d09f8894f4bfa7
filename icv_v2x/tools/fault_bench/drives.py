# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The drives that faults strike: two with a threat, one without, one towards a signal."""

from __future__ import annotations

import dataclasses
import functools
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.interchange.map_plans import MAP_AID, LanePlan, LinkPlan, WayOver, map_octets
from icv_v2x.interchange.signal_plans import (
    SPAT_AID,
    FixedCycle,
    intersection_value,
    spat_octets,
)
from icv_v2x.parameters import Parameters, build
from icv_v2x.scenes import Radio, Scene, inputs, kmh
from icv_v2x.scenes.scene import DEFAULT_START
from icv_v2x.translate.signal_reports import Light

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from icv_v2x.interchange.bag_writer import Input
    from icv_v2x.scenes.road_side import Site

SPEED = kmh(50)
OWN_LANE_LEFT = 3.6
_DATUM_OF_SIGNAL = 170.0
_REGION = 1


@dataclass(frozen=True)
class Drive:
    """What the ego of one drive receives.

    Attributes:
        name: Of the drive.
        timed: (log time [ns], record), in the order of time.
        values: Parameters by dotted name.
        names: Road user to the id by which advisories name it; empty for a recording.
        scene: Where it comes from, None for a recording.
    """

    name: str
    timed: tuple[tuple[int, Input], ...]
    values: Mapping[str, Any]
    names: Mapping[str, str] = field(default_factory=dict)
    scene: Scene | None = None

    def parameters(self, **changes: Any) -> Parameters:
        """Return its parameters, changed as told, `__` for the dot."""
        changed = {name.replace('__', '.'): value for name, value in changes.items()}
        return build(Parameters, {**self.values, **changed})


def drive(name: str, scene: Scene) -> Drive:
    """Return a scene as a drive."""
    return Drive(
        name, tuple(inputs(scene)), scene.parameter_values(),
        {actor: scene.subject(actor) for actor in scene.actors}, scene)


def junction_scene() -> Scene:
    """Return a crossing car on collision course after 6.5 s, which the ego sees as well."""
    scene = Scene(duration=6.4)
    scene.ego(SPEED)
    scene.crossing('threat', speed=SPEED, at=6.5 * SPEED, seen_by_ego=True)
    _others(scene)
    return scene


def leader_scene() -> Scene:
    """Return a leader that brakes hard 25 m ahead after 3.5 s."""
    scene = Scene(duration=6.0)
    scene.ego(SPEED)
    scene.car('threat', speed=SPEED, ahead=25.0, seen_by_ego=True).keep(3.5).brake(6.0)
    _others(scene)
    return scene


def calm_scene() -> Scene:
    """Return traffic that is no threat: ahead, behind, parked, oncoming, crossing in time."""
    scene = Scene(duration=8.0)
    scene.ego(SPEED)
    scene.car('leader', speed=SPEED, ahead=35.0, seen_by_ego=True)
    scene.crossing('crossing', speed=SPEED, at=6.0 * SPEED, gap=3.0, seen_by_ego=True)
    scene.car('parked', speed=0.0, ahead=60.0, left=-3.6, seen_by_ego=True)
    _others(scene)
    return scene


def _others(scene: Scene) -> None:
    scene.car(
        'oncoming', speed=SPEED, ahead=160.0, left=OWN_LANE_LEFT, heading=math.pi,
        seen_by_ego=True)
    scene.car('follower', speed=SPEED, ahead=-30.0, seen_by_ego=True)


def signal_scene(
    *, node: int = 1, map_node: int = 1, until: float = math.inf, frozen: float = math.inf,
    jump: float = math.inf, past: float = math.inf, shift: float = 0.0, start: str | None = None,
) -> Scene:
    """Return an ego before a red light that turns green after 6 s.

    Args:
        node: That the signal names.
        map_node: That the map names.
        until: The signal falls silent then [s].
        frozen: Its countdown stands from then on [s].
        jump: From then on it tells of a moment 4 s later [s].
        past: From then on it tells of ends that passed 3 s ago [s].
        shift: The map lies so much to the side of the road [m].
        start: Time of day, None: the usual one.
    """
    scene = Scene(duration=7.0, start=start or DEFAULT_START)
    scene.ego(SPEED)
    scene.roadside_unit('unit', x=_DATUM_OF_SIGNAL, y=10.0)
    lane = LanePlan(
        1, np.array([[-200.0, shift], [_DATUM_OF_SIGNAL, shift]]), (WayOver(9, 1, phase=1),))
    link = LinkPlan(8, map_node, (lane,))
    cycle = FixedCycle(((Light.RED, 6.0), (Light.PROTECTED_GREEN, 30.0), (Light.RED, 30.0)))

    def map_frame(site: Site) -> bytes:
        return map_octets([link], site.map_frame, region=_REGION, count=site.count)

    def signal(site: Site) -> bytes:
        time = (site.instant - site.scene.start) * 1e-9
        told = min(time, frozen) + (4.0 if time >= jump else 0.0)
        states = cycle.states(told)
        if time >= past:
            states = tuple(
                dataclasses.replace(state, likely_end=-3.0, minimum_end=-3.0, maximum_end=-3.0)
                for state in states)
        # A time that has passed can be told as one of the hour only.
        value = intersection_value(_REGION, node, {1: states}, site.instant, utc=time >= past)
        return spat_octets([value], site.instant, site.count)

    scene.road_side.repeats('unit', map_frame, rate=2.0, aid=MAP_AID)
    scene.road_side.repeats('unit', signal, rate=5.0, until=until, aid=SPAT_AID)
    return scene


_SCENES: dict[str, Callable[[], Scene]] = {
    'junction': junction_scene, 'leader': leader_scene, 'calm': calm_scene,
    'signal': signal_scene,
}
THREATS = ('junction', 'leader')
"""Drives whose road user `threat` is one."""


@functools.lru_cache(maxsize=16)
def scripted(name: str, start: str | None = None) -> Drive:
    """Return a scripted drive by its name, at another time where one is given."""
    scene = _SCENES[name]()
    return drive(name, scene if start is None else scene.placed(start=start))


def with_ghosts(scene: Scene, kind: str, begin: float) -> Scene:
    """Return a calm scene to which attackers with certificates of their own add vehicles.

    Args:
        scene: Not changed.
        kind: `grid`, `sudden` or `junction`.
        begin: [s] when they begin.
    """
    made = scene.placed()
    where = SPEED * begin
    if kind == 'grid':
        for number in range(5):
            made.car(
                f'ghost{number}', speed=2.0, x=where + 30.0 + 6.0 * number, y=0.0, begin=begin)
    elif kind == 'sudden':
        made.car('ghost0', speed=1.0, x=where + 22.0, y=0.0, begin=begin)
    elif kind == 'junction':
        made.crossing('ghost0', speed=SPEED, at=where + 30.0, begin=begin)
    else:
        raise ValueError(f'no ghosts are known as {kind}, expected grid, sudden or junction')
    return made


def collision_of_ids(*, one_signer: bool) -> Scene:
    """Return a calm scene in which leader and oncoming car send under one temporary id."""
    scene = calm_scene()
    shared = scene.temporary_id('leader')
    oncoming = scene.actors['oncoming']
    oncoming.radio = dataclasses.replace(
        scene.radio, temporary_id=shared,
        signer=scene.signer('leader') if one_signer else None)
    return scene


def change_of_id(silence: float, change: float = 2.0) -> Scene:
    """Return the junction whose threat changes id and certificate, after a silence [s]."""
    scene = Scene(duration=6.4)
    scene.ego(SPEED)
    for name, begin, until in (
        ('before', 0.0, change), ('threat', change + silence, math.inf),
    ):
        scene.crossing(
            name, speed=SPEED, at=6.5 * SPEED, seen_by_ego=True, begin=begin, until=until,
            radio=Radio(phase=0.03))
    _others(scene)
    return scene


def changes_of_ids(cars: int, change: float = 2.0) -> Scene:
    """Return the calm ego among cars that all change id and certificate at once.

    They drive on the two lanes beside it, two seconds apart, and each is called `before` and
    `after` with its number.
    """
    scene = Scene(duration=5.0)
    scene.ego(SPEED)
    for number in range(cars):
        for name, begin, until in (
            (f'before{number}', 0.0, change), (f'after{number}', change, math.inf),
        ):
            scene.car(
                name, speed=SPEED, ahead=2.0 * SPEED * (number // 2 - cars // 4),
                left=OWN_LANE_LEFT * (1 + number % 2), begin=begin, until=until,
                radio=Radio(phase=0.002 * number))
    return scene


def elsewhere(distance: float) -> Scene:
    """Return traffic that is heard from so far away [m], ego and clock as in the calm scene."""
    scene = Scene(duration=8.0)
    scene.ego(SPEED)
    for number in range(5):
        scene.car(f'far{number}', speed=SPEED, ahead=distance + 25.0 * number)
    return scene


def seen_by_a_unit() -> Scene:
    """Return the calm scene seen by a roadside unit as well, the ego and its echo included."""
    scene = Scene(duration=6.0)
    scene.ego(SPEED, echo=True, seen_by_roadside=True)
    scene.car('leader', speed=SPEED, ahead=35.0, seen_by_ego=True, seen_by_roadside=True)
    scene.car(
        'oncoming', speed=SPEED, ahead=160.0, left=OWN_LANE_LEFT, heading=math.pi,
        seen_by_ego=True, seen_by_roadside=True)
    scene.roadside_unit('unit', x=60.0, y=8.0)
    return scene
