# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Path histories that count from a position of their own instead of the message's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icv_v2x.message_set.batched.columns import ColumnReader
from icv_v2x.message_set.batched.offsets import Offsets
from icv_v2x.message_set.quantities import ABSENT, Raw

_UNAVAILABLE_LATITUDE = 900000001
_UNAVAILABLE_LONGITUDE = 1800000001
_UNAVAILABLE_ELEVATION = -4096
# width and span of year, month, day, hour, minute, second, offset of DDateTime
_DATE_FIELDS = ((12, 4095), (4, 12), (5, 31), (5, 31), (6, 60), (16, 65535), (11, 1680))


def read_full_position(reader: ColumnReader) -> None:
    """Read a FullPositionVector from every row; only its position is kept.

    Args:
        reader: At the vector, (n,); gets columns latitude, longitude and elevation.
    """
    cursor, columns = reader.cursor, reader.columns
    (extended, has_time, has_heading, has_transmission, has_speed, has_accuracy,
     has_time_confidence, has_motion) = cursor.read_run(1, 1, 1, 1, 1, 1, 1, 1)
    reader.refused |= extended != 0
    sent = cursor.read_where(has_time, len(_DATE_FIELDS))
    for place, (width, highest) in enumerate(_DATE_FIELDS):
        present = has_time & (sent >> (len(_DATE_FIELDS) - 1 - place) & 1)
        reader.refuse_above(cursor.read_where(present, width), highest)
    has_elevation, latitude = cursor.read_run(1, 31)
    longitude = cursor.read(32)
    reader.refuse_above(latitude, 1800000001)
    reader.refuse_above(longitude, 3600000000)
    columns['latitude'] = latitude - 900000000
    columns['longitude'] = longitude - 1799999999
    reader.optional('elevation', has_elevation, 16, _UNAVAILABLE_ELEVATION)
    reader.refuse_above(cursor.read_where(has_heading, 15), 28800)
    cursor.read_where(has_transmission, 3)
    cursor.read_where(has_speed, 13)
    reader.optional_position_confidence(has_accuracy)
    reader.refuse_above(cursor.read_where(has_time_confidence, 6), 39)
    motion = cursor.read_where(has_motion, 3)
    cursor.read_where(has_motion & (motion >> 2 & 1), 3)
    cursor.read_where(has_motion & (motion >> 1 & 1), 3)
    cursor.read_where(has_motion & (motion & 1), 2)


class InitialShift:
    """How far the references of path histories lie from the messages' own positions."""

    def __init__(
        self, own: dict[str, Raw], initial: dict[str, Raw], rows: NDArray[np.intp],
    ) -> None:
        """Compare the positions.

        Args:
            own: Position columns of all messages, (n,).
            initial: Position columns of those that have a reference, (k,).
            rows: Which those are, (k,).
        """
        size = own['latitude'].size
        self._given = np.zeros(size, dtype=np.bool_)
        self._given[rows] = True
        here = {name: own[name][rows] for name in ('latitude', 'longitude', 'elevation')}
        unknown = (
            (here['latitude'] == _UNAVAILABLE_LATITUDE)
            | (here['longitude'] == _UNAVAILABLE_LONGITUDE)
            | (initial['latitude'] == _UNAVAILABLE_LATITUDE)
            | (initial['longitude'] == _UNAVAILABLE_LONGITUDE))
        self._latitude = self._spread(size, rows, np.where(
            unknown, ABSENT, initial['latitude'] - here['latitude']))
        self._longitude = self._spread(size, rows, np.where(
            unknown, ABSENT, initial['longitude'] - here['longitude']))
        first_unknown = here['elevation'] <= _UNAVAILABLE_ELEVATION
        second_unknown = initial['elevation'] <= _UNAVAILABLE_ELEVATION
        rise = np.where(
            first_unknown | second_unknown, ABSENT, initial['elevation'] - here['elevation'])
        # heights of which neither is known are taken for the same
        rise[first_unknown & second_unknown] = 0
        self._elevation = self._spread(size, rows, rise)

    @staticmethod
    def _spread(size: int, rows: NDArray[np.intp], shift: Raw) -> Raw:
        column = np.zeros(size, dtype=np.int64)
        column[rows] = shift
        return column

    def applied(
        self, active: NDArray[np.intp], offsets: Offsets, latitude: Raw, longitude: Raw,
        elevation: Raw,
    ) -> tuple[Raw, Raw, Raw]:
        """Count offsets from the message's own position instead.

        Args:
            active: Rows of the points, (m,).
            offsets: What was sent, (m,).
            latitude: Offsets as read, (m,).
            longitude: Offsets as read, (m,).
            elevation: Offsets as read, (m,).

        Returns:
            Latitude, longitude and elevation, (m,); `ABSENT` where unavailable.
        """
        moved = self._given[active] & ~offsets.absolute
        risen = self._given[active] & ~offsets.elevation_absolute
        return (
            _added(latitude, self._latitude[active], moved),
            _added(longitude, self._longitude[active], moved),
            _added(elevation, self._elevation[active], risen),
        )


def _added(value: Raw, shift: Raw, where: NDArray[np.bool_]) -> Raw:
    made = np.where(where, value + shift, value)
    made[where & ((value == ABSENT) | (shift == ABSENT))] = ABSENT
    return made
