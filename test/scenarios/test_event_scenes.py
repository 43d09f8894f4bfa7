# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Hard braking ahead, abnormal vehicles and loss of control: said where it matters only."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from judge import EMERGENCY, HORIZON, STEP, Said, advisories, warned

from icv_v2x.advisory import Action, Application, Level
from icv_v2x.message_set.enumerations import VehicleEvent
from icv_v2x.scenes import Radio, Scene, kmh

LATE = 0.25
CYCLE = 0.05
# From the event to its frame, its way through the air and to the next cycle.
REPORTED = 0.1 + 0.02 + CYCLE


def orientation(case: int) -> float:
    return 2.0 * math.pi * (case * 7 % 24) / 24.0


def of(said: list[Said], application: Application, scene: Scene, name: str) -> list[Said]:
    return [
        s for s in said
        if s.advisory.application == application
        and scene.subject(name) in s.advisory.subject_ids
    ]


def start(said: list[Said], level: Level) -> float:
    """Return when a level is first reached [s]."""
    return next((s.time for s in said if s.advisory.level >= level), math.inf)


def touches(
    gap: float, speed: float, leader: float, waits: float, brakes: float, delay: float, rate: float
) -> bool:
    """Roll out an ego that brakes after a delay behind a leader that brakes after a wait."""
    time = np.arange(0.0, HORIZON, STEP)
    own = np.maximum(speed - rate * np.maximum(time - delay, 0.0), 0.0)
    other = np.maximum(leader - brakes * np.maximum(time - waits, 0.0), 0.0)
    return bool(np.any(gap + np.cumsum(other - own) * STEP < 0.0))


def braking_rule_holds(scene: Scene, time: float, between: list[str], braking: str) -> bool:
    """Whether the WARNING rule of EBW holds on the true motion on a straight way."""
    ego = scene.states('ego', time)

    def asks(name: str) -> tuple[float, float]:
        actor, state = scene.actors[name], scene.states(name, time)
        gap = float(state.x[0] - ego.x[0]) - 0.5 * (
            actor.size.length + scene.the_ego.size.length)
        return gap, float(state.speed[0])

    own = float(ego.speed[0])
    leaders = [(*asks(name), 1.2, 4.0) for name in between]
    leaders.append((*asks(braking), 0.0, -float(scene.states(braking, time).acceleration[0])))
    return any(touches(gap, own, v, w, b, 1.7, EMERGENCY - 1e-3)
               for gap, v, w, b in leaders) and any(
        touches(gap, own, v, w, b, 0.0, 3.0 - 1e-3) for gap, v, w, b in leaders)


def column(
    speed: float, headway: float, *, rate: float = 6.0, vehicles: int = 2, **radio: object
) -> Scene:
    """Return a column behind the ego's leader, whose first vehicle brakes hard from 2 s on."""
    scene = Scene(duration=6.0, radio=replace(Radio(), **radio))
    scene.ego(speed=kmh(speed))
    step = kmh(speed) * headway
    for number in range(1, vehicles):
        scene.car(f'between {number}', ahead=step * number, speed=kmh(speed)).keep(6.0)
    scene.car('first', ahead=step * vehicles, speed=kmh(speed)).keep(2.0).brake(rate)
    return scene


@pytest.mark.parametrize(('speed', 'headway', 'vehicles'), [
    (50, 1.0, 2), (80, 1.0, 2), (100, 1.5, 2), (120, 0.8, 3), (60, 0.6, 3), (80, 1.2, 1),
])
def test_hard_braking_ahead_is_said_at_once_and_warned_of_before_the_column_brakes(
    speed: int, headway: float, vehicles: int
) -> None:
    scene = column(speed, headway, vehicles=vehicles)
    between = [f'between {n}' for n in range(1, vehicles)]
    said = of(
        advisories(scene, **{'fcw.enabled': False}), Application.EBW, scene, 'first')
    assert 2.0 <= start(said, Level.CAUTION) <= 2.0 + 0.3
    first = said[0].advisory
    assert first.action == Action.MONITOR
    holds = next(
        (t for t in np.arange(2.0, 6.0, 0.02).tolist()
         if braking_rule_holds(scene, t, between, 'first')), math.inf)
    warning = start(said, Level.WARNING)
    if math.isinf(holds):
        assert math.isinf(warning)
        return
    # Two messages must agree.
    assert holds - CYCLE <= warning <= max(holds, 2.0 + 0.1) + REPORTED + 0.5
    assert warning <= max(holds, 2.1) + 0.3


def test_the_driver_hears_of_it_before_the_vehicle_in_front_brakes() -> None:
    scene = column(100, 1.0)
    assert float(scene.states('between 1', 2.5).acceleration[0]) == 0.0
    for overrides in ({}, {'fcw.enabled': False}):
        assert start(advisories(scene, **overrides), Level.WARNING) < 2.5


def test_braking_in_another_lane_is_information() -> None:
    scene = Scene(duration=6.0)
    scene.ego(speed=kmh(60))
    scene.car('beside', x=60.0, y=3.5, speed=kmh(60)).keep(2.0).brake(6.0)
    said = of(advisories(scene), Application.EBW, scene, 'beside')
    assert start(said, Level.INFO) <= 2.3
    assert max(s.advisory.level for s in said) == Level.INFO


@pytest.mark.parametrize('place', [
    {'x': 190.0, 'y': 0.0}, {'x': -30.0, 'y': 0.0}, {'x': 60.0, 'y': 14.0},
    {'x': 120.0, 'y': 3.5, 'heading': math.pi}, {'x': 60.0, 'y': 0.0, 'elevation': 6.0},
])
def test_braking_elsewhere_is_not_spoken_of(place: dict[str, float]) -> None:
    scene = Scene(duration=4.0)
    scene.ego(speed=kmh(60))
    scene.car('other', speed=kmh(60), **place).keep(1.0).brake(6.0)
    assert of(advisories(scene), Application.EBW, scene, 'other') == []


def test_a_flag_without_deceleration_is_never_a_warning() -> None:
    scene = Scene(duration=6.0)
    scene.ego(speed=kmh(80))
    scene.car('liar', ahead=20.0, speed=kmh(80)).shows(VehicleEvent.HARD_BRAKING, 1.0)
    said = advisories(scene)
    assert max(s.advisory.level for s in said) == Level.CAUTION
    assert start(said, Level.CAUTION) <= 1.3


def test_a_flag_while_coasting_is_never_a_warning() -> None:
    scene = Scene(duration=6.0)
    scene.ego(speed=kmh(80))
    liar = scene.car('liar', ahead=15.0, speed=kmh(80)).shows(VehicleEvent.HARD_BRAKING, 1.0)
    liar.keep(1.0).brake(0.5)
    assert of(advisories(scene), Application.EBW, scene, 'liar')
    assert warned(advisories(scene)) == []


@pytest.mark.parametrize('omit', ['events', 'lights', 'path_radius'])
def test_it_works_without_optional_fields(omit: str) -> None:
    scene = column(80, 1.0, omit=frozenset({omit}))
    said = of(advisories(scene, **{'fcw.enabled': False}), Application.EBW, scene, 'first')
    assert start(said, Level.CAUTION) <= 2.3
    assert start(said, Level.WARNING) < 3.0


@pytest.mark.parametrize('rate', [1.0, 2.0, 20.0])
def test_it_works_at_any_rate(rate: float) -> None:
    scene = column(80, 1.0, rate=6.0)
    scene = scene.placed(radio=replace(Radio(), rate=rate), rotation=orientation(int(rate)))
    said = of(advisories(scene, **{'fcw.enabled': False}), Application.EBW, scene, 'first')
    assert start(said, Level.CAUTION) <= 2.0 + 0.3 + 1.0 / rate
    assert start(said, Level.WARNING) <= 2.0 + 0.3 + 2.0 / rate


def test_braking_on_a_bend_is_on_the_own_path() -> None:
    scene = Scene(duration=7.0)
    radius, speed = 200.0, kmh(60)
    scene.ego(speed=speed).turn(math.pi / 2, radius)
    angle = 60.0 / radius
    leader = scene.car(
        'leader', x=radius * math.sin(angle), y=radius * (1.0 - math.cos(angle)), heading=angle,
        speed=speed)
    leader.turn(4.0 * speed / radius, radius).brake(6.0)
    said = of(advisories(scene, **{'fcw.enabled': False}), Application.EBW, scene, 'leader')
    # The last stretch is straight, but the bend has carried it into its place.
    assert start(said, Level.CAUTION) <= 4.3


def hazard(speed: float, **place: float) -> Scene:
    scene = Scene(duration=24.0)
    scene.ego(speed=kmh(speed))
    scene.car('wreck', speed=0.0, **place).shows(VehicleEvent.HAZARD_LIGHTS)
    return scene


@pytest.mark.parametrize('speed', [50, 80])
def test_an_abnormal_vehicle_is_said_by_distance_and_warned_of_by_the_rule_of_fcw(
    speed: int
) -> None:
    v = kmh(speed)
    scene = hazard(speed, ahead=340.0).placed(rotation=orientation(speed))
    both = advisories(scene)
    said = of(both, Application.AVW, scene, 'wreck')
    assert 340.0 - v * start(said, Level.INFO) == pytest.approx(300.0, abs=v * 0.11)
    assert 340.0 - v * start(said, Level.CAUTION) == pytest.approx(
        2.5 * v + v * v / 5.0, abs=v * 0.11)
    warning = start(of(both, Application.FCW, scene, 'wreck'), Level.WARNING)
    assert start(said, Level.WARNING) == pytest.approx(warning)
    assert max(s.advisory.level for s in said) == Level.WARNING
    alone = of(
        advisories(scene, **{'fcw.enabled': False}), Application.AVW, scene, 'wreck')
    assert start(alone, Level.WARNING) == pytest.approx(warning)


def test_a_fast_ego_hears_of_it_ten_seconds_ahead() -> None:
    scene = Scene(duration=3.0)
    scene.ego(speed=kmh(130))
    scene.car('wreck', ahead=400.0, speed=0.0).shows(VehicleEvent.DISABLED_VEHICLE)
    said = of(advisories(scene), Application.AVW, scene, 'wreck')
    assert (400.0 - kmh(130) * said[0].time) / kmh(130) == pytest.approx(10.0, abs=0.11)


@pytest.mark.parametrize('offset', [3.5, -3.5, -6.5])
def test_an_abnormal_vehicle_beside_the_lane_is_information(offset: float) -> None:
    scene = Scene(duration=8.0)
    scene.ego(speed=kmh(60))
    scene.car('wreck', x=110.0, y=offset, speed=0.0).shows(VehicleEvent.HAZARD_LIGHTS)
    said = advisories(scene)
    assert {s.advisory.level for s in said} == {Level.INFO}
    passed = (110.0 + 4.6) / kmh(60)
    assert max(s.time for s in said) <= passed + 0.6


@pytest.mark.parametrize(('speed', 'events'), [
    (0.0, VehicleEvent(0)), (60.0, VehicleEvent.HAZARD_LIGHTS),
])
def test_parked_without_a_word_or_flashing_at_full_speed_is_nothing_abnormal(
    speed: float, events: VehicleEvent
) -> None:
    scene = Scene(duration=4.0)
    scene.ego(speed=kmh(60))
    scene.car('other', x=100.0, y=-3.5, speed=kmh(speed)).shows(events)
    assert advisories(scene) == []


def test_loss_of_control_is_said_of_oncoming_traffic_too() -> None:
    scene = Scene(duration=4.0)
    scene.ego(speed=kmh(60))
    scene.car('ahead', ahead=80.0, speed=kmh(60)).shows(VehicleEvent.ABS_ACTIVATED, 1.0)
    scene.car('oncoming', x=200.0, y=3.5, heading=math.pi, speed=kmh(60)).shows(
        VehicleEvent.STABILITY_CONTROL_ACTIVATED, 1.0)
    scene.car('behind', ahead=-20.0, speed=kmh(60)).shows(VehicleEvent.TRACTION_CONTROL_LOSS)
    said = advisories(scene)
    assert {s.advisory.application for s in said} == {Application.CLW}
    assert start(of(said, Application.CLW, scene, 'ahead'), Level.INFO) <= 1.3
    oncoming = of(said, Application.CLW, scene, 'oncoming')
    assert start(oncoming, Level.INFO) <= 1.3
    assert max(s.advisory.level for s in oncoming) == Level.INFO
    assert of(said, Application.CLW, scene, 'behind') == []


def test_loss_of_control_in_the_own_lane_is_warned_of_by_the_rule_of_fcw() -> None:
    scene = Scene(duration=11.0)
    scene.ego(speed=kmh(80))
    scene.car('spinning', ahead=110.0, speed=kmh(30)).shows(
        VehicleEvent.STABILITY_CONTROL_ACTIVATED | VehicleEvent.ABS_ACTIVATED)
    both = advisories(scene)
    said = of(both, Application.CLW, scene, 'spinning')
    warning = start(of(both, Application.FCW, scene, 'spinning'), Level.WARNING)
    assert math.isfinite(warning)
    assert start(said, Level.WARNING) == pytest.approx(warning)
    first = next(s.advisory for s in said if s.advisory.level == Level.WARNING)
    assert first.action == Action.SLOW_DOWN


@pytest.mark.parametrize('off', ['ebw', 'avw', 'clw'])
def test_one_switched_off_leaves_the_others_as_they_are(off: str) -> None:
    scene = Scene(duration=6.0)
    scene.ego(speed=kmh(70))
    scene.car('brakes', x=90.0, y=3.5, speed=kmh(70)).keep(1.0).brake(6.0)
    scene.car('wreck', x=200.0, y=-3.5, speed=0.0).shows(VehicleEvent.HAZARD_LIGHTS)
    scene.car('spins', ahead=60.0, speed=kmh(70)).shows(VehicleEvent.ABS_ACTIVATED)

    def told(**overrides: object) -> list[tuple[float, str, str, Level]]:
        return [
            (s.time, s.advisory.application.name, s.advisory.reason, s.advisory.level)
            for s in advisories(scene, **overrides)
            if s.advisory.application.name != off.upper()
        ]

    everything = told()
    assert len({name for _, name, *_ in everything}) == 2
    assert told(**{f'{off}.enabled': False}) == everything
