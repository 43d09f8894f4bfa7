# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Failures that other systems had without anybody noticing, each held by a test of its number."""

from __future__ import annotations

import ast
import math
from pathlib import Path

import numpy as np
import pytest
from judge import advisories, crossing_time_to_warn, first_warning, warned, zone_entry
from strategies.signals import Roadside, at

from icv_v2x.advisory import Application, Level
from icv_v2x.inputs import Indicator, Odometry
from icv_v2x.interchange.playback import play
from icv_v2x.interchange.signal_plans import State
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.parameters import Parameters, build, load
from icv_v2x.parameters.template import EXAMPLES
from icv_v2x.pipeline import Pipeline
from icv_v2x.scenes import EgoOutput, Radio, Scene, inputs, kmh
from icv_v2x.translate.signal_reports import Light

TEST = Path(__file__).resolve().parents[1]
LANE = 3.5
# Number to where else it is held: a file under test/ and the name of a test.
ELSEWHERE = {
    2: ('conflict/test_swept.py', 'test_next_lane_traffic_never_touches_and_head_on_does'),
    3: ('motion/test_models.py', 'test_left_turns_go_left_and_right_turns_right'),
    4: ('test_clock.py', 'test_one_millisecond_out_of_order_never_shifts_a_minute'),
    6: ('scenarios/test_event_scenes.py', 'test_one_switched_off_leaves_the_others_as_they_are'),
    7: ('scenarios/test_collision_scenes.py', 'test_a_car_on_a_bridge_above_is_no_warning'),
    8: ('world/test_track_store.py', 'test_a_standing_vehicle_keeps_the_heading_it_came_with'),
    9: ('scenarios/test_vru_scenes.py', 'test_a_pavement_full_of_people_is_silent'),
    10: ('conflict/test_swept.py', 'test_an_object_without_a_value_costs_only_itself'),
    12: ('frames/test_map_frame.py', 'test_convergence_in_chongqing_is_that_of_its_zone'),
    14: ('message_set/test_bsm_encoder.py', 'test_unavailable_arrives_as_unavailable'),
    13: ('signals/test_signal_store.py',
         'test_a_signal_is_unknown_three_periods_after_the_last_message_and_never_later_than_2_s'),
    15: ('world/test_own_echo.py', 'test_the_own_vehicle_is_known_by_its_motion_alone'),
    17: ('parameters/test_template.py', 'test_the_file_holds_every_parameter_with_its_default'),
}


def leader(radio: Radio | None = None) -> Scene:
    """Return an ego at 60 km/h that is warned of a standing car after about two seconds."""
    scene = Scene(duration=4.0, radio=radio)
    scene.ego(speed=kmh(60))
    scene.car('other', ahead=5.4 * kmh(60), speed=0.0)
    return scene


@pytest.mark.parametrize(('number', 'where'), ELSEWHERE.items())
def test_what_is_held_elsewhere_is_there(number: int, where: tuple[str, str]) -> None:
    file, name = where
    tree = ast.parse((TEST / file).read_text(encoding='utf-8'))
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert name in names, f'nothing holds number {number}: {file} has no {name}'


@pytest.mark.parametrize('late', [-0.12, 0.03, 0.11])
def test_1_crossing_cars_do_not_pass_through_each_other_between_samples(late: float) -> None:
    scene = Scene(duration=5.5)
    scene.ego(speed=25.0)
    scene.crossing('other', speed=25.0, at=5.5 * 25.0, late=late)
    first = first_warning(advisories(scene), scene.subject('other'))
    assert first is not None
    time = zone_entry(scene, 'other') - first.time
    assert abs(time - crossing_time_to_warn(25.0)) < 0.5


@pytest.mark.parametrize('sixteenth', range(1, 16, 5))
def test_2_no_heading_turns_traffic_side_by_side_into_a_collision_or_hides_one(
    sixteenth: int
) -> None:
    scene = Scene(duration=3.0)
    scene.ego(speed=kmh(70))
    scene.car('beside', ahead=-4.6, left=LANE, speed=kmh(70))
    scene.car('head-on', ahead=5.0 * kmh(120), heading=math.pi, speed=kmh(50))
    scene = scene.placed(rotation=sixteenth * math.pi / 8.0)
    said = advisories(scene)
    assert first_warning(said, scene.subject('head-on')) is not None
    assert first_warning(said, scene.subject('beside')) is None


@pytest.mark.parametrize('omit', [frozenset(), frozenset({'yaw_rate'})])
def test_3_headings_around_north_are_no_spin(omit: frozenset[str]) -> None:
    radio = Radio(rate=10.0, heading_noise=math.radians(0.3), omit=omit, seed=4)
    scene = Scene(duration=4.0, radio=radio)
    scene.ego(speed=kmh(60))
    scene.car('other', ahead=25.0, left=LANE, speed=kmh(50))
    scene = scene.placed(rotation=math.pi / 2)
    assert warned(advisories(scene)) == []
    turns = [
        abs(float(rate)) for step in play(
            Pipeline(scene.parameters()), inputs(scene), rate=10.0)
        for rate in step.cycle.tracks.turn_rate]
    assert turns
    assert max(turns) < math.radians(2.0)


def test_4_a_frame_out_of_order_neither_shifts_the_clock_nor_blinds() -> None:
    scene = leader()
    timed = inputs(scene)
    frames = [k for k, (_, record) in enumerate(timed) if hasattr(record, 'payload')]
    for k, other in zip(frames[5::4], frames[6::4], strict=False):
        timed[k], timed[other] = (timed[k][0], timed[other][1]), (timed[other][0], timed[k][1])
    pipeline = Pipeline(scene.parameters())
    steps = list(play(pipeline, timed, rate=20.0))
    assert pipeline.counters.rejected
    assert set(pipeline.counters.rejected) <= {'late', 'duplicate'}
    start = next(
        step.time for step in steps
        for advisory in step.cycle.advisories if advisory.level >= Level.WARNING)
    first = first_warning(advisories(leader()), scene.subject('other'))
    assert first is not None
    assert abs(start - first.time) <= 0.1


@pytest.mark.parametrize('rate', [2.5, 2.0, 1.0])
def test_5_slow_senders_are_warned_of(rate: float) -> None:
    scene = leader(Radio(rate=rate))
    first = first_warning(advisories(scene), scene.subject('other'))
    assert first is not None
    wanted = 1.7 + kmh(60) / 10.0
    assert wanted - 0.25 <= 5.4 - first.time <= wanted + 0.5


def test_6_switching_one_application_off_leaves_every_other_as_it_is() -> None:
    def said(**off: object) -> dict[str, set[tuple[float, int]]]:
        scene = Scene(duration=3.4)
        scene.ego(speed=kmh(60)).indicate(Indicator.LEFT, 0.5, 60.0)
        scene.car('leader', ahead=5.0 * kmh(60), speed=0.0)
        scene.car('beside', ahead=-2.0, left=LANE, speed=kmh(60))
        scene.crossing('crosses', speed=kmh(40), at=6.0 * kmh(60))
        scene.crossing(
            'walks', speed=kmh(6.5), at=5.0 * kmh(60), object_class=ObjectClass.PEDESTRIAN)
        found: dict[str, set[tuple[float, int]]] = {}
        for one in advisories(scene, **off):
            found.setdefault(one.advisory.application.name, set()).add(
                (one.time, int(one.advisory.level)))
        return found

    everything = said()
    assert {'FCW', 'ICW', 'BSW', 'VRUCW'} <= set(everything)
    for name in everything:
        rest = {other: when for other, when in everything.items() if other != name}
        assert said(**{f'{name.lower()}__enabled': False}) == rest


def test_7_a_road_above_is_another_road() -> None:
    scene = Scene(duration=4.0)
    scene.ego(speed=kmh(60))
    scene.crossing('above', speed=kmh(60), at=4.0 * kmh(60), elevation=5.5)
    scene.car('below', ahead=4.0 * kmh(60), speed=0.0, elevation=-5.5)
    assert warned(advisories(scene)) == []


@pytest.mark.parametrize('rotation', [0.0, 0.5, 1.0])
def test_8_a_stopped_vehicle_keeps_its_box_turned_as_it_came(rotation: float) -> None:
    scene = Scene(duration=5.0)
    scene.ego(speed=kmh(40))
    # Lengthwise beside the lane it leaves 1.5 m; across it would reach into the path.
    scene.truck('stops', ahead=20.0, left=LANE, speed=kmh(20)).brake(4.0)
    scene = scene.placed(rotation=rotation * math.pi / 2.0)
    assert warned(advisories(scene)) == []


def test_9_a_crowd_within_thirty_metres_is_no_flood() -> None:
    scene = Scene(duration=3.0)
    scene.ego(speed=kmh(30))
    for number in range(12):
        scene.pedestrian(
            f'person {number}', x=5.0 + 3.0 * number, y=4.2 * (-1) ** number,
            heading=math.pi * (number % 3 == 0), speed=1.4)
    assert warned(advisories(scene)) == []


def test_10_one_value_that_is_none_costs_its_own_object_alone() -> None:
    scene = leader(Radio(omit=frozenset({'yaw_rate', 'acceleration'})))
    # A pose that is no number is refused; the next one counts.
    timed = [
        (time, record if not isinstance(record, Odometry) or k % 7 else
         Odometry(**{**vars(record), 'x': math.nan}))
        for k, (time, record) in enumerate(inputs(scene))]
    steps = list(play(Pipeline(scene.parameters()), timed, rate=20.0))
    assert any(
        advisory.level >= Level.WARNING for step in steps for advisory in step.cycle.advisories)


@pytest.mark.parametrize('eighth', range(0, 8, 2))
def test_11_overtaking_into_oncoming_traffic_is_approved_on_no_heading(eighth: int) -> None:
    scene = Scene(duration=2.2)
    scene.ego(speed=kmh(60)).indicate(Indicator.LEFT, 0.0, 60.0)
    scene.car('leader', ahead=18.0, speed=kmh(58))
    scene.car('oncoming', ahead=260.0, left=LANE, heading=math.pi, speed=kmh(70))
    scene = scene.placed(rotation=eighth * math.pi / 4.0)
    first = first_warning(advisories(scene), scene.subject('oncoming'))
    assert first is not None
    assert first.advisory.application == Application.DNPW


@pytest.mark.parametrize('eighth', [1, 6])
def test_11_a_lane_change_is_not_granted_in_front_of_a_faster_car(eighth: int) -> None:
    scene = Scene(duration=2.0)
    scene.ego(speed=kmh(50)).indicate(Indicator.LEFT, 0.0, 60.0)
    scene.car('faster', ahead=-30.0, left=LANE, speed=kmh(50) + 12.0)
    scene = scene.placed(rotation=eighth * math.pi / 4.0)
    first = first_warning(advisories(scene), scene.subject('faster'))
    assert first is not None
    assert first.advisory.application == Application.LCW


@pytest.mark.parametrize('origin', [(29.56, 106.55, 0.0), (60.0, 25.0, 0.0)])
def test_12_in_no_place_the_next_lane_is_the_own(
    origin: tuple[float, float, float]
) -> None:
    scene = Scene(duration=3.0, origin=origin)
    scene.ego(speed=kmh(80))
    scene.car('beside', ahead=100.0, left=LANE, speed=kmh(20))
    scene.car('own lane', ahead=100.0, speed=kmh(20))
    said = advisories(scene)
    assert first_warning(said, scene.subject('own lane')) is not None
    assert first_warning(said, scene.subject('beside')) is None


def test_13_a_countdown_ends_with_its_signal_may_grow_and_is_that_of_its_own_phase() -> None:
    unit = Roadside()
    for time, likely in ((0.0, 10.0), (0.1, 14.0)):
        unit.say(time, {
            1: [State(Light.PROTECTED_GREEN, 0.0, likely, 5.0, 20.0)],
            2: [State(Light.RED, 0.0, 3.0)]})
        shown = unit.store.snapshot(at(time + 0.05))
        assert shown.light.tolist() == [Light.PROTECTED_GREEN, Light.RED]
        assert shown.time_to_end_likely[0] == pytest.approx(likely - 0.05, abs=0.06)
        assert shown.time_to_end_likely[1] == pytest.approx(2.95, abs=0.06)
    silent = unit.store.snapshot(at(2.2))
    assert silent.light.tolist() == [Light.UNAVAILABLE] * 2
    assert np.isnan(silent.time_to_end_likely).all()


def test_14_codes_for_unavailable_are_no_values() -> None:
    omit = frozenset({'yaw_rate', 'acceleration', 'brakes', 'size'})
    scene = leader(Radio(omit=omit))
    first = first_warning(advisories(scene), scene.subject('other'))
    assert first is not None
    assert abs(first.advisory.closing_speed - kmh(60)) < 0.1


def test_15_nothing_is_found_backwards_in_time_or_behind() -> None:
    scene = Scene(duration=3.0)
    scene.ego(speed=kmh(60))
    # They met the ego's path before the scene began, or will only be met behind it.
    scene.crossing('gone', speed=kmh(40), at=10.0, late=-3.0)
    scene.car('behind', ahead=-6.0, speed=kmh(60))
    assert warned(advisories(scene)) == []


def test_15_gaps_are_measured_from_bumper_to_bumper() -> None:
    for lever in (0.0, 3.0):
        scene = Scene(duration=3.0)
        scene.ego(speed=kmh(60), base_link_to_center=lever)
        scene.car('other', ahead=5.0 * kmh(60), speed=0.0)
        first = first_warning(advisories(scene), scene.subject('other'))
        assert first is not None
        assert first.advisory.gap == pytest.approx((5.0 - first.time) * kmh(60), abs=0.3)


def test_15_the_own_vehicle_reported_back_and_one_car_told_of_by_three_are_no_crowd() -> None:
    scene = Scene(duration=3.0)
    scene.ego(speed=kmh(60), echo=True, seen_by_roadside=True)
    scene.car('other', ahead=5.0 * kmh(60), speed=0.0, seen_by_roadside=True)
    scene.roadside_unit('one', x=60.0, y=10.0)
    scene.roadside_unit('two', x=70.0, y=-10.0)
    steps = play(Pipeline(scene.parameters()), inputs(scene), rate=20.0)
    subjects = [
        {subject for advisory in step.cycle.advisories for subject in advisory.subject_ids}
        for step in steps]
    assert max(len(s) for s in subjects) == 1
    assert set.union(*subjects) == {scene.subject('other')}


def test_15_how_often_cycles_come_decides_nothing() -> None:
    starts = []
    for rate in (10.0, 40.0):
        scene = leader()
        steps = play(Pipeline(scene.parameters()), inputs(scene), rate=rate)
        starts.append(next(
            step.time for step in steps
            for advisory in step.cycle.advisories if advisory.level >= Level.WARNING))
    assert np.ptp(starts) <= 0.1 + 1e-9


def test_16_collisions_are_checked_while_the_ego_merges() -> None:
    scene = Scene(duration=5.0)
    ego = scene.ego(speed=kmh(60), output=EgoOutput(path_rate=10.0))
    ego.indicate(Indicator.LEFT, 0.0, 60.0)
    ego.keep(0.5).change_lane(LANE, 3.0)
    scene.car('slow', ahead=75.0, left=LANE, speed=kmh(15))
    first = first_warning(advisories(scene), scene.subject('slow'))
    assert first is not None
    assert first.advisory.application == Application.FCW


def test_17_the_defaults_in_code_and_in_the_file_agree() -> None:
    assert load(TEST.parent / 'config' / 'icv_v2x.yaml') == build(Parameters, EXAMPLES)
