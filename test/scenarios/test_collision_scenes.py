# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Vehicles in front, across and beside: warned in time, or silent, on every heading."""

from __future__ import annotations

import itertools
import math

import pytest
from judge import (
    SILENCE,
    advisories,
    crossing_time_to_warn,
    first_warning,
    following_start,
    warned,
    zone_entry,
)

from icv_v2x.advisory import Action, Application, Level
from icv_v2x.scenes import Scene, encounter, kmh

SPEEDS = (20, 40, 60, 80)
PAIRS = list(itertools.product(SPEEDS, SPEEDS))
EARLY, LATE = 0.5, 0.25
# Times to conflict are judged at cycles of 0.05 s.
CYCLE = 0.05


def orientation(case: int) -> float:
    """Return one of 24 orientations of the whole scene, spread over the cases [rad]."""
    return 2.0 * math.pi * (case * 7 % 24) / 24.0


@pytest.mark.parametrize('speed', range(20, 90, 10))
def test_a_standing_leader_is_warned_of_in_the_window(speed: int) -> None:
    scene = Scene(duration=11.0)
    scene.ego(speed=kmh(speed))
    scene.car('leader', ahead=10.0 * kmh(speed), speed=0.0)
    scene = scene.placed(rotation=orientation(speed // 10))
    first = first_warning(advisories(scene), scene.subject('leader'))
    assert first is not None
    assert first.advisory.application == Application.FCW
    assert first.advisory.action == Action.SLOW_DOWN
    wanted = min(1.7 + kmh(speed) / 10.0, kmh(speed) / 3.0)
    assert wanted - LATE <= 10.0 - first.time <= wanted + EARLY
    assert first.advisory.time_to_conflict == pytest.approx(10.0 - first.time, abs=0.02)


@pytest.mark.parametrize('speed', range(30, 140, 20))
def test_a_leader_that_brakes_from_one_second_headway_is_warned_of_in_time(speed: int) -> None:
    scene = Scene(duration=8.0)
    scene.ego(speed=kmh(speed))
    scene.car('leader', ahead=kmh(speed), speed=kmh(speed)).keep(2.0).brake(4.0)
    scene = scene.placed(rotation=orientation(speed // 10))
    first = first_warning(advisories(scene), scene.subject('leader'))
    holds = following_start(scene, 'leader')
    assert first is not None
    assert holds - CYCLE <= first.time <= holds + 0.5 + 0.1


@pytest.mark.parametrize(('case', 'ego', 'other'), [(k, *p) for k, p in enumerate(PAIRS)])
@pytest.mark.parametrize('late', [-0.15, 0.1])
def test_a_crossing_car_on_collision_course_is_warned_of_in_the_window(
    case: int, ego: int, other: int, late: float
) -> None:
    scene = Scene(duration=10.0)
    scene.ego(speed=kmh(ego))
    side = math.pi / 2 if case % 2 else -math.pi / 2
    scene.crossing('other', speed=kmh(other), at=9.0 * kmh(ego), angle=side, late=late)
    scene = scene.placed(rotation=orientation(case))
    first = first_warning(advisories(scene), scene.subject('other'))
    assert first is not None
    assert first.advisory.application == Application.ICW
    assert first.advisory.action == Action.YIELD
    time = zone_entry(scene, 'other') - first.time
    wanted = crossing_time_to_warn(kmh(ego))
    assert wanted - LATE <= time <= wanted + EARLY


@pytest.mark.parametrize(('case', 'ego', 'other'), [(k, *p) for k, p in enumerate(PAIRS)])
@pytest.mark.parametrize('gap', [-2.0, 2.0])
def test_a_crossing_car_that_misses_by_two_seconds_is_no_warning(
    case: int, ego: int, other: int, gap: float
) -> None:
    scene = Scene(duration=12.0)
    scene.ego(speed=kmh(ego))
    side = math.pi / 2 if case % 2 else -math.pi / 2
    scene.crossing('other', speed=kmh(other), at=9.0 * kmh(ego), angle=side, gap=gap)
    scene = scene.placed(rotation=orientation(case))
    assert warned(advisories(scene, **SILENCE)) == []


@pytest.mark.parametrize('heading', range(0, 360, 5))
@pytest.mark.parametrize('oncoming', [True, False])
def test_traffic_in_the_next_lane_is_no_warning_on_any_heading(
    heading: int, oncoming: bool
) -> None:
    scene = Scene(duration=6.0)
    scene.ego(speed=kmh(50))
    # Both start so that they pass each other within the scene.
    if oncoming:
        scene.car('other', x=150.0, y=3.5, heading=math.pi, speed=kmh(50))
        scene.car('left behind', x=130.0, y=-3.5, heading=math.pi, speed=kmh(70))
    else:
        scene.car('other', x=20.0, y=3.5, speed=kmh(40))
        scene.car('overtaker', x=-20.0, y=-3.5, speed=kmh(70))
    scene = scene.placed(rotation=math.radians(heading))
    assert warned(advisories(scene, **SILENCE)) == []


def test_an_oncoming_vehicle_in_the_own_path_is_warned_of_in_the_window() -> None:
    scene = Scene(duration=8.0)
    scene.ego(speed=kmh(50))
    meet = 2.0 * kmh(50) * 7.0
    scene.car('wrong way', ahead=meet, heading=math.pi, speed=kmh(50))
    first = first_warning(advisories(scene), scene.subject('wrong way'))
    assert first is not None
    assert 3.5 <= 7.0 - first.time <= 4.0


def test_a_car_behind_stays_unmentioned() -> None:
    scene = Scene(duration=6.0)
    scene.ego(speed=kmh(50))
    scene.car('tailgater', ahead=-8.0, speed=kmh(52))
    assert warned(advisories(scene)) == []


def test_a_faster_leader_is_no_warning() -> None:
    scene = Scene(duration=5.0)
    scene.ego(speed=kmh(50))
    scene.car('leader', ahead=6.0, speed=kmh(60))
    assert advisories(scene) == []


def test_a_car_on_a_bridge_above_is_no_warning() -> None:
    scene = Scene(duration=8.0)
    scene.ego(speed=kmh(50))
    scene.crossing('bridge', speed=kmh(50), at=80.0, elevation=6.0)
    assert advisories(scene) == []


def test_imminent_needs_a_second_source() -> None:
    def highest(*, seen: bool, **overrides: object) -> Level:
        scene = Scene(duration=11.0)
        scene.ego(speed=kmh(50))
        scene.car('leader', ahead=10.0 * kmh(50), speed=0.0, seen_by_ego=seen)
        said = advisories(scene, **overrides)
        return max(s.advisory.level for s in said)

    assert highest(seen=False) == Level.WARNING
    assert highest(seen=True) == Level.IMMINENT
    assert highest(seen=False, **{'trust.second_source': False}) == Level.IMMINENT


def test_imminent_advises_to_brake_with_what_avoids_the_contact() -> None:
    scene = Scene(duration=10.0)
    scene.ego(speed=kmh(50))
    scene.car('leader', ahead=10.0 * kmh(50), speed=0.0, seen_by_ego=True)
    imminent = [s for s in advisories(scene) if s.advisory.level == Level.IMMINENT]
    first = imminent[0].advisory
    assert first.action == Action.BRAKE
    assert first.corroborated
    gap = (10.0 - imminent[0].time) * kmh(50)
    assert first.required_deceleration == pytest.approx(kmh(50) ** 2 / 2 / gap, rel=0.02)


def test_an_unverified_sender_alone_causes_caution_at_most() -> None:
    from dataclasses import replace

    from icv_v2x.inputs import Verification
    from icv_v2x.scenes import Radio

    scene = Scene(duration=11.0, radio=replace(Radio(), verification=Verification.NOT_CHECKED))
    scene.ego(speed=kmh(50))
    scene.car('leader', ahead=10.0 * kmh(50), speed=0.0, seen_by_ego=True)
    assert max(s.advisory.level for s in advisories(scene)) == Level.CAUTION
    allowed = advisories(scene, **{'trust.minimum_verification': 'not_checked'})
    assert max(s.advisory.level for s in allowed) >= Level.WARNING


@pytest.mark.parametrize('angle', [16.0, 20.0, 25.0, 28.0, 29.5, 30.0, 30.5, 35.0])
@pytest.mark.parametrize(('ego', 'other'), [(60, 20), (80, 60)])
def test_paths_that_meet_at_a_shallow_angle_fall_into_no_gap_between_rules(
    angle: float, ego: int, other: int
) -> None:
    scene = Scene(duration=10.0)
    scene.ego(speed=kmh(ego))
    scene.crossing('other', speed=kmh(other), at=8.0 * kmh(ego), angle=math.radians(angle))
    scene = scene.placed(rotation=orientation(int(angle)))
    first = first_warning(advisories(scene), scene.subject('other'))
    assert first is not None
    assert encounter(scene, 'other').first_overlap - first.time >= 1.5


@pytest.mark.parametrize('angle', [11.0, 14.0])
@pytest.mark.parametrize('side', [1.0, -1.0])
def test_who_is_touched_beside_the_front_at_a_shallow_angle_is_warned_of(
    angle: float, side: float
) -> None:
    scene = Scene(duration=6.0)
    scene.ego(speed=kmh(80))
    scene.crossing(
        'other', speed=kmh(60), at=6.0 * kmh(80), angle=side * math.radians(angle), late=0.2)
    first = first_warning(advisories(scene), scene.subject('other'))
    assert first is not None
    assert encounter(scene, 'other').first_overlap - first.time >= 1.5
