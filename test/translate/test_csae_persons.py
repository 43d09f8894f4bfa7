# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Persons who tell where they are, as reports: what they are, how large, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from strategies.radio_frames import GENERATED, ORIGIN, batch, parameters, psm

from icv_v2x.frames import MapFrame
from icv_v2x.message_set.batch import decode_frames
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.translate.csae_persons import reports_from_psm
from icv_v2x.translate.refusals import Refusal, RefusalReason
from icv_v2x.translate.reports import ObjectReports, Source


def translated(*frames: bytes) -> tuple[ObjectReports, tuple[Refusal, ...]]:
    radio = batch(*frames)
    decoded = decode_frames(radio.payload, radio.length)
    messages = [(frame, value) for frame, _, value in decoded.others]
    assert len(messages) == len(frames)
    return reports_from_psm(messages, radio, MapFrame(*ORIGIN), parameters())


def test_a_person_keeps_identity_time_and_motion() -> None:
    reports, refused = translated(psm())
    assert refused == ()
    assert reports.sender_id.tolist() == [0x0102030405060708]
    assert reports.object_id.tolist() == [-1]
    assert reports.source.tolist() == [Source.PSM]
    assert reports.time.tolist() == [GENERATED]
    assert reports.speed[0] == pytest.approx(1.4)
    assert reports.heading[0] == pytest.approx(0.0, abs=1e-9)
    assert reports.variance_xx[0] == pytest.approx(1.0)


@pytest.mark.parametrize(('person', 'kind'), [
    ({'basicType': 'aPEDESTRIAN'}, ObjectClass.PEDESTRIAN),
    ({'basicType': 'aROADWORKER'}, ObjectClass.PEDESTRIAN),
    ({'basicType': 'aPEDALCYCLIST'}, ObjectClass.CYCLIST),
    ({'basicType': 'anANIMAL'}, ObjectClass.ANIMAL),
    ({'basicType': 'unavailable'}, ObjectClass.PEDESTRIAN),
    ({'basicType': 'unavailable', 'propulsion': {'motor': 'scooter'}}, ObjectClass.CYCLIST),
    ({'basicType': 'unavailable', 'propulsion': {'motor': 'wheelChair'}},
     ObjectClass.PEDESTRIAN),
    ({'basicType': 'unavailable', 'propulsion': {'human': 'pushOrKickScooter'}},
     ObjectClass.PEDESTRIAN),
    ({'basicType': 'unavailable', 'propulsion': {'animal': 'animalMounted'}},
     ObjectClass.ANIMAL),
])
def test_type_and_propulsion_tell_the_class(person: dict[str, Any], kind: ObjectClass) -> None:
    reports, _ = translated(psm(**{'non-motorData': person}))
    assert reports.object_class[0] == kind


@pytest.mark.parametrize(('radius', 'person', 'length', 'width'), [
    (0, {'basicType': 'aPEDESTRIAN'}, 0.6, 0.6),
    (5, {'basicType': 'aPEDESTRIAN'}, 1.0, 1.0),
    (10, {'basicType': 'aPEDALCYCLIST'}, 2.0, 0.7),
    (15, {'basicType': 'aPEDALCYCLIST', 'clusterSize': 'small'}, 3.0, 3.0),
    (200, {'basicType': 'aPEDESTRIAN'}, 10.0, 10.0),
])
def test_the_radius_tells_the_size(
    radius: int, person: dict[str, Any], length: float, width: float
) -> None:
    reports, _ = translated(psm(overallRadius=radius, **{'non-motorData': person}))
    assert (reports.length[0], reports.width[0]) == pytest.approx((length, width))


def test_a_person_without_speed_or_place_is_refused_and_the_next_one_is_not() -> None:
    nowhere = {'lat': 900000001, 'long': 1800000001}
    reports, refused = translated(psm(speed=8191), psm(pos=nowhere), psm())
    assert reports.frame.tolist() == [2]
    assert refused == (
        Refusal(0, RefusalReason.NO_SPEED), Refusal(1, RefusalReason.NO_POSITION))
