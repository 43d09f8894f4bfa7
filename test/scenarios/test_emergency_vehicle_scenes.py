# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Special vehicles: those that come near are made way for, the others are not spoken of."""

from __future__ import annotations

import math

import pytest
from judge import Said, advisories

from icv_v2x.advisory import Action, Application, Level
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.scenes import Scene, kmh

# A frame every 0.1 s and a cycle every 0.05 s.
LATE = 0.2


def orientation(case: int) -> float:
    return 2.0 * math.pi * (case * 7 % 24) / 24.0


def special(scene: Scene, **place: float) -> None:
    scene.actor('special', object_class=ObjectClass.EMERGENCY, **place).hurries()


def told(scene: Scene, **overrides: object) -> list[Said]:
    return [
        s for s in advisories(scene, **overrides)
        if s.advisory.application == Application.EVW
    ]


def start(said: list[Said], level: Level) -> float:
    return next((s.time for s in said if s.advisory.level >= level), math.inf)


@pytest.mark.parametrize(('ego', 'other'), [(30, 80), (50, 100), (0, 60)])
@pytest.mark.parametrize('mirrored', [False, True])
def test_one_from_behind_is_made_way_for_to_the_side_of_traffic(
    ego: int, other: int, mirrored: bool
) -> None:
    scene = Scene(duration=22.0)
    scene.ego(speed=kmh(ego))
    closing = kmh(other) - kmh(ego)
    special(scene, ahead=-20.0 * closing, speed=kmh(other))
    scene = scene.placed(rotation=orientation(ego), mirrored=mirrored)
    said = told(scene)
    # 500 m or 30 s, whichever comes first.
    assert start(said, Level.INFO) <= 0.3
    for level, arrival in ((Level.CAUTION, 15.0), (Level.WARNING, 8.0)):
        assert 20.0 - start(said, level) == pytest.approx(arrival, abs=LATE)
    assert max(s.advisory.level for s in said) == Level.WARNING
    for s in said:
        asked = s.advisory.level >= Level.CAUTION
        assert (s.advisory.action == Action.CLEAR_THE_WAY) == asked
        side = 'left' if mirrored else 'right'
        assert (f'make way to the {side}' in s.advisory.reason) == asked


def test_one_in_the_next_lane_finds_the_ego_out_of_its_way() -> None:
    scene = Scene(duration=24.0)
    scene.ego(speed=kmh(40))
    special(scene, x=-20.0 * kmh(50), y=3.5, speed=kmh(90))
    said = told(scene)
    assert max(s.advisory.level for s in said) == Level.CAUTION
    # Passed, it drives away.
    assert max(s.time for s in said) <= 20.0 + 1.5


def test_one_that_is_held_up_behind_the_ego_is_still_made_way_for() -> None:
    scene = Scene(duration=5.0)
    scene.ego(speed=kmh(40))
    special(scene, ahead=-15.0, speed=kmh(40))
    assert told(scene)[-1].advisory.level == Level.WARNING


@pytest.mark.parametrize('place', [
    {'ahead': 30.0, 'speed': kmh(80)},
    {'ahead': 30.0, 'speed': kmh(20)},
    {'x': -120.0, 'y': 25.0, 'speed': kmh(90)},
    {'x': -120.0, 'y': -14.0, 'speed': kmh(90)},
    {'ahead': -200.0, 'speed': kmh(30)},
    {'ahead': -60.0, 'speed': 0.0},
    {'x': 60.0, 'y': -4.0, 'speed': 0.0},
    {'x': 80.0, 'y': 20.0, 'heading': math.pi / 2, 'speed': kmh(60)},
    {'x': -40.0, 'y': -60.0, 'heading': math.pi / 2, 'speed': kmh(60)},
    {'x': 150.0, 'y': 40.0, 'heading': math.pi, 'speed': kmh(80)},
    {'ahead': -100.0, 'speed': kmh(90), 'elevation': 8.0},
])
@pytest.mark.parametrize('case', [0, 5])
def test_one_that_does_not_concern_the_ego_is_not_spoken_of(
    place: dict[str, float], case: int
) -> None:
    scene = Scene(duration=4.0)
    scene.ego(speed=kmh(50))
    special(scene, **place)
    assert told(scene.placed(rotation=orientation(case))) == []


def test_one_without_lights_and_siren_is_not_spoken_of() -> None:
    scene = Scene(duration=5.0)
    scene.ego(speed=kmh(50))
    scene.actor(
        'special', object_class=ObjectClass.EMERGENCY, ahead=-100.0, speed=kmh(90))
    assert told(scene) == []


def test_an_oncoming_one_is_information() -> None:
    scene = Scene(duration=9.0)
    scene.ego(speed=kmh(50))
    special(scene, x=250.0, y=5.0, heading=math.pi, speed=kmh(80))
    said = told(scene)
    assert {s.advisory.level for s in said} == {Level.INFO}
    assert {s.advisory.action for s in said} == {Action.MONITOR}
    assert max(s.time for s in said) <= 250.0 / kmh(130) + 0.7


@pytest.mark.parametrize('angle', [math.pi / 2, -math.pi / 2, math.radians(60)])
def test_one_that_crosses_when_the_ego_is_there_is_warned_of(angle: float) -> None:
    scene = Scene(duration=13.0)
    scene.ego(speed=kmh(40))
    scene.crossing(
        'special', object_class=ObjectClass.EMERGENCY, speed=kmh(70), at=18.0 * kmh(40),
        angle=angle).hurries()
    said = told(scene.placed(rotation=orientation(3)))
    assert start(said, Level.CAUTION) == pytest.approx(3.0, abs=0.6)
    assert start(said, Level.WARNING) == pytest.approx(10.0, abs=0.6)
    side = 'right' if angle > 0.0 else 'left'
    assert f'from the {side}' in said[-1].advisory.reason
    assert 'keep the crossing clear' in said[-1].advisory.reason


def test_one_that_crosses_long_before_the_ego_is_information() -> None:
    scene = Scene(duration=6.0)
    scene.ego(speed=kmh(40))
    special(scene, x=330.0, y=-150.0, heading=math.pi / 2, speed=kmh(80))
    said = told(scene)
    assert {s.advisory.level for s in said} == {Level.INFO}


def test_on_a_bend_the_trail_tells_who_follows() -> None:
    scene = Scene(duration=26.0)
    radius, speed = 150.0, kmh(50)
    scene.ego(speed=speed).turn(12.0 * speed / radius, radius).keep(14.0)
    follower = scene.actor(
        'special', object_class=ObjectClass.EMERGENCY, x=-150.0, y=0.0, speed=kmh(80))
    follower.hurries().keep(150.0 / kmh(80)).turn(12.0 * speed / radius, radius).keep(14.0)
    said = told(scene)
    heard = [s.time for s in said if s.time < 17.0]
    # Without a gap, however far the bend has turned the ego away.
    assert min(heard) <= 0.5
    assert len(heard) >= 20 * (17.0 - 0.5) - 2


def test_it_can_be_switched_off() -> None:
    scene = Scene(duration=3.0)
    scene.ego(speed=kmh(50))
    special(scene, ahead=-100.0, speed=kmh(90))
    assert told(scene)
    assert advisories(scene, **{'evw.enabled': False}) == []
