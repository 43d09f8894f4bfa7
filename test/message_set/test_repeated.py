# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Frames that are repeated are read as others are, and no more than once."""

from __future__ import annotations

from typing import Any

import pytest

from icv_v2x.message_set import codec, repeated
from icv_v2x.message_set.errors import MessageError

PLACE = {'lat': 397950000, 'long': 1165060000}
SIGN: dict[str, Any] = {'rsiFrame': {
    'msgCnt': 5, 'id': '4142434445464748', 'refPos': PLACE,
    'rtss': [{'rtsId': 2, 'signType': 85, 'referencePaths': [
        {'activePath': [{'offsetLL': {'position-LL1': {'lon': 5, 'lat': 0}}}] * 2,
         'pathRadius': 100}]}]}}
MAP: dict[str, Any] = {'mapFrame': {'msgCnt': 5, 'timeStamp': 7, 'nodes': [
    {'id': {'id': 3}, 'refPos': PLACE}]}}


@pytest.mark.parametrize('value', [SIGN, MAP])
def test_only_the_count_is_read_again(value: dict[str, Any]) -> None:
    repeated._read.cache_clear()
    (frame, message), = value.items()
    octets = [
        codec.encode({frame: {**message, 'msgCnt': count}}) for count in (5, 6, 127, 0)]
    expected = [codec.message_of(codec.decode(each)) for each in octets]
    assert [repeated.read_repeated(each) for each in octets] == expected
    assert repeated._read.cache_info().misses == 1


def test_other_content_is_other_content() -> None:
    octets = codec.encode(MAP)
    other = codec.encode({'mapFrame': {**MAP['mapFrame'], 'timeStamp': 8}})
    found = [repeated.read_repeated(each) for each in (octets, other)]
    assert found == [codec.message_of(codec.decode(each)) for each in (octets, other)]


def test_damaged_frames_are_refused_as_the_codec_refuses_them() -> None:
    cut = codec.encode(SIGN)[:-3]
    with pytest.raises(MessageError) as expected:
        codec.decode(cut)
    with pytest.raises(MessageError, match=str(expected.value).split('(')[0][:20]) as found:
        repeated.read_repeated(cut)
    assert found.value.reason == expected.value.reason


def test_other_kinds_are_left() -> None:
    assert repeated.read_repeated(b'\x30\x00\x00\x00') is None
    assert repeated.read_repeated(b'') is None
