# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Lane changes and passing: who is beside, who comes up from behind, who comes towards."""

from __future__ import annotations

import math

import numpy as np
import pytest
from judge import advisories, warned
from manoeuvre_judge import (
    CYCLE,
    first_at,
    first_true,
    highest,
    in_blind_spot,
    meeting_time,
    passing_time,
    said_of,
)

from icv_v2x.advisory import Action, Application, Level
from icv_v2x.inputs import Indicator
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.scenes import SIZES, EgoOutput, Radio, Scene, kmh

PATH = EgoOutput(path_rate=10.0)
SIDES = {'left': (1.0, Indicator.LEFT), 'right': (-1.0, Indicator.RIGHT)}
# Speed up to which the ego passes where no limit is known [m/s].
LIMIT = 22.2


def orientation(case: int) -> float:
    """Return one of 24 orientations of the whole scene, spread over the cases [rad]."""
    return 2.0 * math.pi * (case * 7 % 24) / 24.0


def beside(side: str, *, indicate_from: float = math.inf, left: float = 3.3, **place) -> Scene:
    """Return a car that keeps abreast in a blind spot of the ego, which may indicate."""
    sign, indicator = SIDES[side]
    scene = Scene(duration=3.5)
    scene.ego(speed=kmh(50)).indicate(indicator, indicate_from, math.inf)
    scene.car('other', **{'ahead': -1.0, 'left': sign * left, 'speed': kmh(50), **place})
    return scene

BY_MOTION = {'intent.by_motion': True}


@pytest.mark.parametrize('side', list(SIDES))
@pytest.mark.parametrize('heading', [0, 45, 100, 180, 271])
def test_a_car_in_the_blind_spot_is_warned_of_as_soon_as_the_ego_indicates(
    side: str, heading: int
) -> None:
    scene = beside(side, indicate_from=1.5).placed(rotation=math.radians(heading))
    said = said_of(advisories(scene), Application.BSW, scene.subject('other'))
    first = first_at(said, Level.WARNING)
    assert first is not None
    assert 1.5 <= first.time <= 1.5 + 0.3
    assert first.advisory.action == Action.KEEP_LANE
    assert side in first.advisory.reason
    assert {s.advisory.level for s in said if s.time < 1.5} == {Level.INFO}
    assert {s.advisory.action for s in said if s.time < 1.5} == {Action.MONITOR}


@pytest.mark.parametrize('side', list(SIDES))
def test_indicating_to_the_other_side_is_no_intent(side: str) -> None:
    other = 'left' if side == 'right' else 'right'
    scene = beside(side)
    scene.the_ego.indicate(SIDES[other][1], 0.0, 4.0)
    assert highest(advisories(scene)) == Level.INFO


@pytest.mark.parametrize('output', [EgoOutput(), PATH], ids=['motion', 'path'])
@pytest.mark.parametrize('speed', [30, 50, 100])
@pytest.mark.parametrize('side', list(SIDES))
def test_a_lane_change_without_indicator_is_seen_before_the_line_is_crossed(
    side: str, speed: int, output: EgoOutput
) -> None:
    sign = SIDES[side][0]
    scene = Scene(duration=5.0)
    scene.ego(speed=kmh(speed), output=output).keep(1.0).change_lane(sign * 3.5, 4.0)
    scene.car('other', ahead=-1.0, left=sign * 3.5, speed=kmh(speed))
    scene = scene.placed(rotation=orientation(speed // 10))
    said = said_of(
        advisories(scene, **BY_MOTION), Application.BSW, scene.subject('other'))
    first = first_at(said, Level.WARNING)
    # By its sideways speed the ego will be over the line, 0.85 m away, within 1.5 s.
    times = np.arange(0.0, 5.0, 0.01)
    states = scene.states('ego', times)
    lane = float(states.heading[0])
    aside = sign * (
        (states.y - states.y[0]) * math.cos(lane) - (states.x - states.x[0]) * math.sin(lane))
    rate = np.gradient(aside, times)
    holds = first_true(list(aside + 1.5 * rate >= 0.85), times)
    assert first is not None
    assert first.time <= holds + 0.3
    if output is not PATH:
        assert first.time >= 1.0


@pytest.mark.parametrize('place', [
    {'left': 7.0}, {'left': 3.5, 'ahead': -9.0}, {'left': 0.0, 'ahead': -4.0},
    {'left': 3.5, 'ahead': 5.0}, {'left': 3.5, 'ahead': 40.0, 'heading': math.pi},
    {'left': 3.0, 'ahead': 8.0, 'speed': 0.0}, {'left': 3.5, 'elevation': 6.0},
], ids=['two lanes away', 'far behind', 'behind', 'ahead', 'oncoming', 'parked', 'on a bridge'])
@pytest.mark.parametrize('side', list(SIDES))
def test_who_is_not_in_the_next_lane_beside_is_no_matter_of_a_lane_change(
    side: str, place: dict[str, float]
) -> None:
    place = dict(place)
    scene = beside(side, indicate_from=0.5, **place)
    said = advisories(scene)
    assert said_of(said, Application.BSW, scene.subject('other')) == []
    assert said_of(said, Application.LCW, scene.subject('other')) == []


@pytest.mark.parametrize(('lanes', 'most'), [(1.0, Level.WARNING), (2.0, Level.INFO)])
@pytest.mark.parametrize('side', list(SIDES))
def test_only_the_lane_that_the_planned_path_leads_to_is_changed_to(
    side: str, lanes: float, most: Level
) -> None:
    sign, indicator = SIDES[side]
    scene = Scene(duration=5.5)
    ego = scene.ego(speed=kmh(80), output=PATH).keep(1.0).change_lane(sign * 3.5, 4.0)
    ego.indicate(indicator, 0.5, 4.6)
    scene.car('fast', ahead=-20.0, left=sign * 3.5 * lanes, speed=kmh(95))
    scene.car('beside', ahead=-1.5, left=sign * 3.5 * lanes, speed=kmh(80))
    said = advisories(scene.placed(rotation=orientation(round(lanes))))
    assert highest(said_of(said, Application.LCW, scene.subject('fast'))) == most
    assert highest(said_of(said, Application.BSW, scene.subject('beside'))) == most


BSD = {
    'car overtaking': (ObjectClass.CAR, 50, 60, 3.3, -33.0),
    'scooter overtaking': (ObjectClass.MOTORCYCLE, 30, 40, 2.6, -12.0),
    'bicycle overtaking': (ObjectClass.CYCLIST, 15, 25, 2.5, -12.0),
}


@pytest.mark.parametrize('row', list(BSD))
@pytest.mark.parametrize('side', list(SIDES))
def test_an_overtaker_is_told_of_from_its_entry_to_its_exit(side: str, row: str) -> None:
    sign, indicator = SIDES[side]
    kind, own, other, left, ahead = BSD[row]
    scene = Scene(duration=0.5 - 1.4 * ahead / kmh(other - own) if ahead > -20 else 17.0)
    scene.ego(speed=kmh(own)).indicate(indicator, 0.0, 60.0)
    scene.actor(
        'other', object_class=kind, speed=kmh(other), ahead=ahead, left=sign * left)
    scene = scene.placed(rotation=orientation(own))
    said = said_of(advisories(scene), Application.BSW, scene.subject('other'))
    times = np.arange(0.0, scene.duration, 0.02)
    inside = [in_blind_spot(scene, 'other', float(t)) for t in times]
    enters = first_true(inside, times)
    exits = float(times[np.flatnonzero(inside)[-1]])
    assert said[0].advisory.level == Level.WARNING
    assert abs(said[0].time - enters) <= 0.3
    assert exits <= said[-1].time + CYCLE
    assert said[-1].time <= exits + 1.0


@pytest.mark.parametrize(('kind', 'speed', 'far', 'near'), [
    (ObjectClass.CAR, 50, 6.0, 1.5), (ObjectClass.MOTORCYCLE, 25, 7.5, 2.5),
])
def test_a_vehicle_that_merges_towards_the_ego_is_told_of_when_it_enters_the_blind_spot(
    kind: ObjectClass, speed: int, far: float, near: float
) -> None:
    scene = Scene(duration=12.0)
    ego = scene.ego(speed=kmh(speed))
    # At this mean speed sideways, from side to side.
    seconds = (far - near) / 0.5
    other = scene.actor(
        'other', object_class=kind, speed=kmh(speed), ahead=-0.5,
        left=far + 0.5 * (ego.size.width + SIZES[kind].width))
    other.keep(1.0).change_lane(near - far, seconds)
    said = said_of(advisories(scene), Application.BSW, scene.subject('other'))
    times = np.arange(0.0, scene.duration, 0.02)
    enters = first_true([in_blind_spot(scene, 'other', float(t)) for t in times], times)
    assert enters - 0.5 <= said[0].time <= enters + 0.3
    assert highest(said) == Level.INFO


def test_drifting_towards_an_overtaker_is_warned_of() -> None:
    scene = Scene(duration=5.0)
    drift = math.atan2(0.6, kmh(70))
    scene.ego(speed=kmh(70)).keep(1.0).turn(drift, 400.0)
    scene.car('other', ahead=-14.0, left=3.5, speed=kmh(80))
    assert not first_at(advisories(scene), Level.WARNING)
    said = advisories(scene, **BY_MOTION)
    first = first_at(said, Level.WARNING)
    assert first is not None
    assert first.advisory.application in (Application.BSW, Application.LCW)
    # It begins to touch the line at about 2.8 s.
    assert first.time <= 2.8


@pytest.mark.parametrize(('closing', 'wanted'), [(10, 2.5), (12, 2.7), (15, 3.0), (20, 3.5)])
@pytest.mark.parametrize('side', list(SIDES))
def test_a_vehicle_closing_from_behind_in_the_next_lane_is_warned_of_in_time(
    side: str, closing: float, wanted: float
) -> None:
    sign, indicator = SIDES[side]
    scene = Scene(duration=5.0)
    scene.ego(speed=kmh(60)).indicate(indicator, 0.0, 60.0)
    scene.car('other', ahead=-closing * 6.0, left=sign * 3.5, speed=kmh(60) + closing)
    scene = scene.placed(rotation=orientation(int(closing)))
    said = said_of(advisories(scene), Application.LCW, scene.subject('other'))
    caution, warning = first_at(said, Level.CAUTION), first_at(said, Level.WARNING)
    assert caution is not None
    assert warning is not None
    assert 6.0 - caution.time == pytest.approx(5.0, abs=0.1)
    # Braking after 0.4 s at 3 m/s2 keeps the follower off down to this time.
    braking = closing / 6.0 + 0.4
    assert 6.0 - warning.time == pytest.approx(max(wanted, braking), abs=0.1)
    assert warning.advisory.action == Action.KEEP_LANE
    assert highest(said) == Level.WARNING


def test_without_intent_a_vehicle_closing_from_behind_is_worth_knowing_only() -> None:
    scene = Scene(duration=5.0)
    scene.ego(speed=kmh(60))
    scene.car('other', ahead=-90.0, left=3.5, speed=kmh(60) + 15.0)
    said = said_of(advisories(scene), Application.LCW, scene.subject('other'))
    assert {s.advisory.level for s in said} == {Level.INFO}
    assert 6.0 - said[0].time == pytest.approx(5.0, abs=0.1)


@pytest.mark.parametrize('place', [
    {'speed': kmh(50)}, {'speed': kmh(60)}, {'left': 7.0}, {'left': 0.0}, {'left': -3.5},
    {'heading': math.pi}, {'ahead': -200.0},
], ids=['falling back', 'as fast', 'two lanes away', 'own lane', 'other side', 'driving away',
        'far behind'])
def test_who_does_not_close_in_the_lane_to_change_to_is_no_matter(place: dict[str, float]) -> None:
    scene = Scene(duration=2.5)
    scene.ego(speed=kmh(60)).indicate(Indicator.LEFT, 0.0, 60.0)
    scene.car('other', **{'ahead': -50.0, 'left': 3.5, 'speed': kmh(80), **place})
    said = said_of(advisories(scene), Application.LCW, scene.subject('other'))
    assert highest(said) <= (Level.INFO if place.get('left') == -3.5 else Level.NONE)


@pytest.mark.parametrize('bend', [150.0, -150.0, 400.0])
def test_a_lane_is_followed_around_a_bend(bend: float) -> None:
    def at(radius: float, along: float) -> dict[str, float]:
        angle = along / bend
        return {
            'x': radius * math.sin(angle), 'y': bend - radius * math.cos(angle),
            'heading': angle,
        }

    scene = Scene(duration=7.0)
    speed = kmh(50)
    scene.ego(speed=speed, **at(bend, 0.0)).indicate(Indicator.LEFT, 0.0, 60.0)
    scene.the_ego.turn(math.copysign(2.0, bend), abs(bend))
    for name, lanes in (('next', 1), ('second', 2), ('own', 0)):
        radius = bend - 3.5 * lanes
        other = scene.car(name, speed=speed + 9.0, **at(radius, -75.0))
        other.turn(math.copysign(2.0, bend), abs(radius))
    # It takes a while until a turn is known to last.
    said = [s for s in advisories(scene) if s.time > 3.5]
    assert highest(said_of(said, Application.LCW, scene.subject('next'))) == Level.WARNING
    for name in ('second', 'own'):
        assert said_of(said, Application.LCW, scene.subject(name)) == []
        assert said_of(said, Application.BSW, scene.subject(name)) == []


def test_a_bend_of_the_road_in_the_planned_path_is_no_lane_change() -> None:
    scene = Scene(duration=4.0)
    speed = kmh(50)
    scene.ego(speed=speed, output=PATH).keep(2.0).turn(0.8, 80.0)
    # All centres begin to turn where the bend begins.
    bend = 2.0 * speed
    for name, left, behind in (('inside', 3.5, 5.6), ('outside', -3.5, 6.6)):
        other = scene.car(name, x=-behind, y=left, speed=speed)
        other.keep((bend + behind) / speed).turn(0.8, 80.0 - left)
    assert warned(advisories(scene)) == []


def passing(oncoming: float, *, gap: float, seen: bool = False, **place) -> Scene:
    """Return an ego behind a leader at 60 km/h, and oncoming traffic."""
    scene = Scene(duration=6.0)
    scene.ego(speed=kmh(60))
    scene.car('leader', ahead=20.0, speed=kmh(60))
    scene.car('other', **{
        'ahead': gap, 'left': 3.5, 'heading': math.pi, 'speed': kmh(oncoming),
        'seen_by_ego': seen, **place})
    return scene


@pytest.mark.parametrize('oncoming', [50, 80, 100, 120])
@pytest.mark.parametrize('mirrored', [False, True], ids=['right', 'left'])
def test_passing_into_oncoming_traffic_is_warned_of_in_time(
    oncoming: int, mirrored: bool
) -> None:
    needed = passing_time(20.0, kmh(60), kmh(60), 9.2, LIMIT)
    # The rule holds from 2 s on.
    gap = 0.0
    while meeting_time(gap, kmh(60), kmh(oncoming), LIMIT) < needed + 3.0:
        gap += 1.0
    gap += 2.0 * (kmh(60) + kmh(oncoming))
    # Nobody looks farther than 700 m.
    holds = max(2.0, (gap - 700.0) / (kmh(60) + kmh(oncoming)))
    scene = passing(oncoming, gap=gap)
    scene.the_ego.indicate(Indicator.LEFT, 0.0, 60.0)
    scene = scene.placed(rotation=orientation(oncoming), mirrored=mirrored)
    said = said_of(advisories(scene), Application.DNPW, scene.subject('other'))
    warning = first_at(said, Level.WARNING)
    assert first_at(said, Level.CAUTION) is not None
    assert warning is not None
    assert warning.time == pytest.approx(holds, abs=0.3)
    assert warning.advisory.action == Action.KEEP_LANE
    assert 'radio surely reaches 300 m' in warning.advisory.reason


def test_without_intent_to_pass_oncoming_traffic_causes_caution_at_most() -> None:
    scene = passing(80, gap=500.0)
    said = said_of(advisories(scene), Application.DNPW, scene.subject('other'))
    assert highest(said) == Level.CAUTION


@pytest.mark.parametrize(('case', 'change'), [
    ('right indicator', {}), ('second lane', {'left': 7.0}), ('same way', {'heading': 0.0}),
    ('far away', {'ahead': 780.0}), ('standing', {'speed': 0.0}), ('bridge', {'elevation': 6.0}),
])
def test_who_is_not_met_while_passing_is_no_matter(case: str, change: dict[str, float]) -> None:
    scene = passing(80, gap=250.0, **change)
    scene.duration = 2.0
    side = Indicator.RIGHT if case == 'right indicator' else Indicator.LEFT
    scene.the_ego.indicate(side, 0.0, 60.0)
    said = said_of(advisories(scene), Application.DNPW, scene.subject('other'))
    assert highest(said) <= (Level.CAUTION if case == 'right indicator' else Level.NONE)


@pytest.mark.parametrize('mirrored', [False, True], ids=['right', 'left'])
@pytest.mark.parametrize(('turns', 'intent'), [(True, False), (False, True)])
def test_an_indicator_for_the_turn_that_is_planned_is_no_intent_to_pass(
    turns: bool, intent: bool, mirrored: bool
) -> None:
    scene = Scene(duration=3.0)
    ego = scene.ego(speed=kmh(20), output=PATH)
    ego.indicate(Indicator.LEFT, 0.0, 60.0)
    ego.keep(5.0)
    if turns:
        ego.turn(0.5 * math.pi, 10.0)
    scene.car('leader', ahead=10.0, speed=kmh(15))
    scene.car('other', ahead=160.0, left=3.5, heading=math.pi, speed=kmh(50))
    said = said_of(
        advisories(scene.placed(mirrored=mirrored)), Application.DNPW, scene.subject('other'))
    assert (highest(said) == Level.WARNING) == intent


@pytest.mark.parametrize(('ahead', 'intent'), [(10.0, True), (50.0, False)])
def test_an_indicator_far_behind_the_leader_is_for_what_comes_later(
    ahead: float, intent: bool,
) -> None:
    # The planned path keeps the lane as far as it leads.
    scene = Scene(duration=2.0)
    scene.ego(speed=kmh(60), output=PATH).indicate(Indicator.LEFT, 0.0, 60.0)
    scene.car('leader', ahead=ahead, speed=kmh(40))
    scene.car('other', ahead=200.0, left=3.5, heading=math.pi, speed=kmh(50))
    said = said_of(advisories(scene), Application.DNPW, scene.subject('other'))
    assert highest(said) == (Level.WARNING if intent else Level.CAUTION)


def test_without_a_leader_nobody_is_passed() -> None:
    scene = Scene(duration=2.0)
    scene.ego(speed=kmh(60)).indicate(Indicator.LEFT, 0.0, 60.0)
    scene.car('other', ahead=250.0, left=3.5, heading=math.pi, speed=kmh(80))
    scene.car('parked', ahead=30.0, left=-2.2, speed=0.0)
    assert said_of(advisories(scene), Application.DNPW, scene.subject('other')) == []


@pytest.mark.parametrize('mirrored', [False, True], ids=['right', 'left'])
def test_in_the_oncoming_lane_without_time_to_get_back_only_braking_helps(
    mirrored: bool
) -> None:
    scene = Scene(duration=6.0)
    scene.ego(speed=kmh(70), y=3.5)
    scene.car('passed', x=3.0, y=0.0, speed=kmh(60))
    scene.car(
        'other', x=6.0 * (kmh(70) + kmh(80)), y=3.5, heading=math.pi, speed=kmh(80),
        seen_by_ego=True)
    scene = scene.placed(mirrored=mirrored)
    said = advisories(scene)
    passing_said = said_of(said, Application.DNPW, scene.subject('other'))
    imminent = first_at(passing_said, Level.IMMINENT)
    assert imminent is not None
    assert imminent.advisory.action == Action.BRAKE
    # Dropping back by the 7 m that overlap takes at most 3.5 s, the way aside 2 s.
    assert 6.0 - imminent.time <= 3.5 + 2.0 + 1.0 + 0.1
    assert 6.0 - imminent.time >= 1.5
    assert passing_said[0].advisory.action in (Action.SLOW_DOWN, Action.BRAKE)


@pytest.mark.parametrize('application', ['bsw', 'lcw', 'dnpw'])
def test_each_application_is_switched_off_alone(application: str) -> None:
    scene = passing(80, gap=300.0)
    scene.duration = 2.0
    scene.the_ego.indicate(Indicator.LEFT, 0.0, 60.0)
    scene.car('beside', ahead=-1.0, left=3.5, speed=kmh(60))
    scene.car('behind', ahead=-40.0, left=3.5, speed=kmh(60) + 15.0)
    speakers = {'bsw': 'beside', 'lcw': 'behind', 'dnpw': 'other'}
    said = advisories(scene, **{f'{application}.enabled': False})
    for name, subject in speakers.items():
        spoken = said_of(said, Application[name.upper()], scene.subject(subject))
        assert bool(spoken) == (name != application)


@pytest.mark.parametrize('radio', [
    Radio(rate=1.0), Radio(rate=2.0), Radio(rate=20.0), Radio(rate=10.0, loss=0.3),
    Radio(omit=frozenset({'acceleration', 'yaw_rate', 'events', 'lights'})),
], ids=['1 Hz', '2 Hz', '20 Hz', 'loss', 'few fields'])
def test_rate_loss_and_missing_fields_change_nothing_that_matters(radio: Radio) -> None:
    scene = Scene(duration=5.0, radio=radio)
    scene.ego(speed=kmh(60)).indicate(Indicator.LEFT, 2.0, 60.0)
    scene.car('beside', ahead=-1.0, left=3.3, speed=kmh(60))
    scene.car('behind', ahead=-90.0, left=3.5, speed=kmh(60) + 15.0)
    said = advisories(scene)
    warning = first_at(
        said_of(said, Application.BSW, scene.subject('beside')), Level.WARNING)
    assert warning is not None
    assert warning.time <= 2.0 + 0.3
    warning = first_at(
        said_of(said, Application.LCW, scene.subject('behind')), Level.WARNING)
    assert warning is not None
    assert warning.time == pytest.approx(3.0, abs=0.3)


def test_hazard_lights_are_no_intent() -> None:
    scene = beside('left')
    scene.the_ego.indicate(Indicator.HAZARD, 0.0, 4.0)
    assert highest(advisories(scene)) == Level.INFO


def test_a_lost_neighbour_is_not_spoken_of() -> None:
    scene = beside('left', indicate_from=0.0, until=0.5)
    said = said_of(advisories(scene), Application.BSW, scene.subject('other'))
    assert said[-1].time <= 0.5 + 1.1
