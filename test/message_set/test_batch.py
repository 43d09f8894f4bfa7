# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The batched decoder says exactly what the codec says, only for many frames at once."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import fields, is_dataclass
from typing import Any

import asn1tools
import numpy as np
import pytest
from strategies.frames import known_frames
from strategies.messages import random_value

from icv_v2x.message_set import (
    BasicSafetyMessages,
    DecodedFrames,
    Encoding,
    MessageError,
    RejectReason,
    RoadsideSafetyMessages,
    SensorSharingMessages,
    decode,
    decode_frames,
    encode,
    frame_of,
    message_of,
    schema,
)
from icv_v2x.message_set.batch import FEWEST_FRAMES, FEWEST_SSM_OCTETS
from icv_v2x.message_set.batched import ssm as batched_ssm
from icv_v2x.message_set.batched.bit_cursor import BitCursor, words_of
from icv_v2x.message_set.records import bsm, participants, sensor_sharing
from icv_v2x.message_set.records.bsm_values import columns_from_values

KNOWN = known_frames()
BSM_FRAMES = 2 * [
    bytes.fromhex(frame['uper_hex']) for frame in KNOWN if 'bsmFrame' in frame['value']]


def decoded(frames: Sequence[bytes], encoding: Encoding = Encoding.UPER) -> DecodedFrames:
    return decode_frames(
        np.frombuffer(b''.join(frames), dtype=np.uint8),
        np.array([len(frame) for frame in frames], dtype=np.uint32), encoding=encoding)


def values(frames: Sequence[bytes], alternative: str) -> list[tuple[int, dict[str, Any]]]:
    messages = []
    for index, frame in enumerate(frames):
        try:
            value = decode(frame)
        except MessageError:
            continue
        if alternative in value:
            messages.append((index, value[alternative]))
    return messages


def by_codec(frames: Sequence[bytes]) -> BasicSafetyMessages:
    return bsm.from_columns(columns_from_values(values(frames, 'bsmFrame')))


def rsm_by_codec(frames: Sequence[bytes]) -> RoadsideSafetyMessages:
    return participants.from_columns(participants.columns_from_values(values(frames, 'rsmFrame')))


def ssm_by_codec(frames: Sequence[bytes]) -> SensorSharingMessages:
    messages = []
    for index, frame in enumerate(frames):
        try:
            name, message = message_of(decode(frame))
        except MessageError:
            continue
        if name == 'SensorSharingMsg':
            messages.append((index, message))
    return sensor_sharing.from_columns(sensor_sharing.columns_from_values(messages))


def assert_same(first: Any, second: Any) -> None:
    for entry in fields(first):
        one, other = getattr(first, entry.name), getattr(second, entry.name)
        if is_dataclass(one):
            assert_same(one, other)
            continue
        if isinstance(one, tuple):
            assert one == other
            continue
        assert one.dtype == other.dtype, entry.name
        np.testing.assert_array_equal(one, other, err_msg=entry.name)


def test_known_messages_are_read_as_the_codec_reads_them() -> None:
    assert_same(by_codec(BSM_FRAMES), decoded(BSM_FRAMES).bsm)


def test_every_frame_ends_in_one_place() -> None:
    frames = [bytes.fromhex(frame['uper_hex']) for frame in KNOWN]
    frames += [frame[:-1] for frame in frames] + [b'', b'\xff' * 40, b'\0' * 40]
    result = decoded(frames)
    places = [
        *result.bsm.frame.tolist(), *result.rsm.frame.tolist(), *result.ssm.frame.tolist(),
        *(index for index, _, _ in result.others), *(index for index, _, _ in result.rejected),
    ]
    assert sorted(places) == list(range(len(frames)))


def test_bad_neighbour_costs_only_itself() -> None:
    frames = [BSM_FRAMES[0], BSM_FRAMES[1][:-1], BSM_FRAMES[1]]
    result = decoded(frames)
    assert result.bsm.frame.tolist() == [0, 2]
    assert [(index, reason) for index, reason, _ in result.rejected] == [
        (1, RejectReason.TRUNCATED)]
    assert_same(by_codec(frames), result.bsm)


def test_json_frames_join_the_same_way() -> None:
    texts = [json.dumps(decode(frame)).encode() for frame in BSM_FRAMES]
    result = decoded([*texts, b'{'], Encoding.JER)
    assert_same(by_codec(BSM_FRAMES), result.bsm)
    assert result.rejected[0][:2] == (len(texts), RejectReason.MALFORMED)


def test_no_frame_gives_no_message() -> None:
    result = decoded([])
    assert (len(result.bsm), result.others, result.rejected) == (0, (), ())
    assert result.bsm.path_history.offsets.tolist() == [0]


def test_lengths_that_do_not_add_up_are_named() -> None:
    with pytest.raises(ValueError, match='add up to 5 octets, the payload has 4'):
        decode_frames(np.zeros(4, dtype=np.uint8), np.array([2, 3], dtype=np.uint32))


def flipped(frames: Sequence[bytes], count: int) -> list[bytes]:
    generator = np.random.default_rng(53)
    made = []
    for _ in range(count):
        octets = bytearray(frames[generator.integers(len(frames))])
        for bit in generator.integers(0, 8 * len(octets), generator.integers(1, 4)):
            octets[bit >> 3] ^= 0x80 >> (bit & 7)
        made.append(bytes(octets))
    return made


def random_frames(name: str, count: int, longest: int) -> list[bytes]:
    source = random.Random(name)
    return [encode(frame_of(name, random_value(schema.types()[name], source, longest=longest)))
            for _ in range(count)]


def test_random_messages_are_read_as_the_codec_reads_them() -> None:
    frames = random_frames('BasicSafetyMessage', 600, 23)
    result = decoded(frames)
    assert len(result.bsm) == len(frames)
    assert_same(by_codec(frames), result.bsm)


def test_damaged_messages_are_read_as_the_codec_reads_them() -> None:
    frames = flipped([*BSM_FRAMES, *random_frames('BasicSafetyMessage', 100, 4)], 5000)
    assert_same(by_codec(frames), decoded(frames).bsm)


def test_random_roadside_messages_are_read_as_the_codec_reads_them() -> None:
    frames = random_frames('RoadsideSafetyMessage', 400, 16)
    result = decoded(frames)
    assert len(result.rsm) == len(frames)
    assert_same(rsm_by_codec(frames), result.rsm)


def test_damaged_roadside_messages_are_read_as_the_codec_reads_them() -> None:
    frames = flipped(random_frames('RoadsideSafetyMessage', 100, 3), 4000)
    assert_same(rsm_by_codec(frames), decoded(frames).rsm)


def test_few_frames_are_read_like_many() -> None:
    frames = random_frames('BasicSafetyMessage', 4, 4) + random_frames(
        'RoadsideSafetyMessage', 4, 4)
    few, many = decoded(frames), decoded(frames * FEWEST_FRAMES)
    assert few.bsm.latitude.tolist() == many.bsm.latitude.tolist()[:4]
    assert_same(rsm_by_codec(frames), few.rsm)
    assert_same(rsm_by_codec(frames * FEWEST_FRAMES), many.rsm)


@pytest.mark.parametrize('kept', range(37))
def test_cut_roadside_message_is_refused_in_a_batch(kept: int) -> None:
    whole = random_frames('RoadsideSafetyMessage', 12, 1)
    result = decoded([*whole, whole[0][:kept]])
    assert len(result.rsm) == len(whole)
    assert [index for index, _, _ in result.rejected] == [len(whole)]


def sharing_value(source: random.Random, participants: int, *, uniform: bool) -> dict[str, Any]:
    """A message as a roadside unit fills it; its lists hold what the batch reads."""
    kinds = schema.types()
    left_out = {'planningList', 'type-relatedExt', 'accelSet'}
    entry = random_value(kinds['DetectedPTCData'], source, longest=4)
    entries = []
    for number in range(participants):
        if not uniform:
            entry = random_value(kinds['DetectedPTCData'], source, longest=4)
        kept = {name: value for name, value in entry.items() if name not in left_out}
        entries.append({**kept, 'ptc': {**entry['ptc'], 'ptcId': number}})
    message = random_value(kinds['SensorSharingMsg'], source, longest=3)
    message.pop('rtes', None)
    return {**message, 'participants': entries}


def read_in_a_batch(frames: Sequence[bytes]) -> int:
    """How many frames the batched reader takes itself."""
    octets = np.frombuffer(b''.join(frames), dtype=np.uint8)
    length = np.array([len(frame) for frame in frames])
    start = np.cumsum(length) - length
    found, begin = batched_ssm.find_messages(octets, start, length)
    _, kept = batched_ssm.decode_columns(
        BitCursor(words_of(octets), 8 * begin), found, 8 * (start + length)[found])
    return int(kept.sum())


def test_random_sharing_messages_are_read_as_the_codec_reads_them() -> None:
    frames = random_frames('SensorSharingMsg', 500, 5)
    result = decoded(frames)
    assert len(result.ssm) == len(frames)
    assert_same(ssm_by_codec(frames), result.ssm)
    assert result.ssm.events


@pytest.mark.parametrize('uniform', [True, False])
def test_long_sharing_messages_are_read_in_a_batch(uniform: bool) -> None:
    source = random.Random(157)
    frames = [
        encode(frame_of('SensorSharingMsg', sharing_value(
            source, source.randrange(1, 40), uniform=uniform)))
        for _ in range(150)]
    taken = read_in_a_batch(frames)
    assert taken == len(frames) if uniform else taken > len(frames) // 4
    assert_same(ssm_by_codec(frames), decoded(frames).ssm)


def test_damaged_sharing_messages_are_read_as_the_codec_reads_them() -> None:
    source = random.Random(158)
    whole = [encode(frame_of('SensorSharingMsg', sharing_value(source, 4, uniform=False)))
             for _ in range(60)]
    frames = flipped([*whole, *random_frames('SensorSharingMsg', 60, 3)], 3000)
    assert_same(ssm_by_codec(frames), decoded(frames).ssm)


def test_known_sharing_messages_are_read_as_the_codec_reads_them() -> None:
    frames = [bytes.fromhex(frame['uper_hex']) for frame in KNOWN
              if 'SensorSharingMsg' in json.dumps(frame['value']) or (
                  frame['value'].get('msgFrameExt', {}).get('messageId') == 12)]
    assert frames
    frames *= 1 + FEWEST_SSM_OCTETS // sum(map(len, frames))
    assert_same(ssm_by_codec(frames), decoded(frames).ssm)


def test_list_of_ever_changing_layout_is_left_to_the_codec() -> None:
    source = random.Random(159)
    message = sharing_value(source, 120, uniform=False)
    for entry in message['participants']:
        entry.pop('pathHistory', None)
        entry.pop('polygon', None)
    frame = encode(frame_of('SensorSharingMsg', message))
    assert read_in_a_batch([frame]) == 0
    assert_same(ssm_by_codec([frame]), decoded([frame]).ssm)


def test_sharing_messages_are_read_as_the_library_reads_them() -> None:
    library = asn1tools.compile_dict(deepcopy(schema.parsed_modules()), 'uper')
    source = random.Random(160)
    frames = [encode(frame_of('SensorSharingMsg', sharing_value(source, 12, uniform=True)))
              for _ in range(20)]
    messages = decoded(frames).ssm
    for row, frame in enumerate(frames):
        _, extension = library.decode('MessageFrame', frame)
        sent = library.decode('SensorSharingMsg', extension['value'])
        span = slice(messages.offsets[row], messages.offsets[row + 1])
        states = messages.participants.states
        assert [entry['ptc']['ptcId'] for entry in sent['participants']] == (
            states.participant_id[span].tolist())
        assert [entry['ptc']['speed'] for entry in sent['participants']] == (
            [8191 if np.isnan(speed) else round(speed / 0.02) for speed in states.speed[span]])
        assert messages.message_count[row] == sent['msgCnt']
