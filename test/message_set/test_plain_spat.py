# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the quick reader of SPAT frames reads is what the codec reads, and the rest it leaves."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from icv_v2x.message_set import codec
from icv_v2x.message_set.errors import MessageError
from icv_v2x.message_set.plain_spat import ALTERNATIVE, read_spat

MARKS = st.integers(0, 36001)
LIGHTS = st.sampled_from((
    'unavailable', 'dark', 'flashing-red', 'red', 'flashing-green', 'permissive-green',
    'protected-green', 'yellow', 'flashing-yellow'))
STAMPS = {'moy': st.integers(0, 527040), 'timeStamp': st.integers(0, 65535)}


def timings(form: str, names: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Times of one form; begin and likely end are always there."""
    begin, minimum, maximum, likely, then, until = names
    return st.fixed_dictionaries(
        {begin: MARKS, likely: MARKS},
        optional={
            minimum: MARKS, maximum: MARKS, then: MARKS, until: MARKS,
            'timeConfidence': st.integers(0, 200)}).map(lambda values: {form: values})


TIMINGS = timings('counting', (
    'startTime', 'minEndTime', 'maxEndTime', 'likelyEndTime', 'nextStartTime', 'nextDuration',
)) | timings('utcTiming', (
    'startUTCTime', 'minEndUTCTime', 'maxEndUTCTime', 'likelyEndUTCTime', 'nextStartUTCTime',
    'nextEndUTCTime'))
STATES = st.fixed_dictionaries({'light': LIGHTS}, optional={'timing': TIMINGS})
PHASES = st.fixed_dictionaries({
    'id': st.integers(0, 255), 'phaseStates': st.lists(STATES, min_size=1, max_size=4)})
INTERSECTIONS = st.fixed_dictionaries({
    'intersectionId': st.fixed_dictionaries(
        {'id': st.integers(0, 65535)}, optional={'region': st.integers(0, 65535)}),
    'status': st.integers(0, 65535).map(lambda bits: {'value': f'{bits:04X}', 'length': 16}),
    'phases': st.lists(PHASES, min_size=1, max_size=3),
}, optional={**STAMPS, 'timeConfidence': st.just('time-100-000')})
MESSAGES = st.fixed_dictionaries({
    'msgCnt': st.integers(0, 127),
    'intersections': st.lists(INTERSECTIONS, min_size=1, max_size=3),
}, optional={**STAMPS, 'name': st.just('Crossing')})


def is_plain(message: dict[str, Any]) -> bool:
    """Whether the quick reader is to read a message."""
    return 'name' not in message and not any(
        'timeConfidence' in state for state in message['intersections'])


@given(MESSAGES)
def test_it_reads_what_the_codec_reads(message: dict[str, Any]) -> None:
    octets = codec.encode({'spatFrame': message})
    assert codec.message_of(codec.decode(octets)) == ('SPAT', message)
    assert read_spat(octets) == (message if is_plain(message) else None)


@given(MESSAGES.filter(is_plain), st.data())
def test_a_damaged_frame_is_read_as_the_codec_reads_it_or_left_to_it(
    message: dict[str, Any], data: st.DataObject,
) -> None:
    octets = bytearray(codec.encode({'spatFrame': message}))
    for place in data.draw(st.lists(st.integers(4, 8 * len(octets) - 1), max_size=4)):
        octets[place >> 3] ^= 0x80 >> (place & 7)
    damaged = bytes(octets[:data.draw(st.integers(1, len(octets)))])
    assert damaged[0] >> 4 == ALTERNATIVE
    found = read_spat(damaged)
    if found is None:
        return
    try:
        assert codec.message_of(codec.decode(damaged)) == ('SPAT', found)
    except MessageError as error:
        raise AssertionError(f'read, though the codec refuses it: {error}') from error
