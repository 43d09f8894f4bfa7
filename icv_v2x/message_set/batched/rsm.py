# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Roadside safety messages read field by field from many frames at once.

As with the basic safety message, whatever is not the plain form is left to the codec.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icv_v2x.message_set.batched.bit_cursor import BitCursor
from icv_v2x.message_set.batched.columns import ColumnReader, Mask
from icv_v2x.message_set.batched.lists import read_lists
from icv_v2x.message_set.batched.offsets import read_offset
from icv_v2x.message_set.quantities import ABSENT, Raw
from icv_v2x.message_set.records.participants import (
    OTHER_COLUMNS,
    PARTICIPANT_COLUMNS,
    RsmColumns,
)

_LATITUDES = (-900000000, 900000000)
_LONGITUDES = (-1799999999, 1800000000)
_UNAVAILABLE_ELEVATION = -4096


def decode_columns(cursor: BitCursor, frame: Raw, end: Raw) -> tuple[RsmColumns, Mask]:
    """Read roadside safety messages.

    Args:
        cursor: At the first bit of each frame; every frame begins an RSM, (n,).
        frame: Index of each frame in the batch, ascending, (n,).
        end: Bit behind each frame, (n,).

    Returns:
        The columns of the rows that were read, and the mask of those rows, (n,).
    """
    head = ColumnReader(cursor)
    columns = head.columns
    columns['frame'] = frame
    _, extended, columns['message_count'], columns['id_high'] = cursor.read_run(4, 1, 7, 32)
    columns['id_low'] = cursor.read(32)
    head.refused |= extended != 0
    has_elevation, latitude = cursor.read_run(1, 31)
    longitude = cursor.read(32)
    head.refuse_above(latitude, 1800000001)
    head.refuse_above(longitude, 3600000000)
    columns['latitude'] = within(latitude + _LATITUDES[0], _LATITUDES)
    columns['longitude'] = within(longitude + _LONGITUDES[0], _LONGITUDES)
    elevation = head.optional('elevation', has_elevation, 16, _UNAVAILABLE_ELEVATION)
    elevation[elevation == _UNAVAILABLE_ELEVATION] = ABSENT

    participants = _participants(head)
    head.refused |= (cursor.position + 7) >> 3 != end >> 3
    if not head.refused.any():
        return RsmColumns(columns, participants), ~head.refused
    kept = ~head.refused
    kept_participants = np.isin(participants['frame'], frame[kept])
    return RsmColumns(
        {name: column[kept] for name, column in columns.items()},
        {name: column[kept_participants] for name, column in participants.items()},
    ), kept


def within(code: Raw, bounds: tuple[int, int]) -> Raw:
    """Give the codes, `ABSENT` for those outside the bounds."""
    return np.where((code >= bounds[0]) & (code <= bounds[1]), code, ABSENT)


def _participants(head: ColumnReader) -> dict[str, Raw]:
    count = head.cursor.read(4) + 1
    owners = np.repeat(head.columns['frame'], np.where(head.refused, 0, count))
    reference = tuple(head.columns[name] for name in ('latitude', 'longitude', 'elevation'))

    def read(reader: ColumnReader, owner: NDArray[np.intp]) -> None:
        read_participant(reader, tuple(part[owner] for part in reference))

    made = read_lists(head, count, read, (*OTHER_COLUMNS[1:], *PARTICIPANT_COLUMNS))
    made['frame'] = owners
    return made


def read_participant(reader: ColumnReader, reference: tuple[Raw, ...]) -> None:
    """Read one ParticipantData from every row.

    Args:
        reader: At the participant, (n,); gets its columns.
        reference: Codes of latitude, longitude, elevation that offsets count from, each (n,).
    """
    cursor, columns = reader.cursor, reader.columns
    (extended, has_id, has_transmission, has_angle, has_motion, has_acceleration, has_class,
     kind, columns['participant_id'], source) = cursor.read_run(1, 1, 1, 1, 1, 1, 1, 4, 16, 4)
    # the highest bit of an extensible enumeration says that the value is an extension
    reader.refused |= (extended != 0) | (kind > 4) | (source > 7)
    columns['participant_type'] = kind
    columns['source'] = source
    reader.optional('id_high', has_id, 32)
    reader.optional('id_low', has_id, 32)
    columns['second'], has_vertical, form = cursor.read_run(16, 1, 3)
    read_place(reader, form, has_vertical, reference)
    reader.position_confidence()
    reader.optional('transmission', has_transmission, 3)
    columns['speed'], heading = cursor.read_run(13, 15)
    reader.refuse_above(heading, 28800)
    columns['heading'] = heading
    reader.steering(has_angle, has_motion)
    reader.accelerations(has_acceleration)
    reader.size()
    reader.optional_vehicle_class(has_class)


def read_place(
    reader: ColumnReader, form: Raw, has_vertical: Raw, reference: tuple[Raw, ...],
) -> None:
    """Read an offset; the place is reference plus offset, in exact units of the wire.

    Args:
        reader: Behind the form, (n,); gets columns latitude, longitude and elevation.
        form: Index of PositionOffsetLL, (n,).
        has_vertical: 1 where a vertical offset follows, (n,).
        reference: Codes of latitude, longitude, elevation that offsets count from, each (n,).
    """
    offsets = read_offset(reader.cursor, form, has_vertical)
    reader.refused |= offsets.invalid
    unknown = (offsets.latitude == ABSENT) | ~offsets.absolute & (
        (reference[0] == ABSENT) | (reference[1] == ABSENT))
    for name, offset, base in (
            ('latitude', offsets.latitude, reference[0]),
            ('longitude', offsets.longitude, reference[1])):
        place = np.where(offsets.absolute, offset, offset + base)
        place[unknown] = ABSENT
        reader.columns[name] = place
    height = np.where(
        offsets.elevation_absolute, offsets.elevation, offsets.elevation + reference[2])
    height[(offsets.elevation == ABSENT)
           | ~offsets.elevation_absolute & (reference[2] == ABSENT)] = ABSENT
    reader.columns['elevation'] = height
