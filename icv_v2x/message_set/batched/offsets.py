# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""PositionOffsetLLV of many rows at once, whatever form each row chose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from icv_v2x.message_set.batched.bit_cursor import BitCursor
from icv_v2x.message_set.quantities import ABSENT, Raw

Mask = NDArray[np.bool_]

LATITUDE_LONGITUDE_FORM = 6
"""Index of position-LatLon, which is no offset but the place itself."""

# by index of PositionOffsetLL; index 7 is not used and reads nothing
_LONGITUDE_WIDTH = np.array([12, 14, 16, 18, 22, 24, 32, 0])
_LATITUDE_WIDTH = np.array([12, 14, 16, 18, 22, 24, 31, 0])
_HALF_RANGE = np.array([1 << 11, 1 << 13, 1 << 15, 1 << 17, 1 << 21, 1 << 23, 0, 0])
# by index of VerticalOffset; index 6 is an elevation
_VERTICAL_WIDTH = np.array([7, 8, 9, 10, 11, 12, 16, 0])
_VERTICAL_LOWEST = np.array([-64, -128, -256, -512, -1024, -2048, -4096, 0])
_ELEVATION_FORM = 6


@dataclass(frozen=True)
class Offsets:
    """PositionOffsetLLV of many rows, as sent; `ABSENT` stands for unavailable.

    Attributes:
        latitude: Offset, or the latitude itself, (n,) [1e-7 deg].
        longitude: Offset, or the longitude itself, (n,) [1e-7 deg].
        absolute: Mask of rows whose latitude and longitude are no offsets, (n,).
        elevation: Offset, or the elevation itself, (n,) [0.1 m].
        elevation_absolute: Mask of rows whose elevation is no offset, (n,).
        invalid: Rows that break a bound, (n,).
    """

    latitude: Raw
    longitude: Raw
    absolute: Mask
    elevation: Raw
    elevation_absolute: Mask
    invalid: Mask


def read_offset(cursor: BitCursor, form: Raw, has_vertical: Raw) -> Offsets:
    """Read the rest of a PositionOffsetLLV, whose presence bit and form were read.

    Args:
        cursor: Behind the form, (n,).
        form: Index of PositionOffsetLL, (n,), 0..7.
        has_vertical: 1 where a vertical offset follows, (n,).

    Returns:
        What was sent.
    """
    first = int(form[0])
    none: Mask = np.zeros(form.size, dtype=np.bool_)
    if first < LATITUDE_LONGITUDE_FORM and (form == first).all():
        longitude, latitude = cursor.read_run(
            int(_LONGITUDE_WIDTH[first]), int(_LATITUDE_WIDTH[first]))
        half = int(_HALF_RANGE[first])
        longitude -= half
        latitude -= half
        absolute = invalid = none
    else:
        longitude = cursor.read_widths(_LONGITUDE_WIDTH[form])
        latitude = cursor.read_widths(_LATITUDE_WIDTH[form])
        absolute = form == LATITUDE_LONGITUDE_FORM
        invalid = (form > LATITUDE_LONGITUDE_FORM) | absolute & (
            (longitude > 3600000000) | (latitude > 1800000001))
        longitude -= np.where(absolute, 1799999999, _HALF_RANGE[form])
        latitude -= np.where(absolute, 900000000, _HALF_RANGE[form])
        unknown = absolute & ((longitude == 1800000001) | (latitude == 900000001))
        longitude[unknown] = ABSENT
        latitude[unknown] = ABSENT
    if not has_vertical.any():
        return Offsets(latitude, longitude, absolute, np.full(form.size, ABSENT), none, invalid)
    vertical_form = cursor.read_where(has_vertical, 3)
    vertical_form[has_vertical == 0] = 7
    invalid = invalid | (has_vertical != 0) & (vertical_form > _ELEVATION_FORM)
    elevation = cursor.read_widths(_VERTICAL_WIDTH[vertical_form])
    elevation += _VERTICAL_LOWEST[vertical_form]
    # the lowest value of every form says unavailable; form 7 reads 0 and has 0 as its lowest
    elevation[elevation == _VERTICAL_LOWEST[vertical_form]] = ABSENT
    return Offsets(
        latitude, longitude, absolute, elevation, vertical_form == _ELEVATION_FORM, invalid)
