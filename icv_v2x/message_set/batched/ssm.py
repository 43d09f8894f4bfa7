# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Sensor sharing messages read field by field from many frames at once.

Messages that tell of events, plans or non-motorised details, or that hold extensions, are left to
the codec.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icv_v2x.message_set.batched.bit_cursor import BitCursor
from icv_v2x.message_set.batched.columns import ColumnReader, Mask
from icv_v2x.message_set.batched.initial_position import read_full_position
from icv_v2x.message_set.batched.lists import (
    WORTHWHILE_POINTS,
    read_lists,
    read_where,
    skip_offset,
    skip_polygon,
)
from icv_v2x.message_set.batched.rsm import read_participant, read_place, within
from icv_v2x.message_set.quantities import ABSENT, Raw
from icv_v2x.message_set.records.sensor_sharing import (
    OBSTACLE_NAMES,
    PARTICIPANT_NAMES,
    SsmColumns,
)

MESSAGE_ID = 12
"""ExtMsgID of SensorSharingMsg."""
FIRST_OCTET = 0x80
"""Of every frame with a message of the second phase: an extended choice, its first addition."""
_LATITUDES = (-900000000, 900000000)
_LONGITUDES = (-1799999999, 1800000000)
_UNAVAILABLE_ELEVATION = -4096
_HEADINGS = 28800
_CONFIDENCES = 200
_OFFSETS_IN_TIME = 65535
_LONG_LENGTH = 128
_ACCELERATION_CONFIDENCES = (
    'longitudinal_acceleration_confidence', 'lateral_acceleration_confidence',
    'vertical_acceleration_confidence', 'yaw_rate_confidence')
_SIZE_CONFIDENCES = ('width_confidence', 'length_confidence', 'height_confidence')


def find_messages(
    octets: NDArray[np.uint8], start: NDArray[np.int64], length: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find frames that hold a sensor sharing message and nothing else.

    Args:
        octets: The frames, one after the other.
        start: Where each frame begins, (n,) [octet].
        length: Octets of each frame, (n,), at least 6.

    Returns:
        Which frames hold one, (k,), and where the message begins in each, (k,) [octet].
    """
    # MessageFrame: the choice, open type; MessageFrameExt: id, open type
    outer, outer_size = _length(octets, start + 1)
    inner_at = start + 1 + outer_size + 2
    last = octets.size - 2
    identifier = octets[np.minimum(inner_at - 2, last)].astype(np.int64) << 8
    identifier |= octets[np.minimum(inner_at - 1, last)]
    inner, inner_size = _length(octets, np.minimum(inner_at, last))
    begin = inner_at + inner_size
    frames = np.flatnonzero(
        (octets[start] == FIRST_OCTET) & (identifier == MESSAGE_ID)
        & (outer == length - 1 - outer_size) & (begin + inner == start + length))
    return frames, begin[frames]


def _length(
    octets: NDArray[np.uint8], at: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Read length determinants in their shortest form; tell the length, -1 none, and its size."""
    first, second = octets[at].astype(np.int64), octets[at + 1].astype(np.int64)
    long = (first & 0x3f) << 8 | second
    is_long = first >> 6 == 2
    value = np.where(first < _LONG_LENGTH, first, np.where(
        is_long & (long >= _LONG_LENGTH), long, -1))
    return value, np.where(first < _LONG_LENGTH, 1, 2)


def decode_columns(cursor: BitCursor, frame: Raw, end: Raw) -> tuple[SsmColumns, Mask]:
    """Read sensor sharing messages.

    Args:
        cursor: At the first bit of each message, (n,).
        frame: Index of each frame in the batch, ascending, (n,).
        end: Bit behind each frame, (n,).

    Returns:
        The columns of the rows that were read, and the mask of those rows, (n,).
    """
    head = ColumnReader(cursor)
    columns = head.columns
    columns['frame'] = frame
    (extended, has_region, has_participants, has_obstacles, has_events,
     columns['message_count'], columns['id_high']) = cursor.read_run(1, 1, 1, 1, 1, 7, 32)
    columns['id_low'], equipment, columns['second'] = cursor.read_run(32, 3, 16)
    # the highest bit of an extensible enumeration says that the value is an extension
    head.refused |= (extended != 0) | (has_events != 0) | (equipment > 3)
    columns['equipment_type'] = equipment
    _position(head)
    regions = cursor.read_where(has_region, 3) + 1
    read_lists(head, np.where(has_region != 0, regions, 0), _skip_region,
               worthwhile=WORTHWHILE_POINTS)

    reference = tuple(columns[name] for name in ('latitude', 'longitude', 'elevation'))
    count = cursor.read_where(has_participants, 9) + 1
    count[has_participants == 0] = 0
    in_participants = np.where(head.refused, 0, count)
    participants = read_lists(
        head, count,
        lambda reader, owner: _participant(reader, tuple(part[owner] for part in reference)),
        PARTICIPANT_NAMES[1:])
    participants['frame'] = np.repeat(frame, in_participants)

    count = cursor.read_where(has_obstacles, 6) + 1
    count[has_obstacles == 0] = 0
    in_obstacles = np.where(head.refused, 0, count)
    obstacles = read_lists(
        head, count,
        lambda reader, owner: _obstacle(reader, tuple(part[owner] for part in reference)),
        OBSTACLE_NAMES[1:])
    obstacles['frame'] = np.repeat(frame, in_obstacles)

    head.refused |= (cursor.position + 7) >> 3 != end >> 3
    kept = ~head.refused
    if kept.all():
        return SsmColumns(columns, participants, obstacles), kept
    return SsmColumns(
        {name: column[kept] for name, column in columns.items()},
        _of_frames(participants, frame[kept]), _of_frames(obstacles, frame[kept])), kept


def _of_frames(table: dict[str, Raw], frames: Raw) -> dict[str, Raw]:
    rows = np.isin(table['frame'], frames)
    return {name: column[rows] for name, column in table.items()}


def _position(head: ColumnReader) -> None:
    has_elevation, latitude = head.cursor.read_run(1, 31)
    longitude = head.cursor.read(32)
    head.refuse_above(latitude, 1800000001)
    head.refuse_above(longitude, 3600000000)
    head.columns['latitude'] = within(latitude + _LATITUDES[0], _LATITUDES)
    head.columns['longitude'] = within(longitude + _LONGITUDES[0], _LONGITUDES)
    elevation = head.optional('elevation', has_elevation, 16, _UNAVAILABLE_ELEVATION)
    elevation[elevation == _UNAVAILABLE_ELEVATION] = ABSENT


def _skip_region(reader: ColumnReader, owner: NDArray[np.intp]) -> None:
    del owner
    skip_polygon(reader)


def _participant(reader: ColumnReader, reference: tuple[Raw, ...]) -> None:
    """Read one DetectedPTCData from every row."""
    (extended, has_size, has_type, has_confidence, has_accelerations, has_duration, has_history,
     has_plans, has_tracking, has_polygon, has_extension) = reader.cursor.read_run(*([1] * 11))
    reader.refused |= (extended != 0) | (has_plans != 0)
    read_participant(reader, reference)
    read_where(reader, has_size, _size_confidence, _SIZE_CONFIDENCES)
    reader.refuse_above(reader.optional('detected_type', has_type, 5), 10)
    reader.refuse_above(reader.optional('type_confidence', has_confidence, 8), _CONFIDENCES)
    read_where(
        reader, has_accelerations, _acceleration_confidence, _ACCELERATION_CONFIDENCES)
    _time(reader, 'status_duration', has_duration)
    read_where(reader, has_history, _skip_history)
    _time(reader, 'tracking', has_tracking)
    read_where(reader, has_polygon, skip_polygon)
    read_where(reader, has_extension, _motor_extension, ('lights',))


def _obstacle(reader: ColumnReader, reference: tuple[Raw, ...]) -> None:
    """Read one DetectedObstacleData from every row."""
    cursor, columns = reader.cursor, reader.columns
    (extended, has_confidence, has_speed_confidence, has_heading_confidence, has_vertical,
     has_vertical_confidence, has_acceleration, has_size_confidence, has_tracking, has_polygon,
     kind) = cursor.read_run(*([1] * 10), 5)
    reader.refused |= (extended != 0) | (kind > 12)
    columns['obstacle_type'] = kind
    reader.refuse_above(reader.optional('type_confidence', has_confidence, 8), _CONFIDENCES)
    columns['obstacle_id'], source, columns['second'], has_height, form = cursor.read_run(
        16, 4, 16, 1, 3)
    reader.refuse_above(source, 7)
    columns['source'] = source
    read_place(reader, form, has_height, reference)
    reader.position_confidence()
    columns['speed'] = cursor.read(13)
    reader.optional('speed_confidence', has_speed_confidence, 3)
    columns['heading'] = cursor.read(15)
    reader.refuse_above(columns['heading'], _HEADINGS)
    reader.optional('heading_confidence', has_heading_confidence, 3)
    reader.optional('vertical_speed', has_vertical, 13)
    reader.optional('vertical_speed_confidence', has_vertical_confidence, 3)
    reader.accelerations(has_acceleration)
    has_height, columns['width'], columns['length'] = cursor.read_run(1, 10, 10)
    reader.optional('height', has_height, 10)
    read_where(reader, has_size_confidence, _size_confidence, _SIZE_CONFIDENCES)
    _time(reader, 'tracking', has_tracking)
    read_where(reader, has_polygon, skip_polygon)


def _time(reader: ColumnReader, name: str, present: Raw) -> None:
    """Read an INTEGER (1..65535)."""
    reader.refuse_above(reader.optional(name, present, 16, 1), _OFFSETS_IN_TIME)


def _size_confidence(reader: ColumnReader) -> None:
    has_height, width, length = reader.cursor.read_run(1, 4, 4)
    reader.columns['width_confidence'] = width
    reader.columns['length_confidence'] = length
    height = reader.optional('height_confidence', has_height, 4)
    reader.refused |= (width > 13) | (length > 13) | (height > 13)


def _acceleration_confidence(reader: ColumnReader) -> None:
    for name, level in zip(
            _ACCELERATION_CONFIDENCES, reader.cursor.read_run(3, 3, 3, 3), strict=True):
        reader.columns[name] = level


def _motor_extension(reader: ColumnReader) -> None:
    # choice of two and its extension bit, then the extension bit and options of the first
    (kind, extended, has_lights, has_attitude, has_attitude_confidence, has_turning,
     has_turning_confidence) = reader.cursor.read_run(2, 1, 1, 1, 1, 1, 1)
    reader.refused |= (kind != 0) | (extended != 0)
    lights = reader.optional('lights', has_lights, 10)
    reader.refuse_above(lights, 511)
    for width, highest in ((14, 14400), (14, 14400), (15, 28800)):
        reader.refuse_above(reader.cursor.read_where(has_attitude, width), highest)
    reader.cursor.read_where(has_attitude_confidence, 9)
    for _ in range(3):
        reader.refuse_above(reader.cursor.read_where(has_turning, 16), 65534)
    reader.cursor.read_where(has_turning_confidence, 9)


def _skip_history(reader: ColumnReader) -> None:
    """Pass over a PathHistory."""
    extended, has_initial, has_status = reader.cursor.read_run(1, 1, 1)
    reader.refused |= extended != 0
    read_where(reader, has_initial, read_full_position)
    reader.cursor.read_where(has_status, 8)
    count = reader.cursor.read(5) + 1
    reader.refuse_above(count, 23)
    read_lists(reader, count, _skip_crumb, worthwhile=WORTHWHILE_POINTS)


def _skip_crumb(reader: ColumnReader, owner: NDArray[np.intp]) -> None:
    cursor = reader.cursor
    extended, has_speed, has_confidence, has_heading = cursor.read_run(1, 1, 1, 1)
    reader.refused |= extended != 0
    skip_offset(reader, owner)
    reader.refuse_above(cursor.read(16), 65534)
    cursor.read_where(has_speed, 13)
    confidence = cursor.read_where(has_confidence, 5)
    cursor.read_where(has_confidence & (confidence >> 4 & 1), 4)
    reader.refuse_above(cursor.read_where(has_heading, 8), 240)
