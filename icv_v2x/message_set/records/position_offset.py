# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A place relative to a reference position: PositionOffsetLLV in all its forms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from icv_v2x.message_set.errors import MessageError, RejectReason
from icv_v2x.message_set.quantities import QUANTITIES

_FORMS = (
    ('position-LL1', 1 << 11), ('position-LL2', 1 << 13), ('position-LL3', 1 << 15),
    ('position-LL4', 1 << 17), ('position-LL5', 1 << 21), ('position-LL6', 1 << 23),
)
_VERTICAL_FORMS = {
    'offset1': 'VertOffset-B07', 'offset2': 'VertOffset-B08', 'offset3': 'VertOffset-B09',
    'offset4': 'VertOffset-B10', 'offset5': 'VertOffset-B11', 'offset6': 'VertOffset-B12',
    'elevation': 'Elevation',
}


@dataclass(frozen=True)
class PositionOffset:
    """A place, as an offset from the message's reference or as itself.

    Attributes:
        latitude: Offset to the north; the latitude itself where `absolute` [deg]; NaN
            unavailable.
        longitude: Offset to the east; the longitude itself where `absolute` [deg]; NaN
            unavailable.
        elevation: Offset upward; the elevation itself where `elevation_absolute` [m]; NaN
            absent or unavailable.
        absolute: Whether latitude and longitude are no offsets.
        elevation_absolute: Whether the elevation is no offset.
    """

    latitude: float
    longitude: float
    elevation: float = math.nan
    absolute: bool = False
    elevation_absolute: bool = False


def offset_to_si(value: dict[str, Any]) -> PositionOffset:
    """Turn a PositionOffsetLLV value into SI.

    Args:
        value: In the plain convention.

    Returns:
        The place.
    """
    (form, place), = value['offsetLL'].items()
    absolute = form == 'position-LatLon'
    if absolute:
        latitude = QUANTITIES['Latitude'].value(place['lat'])
        longitude = QUANTITIES['Longitude'].value(place['lon'])
    else:
        latitude, longitude = place['lat'] / 1e7, place['lon'] / 1e7
    if 'offsetV' not in value:
        return PositionOffset(latitude, longitude, absolute=absolute)
    (form, height), = value['offsetV'].items()
    elevation = QUANTITIES[_VERTICAL_FORMS[form]].value(height)
    return PositionOffset(latitude, longitude, elevation, absolute,
                          form == 'elevation' and not math.isnan(elevation))


def offset_from_si(place: PositionOffset) -> dict[str, Any]:
    """Make the PositionOffsetLLV value of a place, in the smallest form that holds it.

    Args:
        place: The place.

    Returns:
        The value in the plain convention.

    Raises:
        MessageError: The offset is beyond every form, or is NaN.
    """
    if place.absolute:
        value: dict[str, Any] = {'offsetLL': {'position-LatLon': {
            'lon': QUANTITIES['Longitude'].code(place.longitude),
            'lat': QUANTITIES['Latitude'].code(place.latitude),
        }}}
    else:
        value = {'offsetLL': _offset(place.latitude, place.longitude)}
    if not math.isnan(place.elevation):
        value['offsetV'] = _vertical(place)
    return value


def _offset(latitude: float, longitude: float) -> dict[str, Any]:
    if math.isfinite(latitude) and math.isfinite(longitude):
        north, east = round(latitude * 1e7), round(longitude * 1e7)
        for form, half in _FORMS:
            if -half <= min(north, east) and max(north, east) < half:
                return {form: {'lon': east, 'lat': north}}
    raise MessageError(
        RejectReason.OUT_OF_RANGE,
        f'an offset of {latitude}, {longitude} deg has no form, the widest holds 0.83 deg')


def _vertical(place: PositionOffset) -> dict[str, Any]:
    if not place.elevation_absolute:
        for form, kind in _VERTICAL_FORMS.items():
            lowest, highest = QUANTITIES[kind].limits
            if form != 'elevation' and lowest <= round(place.elevation * 10.0) <= highest:
                return {form: QUANTITIES[kind].code(place.elevation)}
        # beyond the widest offset: saturates there
        return {'offset6': QUANTITIES['VertOffset-B12'].code(place.elevation)}
    return {'elevation': QUANTITIES['Elevation'].code(place.elevation)}
