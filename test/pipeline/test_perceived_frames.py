# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Frames of perceived objects and persons through perception: every one counted exactly once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies.messages import frames
from strategies.radio_frames import (
    RECEPTION,
    batch,
    obstacle,
    parameters,
    participant,
    perceived,
    psm,
    rsm,
    ssm,
)

from icv_v2x.inputs import SignerRole, Verification
from icv_v2x.message_set import encode
from icv_v2x.pipeline import perception
from icv_v2x.pipeline.perception import Perception

GOOD, BAD = participant(1), participant(2, speed=8191)


def test_a_frame_with_some_bad_participants_is_accepted_and_they_are_counted_apart() -> None:
    counters = perceived(batch(rsm(GOOD, BAD))).counters
    assert (counters.accepted, counters.rejected) == (1, {})
    assert counters.rejected_objects == {'no_speed': 1}


def test_a_frame_without_a_good_participant_is_rejected_for_the_first_one() -> None:
    counters = perceived(batch(rsm(BAD, participant(3, heading=28800)))).counters
    assert (counters.accepted, counters.rejected) == (0, {'no_speed': 1})
    assert counters.rejected_objects == {'no_speed': 1, 'no_heading': 1}


def test_each_kind_of_message_is_served() -> None:
    made = perceived(batch(
        rsm(GOOD), ssm({'ptc': participant(north=50.0)}, obstacles=(obstacle(),)), psm(), ssm()))
    assert (made.counters.accepted, made.counters.rejected) == (4, {})
    tracks, _ = made.world(RECEPTION)
    assert sorted(tracks.name(row) for row in range(len(tracks))) == [
        '0102030405060708', '5253553030303031:1', '5353553030303031:1', '5353553030303031:65537']


def test_a_repeated_frame_is_a_duplicate() -> None:
    frame = rsm(GOOD, participant(3, north=40.0))
    counters = perceived(batch(frame), batch(frame)).counters
    assert (counters.accepted, counters.rejected) == (1, {'duplicate': 1})
    assert counters.rejected_objects == {'duplicate': 2}


def test_a_vehicle_must_not_speak_for_the_roadside() -> None:
    counters = perceived(batch(rsm(GOOD), signer_role=SignerRole.VEHICLE)).counters
    assert counters.rejected == {'not_permitted': 1}


def test_the_own_unit_is_not_its_own_second_source() -> None:
    counters = perceived(
        batch(ssm({'ptc': participant()}, id='00000000000000FF')),
        vehicle__temporary_id='00000000000000FF').counters
    assert counters.rejected == {'own_echo': 1}


@pytest.mark.parametrize('name', [
    'reports_from_rsm', 'reports_from_ssm', 'reports_from_psm', 'reports_from_bsm'])
def test_a_defect_costs_the_messages_of_one_kind_only(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(perception, name, defect)
    made = Perception(parameters())
    made.receive(batch(rsm(GOOD), ssm({'ptc': participant(north=50.0)}), psm()))
    made.drain()
    lost = 0 if name == 'reports_from_bsm' else 1
    assert made.counters.accepted == 3 - lost
    assert made.counters.rejected.get('internal_error', 0) == lost


TELLING = st.sampled_from([
    rsm(GOOD), rsm(BAD), rsm(GOOD, BAD), rsm(participant(0, ptcType='rsu')), ssm(),
    ssm({'ptc': GOOD}, {'ptc': BAD}), ssm(obstacles=(obstacle(), obstacle())), psm(),
    psm(speed=8191), b'\x20\x01', b''])


@given(
    sent=st.lists(TELLING, max_size=30), verification=st.sampled_from([*Verification, 9]),
    role=st.sampled_from([*SignerRole]))
def test_no_frame_is_lost_or_counted_twice(
    sent: list[bytes], verification: int, role: SignerRole
) -> None:
    radio = batch(*sent, verification=verification, signer_role=role)
    made = perceived(radio, radio)
    assert np.isfinite(made.world(RECEPTION)[0].x).all()


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(sent=st.lists(
    frames('RoadsideSafetyMessage', 'SensorSharingMsg', 'PersonalSafetyMessage'),
    min_size=1, max_size=6))
def test_no_value_that_the_messages_can_hold_leaves_a_gap(sent: list[dict[str, Any]]) -> None:
    octets = [encode(value) for value in sent]
    made = Perception(parameters(clock__age_maximum=10.0))
    made.receive(batch(*octets))
    tracks, _ = made.world(RECEPTION)
    counters = made.counters
    assert counters.received == len(sent)
    assert counters.received == counters.accepted + sum(counters.rejected.values())
    assert 'internal_error' not in counters.rejected
    for name in ('x', 'y', 'speed', 'length', 'width', 'variance_xx', 'variance_yy', 'age',
                 'speed_deviation', 'heading_deviation', 'turn_rate'):
        assert np.isfinite(getattr(tracks, name)).all(), name


def test_a_busy_channel_is_decoded_ahead_and_the_rest_waits_for_the_next_instant() -> None:
    made = Perception(parameters())
    made.receive(batch(*[rsm(participant(number)) for number in range(perception._MUCH)]))
    made.decode_ahead(RECEPTION)
    assert made.counters.received == perception._MUCH
    made.receive(batch(rsm(GOOD)))
    made.world(RECEPTION)
    assert made.counters.received == perception._MUCH
    made.world(RECEPTION + 50_000_000)
    assert made.counters.received == perception._MUCH + 1


def test_a_quiet_channel_is_decoded_at_the_instant() -> None:
    made = Perception(parameters())
    made.receive(batch(rsm(GOOD)))
    made.decode_ahead(RECEPTION)
    assert made.counters.received == 0
    made.receive(batch(rsm(participant(2))))
    made.world(RECEPTION)
    assert made.counters.received == 2
