# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The batched decoder says exactly what the codec says, only for many frames at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields

import numpy as np
import pytest
from strategies.frames import known_frames

from icv_v2x.message_set import (
    BasicSafetyMessages,
    DecodedFrames,
    Encoding,
    MessageError,
    PathHistories,
    RejectReason,
    decode,
    decode_frames,
)
from icv_v2x.message_set.records.bsm import from_columns
from icv_v2x.message_set.records.bsm_values import columns_from_values

KNOWN = known_frames()
BSM_FRAMES = [bytes.fromhex(frame['uper_hex']) for frame in KNOWN if 'bsmFrame' in frame['value']]


def decoded(frames: Sequence[bytes], encoding: Encoding = Encoding.UPER) -> DecodedFrames:
    return decode_frames(
        np.frombuffer(b''.join(frames), dtype=np.uint8),
        np.array([len(frame) for frame in frames], dtype=np.uint32), encoding=encoding)


def by_codec(frames: Sequence[bytes]) -> BasicSafetyMessages:
    messages = []
    for index, frame in enumerate(frames):
        try:
            value = decode(frame)
        except MessageError:
            continue
        if 'bsmFrame' in value:
            messages.append((index, value['bsmFrame']))
    return from_columns(columns_from_values(messages))


def assert_same(
        first: BasicSafetyMessages | PathHistories, second: BasicSafetyMessages | PathHistories,
) -> None:
    for entry in fields(first):
        one, other = getattr(first, entry.name), getattr(second, entry.name)
        if isinstance(one, PathHistories):
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
        *result.bsm.frame.tolist(), *(index for index, _, _ in result.others),
        *(index for index, _, _ in result.rejected),
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


def test_random_bit_flips_are_read_as_the_codec_reads_them() -> None:
    generator = np.random.default_rng(53)
    frames = []
    for _ in range(3000):
        octets = bytearray(BSM_FRAMES[generator.integers(len(BSM_FRAMES))])
        for bit in generator.integers(0, 8 * len(octets), generator.integers(1, 4)):
            octets[bit >> 3] ^= 0x80 >> (bit & 7)
        frames.append(bytes(octets))
    assert_same(by_codec(frames), decoded(frames).bsm)
