# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The codec gives the stated value for every known frame and a reason for every other."""

from __future__ import annotations

import json
from typing import Any

import pytest
from strategies.frames import known_frames

from icv_v2x import message_set
from icv_v2x.message_set import MessageError, RejectReason

KNOWN = known_frames()
PROFILE = next(bytes.fromhex(frame['uper_hex']) for frame in KNOWN
               if frame['name'].startswith('bsm'))
by_name = pytest.mark.parametrize('frame', KNOWN, ids=[frame['name'] for frame in KNOWN])


def reason_of(octets: bytes) -> RejectReason:
    with pytest.raises(MessageError) as caught:
        message_set.decode(octets)
    assert caught.value.text
    return caught.value.reason


@by_name
def test_known_frame_decodes_to_its_value(frame: dict[str, Any]) -> None:
    assert message_set.decode(bytes.fromhex(frame['uper_hex'])) == frame['value']


@by_name
def test_known_value_encodes_to_its_octets(frame: dict[str, Any]) -> None:
    assert message_set.encode(frame['value']).hex().upper() == frame['uper_hex']


@by_name
def test_name_is_told_without_decoding(frame: dict[str, Any]) -> None:
    name, message = message_set.message_of(frame['value'])
    assert message_set.message_name(bytes.fromhex(frame['uper_hex'])) == name
    assert message_set.frame_of(name, message) == frame['value']


@by_name
def test_json_text_gives_the_same_value(frame: dict[str, Any]) -> None:
    assert message_set.decode_json(json.dumps(frame['value'])) == frame['value']


def test_every_message_has_a_known_frame() -> None:
    names = {message_set.message_of(frame['value'])[0] for frame in KNOWN}
    assert names == set(message_set.MESSAGE_NAMES)


@pytest.mark.parametrize('kept', range(len(PROFILE)))
def test_cut_frame_is_truncated(kept: int) -> None:
    assert reason_of(PROFILE[:kept]) is (
        RejectReason.TRUNCATED if kept else RejectReason.EMPTY)


def test_octets_behind_the_end_are_refused() -> None:
    assert reason_of(PROFILE + b'\0') is RejectReason.TRAILING_OCTETS


def test_oversized_frame_is_refused_before_it_is_read() -> None:
    assert reason_of(bytes(message_set.MAXIMUM_FRAME_OCTETS + 1)) is RejectReason.OVERSIZED


@pytest.mark.parametrize(('octets', 'reason'), [
    ('50000000', RejectReason.UNKNOWN_MESSAGE),    # root alternative 5 of 0..4
    ('81020000', RejectReason.UNKNOWN_MESSAGE),  # frame extension 1
    ('80050001', RejectReason.TRUNCATED),
    ('8004000101FF', RejectReason.UNKNOWN_MESSAGE),  # messageId 1
])
def test_unknown_message_is_refused(octets: str, reason: RejectReason) -> None:
    assert reason_of(bytes.fromhex(octets)) is reason


def test_number_that_fits_its_bits_but_not_its_type_is_refused() -> None:
    value = message_set.decode(PROFILE)
    value['bsmFrame']['heading'] = 28800
    octets = int.from_bytes(message_set.encode(value), 'big')
    bits = f'{octets:0{8 * len(PROFILE)}b}'
    at = bits.index(f'{28800:015b}')
    over = bits[:at] + f'{28801:015b}' + bits[at + 15:]
    assert reason_of(int(over, 2).to_bytes(len(PROFILE), 'big')) is RejectReason.OUT_OF_RANGE


@pytest.mark.parametrize(('path', 'value', 'reason'), [
    (('speed',), 8192, RejectReason.OUT_OF_RANGE),
    (('speed',), 1.5, RejectReason.MALFORMED),
    (('speed',), True, RejectReason.MALFORMED),
    (('id',), '0102', RejectReason.OUT_OF_RANGE),
    (('id',), 'XY', RejectReason.MALFORMED),
    (('transmission',), 'fast', RejectReason.OUT_OF_RANGE),
    (('brakes', 'wheelBrakes'), {'value': '07', 'length': 5}, RejectReason.OUT_OF_RANGE),
    (('brakes', 'wheelBrakes'), {'value': '00', 'length': 8}, RejectReason.OUT_OF_RANGE),
    (('pos',), {'lat': 0}, RejectReason.MALFORMED),
    (('colour',), 'red', RejectReason.MALFORMED),
])
def test_wrong_value_is_refused_by_name(
        path: tuple[str, ...], value: Any, reason: RejectReason) -> None:
    frame = message_set.decode(PROFILE)
    place = frame['bsmFrame']
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(MessageError) as caught:
        message_set.encode(frame)
    assert caught.value.reason is reason
    assert path[-1] in caught.value.text or 'pos.long' in caught.value.text


@pytest.mark.parametrize('text', ['', '[', 'null', '{}', '{"bsmFrame": 1}', '[' * 100000,
                                  '{"a": 1, "b": 2}', '\ud800', '9' * 5000])
def test_text_that_is_no_frame_is_refused(text: str) -> None:
    with pytest.raises(MessageError):
        message_set.decode_json(text)
