# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The batched decoder says exactly what the codec says, only for many frames at once."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any

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
    decode,
    decode_frames,
    encode,
    frame_of,
    schema,
)
from icv_v2x.message_set.batch import FEWEST_FRAMES
from icv_v2x.message_set.records import bsm, participants
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


def assert_same(first: Any, second: Any) -> None:
    for entry in fields(first):
        one, other = getattr(first, entry.name), getattr(second, entry.name)
        if is_dataclass(one):
            assert_same(one, other)
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
        *result.bsm.frame.tolist(), *result.rsm.frame.tolist(),
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
