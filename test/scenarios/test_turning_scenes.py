# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Turning across oncoming traffic: warned in time, or silent where nobody is met."""

from __future__ import annotations

import itertools
import math

import pytest
from judge import SILENCE, advisories, warned
from manoeuvre_judge import Crossing, first_at, highest, said_of

from icv_v2x.advisory import Action, Application, Level
from icv_v2x.inputs import Indicator
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.scenes import EgoOutput, Radio, Scene, encounter, kmh

PATH = EgoOutput(path_rate=10.0)
# Radius of the turn, way of the ego before it [s].
RADIUS = 10.0
BEFORE = 4.0
LANE = 3.5
PAIRS = list(itertools.product((10, 15, 20, 25), (30, 55, 80)))


def orientation(case: int) -> float:
    """Return one of 24 orientations of the whole scene, spread over the cases [rad]."""
    return 2.0 * math.pi * (case * 7 % 24) / 24.0


def turning(
    ego_speed: float,
    other_speed: float,
    *,
    encroachment: float | None = None,
    output: EgoOutput | None = None,
    radio: Radio | None = None,
    seen: bool = False,
) -> Scene:
    """Return an ego that turns left at constant speed and an oncoming car.

    Args:
        ego_speed: [km/h].
        other_speed: [km/h].
        encroachment: [s] from the exit of the first to the entry of the second at the common
            zone, negative where the other goes first; None: the other meets it in the middle.
        output: What the ego publishes; its indicator shows left from the start.
        radio: How the other sends.
        seen: The ego's own sensors see the other.
    """
    own = kmh(ego_speed)

    def sketch(start: float) -> Scene:
        scene = Scene(duration=BEFORE + 10.0 / own, radio=radio)
        ego = scene.ego(speed=own, output=output)
        ego.indicate(Indicator.LEFT, 0.0, 60.0)
        ego.keep(BEFORE).turn(math.pi / 2, RADIUS)
        scene.car(
            'other', x=start, y=LANE, heading=math.pi, speed=kmh(other_speed), seen_by_ego=seen)
        return scene

    crossing = Crossing(sketch(500.0), 'other')
    arrives, gone = crossing.other_inside()
    if encroachment is None:
        moment = 0.5 * (crossing.entry + crossing.leave)
        late = moment - 0.5 * (arrives + gone)
    elif encroachment >= 0.0:
        late = crossing.leave + encroachment - arrives
    else:
        late = crossing.entry + encroachment - gone
    return sketch(500.0 + late * kmh(other_speed))


@pytest.mark.parametrize(('case', 'ego', 'other'), [(k, *p) for k, p in enumerate(PAIRS)])
def test_an_oncoming_car_is_warned_of_in_time_where_a_path_tells_of_the_turn(
    case: int, ego: int, other: int
) -> None:
    scene = turning(ego, other, output=PATH)
    assert not math.isnan(encounter(scene, 'other').first_overlap)
    # The plan reaches 8 s ahead, the turn is told by 45 degrees of it.
    known = max(0.0, BEFORE + RADIUS * math.pi / 4 / kmh(ego) - 8.0)
    holds = Crossing(scene, 'other').rule_start(since=known)
    mirrored = bool(case % 2)
    scene = scene.placed(rotation=orientation(case), mirrored=mirrored)
    first = first_at(
        said_of(advisories(scene), Application.LTA, scene.subject('other')), Level.WARNING)
    assert first is not None
    assert first.advisory.action == Action.YIELD
    assert holds - 0.25 <= first.time <= holds + 0.5


@pytest.mark.parametrize(('case', 'ego', 'other'), [(k, *p) for k, p in enumerate(PAIRS)])
def test_with_the_indicator_alone_the_warning_comes_when_the_turn_begins(
    case: int, ego: int, other: int
) -> None:
    scene = turning(ego, other).placed(rotation=orientation(case))
    said = said_of(advisories(scene), Application.LTA, scene.subject('other'))
    assert first_at(said, Level.CAUTION) is not None
    first = first_at(said, Level.WARNING)
    assert first is not None
    holds = max(BEFORE, Crossing(turning(ego, other), 'other').rule_start(since=BEFORE))
    assert BEFORE <= first.time <= holds + 0.5


@pytest.mark.parametrize(('case', 'ego', 'other'), [(k, *p) for k, p in enumerate(PAIRS)])
@pytest.mark.parametrize('output', [None, PATH], ids=['indicator', 'path'])
@pytest.mark.parametrize('encroachment', [-2.0, 2.0])
def test_an_oncoming_car_that_is_missed_by_two_seconds_is_no_warning(
    case: int, ego: int, other: int, output: EgoOutput | None, encroachment: float
) -> None:
    scene = turning(ego, other, encroachment=encroachment, output=output)
    assert encounter(scene, 'other').minimum_distance > 0.5
    scene = scene.placed(rotation=orientation(case), mirrored=bool(case % 2))
    assert warned(advisories(scene, **SILENCE)) == []


def waiting(other_speed: float, arrival: float, *, start: float | None = None) -> Scene:
    """Return an ego that stands before a left turn, and oncoming traffic.

    Args:
        other_speed: [km/h].
        arrival: [s] when the other is abreast of the ego's front.
        start: [s] when the ego sets off, None: never.
    """
    scene = Scene(duration=5.0)
    ego = scene.ego(speed=0.0)
    ego.indicate(Indicator.LEFT, 0.0, 60.0)
    if start is not None:
        ego.keep(start).accelerate(2.0, to=4.0).turn(math.pi / 2, RADIUS)
    scene.car('other', x=2.3 + 2.3 + arrival * kmh(other_speed), y=LANE, heading=math.pi,
              speed=kmh(other_speed))
    return scene


@pytest.mark.parametrize('speed', [30, 50, 80])
@pytest.mark.parametrize('mirrored', [False, True], ids=['left', 'right'])
def test_a_waiting_ego_hears_of_gaps_that_are_too_small(speed: int, mirrored: bool) -> None:
    scene = waiting(speed, 10.0).placed(rotation=orientation(speed // 10), mirrored=mirrored)
    said = said_of(advisories(scene), Application.LTA, scene.subject('other'))
    info, caution = first_at(said, Level.INFO), first_at(said, Level.CAUTION)
    assert info is not None
    assert caution is not None
    # The turn crosses the lane up to 12 m ahead of the ego.
    crossed = 12.0 / kmh(speed)
    assert 10.0 - 8.0 - crossed - 0.1 <= info.time <= 10.0 - 8.0 + 0.1
    assert 10.0 - 5.5 - crossed - 0.1 <= caution.time <= 10.0 - 5.5 + 0.1
    assert highest(said) == Level.CAUTION


def test_heavy_vehicles_need_larger_gaps() -> None:
    starts = []
    for kind, heavy, length in (
        (ObjectClass.CAR, False, 4.6), (ObjectClass.TRUCK, True, 10.0),
        (ObjectClass.TRUCK, True, 17.0),
    ):
        scene = waiting(50, 9.0)
        ego = scene.the_ego
        ego.object_class, ego.size = kind, type(ego.size)(length, 2.0, 2.0)
        said = advisories(scene, **{'vehicle.heavy': heavy})
        caution = first_at(
            said_of(said, Application.LTA, scene.subject('other')), Level.CAUTION)
        assert caution is not None
        starts.append(caution.time)
    assert starts[0] - starts[1] >= 0.9
    # A longer vehicle also takes longer to clear, up to more than the table's gap.
    assert starts[1] - starts[2] >= 0.9


@pytest.mark.parametrize('speed', [30, 50, 80])
def test_setting_off_in_front_of_oncoming_traffic_is_warned_of(speed: int) -> None:
    scene = waiting(speed, 4.5, start=2.0)
    said = said_of(advisories(scene), Application.LTA, scene.subject('other'))
    first = first_at(said, Level.WARNING)
    assert first is not None
    # 0.5 m/s is reached after 0.25 s.
    assert 2.25 <= first.time <= 2.25 + 0.3
    assert first.advisory.action == Action.YIELD


@pytest.mark.parametrize(('speed', 'indicator', 'level'), [
    (25, Indicator.NONE, Level.WARNING), (25, Indicator.LEFT, Level.CAUTION),
    # To the other side it comes into the way that the ego turns into; that fast nobody turns.
    (25, Indicator.RIGHT, Level.WARNING), (50, Indicator.LEFT, Level.WARNING),
])
@pytest.mark.parametrize('mirrored', [False, True], ids=['left', 'right'])
def test_who_indicates_to_turn_off_to_the_same_side_is_no_warning(
    speed: int, indicator: Indicator, level: Level, mirrored: bool,
) -> None:
    scene = waiting(speed, 4.5, start=2.0)
    scene.actors['other'].indicate(indicator, 0.0, 60.0)
    scene = scene.placed(mirrored=mirrored)
    assert highest(said_of(advisories(scene), Application.LTA, scene.subject('other'))) == level


def test_a_planned_start_in_front_of_oncoming_traffic_is_warned_of_before_it_happens() -> None:
    scene = waiting(50, 4.5, start=2.0)
    scene.the_ego.output = EgoOutput(path_rate=10.0, status_rate=10.0)
    said = said_of(advisories(scene), Application.LTA, scene.subject('other'))
    first = first_at(said, Level.WARNING)
    assert first is not None
    assert first.time < 2.0


def test_a_start_that_is_planned_for_after_the_oncoming_car_is_no_warning() -> None:
    scene = waiting(50, 1.5, start=4.0)
    scene.the_ego.output = EgoOutput(path_rate=10.0, status_rate=10.0)
    assert warned(advisories(scene)) == []


@pytest.mark.parametrize('indicator', [Indicator.NONE, Indicator.RIGHT, Indicator.HAZARD])
def test_without_intent_to_turn_across_nothing_is_said(indicator: Indicator) -> None:
    scene = Scene(duration=4.0)
    scene.ego(speed=kmh(25)).indicate(indicator, 0.0, 60.0)
    scene.car('other', ahead=60.0, left=LANE, heading=math.pi, speed=kmh(50))
    assert said_of(advisories(scene), Application.LTA, scene.subject('other')) == []


@pytest.mark.parametrize('place', [
    {'heading': 0.0}, {'heading': math.pi / 2, 'left': -60.0}, {'speed': 0.0},
    {'elevation': 6.0}, {'ahead': -30.0},
], ids=['same way', 'from the right', 'standing', 'on a bridge', 'passed'])
def test_who_does_not_come_towards_the_ego_is_no_matter_of_the_turn(
    place: dict[str, float]
) -> None:
    scene = Scene(duration=2.0)
    scene.ego(speed=0.0).indicate(Indicator.LEFT, 0.0, 60.0)
    scene.car('other', **{
        'ahead': 40.0, 'left': LANE, 'heading': math.pi, 'speed': kmh(40), **place})
    assert said_of(advisories(scene), Application.LTA, scene.subject('other')) == []


def test_imminent_advises_to_stop_while_that_is_possible() -> None:
    scene = turning(20, 50, output=PATH, seen=True)
    said = said_of(advisories(scene), Application.LTA, scene.subject('other'))
    imminent = first_at(said, Level.IMMINENT)
    assert imminent is not None
    assert imminent.advisory.action == Action.STOP
    assert 0.0 < imminent.advisory.required_deceleration <= 8.0
    assert imminent.advisory.distance * 2 * imminent.advisory.required_deceleration == (
        pytest.approx(kmh(20) ** 2, rel=0.1))


def test_a_bend_of_the_road_is_no_turn() -> None:
    scene = Scene(duration=6.0)
    scene.ego(speed=kmh(50), output=PATH).keep(1.0).turn(1.2, 60.0)
    other = scene.car('other', speed=kmh(50), **_on_the_bend(60.0, kmh(50)))
    other.turn(-1.2, 56.5)
    assert said_of(advisories(scene), Application.LTA, scene.subject('other')) == []


def _on_the_bend(radius: float, start: float) -> dict[str, float]:
    """Return a place at the end of the bend, in the inner lane, driving back along it."""
    inner = radius - LANE
    return {
        'x': start + inner * math.sin(1.2), 'y': radius - inner * math.cos(1.2),
        'heading': 1.2 + math.pi,
    }


@pytest.mark.parametrize('radio', [
    Radio(rate=1.0), Radio(rate=20.0), Radio(rate=10.0, loss=0.3),
    Radio(omit=frozenset({'acceleration', 'yaw_rate', 'events', 'lights'})),
], ids=['1 Hz', '20 Hz', 'loss', 'few fields'])
def test_rate_loss_and_missing_fields_delay_no_warning(radio: Radio) -> None:
    scene = turning(20, 50, output=PATH, radio=radio)
    holds = Crossing(scene, 'other').rule_start()
    first = first_at(
        said_of(advisories(scene), Application.LTA, scene.subject('other')), Level.WARNING)
    assert first is not None
    assert first.time <= holds + 0.5


def test_the_application_is_switched_off_alone() -> None:
    scene = turning(20, 50, output=PATH)
    said = advisories(scene, **{'lta.enabled': False})
    assert said_of(said, Application.LTA, scene.subject('other')) == []
    assert first_at(said, Level.WARNING) is not None
