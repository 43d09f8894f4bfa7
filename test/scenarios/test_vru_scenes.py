# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""People on foot and on two wheels: warned of in time on course for a hit, and else left alone."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from judge import (
    SILENCE,
    Said,
    advisories,
    crossing_time_to_warn,
    first_warning,
    warned,
)
from shapely.affinity import rotate, translate
from shapely.geometry import Polygon, box

from icv_v2x.advisory import Action, Application, Level
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.scenes import Radio, Scene, encounter, kmh

EGO = (10, 20, 30, 40, 50, 60)
WALKERS = (5.0, 6.5, 8.0)
RIDERS = (15.0, 20.0)
NEAR = {ObjectClass.PEDESTRIAN: 5.0, ObjectClass.CYCLIST: 10.0}
EARLY, LATE = 0.5, 0.25
CYCLE = 0.05
SIDES = (math.pi / 2, -math.pi / 2)


def orientation(case: int) -> float:
    return 2.0 * math.pi * (case * 7 % 24) / 24.0


def outline(scene: Scene, name: str, time: float) -> Polygon:
    """Return the true footprint of a road user at a time [s]."""
    size = (scene.the_ego if name == 'ego' else scene.actors[name]).size
    state = scene.states(name, time)
    shape = box(-size.length / 2, -size.width / 2, size.length / 2, size.width / 2)
    turned = rotate(shape, float(state.heading[0]), origin=(0, 0), use_radians=True)
    return translate(turned, float(state.x[0]), float(state.y[0]))


def way(scene: Scene, name: str, begin: float) -> Polygon:
    """Return what a road user on a straight way sweeps from a time on."""
    first, last = outline(scene, name, begin), outline(scene, name, scene.duration)
    return first.union(last).convex_hull


def rule_start(scene: Scene, name: str) -> float:
    """Return when the complete WARNING rule first holds on true motion, straight and steady."""
    kind = scene.actors[name].object_class
    speed = float(scene.states('ego', 0.0).speed[0])
    for time in np.arange(0.0, encounter(scene, name).first_overlap, 0.02).tolist():
        mine = way(scene, 'ego', time)
        zone = mine.intersection(way(scene, name, time))
        heading = float(scene.states('ego', time).heading[0])
        forward = np.array([math.cos(heading), math.sin(heading)])
        front = float((np.array(outline(scene, 'ego', time).exterior.coords) @ forward).max())
        entry = (float((np.array(zone.exterior.coords) @ forward).min()) - front) / speed
        if entry > crossing_time_to_warn(speed):
            continue
        if outline(scene, name, time).distance(mine) <= NEAR[kind]:
            return time
    return math.inf


def in_window(scene: Scene, name: str, said: list[Said]) -> None:
    """Assert that the first WARNING came in the window about the start of the rule."""
    first = first_warning(said, scene.subject(name))
    assert first is not None
    assert first.advisory.application == Application.VRUCW
    # An IMMINENT that lacks its second source asks to slow down instead.
    assert first.advisory.action in (Action.YIELD, Action.SLOW_DOWN)
    holds = rule_start(scene, name)
    assert holds - EARLY <= first.time <= holds + LATE + CYCLE, (first.time, holds)


def hit(case: int, ego: float, speed: float, kind: ObjectClass, late: float) -> Scene:
    scene = Scene(duration=6.0)
    scene.ego(speed=kmh(ego))
    scene.crossing(
        'person', speed=kmh(speed), at=4.5 * kmh(ego) + 3.0, angle=SIDES[case % 2], late=late,
        object_class=kind)
    return scene.placed(rotation=orientation(case), mirrored=case % 3 == 0)


CROSSERS = [
    *((k, ego, speed, ObjectClass.PEDESTRIAN)
      for k, (ego, speed) in enumerate(itertools.product(EGO, WALKERS))),
    *((k, ego, speed, ObjectClass.CYCLIST)
      for k, (ego, speed) in enumerate(itertools.product(EGO, RIDERS))),
]


@pytest.mark.parametrize(('case', 'ego', 'speed', 'kind'), CROSSERS)
def test_who_crosses_on_course_for_a_hit_is_warned_of_in_the_window(
    case: int, ego: int, speed: float, kind: ObjectClass
) -> None:
    # Struck by the left, the middle and the right of the front.
    late = (-0.2, 0.0, 0.2)[case % 3] * 5.0 / speed
    scene = hit(case, ego, speed, kind, late)
    in_window(scene, 'person', advisories(scene))


@pytest.mark.parametrize(('case', 'ego', 'speed', 'kind'), CROSSERS)
def test_who_crosses_and_is_gone_or_waits_is_no_warning(
    case: int, ego: int, speed: float, kind: ObjectClass
) -> None:
    scene = Scene(duration=7.5)
    scene.ego(speed=kmh(ego))
    scene.crossing(
        'person', speed=kmh(speed), at=4.5 * kmh(ego) + 3.0, angle=SIDES[case % 2],
        gap=-2.0 if case % 4 < 2 else 2.0, object_class=kind)
    scene = scene.placed(rotation=orientation(case))
    assert warned(advisories(scene, **SILENCE)) == []


@pytest.mark.parametrize('ego', EGO[1:])
def test_who_passes_behind_the_tail_by_more_than_half_a_metre_is_no_warning(ego: int) -> None:
    scene = Scene(duration=9.0)
    scene.ego(speed=kmh(ego))
    scene.crossing(
        'person', speed=kmh(5.0), at=6.0 * kmh(ego), gap=0.7, object_class=ObjectClass.PEDESTRIAN)
    assert encounter(scene, 'person').minimum_distance > 0.5
    assert warned(advisories(scene)) == []


@pytest.mark.parametrize(('ego', 'speed'), [(20, 5.0), (40, 6.5), (60, 8.0), (60, 0.0)])
@pytest.mark.parametrize('heading', [0.0, math.pi])
def test_who_walks_or_stands_beside_the_path_is_not_spoken_of(
    ego: int, speed: float, heading: float
) -> None:
    scene = Scene(duration=7.0)
    scene.ego(speed=kmh(ego))
    for name, left in (('left', 0.9 + 3.25), ('right', -0.9 - 3.25)):
        scene.pedestrian(name, x=30.0, y=left, heading=heading, speed=kmh(speed))
    assert advisories(scene.placed(rotation=orientation(ego))) == []


@pytest.mark.parametrize('heading', [math.pi / 2, -math.pi / 2])
def test_who_waits_at_the_kerb_is_no_warning(heading: float) -> None:
    scene = Scene(duration=6.0)
    scene.ego(speed=kmh(50))
    scene.pedestrian('waiting', x=60.0, y=-1.6, heading=heading, speed=0.0)
    assert warned(advisories(scene)) == []


def test_a_pavement_full_of_people_is_silent() -> None:
    scene = Scene(duration=6.0)
    scene.ego(speed=kmh(50))
    for number in range(24):
        scene.pedestrian(
            f'walker {number}', x=5.0 * number, y=(-1.0) ** number * (4.2 + 0.3 * (number % 5)),
            heading=(number % 3 == 0) * math.pi, speed=kmh(5.0))
    assert advisories(scene) == []


@pytest.mark.parametrize('side', [1.0, -1.0])
def test_who_steps_from_the_pavement_towards_the_path_is_warned_of(side: float) -> None:
    scene = Scene(duration=8.0)
    scene.ego(speed=kmh(40))
    # Turns where the ego will be when the path is reached.
    person = scene.pedestrian('person', x=62.0, y=-4.0 * side, speed=kmh(5.0))
    person.keep(3.6).turn(side * math.pi / 2, 0.3).keep(3.0)
    meeting = encounter(scene, 'person')
    assert math.isfinite(meeting.first_overlap)
    said = advisories(scene)
    assert [s for s in said if s.time < 3.6 and s.advisory.level >= Level.WARNING] == []
    first = first_warning(said, scene.subject('person'))
    assert first is not None
    # The turn takes 0.35 s, its end is reported within 0.1 s.
    assert first.time <= 3.6 + 0.35 + 0.1 + LATE


@pytest.mark.parametrize('ego', EGO[1:])
@pytest.mark.parametrize('speed', [0.0, 5.0, 8.0])
def test_who_walks_or_stands_in_the_path_is_warned_of_in_the_window(
    ego: int, speed: float
) -> None:
    scene = Scene(duration=9.0)
    scene.ego(speed=kmh(ego))
    scene.pedestrian('person', ahead=6.0 * (kmh(ego) - kmh(speed)), left=0.4, speed=kmh(speed))
    in_window(scene.placed(rotation=orientation(ego)), 'person', advisories(scene))


@pytest.mark.parametrize('case', range(4))
def test_a_turning_ego_is_warned_of_who_crosses_the_road_it_turns_into(case: int) -> None:
    scene = Scene(duration=9.0)
    speed, radius = kmh((15, 20)[case % 2]), (8.0, 12.0)[case // 2]
    arc = math.pi / 2 * radius / speed
    scene.ego(speed=speed).keep(2.5).turn(math.pi / 2, radius).keep(3.0)
    corner = scene.states('ego', 2.5 + arc)
    meet = 2.5 + arc + 4.0 / speed
    scene.pedestrian(
        'person', x=float(corner.x[0]) - kmh(5.0) * meet, y=float(corner.y[0]) + 4.0,
        speed=kmh(5.0))
    scene = scene.placed(mirrored=case == 1, rotation=orientation(case))
    contact = encounter(scene, 'person').first_overlap
    assert math.isfinite(contact)
    first = first_warning(advisories(scene), scene.subject('person'))
    assert first is not None
    # A turn is known once it has begun, and the rule holds from T_W on: here both bind.
    begins = max(2.5, contact - crossing_time_to_warn(speed))
    assert first.time <= begins + 0.5 + 0.1


@pytest.mark.parametrize('case', range(2))
def test_who_crosses_behind_a_turning_ego_is_no_warning(case: int) -> None:
    scene = Scene(duration=9.0)
    speed, radius = kmh(20), 10.0
    arc = math.pi / 2 * radius / speed
    scene.ego(speed=speed).keep(2.5).turn(math.pi / 2, radius).keep(3.0)
    corner = scene.states('ego', 2.5 + arc)
    meet = 2.5 + arc + 4.0 / speed + (4.0, -4.0)[case]
    scene.pedestrian(
        'person', x=float(corner.x[0]) - kmh(5.0) * meet, y=float(corner.y[0]) + 4.0,
        speed=kmh(5.0))
    assert warned(advisories(scene)) == []


def test_imminent_needs_own_eyes_and_advises_to_stop() -> None:
    def said(*, seen: bool) -> list[Said]:
        scene = Scene(duration=6.0)
        scene.ego(speed=kmh(40))
        scene.crossing(
            'person', speed=kmh(5.0), at=5.0 * kmh(40), object_class=ObjectClass.PEDESTRIAN,
            seen_by_ego=seen)
        return advisories(scene)

    assert max(s.advisory.level for s in said(seen=False)) == Level.WARNING
    imminent = [s.advisory for s in said(seen=True) if s.advisory.level == Level.IMMINENT]
    assert imminent
    assert imminent[0].action == Action.STOP
    assert imminent[0].corroborated
    assert imminent[0].required_deceleration == pytest.approx(4.0, abs=0.6)


@pytest.mark.parametrize('kind', [ObjectClass.PEDESTRIAN, ObjectClass.CYCLIST])
def test_caution_comes_before_the_path_is_entered_and_only_then(kind: ObjectClass) -> None:
    scene = Scene(duration=8.0)
    scene.ego(speed=kmh(40))
    speed = {ObjectClass.PEDESTRIAN: 5.0, ObjectClass.CYCLIST: 15.0}[kind]
    scene.crossing('person', speed=kmh(speed), at=7.5 * kmh(40), object_class=kind)
    actor = scene.actors['person']
    reach = 0.5 * (scene.the_ego.size.width + actor.size.length)
    first = advisories(scene)[0]
    assert first.advisory.level == Level.CAUTION
    assert first.advisory.action == Action.MONITOR
    assert 7.5 - reach / kmh(speed) - first.time == pytest.approx(4.0, abs=0.1)


def test_switched_off_it_says_nothing_and_no_other_application_takes_its_place() -> None:
    scene = hit(1, 40, 5.0, ObjectClass.PEDESTRIAN, 0.0)
    assert advisories(scene, **{'vrucw.enabled': False}) == []


def test_a_motorcycle_is_a_vehicle() -> None:
    scene = Scene(duration=9.0)
    scene.ego(speed=kmh(40))
    scene.crossing('rider', speed=kmh(40), at=80.0, object_class=ObjectClass.MOTORCYCLE)
    first = first_warning(advisories(scene), scene.subject('rider'))
    assert first is not None
    assert first.advisory.application == Application.ICW


@pytest.mark.parametrize('ego', [20, 40, 60])
@pytest.mark.parametrize('rate', [5.0, 10.0])
def test_with_a_third_of_the_messages_lost_the_start_is_hardly_later(
    ego: int, rate: float
) -> None:
    def start(loss: float) -> float:
        scene = Scene(duration=7.0, radio=replace(Radio(), rate=rate, loss=loss, seed=ego))
        scene.ego(speed=kmh(ego))
        scene.crossing(
            'person', speed=kmh(5.0), at=6.0 * kmh(ego), object_class=ObjectClass.PEDESTRIAN)
        first = first_warning(advisories(scene), scene.subject('person'))
        assert first is not None
        return first.time

    assert start(0.3) <= start(0.0) + 0.3


def test_a_person_on_a_bridge_is_not_spoken_of() -> None:
    scene = Scene(duration=7.0)
    scene.ego(speed=kmh(40))
    scene.crossing(
        'person', speed=kmh(5.0), at=60.0, object_class=ObjectClass.PEDESTRIAN, elevation=6.0)
    assert advisories(scene) == []
