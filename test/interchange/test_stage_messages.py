# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What travels between the nodes comes out as it went in, and damaged messages are refused."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from strategies.runs import make_advisory, make_tracks

from icv_v2x.advisory import Level, Mode
from icv_v2x.inputs import BatchError
from icv_v2x.interchange import ConversionError, MessageEncoder, crc32, from_message, typestore
from icv_v2x.world.tracks import Tracks

STAMP = 1_760_000_000_050_000_000


@pytest.fixture
def encoder() -> MessageEncoder:
    return MessageEncoder(typestore().types.__getitem__)


def two_tracks() -> Tracks:
    return make_tracks(STAMP, x=[1.0, 2.0 / 3.0], path_radius=[np.inf, -80.0], z=[np.nan, 1.0])


def test_tracks_survive_bit_by_bit(encoder: MessageEncoder) -> None:
    tracks = two_tracks()
    again = from_message.tracks(encoder.object_array(tracks))
    assert again.stamp == STAMP
    for field in fields(Tracks):
        before, after = getattr(tracks, field.name), getattr(again, field.name)
        if field.name != 'stamp':
            np.testing.assert_array_equal(after, before)


def test_no_tracks_survive_too(encoder: MessageEncoder) -> None:
    tracks = two_tracks().take(np.zeros(2, np.bool_))
    assert len(from_message.tracks(encoder.object_array(tracks))) == 0


@pytest.mark.parametrize(('name', 'value', 'text'), [
    ('length', np.ones(3), 'length has 3 entries, x has 2'),
    ('speed', np.array([1.0, np.nan]), 'speed of an object is not finite'),
])
def test_damaged_tracks_are_refused(
    encoder: MessageEncoder, name: str, value: Any, text: str,
) -> None:
    message = encoder.object_array(two_tracks())
    object.__setattr__(message, name, value)
    with pytest.raises(BatchError, match=text):
        from_message.tracks(message)


def advisories_message(encoder: MessageEncoder) -> Any:
    advisory = make_advisory(
        Level.IMMINENT, gap=12.5, conflict_x=3.0, stop_profile_time=(0.0, 1.0),
        stop_profile_speed=(10.0, 2.0), valid_until=STAMP + 1, id=7, corroborated=True,
        subject_ids=('4943560000000001:12',), rule='FCW.leader_braking',
        source_kinds=('RSM', 'EGO'), source_ages=(0.25, 0.02))
    return encoder.advisory_array(STAMP, 3, Mode.ACTIVE, '', [advisory])


def test_advisories_survive(encoder: MessageEncoder) -> None:
    stamp, mode, (advisory,) = from_message.advisory_array(advisories_message(encoder))
    assert (stamp, mode) == (STAMP, Mode.ACTIVE)
    assert advisory.gap == 12.5
    assert advisory.subject_ids == ('4943560000000001:12',)
    assert advisory.stop_profile_speed == (10.0, 2.0)
    assert advisory.rule == 'FCW.leader_braking'
    assert (advisory.source_kinds, advisory.source_ages) == (('RSM', 'EGO'), (0.25, 0.02))
    assert (advisory.id, advisory.valid_until, advisory.level) == (7, STAMP + 1, Level.IMMINENT)
    assert np.isnan(advisory.time_to_conflict)


def test_a_wrong_checksum_is_refused(encoder: MessageEncoder) -> None:
    message = advisories_message(encoder)
    object.__setattr__(message, 'crc32', message.crc32 ^ 1)
    with pytest.raises(ConversionError, match='crc32'):
        from_message.advisory_array(message)


@pytest.mark.parametrize(('name', 'value', 'text'), [
    ('application', 99, '99'), ('level', 9, '9'), ('scenario', 1, 'scenario = 1 of FCW'),
    ('subject_ids', ['../etc'], 'subject id'),
])
def test_unknown_values_are_refused(
    encoder: MessageEncoder, name: str, value: Any, text: str,
) -> None:
    message = advisories_message(encoder)
    object.__setattr__(message.advisories[0], name, value)
    object.__setattr__(message, 'crc32', crc32(message))
    with pytest.raises(ConversionError, match=text):
        from_message.advisory_array(message)
