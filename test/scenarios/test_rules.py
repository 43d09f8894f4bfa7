# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Every advisory names the rule that decided its level and how old its inputs were."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from judge import accounts_for_itself, advisories
from strategies.street import Street, straight

from icv_v2x.advisory import Application, Level
from icv_v2x.advisory.rules import LevelRule, rule_table
from icv_v2x.advisory.sources import source_table
from icv_v2x.inputs import Indicator
from icv_v2x.interchange.signal_plans import State
from icv_v2x.message_set.enumerations import VehicleEvent
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.road_events.codes import Event
from icv_v2x.scenarios import glosa, rlvw, road_hazards
from icv_v2x.scenes import Scene, kmh
from icv_v2x.translate.signal_reports import Light

ROOT = Path(__file__).resolve().parents[2]
INFO, CAUTION, WARNING, IMMINENT = Level.INFO, Level.CAUTION, Level.WARNING, Level.IMMINENT
SOUNDED = {CAUTION, WARNING, IMMINENT}


def scene(duration: float, speed: float, *, indicator: Indicator = Indicator.NONE) -> Scene:
    """Return an ego at a speed [km/h] that may indicate all the time."""
    made = Scene(duration=duration)
    made.ego(speed=kmh(speed)).indicate(indicator, 0.0, 60.0)
    return made


def standing() -> Scene:
    made = scene(6.0, 60.0)
    made.car('other', ahead=95.0, speed=0.0, seen_by_ego=True)
    return made


def braking() -> Scene:
    made = scene(5.0, 80.0)
    made.car('other', ahead=kmh(80), speed=kmh(80)).keep(2.0).brake(4.0)
    return made


def oncoming() -> Scene:
    made = scene(4.0, 50.0)
    made.car('other', ahead=5.0 * kmh(100), heading=math.pi, speed=kmh(50))
    return made


def crossing() -> Scene:
    made = scene(6.0, 50.0)
    made.crossing('other', speed=kmh(40), at=5.5 * kmh(50), angle=math.pi / 2)
    return made


def walking() -> Scene:
    made = scene(6.0, 40.0)
    made.crossing(
        'other', speed=kmh(5.0), at=5.0 * kmh(40), object_class=ObjectClass.PEDESTRIAN,
        seen_by_ego=True)
    return made


def passing_behind() -> Scene:
    made = scene(6.0, 40.0)
    made.crossing(
        'other', speed=kmh(5.0), at=5.0 * kmh(40), gap=0.8, object_class=ObjectClass.PEDESTRIAN)
    return made


def setting_off() -> Scene:
    made = Scene(duration=5.0)
    made.ego(speed=0.0).keep(2.0).accelerate(1.5, seconds=3.0)
    made.car('other', x=10.0, y=-50.0, heading=math.pi / 2, speed=kmh(45))
    return made


def column(headway: float) -> Callable[[], Scene]:
    def made() -> Scene:
        drawn = scene(4.5, 80.0)
        drawn.car('between', ahead=headway * kmh(80), speed=kmh(80)).keep(6.0)
        drawn.car('other', ahead=2.0 * headway * kmh(80), speed=kmh(80)).keep(2.0).brake(6.0)
        return drawn
    return made


def wreck() -> Scene:
    made = scene(9.0, 80.0)
    made.car('other', ahead=200.0, speed=0.0).shows(VehicleEvent.HAZARD_LIGHTS)
    return made


def slipping() -> Scene:
    made = scene(2.0, 80.0)
    made.car('other', ahead=200.0, speed=kmh(60)).shows(VehicleEvent.ABS_ACTIVATED)
    return made


def beside() -> Scene:
    made = Scene(duration=2.5)
    made.ego(speed=kmh(50)).indicate(Indicator.LEFT, 1.0, 60.0)
    made.car('other', ahead=-1.0, left=3.3, speed=kmh(50))
    return made


def overtaking(indicator: Indicator) -> Callable[[], Scene]:
    def made() -> Scene:
        drawn = scene(4.0, 60.0, indicator=indicator)
        drawn.car('other', ahead=-72.0, left=3.5, speed=kmh(60) + 12.0)
        return drawn
    return made


def far_faster() -> Scene:
    made = scene(1.5, 60.0, indicator=Indicator.LEFT)
    made.car('other', ahead=-85.0, left=3.5, speed=kmh(60) + 20.0)
    return made


def passing() -> Scene:
    made = scene(3.0, 60.0, indicator=Indicator.LEFT)
    made.car('leader', ahead=20.0, speed=kmh(60))
    made.car('other', ahead=560.0, left=3.5, heading=math.pi, speed=kmh(80))
    return made


def out_in_the_other_lane() -> Scene:
    made = Scene(duration=4.0)
    made.ego(speed=kmh(70), y=3.5)
    made.car('passed', x=3.0, y=0.0, speed=kmh(60))
    made.car('other', x=6.0 * kmh(150), y=3.5, heading=math.pi, speed=kmh(80), seen_by_ego=True)
    return made


def turning() -> Scene:
    made = Scene(duration=6.0)
    made.ego(speed=kmh(15)).indicate(Indicator.LEFT, 0.0, 60.0).keep(4.0).turn(math.pi / 2, 10.0)
    made.car('other', x=118.0, y=3.5, heading=math.pi, speed=kmh(55))
    return made


def emergency(**place: float) -> Callable[[], Scene]:
    def made() -> Scene:
        drawn = scene(6.0, 50.0)
        drawn.actor('other', object_class=ObjectClass.EMERGENCY, **place).hurries()
        return drawn
    return made


def told_of(code: int, x: float, y: float = 0.0, speed: float = 72.0) -> Callable[[], Scene]:
    def made() -> Scene:
        drawn = scene(2.0, speed)
        drawn.roadside_unit('a', x=100.0, y=20.0)
        drawn.road_side.event(
            'a', 7, code, at=(x, y), paths=[[(-300.0, 0.0), (600.0, 0.0)]], half_width=6.0)
        return drawn
    return made


def jam() -> Scene:
    made = scene(5.0, 72.0)
    for place in range(6):
        made.car(f'car {place}', ahead=125.0 + 12.0 * (place // 2), left=3.5 * (place % 2),
                 speed=1.5)
    return made


@dataclass(frozen=True)
class Case:
    """A scene and the rules that decide in it.

    Attributes:
        name: What happens.
        make: Makes the scene.
        application: Who speaks.
        levels: Rule to the levels that it may set; all of them have to be seen.
    """

    name: str
    make: Callable[[], Scene]
    application: Application
    levels: dict[LevelRule, set[Level]]


CASES = [
    Case('standing leader', standing, Application.FCW, {
        LevelRule.FCW_REQUIRED_DECELERATION: SOUNDED}),
    Case('braking leader', braking, Application.FCW, {
        LevelRule.FCW_LEADER_BRAKING: SOUNDED, LevelRule.FCW_REQUIRED_DECELERATION: SOUNDED}),
    Case('oncoming in the own path', oncoming, Application.FCW, {
        LevelRule.FCW_ONCOMING_TIME: SOUNDED}),
    Case('crossing', crossing, Application.ICW, {LevelRule.ICW_REQUIRED_DECELERATION: SOUNDED}),
    Case('pedestrian', walking, Application.VRUCW, {
        LevelRule.VRUCW_CONFLICT_ZONE: {CAUTION},
        LevelRule.VRUCW_REQUIRED_DECELERATION: {WARNING, IMMINENT}}),
    Case('pedestrian who passes close', passing_behind, Application.VRUCW, {
        LevelRule.VRUCW_PASSING_CLOSE: {CAUTION}}),
    Case('setting off', setting_off, Application.ICW, {
        LevelRule.ICW_SETTING_OFF: SOUNDED}),
    Case('column', column(1.0), Application.EBW, {
        LevelRule.EBW_REQUIRED_DECELERATION: {WARNING, IMMINENT}}),
    Case('column with wide gaps', column(3.0), Application.EBW, {
        LevelRule.EBW_HARD_BRAKING_AHEAD: {INFO, CAUTION}}),
    Case('wreck', wreck, Application.AVW, {
        LevelRule.AVW_DISTANCE: {INFO, CAUTION}, LevelRule.AVW_FORWARD_COLLISION: SOUNDED}),
    Case('slipping', slipping, Application.CLW, {LevelRule.CLW_DISTANCE: {INFO, CAUTION}}),
    Case('blind spot', beside, Application.BSW, {
        LevelRule.BSW_BLIND_SPOT: {INFO}, LevelRule.BSW_LANE_CHANGE: {WARNING}}),
    Case('overtaken', overtaking(Indicator.NONE), Application.LCW, {
        LevelRule.LCW_APPROACH: {INFO}}),
    Case('overtaken while indicating', overtaking(Indicator.LEFT), Application.LCW, {
        LevelRule.LCW_LANE_CHANGE: {CAUTION}, LevelRule.LCW_TIME_TO_COLLISION: {WARNING}}),
    Case('far faster in the lane to change to', far_faster, Application.LCW, {
        LevelRule.LCW_LANE_CHANGE: {CAUTION}, LevelRule.LCW_FOLLOWER_DECELERATION: {WARNING},
        LevelRule.LCW_TIME_TO_COLLISION: {WARNING}}),
    Case('passing', passing, Application.DNPW, {
        LevelRule.DNPW_MEETING_TIME: {CAUTION}, LevelRule.DNPW_PASSING: {WARNING}}),
    Case('in the oncoming lane', out_in_the_other_lane, Application.DNPW, {
        LevelRule.DNPW_ONCOMING_LANE: {IMMINENT}}),
    Case('turning across', turning, Application.LTA, {
        LevelRule.LTA_GAP: {INFO, CAUTION}, LevelRule.LTA_CLEARANCE: {WARNING},
        # Without a second source what asks for IMMINENT comes as WARNING.
        LevelRule.LTA_REQUIRED_DECELERATION: {WARNING}}),
    Case('emergency vehicle from behind', emergency(ahead=-120.0, speed=kmh(90)),
         Application.EVW, {LevelRule.EVW_BEHIND: {INFO, CAUTION, WARNING}}),
    Case('oncoming emergency vehicle', emergency(
        x=300.0, y=3.5, heading=math.pi, speed=kmh(60)), Application.EVW, {
            LevelRule.EVW_ONCOMING: {INFO}}),
    Case('crossing emergency vehicle', emergency(
        x=100.0, y=-140.0, heading=math.pi / 2, speed=kmh(70)), Application.EVW, {
            LevelRule.EVW_CROSSING: {INFO, CAUTION, WARNING}}),
    Case('works in the own lane', told_of(501, 110.0), Application.HLW, {
        LevelRule.HLW_DISTANCE: {INFO, CAUTION},
        LevelRule.HLW_REQUIRED_DECELERATION: {WARNING}}),
    Case('works beside', told_of(501, 110.0, 3.5), Application.HLW, {
        LevelRule.HLW_BESIDE: {INFO}}),
    Case('jam that is told', told_of(int(Event.CONGESTION), 200.0), Application.TJW, {
        LevelRule.TJW_DISTANCE: {INFO, CAUTION}}),
    Case('jam that is seen', jam, Application.TJW, {
        LevelRule.TJW_SLOW_VEHICLES: {INFO, CAUTION}, LevelRule.TJW_LAST_VEHICLE: {WARNING}}),
]


@pytest.mark.parametrize('case', CASES, ids=[case.name for case in CASES])
def test_each_level_names_the_rule_that_set_it(case: Case) -> None:
    found: dict[LevelRule, set[Level]] = {}
    for one in advisories(case.make()):
        if one.advisory.application == case.application:
            found.setdefault(LevelRule(one.advisory.rule), set()).add(one.advisory.level)
    assert set(found) == set(case.levels), found
    for rule, levels in found.items():
        assert levels <= case.levels[rule], (rule, levels)


@pytest.mark.parametrize(('speed', 'rule'), [
    (14.0, LevelRule.RLVW_STOP_LINE), (0.0, LevelRule.RLVW_COUNTDOWN)])
def test_a_red_light_names_its_rule_and_the_ages_of_signal_and_map(
    speed: float, rule: LevelRule,
) -> None:
    street = Street(straight([300.0]))
    street.say(0.0, {1: [State(Light.RED, 0.0, 30.0, 30.0, 30.0)]})
    drawn = street.scene(0.2, 260.0, speed)
    said, = rlvw.assess(drawn, drawn.parameters)
    accounts_for_itself(said)
    assert said.rule == rule.value
    ages = dict(zip(said.source_kinds, said.source_ages, strict=True))
    assert set(ages) == {'SPAT', 'MAP', 'EGO'}
    assert ages['SPAT'] == pytest.approx(0.2, abs=0.15)
    assert ages['EGO'] == drawn.ego.age
    # The map does not move, and so does not make the advice old.
    assert said.data_age == max(ages['SPAT'], ages['EGO'])


@pytest.mark.parametrize(('green', 'rule'), [
    (25.0, LevelRule.GLOSA_GREEN_WINDOW), (200.0, LevelRule.GLOSA_NO_GREEN)])
def test_speed_advice_names_whether_green_is_met(green: float, rule: LevelRule) -> None:
    street = Street(straight([300.0]))
    street.say(0.0, {1: [
        State(Light.RED, 0.0, green), State(Light.PROTECTED_GREEN, green, green + 8.0),
        State(Light.YELLOW, green + 8.0, green + 11.0)]})
    drawn = street.scene(0.0, 0.0, 13.0)
    said, = glosa.assess(drawn, drawn.parameters)
    accounts_for_itself(said)
    assert said.rule == rule.value


@pytest.mark.parametrize('application', [
    Application.HLW, Application.TJW, Application.IVS, Application.DLM])
def test_hazards_of_every_application_have_their_rules(application: Application) -> None:
    own = [
        road_hazards.hazard_rule(application, level, own_lane=True, reached=reached)
        for level, reached in ((INFO, False), (CAUTION, True), (WARNING, False))]
    assert [rule.value.partition('.')[2] for rule in own] == [
        'distance', 'here', 'required_deceleration']


def test_every_advisory_of_the_code_is_made_with_its_rule() -> None:
    without = []
    for folder in ('scenarios', 'pipeline'):
        for file in (ROOT / 'icv_v2x' / folder).glob('*.py'):
            for call in ast.walk(ast.parse(file.read_text())):
                if isinstance(call, ast.Call) and getattr(call.func, 'id', '') == 'Advisory' and (
                        'rule' not in {word.arg for word in call.keywords}):
                    without.append(f'{file.name}:{call.lineno}')
    assert without == []


def test_rules_are_named_after_applications() -> None:
    speaking = {rule.value.partition('.')[0] for rule in LevelRule}
    assert speaking == {
        one.name for one in Application if one != Application.SDS}
    for rule in LevelRule:
        assert rule.name == rule.value.upper().replace('.', '_')


def test_the_documentation_lists_the_rules_and_the_inputs_of_the_code() -> None:
    text = (ROOT / 'docs' / 'interfaces.md').read_text(encoding='utf-8')
    assert rule_table() in text
    assert source_table() in text
