# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""SPAT frames read together hold what they hold one by one, and the others are left."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from message_set.test_plain_spat import MESSAGES, is_plain

from icv_v2x.message_set import codec
from icv_v2x.message_set.batch import DecodedFrames, decode_frames
from icv_v2x.message_set.batched import spat as batched_spat
from icv_v2x.translate.csae_spat import columns_from_values


def decoded(frames: list[bytes], *, together: bool) -> DecodedFrames:
    return decode_frames(
        b''.join(frames), np.array([len(frame) for frame in frames], np.uint32),
        spat_in_columns=together)


def octets_of(messages: list[dict[str, Any]]) -> list[bytes]:
    return [codec.encode({'spatFrame': message}) for message in messages]


@settings(max_examples=25, deadline=None)
@given(st.lists(MESSAGES, min_size=4, max_size=8))
def test_columns_hold_what_the_values_do(messages: list[dict[str, Any]]) -> None:
    frames = octets_of([*messages, *messages, *messages])
    single, found = decoded(frames, together=False), decoded(frames, together=True)
    plain = [is_plain(message) for message in messages] * 3
    read = [] if found.spat is None else found.spat.frame.tolist()
    # Layouts that are learnt from one batch are bounded.
    assert {row for row, good in enumerate(plain) if good} >= set(read)
    assert len(messages) > batched_spat._NEW_AT_ONCE or len(read) == sum(plain)
    assert sorted([*read, *(row for row, *_ in found.others)]) == list(range(len(frames)))
    if found.spat is not None:
        values = {row: value for row, _, value in single.others}
        expected = columns_from_values([(row, values[row]) for row in read])
        for field in dataclasses.fields(expected):
            np.testing.assert_array_equal(
                getattr(found.spat, field.name), getattr(expected, field.name))


def test_a_number_beyond_its_limits_costs_its_own_frame_only() -> None:
    message: dict[str, Any] = {'msgCnt': 1, 'intersections': [{
        'intersectionId': {'id': 7}, 'status': {'value': '0000', 'length': 16},
        'phases': [{'id': 1, 'phaseStates': [{'light': 'red'}]}]}]}
    frames = octets_of([message] * 12)
    # The light is the last number of the frame.
    frames[5] = bytes([*frames[5][:-1], frames[5][-1] | 0xF0])
    left = [frame for frame in (frames[5],) if frame != frames[4]]
    assert left
    found = decoded(frames, together=True)
    assert found.spat is not None
    assert found.spat.frame.tolist() == [row for row in range(12) if row != 5]
    assert [row for row, *_ in found.rejected] == [5]
