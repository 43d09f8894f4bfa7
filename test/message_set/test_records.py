# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""SI records say what was sent, and never make a number of what was not."""

from __future__ import annotations

import inspect
import math
import random
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from strategies.frames import known_frames
from strategies.messages import random_value

from icv_v2x.message_set import (
    MESSAGE_NAMES,
    decode_frames,
    encode,
    frame_of,
    message_of,
    normalise,
)
from icv_v2x.message_set import schema as s
from icv_v2x.message_set.quantities import LEVELS
from icv_v2x.message_set.records import convert
from icv_v2x.message_set.records.bsm import MESSAGE_COLUMNS
from icv_v2x.message_set.records.participants import PARTICIPANT_COLUMNS
from icv_v2x.message_set.records.registry import ENUMERATIONS, FLAGS, RECORDS

# Codes that are no values, from the tables of the standard; written down here a second time so
# that a slip in the package's own table shows.
NO_VALUE: dict[str, tuple[int, ...]] = {
    'DSecond': (61000, 65534, 65535), 'MinuteOfTheYear': (527040,), 'TimeMark': (36001,),
    'TimeOffset': (65535,), 'Latitude': (900000001,), 'Longitude': (1800000001,),
    'Elevation': (-4096,), 'SemiMajorAxisAccuracy': (255,), 'SemiMinorAxisAccuracy': (255,),
    'SemiMajorAxisOrientation': (65535,), 'Speed': (8191,), 'Heading': (28800,),
    'CoarseHeading': (240,), 'SteeringWheelAngle': (127,), 'Acceleration': (2001,),
    'VerticalAcceleration': (-127,), 'VehicleWidth': (0,), 'VehicleLength': (0,),
    'VehicleHeight': (0,), 'DMonth': (0,), 'DDay': (0,), 'DHour': (31,), 'DMinute': (60,),
    'PhaseID': (0,), 'LaneID': (0,),
}
STEPS = {
    'DSecond': 1e-3, 'Latitude': 1e-7, 'Longitude': 1e-7, 'Elevation': 0.1, 'Speed': 0.02,
    'Heading': math.radians(0.0125), 'CoarseHeading': math.radians(1.5),
    'SteeringWheelAngle': math.radians(1.5), 'Acceleration': 0.01,
    'VerticalAcceleration': 0.02 * 9.80665, 'YawRate': math.radians(0.01), 'VehicleWidth': 0.01,
    'VehicleLength': 0.01, 'VehicleHeight': 0.05, 'TimeOffset': 0.01, 'Confidence': 0.005,
    'Radius': 0.1, 'LaneWidth': 0.01, 'SizeValue': 0.1, 'MinuteOfTheYear': 60.0,
    'SemiMajorAxisAccuracy': 0.05, 'SemiMinorAxisAccuracy': 0.05,
    'SemiMajorAxisOrientation': 2 * math.pi / 65535,
}
STRAIGHT = ('RadiusOfCurvature', 32767)
BEYOND_AN_HOUR = ('TimeMark', 36000)


def reachable() -> set[str]:
    """Names of all types that a message can hold."""
    found: set[str] = set()

    def walk(kind: s.AnyType) -> None:
        found.add(getattr(kind, 'name', ''))
        if isinstance(kind, (s.SequenceType, s.ChoiceType)):
            for member in kind.members + kind.additions:
                walk(member.type)
        elif isinstance(kind, s.SequenceOfType):
            walk(kind.element)

    for name in MESSAGE_NAMES:
        walk(s.types()[name])
    return found


REACHABLE = reachable()
SEQUENCES = sorted(
    name for name in REACHABLE
    if isinstance(s.types().get(name), s.SequenceType)
    and name != 'PositionOffsetLLV' and not name.startswith('Position-LL'))


def test_every_type_has_its_class() -> None:
    assert set(SEQUENCES) <= set(RECORDS)
    for name in REACHABLE:
        kind = s.types().get(name)
        if isinstance(kind, s.EnumeratedType) and name not in LEVELS:
            assert sorted(int(value) for value in ENUMERATIONS[name]) == sorted(kind.numbers), name
        if isinstance(kind, s.BitStringType):
            named = {1 << place for place, bit in enumerate(kind.bits) if bit}
            assert {int(value) for value in FLAGS[name]} == named, name


@pytest.mark.parametrize('name', SEQUENCES)
def test_every_field_is_there_and_documented(name: str) -> None:
    kind = s.types()[name]
    assert isinstance(kind, s.SequenceType)
    described = inspect.getdoc(RECORDS[name]) or ''
    sent = [entry.metadata['sent_as'] for entry in fields(RECORDS[name])]
    assert sent == [member.name for member in kind.members + kind.additions]
    for entry, member in zip(fields(RECORDS[name]), kind.members + kind.additions, strict=True):
        line = next(line for line in described.splitlines() if f'{entry.name}:' in line)
        quantity = convert.quantity_of(name, member)
        if quantity is not None and quantity.unit:
            rest = described[described.index(line):]
            assert f'[{quantity.unit}]' in rest, (name, entry.name)


@pytest.mark.parametrize('name', MESSAGE_NAMES)
def test_record_says_all_that_was_sent(name: str) -> None:
    source = random.Random(name)
    for _ in range(100):
        message = random_value(s.types()[name], source, longest=3)
        record = convert.to_record(name, message)
        again_name, again = convert.from_record(record)
        assert again_name == name
        normalise(frame_of(name, again))
        # NaN equals NaN in text
        assert repr(convert.to_record(name, again)) == repr(record)


def test_known_message_becomes_its_record() -> None:
    frames = {frame['name']: frame['value'] for frame in known_frames()}
    name, message = message_of(frames['psm_small'])
    record = convert.to_record(name, message)
    assert record.overall_radius == pytest.approx(message['overallRadius'] * 0.1)
    assert record.id == int(message['id'], 16)


def cases() -> list[tuple[str, str, int]]:
    """Every number field of every type with its lowest, highest and special codes."""
    made = []
    for name in SEQUENCES:
        kind = s.types()[name]
        assert isinstance(kind, s.SequenceType)
        for member in kind.members + kind.additions:
            if isinstance(member.type, s.IntegerType):
                codes = {member.type.minimum, member.type.maximum,
                         *NO_VALUE.get(member.type.name, ())}
                if member.type.name in (STRAIGHT[0], BEYOND_AN_HOUR[0]):
                    codes |= {STRAIGHT[1] if member.type.name == STRAIGHT[0] else 36000}
                made += [(name, member.name, code) for code in sorted(codes)]
    return made


def meant(kind: str, code: int) -> float | None:
    """What a code means where the test knows it: NaN for no value, None for do not care."""
    if code in NO_VALUE.get(kind, ()):
        return math.nan
    if (kind, code) in (STRAIGHT, BEYOND_AN_HOUR):
        return math.inf
    return code * STEPS[kind] if kind in STEPS else None


@pytest.mark.parametrize(('name', 'sent_as', 'code'), cases())
def test_no_value_is_no_number(name: str, sent_as: str, code: int) -> None:
    kind = s.types()[name]
    assert isinstance(kind, s.SequenceType)
    member = next(m for m in kind.members + kind.additions if m.name == sent_as)
    value = random_value(kind, random.Random(5), longest=1)
    value[sent_as] = code
    record = convert._reader(kind)(value)
    field = next(e.name for e in fields(record) if e.metadata['sent_as'] == sent_as)
    got = getattr(record, field)
    expected = meant(getattr(member.type, 'name', ''), code)
    if expected is not None and math.isnan(expected):
        assert got is None or math.isnan(got)
    elif expected is not None:
        assert got == pytest.approx(expected, rel=1e-12)
    else:
        assert math.isfinite(got)


def column_cases() -> list[tuple[str, str, int]]:
    made = []
    for message, columns in (('bsm', MESSAGE_COLUMNS), ('rsm', PARTICIPANT_COLUMNS)):
        for column, (_, kind) in columns.items():
            described = s.types().get(kind)
            if isinstance(described, s.IntegerType) and (kind in NO_VALUE or kind in STEPS):
                codes = {described.minimum, described.maximum, *NO_VALUE.get(kind, ())}
                made += [(message, column, code) for code in sorted(codes)]
    return made


@pytest.mark.parametrize('together', [1, 20])
@pytest.mark.parametrize(('message', 'column', 'code'), column_cases())
def test_no_value_is_no_number_in_arrays(
        message: str, column: str, code: int, together: int) -> None:
    name = 'BasicSafetyMessage' if message == 'bsm' else 'RoadsideSafetyMessage'
    path, kind = (MESSAGE_COLUMNS if message == 'bsm' else PARTICIPANT_COLUMNS)[column]
    value = random_value(s.types()[name], random.Random(7), longest=1)
    place: Any = value if message == 'bsm' else value['participants'][0]
    owner: Any = s.types()[name if message == 'bsm' else 'ParticipantData']
    for step in path[:-1]:
        owner = next(m.type for m in owner.members if m.name == step)
        if step not in place:
            place[step] = random_value(owner, random.Random(7), longest=1)
        place = place[step]
    place[path[-1]] = code
    octets = encode(frame_of(name, value))
    result = decode_frames(octets * together, np.full(together, len(octets), dtype=np.uint32))
    records: Any = result.bsm if message == 'bsm' else result.rsm.participants
    got = getattr(records, column)
    expected = meant(kind, code)
    assert len(got) == together
    assert expected is not None
    np.testing.assert_allclose(got, expected, rtol=1e-12)
