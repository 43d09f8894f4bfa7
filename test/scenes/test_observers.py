# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What observers of a scene and persons send: the truth, from where they see it, and no more."""

from __future__ import annotations

import math

import numpy as np
import pytest

from icv_v2x.inputs import FrameBatch, SignerRole
from icv_v2x.message_set.batch import DecodedFrames, decode_frames
from icv_v2x.message_set.enumerations import DetectionSource, ParticipantType
from icv_v2x.scenes import Radio, Scene, inputs


def received(scene: Scene) -> tuple[list[FrameBatch], list[DecodedFrames]]:
    batches = [item for _, item in inputs(scene) if isinstance(item, FrameBatch)]
    return batches, [decode_frames(batch.payload, batch.length) for batch in batches]


def junction(**unit: object) -> Scene:
    scene = Scene(1.0)
    scene.ego(10.0, seen_by_roadside=True)
    scene.car('car', x=40.0, y=5.0, heading=1.0, speed=8.0, seen_by_roadside=True, silent=True)
    scene.pedestrian('child', x=30.0, y=-4.0, speed=1.5, seen_by_roadside=True, silent=True)
    scene.car('unseen', x=50.0, y=5.0, speed=8.0, silent=True)
    scene.roadside_unit('unit', x=35.0, y=10.0, **unit)
    return scene.placed(rotation=0.8, shift=(30.0, -20.0))


def test_a_unit_tells_where_everybody_in_its_reach_truly_is() -> None:
    scene = junction(source=DetectionSource.LIDAR)
    batches, frames = received(scene)
    assert len(frames) == 11
    assert {int(role) for batch in batches for role in batch.signer_role} == {SignerRole.ROADSIDE}
    told = frames[5].rsm
    assert told.roadside_id.tolist() == [scene.observer_id('unit')]
    seen = told.participants
    assert seen.participant_type.tolist() == [
        ParticipantType.MOTOR, ParticipantType.MOTOR, ParticipantType.PEDESTRIAN]
    assert set(seen.source.tolist()) == {DetectionSource.LIDAR}
    assert not seen.temporary_id_available.any()
    x, y, _ = scene.map_frame().to_map(seen.latitude, seen.longitude, seen.elevation)
    for row, name in enumerate(('ego', 'car', 'child')):
        assert seen.participant_id[row] == scene.object_number(name)
        truth = scene.states(name, 0.5)
        assert math.hypot(x[row] - truth.x[0], y[row] - truth.y[0]) < 0.02
        assert seen.speed[row] == pytest.approx(truth.speed[0], abs=0.01)


def test_sharing_tells_the_same_as_the_roadside_message() -> None:
    plain = [frame.rsm.participants for frame in received(junction())[1]]
    shared = [frame.ssm.participants.states for frame in received(junction(sharing=True))[1]]
    for one, other in zip(plain, shared, strict=True):
        np.testing.assert_array_equal(one.participant_id, other.participant_id)
        np.testing.assert_array_equal(one.latitude, other.latitude)
        np.testing.assert_array_equal(one.heading, other.heading)


def test_what_is_out_of_reach_is_not_told() -> None:
    _, frames = received(junction(reach=20.0))
    assert frames[0].rsm.participants.participant_id.size == 2


def test_more_than_sixteen_objects_take_several_messages() -> None:
    scene = Scene(0.2)
    scene.ego(10.0)
    for number in range(20):
        scene.car(f'car {number}', x=30.0 + 6.0 * number, y=4.0, speed=0.0, silent=True,
                  seen_by_roadside=True)
    scene.roadside_unit('unit', x=60.0, y=10.0)
    _, frames = received(scene)
    assert np.diff(frames[0].rsm.offsets).tolist() == [16, 4]
    assert frames[0].rsm.message_count.tolist() == [0, 1]


def test_objects_that_send_are_named_on_demand() -> None:
    _, frames = received(junction(names_objects=True))
    assert frames[0].rsm.participants.temporary_id_available.all()


def test_persons_send_personal_messages() -> None:
    scene = Scene(1.0)
    scene.ego(10.0)
    scene.cyclist('rider', x=30.0, y=0.0, speed=4.0, radio=Radio(rate=5.0, personal=True))
    _, frames = received(scene)
    sent = [value for frame in frames for _, name, value in frame.others
            if name == 'PersonalSafetyMessage']
    assert len(sent) == 5
    assert {value['non-motorData']['basicType'] for value in sent} == {'aPEDALCYCLIST'}
    assert {value['id'] for value in sent} == {scene.subject('rider')}


def test_an_observer_needs_a_name_of_its_own() -> None:
    scene = junction()
    with pytest.raises(ValueError, match='car'):
        scene.roadside_unit('car', x=0.0, y=0.0)
