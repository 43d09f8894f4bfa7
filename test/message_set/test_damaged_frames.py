# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Damaged frames end as a reason or as another valid message, never as anything else."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import fuzz
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies.frames import known_frames
from strategies.messages import frames

from icv_v2x.message_set import MessageError, decode, decode_json, encode, message_name, normalise

KNOWN = known_frames()


def assert_ends_well(octets: bytes) -> None:
    """A frame that decodes is a value that encodes and decodes to itself."""
    try:
        value = decode(octets)
    except MessageError:
        return
    assert normalise(value) == value
    assert decode(encode(value)) == value


@pytest.mark.parametrize('frame', KNOWN, ids=[frame['name'] for frame in KNOWN])
def test_frame_cut_at_any_bit(frame: dict[str, Any]) -> None:
    octets = bytes.fromhex(frame['uper_hex'])
    for bits in range(8 * len(octets)):
        kept = bytearray(octets[:(bits + 7) // 8])
        if bits % 8:
            kept[-1] &= 0xFF << (8 - bits % 8) & 0xFF
        assert_ends_well(bytes(kept))


@pytest.mark.parametrize('frame', KNOWN, ids=[frame['name'] for frame in KNOWN])
def test_frame_with_any_bit_flipped(frame: dict[str, Any]) -> None:
    octets = bytes.fromhex(frame['uper_hex'])
    for bit in range(8 * len(octets)):
        flipped = bytearray(octets)
        flipped[bit >> 3] ^= 0x80 >> (bit & 7)
        assert_ends_well(bytes(flipped))


@given(st.binary(max_size=120))
def test_random_octets(octets: bytes) -> None:
    message_name(octets)
    assert_ends_well(octets)


@given(st.binary(max_size=60), st.sampled_from([0x00, 0x10, 0x20, 0x30, 0x40, 0x80]))
def test_random_octets_behind_a_known_head(octets: bytes, head: int) -> None:
    assert_ends_well(bytes([head]) + octets)


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(['bsmFrame', 'msgFrameExt', 'messageId', 'value', 'pos', 'x']), inner)))
def test_any_object_is_a_frame_or_refused(value: Any) -> None:
    with suppress(MessageError):
        normalise(value)


@given(st.text(max_size=60))
def test_random_text(text: str) -> None:
    with pytest.raises(MessageError):
        decode_json(text)


@given(frames())
def test_valid_frame_survives_the_round_trip(frame: dict[str, Any]) -> None:
    assert decode(encode(frame)) == frame


def test_mutated_frames_for_a_while() -> None:
    outcome = fuzz.run(frames=40_000)
    assert outcome.holds(), (outcome.escaped[:3], outcome.slowest, outcome.slowest_frame.hex())
    assert outcome.decoded > 0
    assert len(outcome.reasons) >= 6
