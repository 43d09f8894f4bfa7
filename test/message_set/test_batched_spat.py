# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""SPAT frames read together hold what they hold one by one, and the others are left."""

from __future__ import annotations

import dataclasses
from typing import Any
from unittest import mock

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
    single = decoded(frames, together=False)
    # As many layouts may be learnt at once as there are frames.
    with mock.patch.object(batched_spat, '_NEW_AT_ONCE', len(frames)):
        found = decoded(frames, together=True)
    plain = [is_plain(message) for message in messages] * 3
    read = [] if found.spat is None else found.spat.frame.tolist()
    assert sorted(read) == [row for row, good in enumerate(plain) if good]
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
    found = decoded(frames, together=True)
    assert found.spat is not None
    assert found.spat.frame.tolist() == [row for row in range(12) if row != 5]
    assert [row for row, *_ in found.rejected] == [5]


def test_layouts_that_are_learnt_at_once_are_bounded() -> None:
    phases = [{'id': number, 'phaseStates': [{'light': 'red'}]} for number in range(1, 17)]
    frames = octets_of([{'msgCnt': 1, 'intersections': [{
        'intersectionId': {'id': 7}, 'status': {'value': '0000', 'length': 16},
        'phases': phases[:count]}]} for count in range(1, 17)])
    batched_spat._layouts.clear()
    found = decoded(frames, together=True)
    assert found.spat is not None
    assert len(found.spat) == batched_spat._NEW_AT_ONCE
    assert len(found.others) == len(frames) - batched_spat._NEW_AT_ONCE
