# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""PositionOffsetLLV of many rows at once: every form becomes an offset from the reference."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icv_v2x.message_set.batched.bit_cursor import BitCursor
from icv_v2x.message_set.quantities import ABSENT, Raw

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


def read_offset(
    cursor: BitCursor, form: Raw, has_vertical: Raw, reference: tuple[Raw, ...],
) -> tuple[Raw, Raw, Raw, NDArray[np.bool_]]:
    """Read the rest of a PositionOffsetLLV, whose presence bit and form were read.

    Args:
        cursor: Behind the form, (n,).
        form: Index of PositionOffsetLL, (n,), 0..7.
        has_vertical: 1 where a vertical offset follows, (n,).
        reference: Latitude, longitude, elevation codes that offsets count from, each (n,).

    Returns:
        Offsets of latitude, longitude (1e-7 deg) and elevation (0.1 m), `ABSENT` where
        unavailable, and the mask of rows that break a bound, each (n,).
    """
    first = int(form[0])
    if (form == first).all() and first < LATITUDE_LONGITUDE_FORM:
        longitude, latitude = cursor.read_run(
            int(_LONGITUDE_WIDTH[first]), int(_LATITUDE_WIDTH[first]))
        half = int(_HALF_RANGE[first])
        longitude -= half
        latitude -= half
        invalid = np.zeros(form.size, dtype=np.bool_)
    else:
        longitude = cursor.read_widths(_LONGITUDE_WIDTH[form])
        latitude = cursor.read_widths(_LATITUDE_WIDTH[form])
        half_range = _HALF_RANGE[form]
        absolute = form == LATITUDE_LONGITUDE_FORM
        invalid = (form > LATITUDE_LONGITUDE_FORM) | absolute & (
            (longitude > 3600000000) | (latitude > 1800000001))
        longitude = np.where(absolute, longitude - 1799999999 - reference[1],
                             longitude - half_range)
        latitude = np.where(absolute, latitude - 900000000 - reference[0], latitude - half_range)
        unknown = absolute & (
            (longitude + reference[1] == 1800000001) | (reference[1] == 1800000001)
            | (latitude + reference[0] == 900000001) | (reference[0] == 900000001))
        longitude[unknown] = ABSENT
        latitude[unknown] = ABSENT
    if not has_vertical.any():
        return latitude, longitude, np.full(form.size, ABSENT), invalid
    vertical_form = cursor.read_where(has_vertical, 3)
    vertical_form[has_vertical == 0] = 7
    invalid = invalid | (has_vertical != 0) & (vertical_form > _ELEVATION_FORM)
    elevation = cursor.read_widths(_VERTICAL_WIDTH[vertical_form])
    elevation += _VERTICAL_LOWEST[vertical_form]
    absolute = vertical_form == _ELEVATION_FORM
    unknown = (elevation == _VERTICAL_LOWEST[vertical_form]) | absolute & (
        reference[2] <= _VERTICAL_LOWEST[_ELEVATION_FORM])
    elevation = np.where(absolute, elevation - reference[2], elevation)
    elevation[unknown] = ABSENT
    return latitude, longitude, elevation, invalid
