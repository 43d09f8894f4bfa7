# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What roadside units and persons tell by radio, up to the advisory: confirmed, or kept silent."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from judge import Said, advisories, first_warning, warned

from icv_v2x.advisory import Application, Level
from icv_v2x.inputs import SignerRole, Verification
from icv_v2x.message_set.enumerations import DetectionSource
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.pipeline import Pipeline
from icv_v2x.scenes import Radio, Scene, kmh, run
from icv_v2x.scenes.observers import ROADSIDE_RADIO

LEADER_SIGNER = 0x4C45_4144
ORIENTATION = 2.1


def highest(said: list[Said]) -> Level:
    return max((s.advisory.level for s in said), default=Level.NONE)


def known(scene: Scene) -> set[str]:
    """Return the names of all objects that the package knew at some time."""
    steps = run(scene, Pipeline(scene.parameters()))
    return {
        step.cycle.tracks.name(row) for step in steps for row in range(len(step.cycle.tracks))}


def standing_leader(**unit: Any) -> Scene:
    """Return a car that stands ahead, heard by its own messages and seen by one unit."""
    scene = Scene(duration=6.0)
    scene.ego(speed=kmh(50))
    scene.car(
        'leader', ahead=5.0 * kmh(50), speed=0.0, seen_by_roadside=True,
        radio=Radio(signer=LEADER_SIGNER))
    scene.roadside_unit('unit', x=60.0, y=15.0, **unit)
    return scene.placed(rotation=ORIENTATION)


@pytest.mark.parametrize('sharing', [False, True], ids=['RSM', 'SSM'])
@pytest.mark.parametrize('names_objects', [False, True])
def test_a_sensor_at_the_roadside_lets_a_warning_become_imminent(
    sharing: bool, names_objects: bool
) -> None:
    scene = standing_leader(sharing=sharing, names_objects=names_objects)
    said = advisories(scene)
    assert highest(said) == Level.IMMINENT
    imminent = next(s.advisory for s in said if s.advisory.level == Level.IMMINENT)
    assert imminent.corroborated
    subjects = {subject for s in said for subject in s.advisory.subject_ids}
    assert subjects == {scene.subject('leader')}


@pytest.mark.parametrize('source', [
    DetectionSource.UNKNOWN, DetectionSource.SELF_INFORMATION, DetectionSource.V2X,
    DetectionSource.INTEGRATED])
def test_what_is_not_a_sensor_confirms_nothing(source: DetectionSource) -> None:
    said = advisories(standing_leader(source=source))
    assert highest(said) == Level.WARNING
    assert not any(s.advisory.corroborated for s in said)


@pytest.mark.parametrize('radio', [
    replace(ROADSIDE_RADIO, signer=LEADER_SIGNER),
    replace(ROADSIDE_RADIO, signer=0),
    replace(ROADSIDE_RADIO, verification=Verification.NOT_CHECKED),
    replace(ROADSIDE_RADIO, verification=Verification.FAILED),
    replace(ROADSIDE_RADIO, role=SignerRole.VEHICLE),
], ids=['same signer', 'no signer', 'not checked', 'failed', 'certificate of a vehicle'])
def test_a_unit_that_cannot_be_trusted_confirms_nothing(radio: Radio) -> None:
    assert highest(advisories(standing_leader(radio=radio))) == Level.WARNING


def test_the_own_vehicle_seen_from_the_roadside_is_never_a_subject() -> None:
    noisy = replace(
        ROADSIDE_RADIO, position_noise=0.5, speed_noise=0.4, heading_noise=0.05, jitter=0.1)
    scene = Scene(duration=6.0)
    scene.ego(speed=kmh(50), seen_by_roadside=True).keep(2.0).brake(3.0, to=2.0)
    scene.roadside_unit('first', x=20.0, y=10.0, radio=noisy)
    scene.roadside_unit('second', x=60.0, y=-10.0, sharing=True, radio=noisy)
    assert known(scene.placed(rotation=ORIENTATION)) == set()


def test_the_own_vehicle_named_by_a_unit_is_dropped_wherever_it_puts_it() -> None:
    scene = Scene(duration=4.0)
    scene.ego(speed=kmh(50), echo=True, seen_by_roadside=True)
    scene.roadside_unit('unit', x=20.0, y=10.0, names_objects=True, radio=replace(
        ROADSIDE_RADIO, position_noise=6.0))
    assert known(scene) == set()


@pytest.mark.parametrize('angle', [math.pi / 2, -math.pi / 2])
def test_a_hidden_pedestrian_known_to_the_roadside_only_is_warned_of(angle: float) -> None:
    scene = Scene(duration=8.0)
    scene.ego(speed=kmh(40))
    scene.crossing(
        'child', speed=kmh(5), at=6.0 * kmh(40), angle=angle, silent=True,
        seen_by_roadside=True, object_class=ObjectClass.PEDESTRIAN)
    scene.roadside_unit('unit', x=60.0, y=15.0)
    scene = scene.placed(rotation=ORIENTATION)
    first = first_warning(advisories(scene), scene.observed_subject('unit', 'child'))
    assert first is not None
    assert first.advisory.application == Application.VRUCW


def test_two_units_that_see_one_pedestrian_confirm_each_other() -> None:
    scene = Scene(duration=8.0)
    scene.ego(speed=kmh(40))
    scene.crossing(
        'child', speed=kmh(5), at=6.0 * kmh(40), silent=True, seen_by_roadside=True,
        object_class=ObjectClass.PEDESTRIAN)
    scene.roadside_unit('unit', x=60.0, y=15.0)
    alone = advisories(scene)
    assert highest(alone) == Level.WARNING
    scene.roadside_unit('other', x=80.0, y=-15.0, source=DetectionSource.LIDAR)
    both = advisories(scene)
    assert highest(both) == Level.IMMINENT
    assert {s.advisory.subject_ids for s in both} == {(scene.observed_subject('unit', 'child'),)}


def test_a_cyclist_who_sends_personal_messages_is_one_subject_with_what_a_unit_sees() -> None:
    scene = Scene(duration=8.0)
    scene.ego(speed=kmh(40))
    scene.crossing(
        'rider', speed=kmh(15), at=6.0 * kmh(40), seen_by_roadside=True,
        object_class=ObjectClass.CYCLIST, radio=Radio(personal=True))
    scene.roadside_unit('unit', x=60.0, y=15.0)
    said = advisories(scene)
    assert highest(said) == Level.IMMINENT
    assert {s.advisory.subject_ids for s in said} == {(scene.subject('rider'),)}


def test_traffic_in_the_next_lane_seen_twice_is_no_warning() -> None:
    scene = Scene(duration=5.0)
    scene.ego(speed=kmh(50), seen_by_roadside=True)
    scene.car('beside', x=10.0, y=3.5, speed=kmh(45), seen_by_roadside=True)
    scene.car('silent', x=40.0, y=-3.5, speed=kmh(40), silent=True, seen_by_roadside=True)
    scene.roadside_unit('unit', x=40.0, y=15.0, radio=replace(
        ROADSIDE_RADIO, position_noise=0.3, speed_noise=0.3))
    assert warned(advisories(scene.placed(rotation=ORIENTATION))) == []


@pytest.mark.parametrize('change', [
    {'loss': 0.3, 'seed': 3}, {'rate': 20.0}, {'rate': 3.0}, {'latency': 0.2, 'jitter': 0.1},
    {'position_noise': 0.3, 'speed_noise': 0.3}], ids=str)
def test_a_second_source_holds_under_loss_delay_and_noise(change: dict[str, Any]) -> None:
    scene = standing_leader(radio=replace(ROADSIDE_RADIO, **change))
    said = advisories(scene)
    assert highest(said) == Level.IMMINENT
    # Until its first own message the leader is what the unit calls it.
    subjects = {name for s in said if s.time > 0.2 for name in s.advisory.subject_ids}
    assert subjects == {scene.subject('leader')}


def test_of_a_queue_each_car_is_one_object_though_all_tell_of_it() -> None:
    scene = Scene(duration=3.0)
    scene.ego(speed=kmh(30), seen_by_roadside=True)
    for number in range(5):
        scene.car(
            f'car {number}', x=25.0 + 6.5 * number, y=0.0, speed=kmh(30), seen_by_roadside=True,
            silent=number == 2)
        scene.car(
            f'beside {number}', x=22.0 + 6.5 * number, y=3.2, speed=kmh(30),
            seen_by_roadside=True, silent=number == 3)
    noisy = replace(ROADSIDE_RADIO, position_noise=0.3, speed_noise=0.2)
    scene.roadside_unit('unit', x=40.0, y=15.0, radio=noisy)
    scene.roadside_unit('other', x=40.0, y=-15.0, sharing=True, radio=replace(noisy, seed=1))
    steps = run(scene.placed(rotation=ORIENTATION), Pipeline(scene.parameters()))
    settled = [step.cycle.tracks for step in steps if step.time > 0.5]
    assert {len(tracks) for tracks in settled} == {10}
    assert all(tracks.corroborated.mean() > 0.8 for tracks in settled)
