# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Codes of basic safety messages from decoded values: the way that covers every frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from icv_v2x.message_set.quantities import ABSENT
from icv_v2x.message_set.records.bsm import CRUMB_COLUMNS, MESSAGE_COLUMNS, BsmColumns
from icv_v2x.message_set.schema import BitStringType, EnumeratedType, types

_UNAVAILABLE_POSITION = (900000001, 1800000001)
_UNAVAILABLE_ELEVATION = -4096
_VERTICAL_UNAVAILABLE = {
    'offset1': -64, 'offset2': -128, 'offset3': -256, 'offset4': -512, 'offset5': -1024,
    'offset6': -2048,
}


def columns_from_values(messages: Sequence[tuple[int, dict[str, Any]]]) -> BsmColumns:
    """Collect the codes of decoded messages.

    Args:
        messages: Frame index and BasicSafetyMessage value of each.

    Returns:
        The columns, in the order given.
    """
    identifiers = [message['id'] for _, message in messages]
    columns = {
        'frame': [frame for frame, _ in messages],
        'id_high': [int(text[:8], 16) for text in identifiers],
        'id_low': [int(text[8:], 16) for text in identifiers],
    }
    for name, (path, kind) in MESSAGE_COLUMNS.items():
        columns[name] = [_code(message, path, kind) for _, message in messages]
    crumbs: list[tuple[int, ...]] = []
    for frame, message in messages:
        crumbs += _crumbs(frame, message)
    table = np.array(crumbs, dtype=np.int64).reshape(-1, len(CRUMB_COLUMNS))
    return BsmColumns(
        {name: np.array(column, dtype=np.int64) for name, column in columns.items()},
        {name: np.ascontiguousarray(table[:, at]) for at, name in enumerate(CRUMB_COLUMNS)},
    )


def _code(message: dict[str, Any], path: tuple[str, ...], kind: str) -> int:
    value: Any = message
    for name in path:
        if name not in value:
            return ABSENT
        value = value[name]
    return code_of(kind, value)


def code_of(kind: str, value: Any) -> int:
    """Give the number that stands for a value on the wire.

    Args:
        kind: Type name.
        value: The value in the plain convention.

    Returns:
        The integer, the index of an enumeration value, or the bits with the first one highest.
    """
    described = types()[kind]
    if isinstance(described, EnumeratedType):
        return described.names.index(value)
    if isinstance(described, BitStringType):
        return int(value['value'], 16) >> (-described.size % 8)
    return int(value)


def _crumbs(frame: int, message: dict[str, Any]) -> list[tuple[int, ...]]:
    history = message.get('safetyExt', {}).get('pathHistory')
    if history is None:
        return []
    own = position_codes(message['pos'])
    reference = position_codes(history['initialPosition']['pos']) if 'initialPosition' in history \
        else own
    made: list[tuple[int, ...]] = []
    for point in history['crumbData']:
        (form, offset), = point['llvOffset']['offsetLL'].items()
        if form == 'position-LatLon':
            there = position_codes({'lat': offset['lat'], 'long': offset['lon']})[:2]
        else:
            there = (_sum(reference[0], offset['lat']), _sum(reference[1], offset['lon']))
        position = (_difference(there[0], own[0]), _difference(there[1], own[1]))
        if form != 'position-LatLon' and reference is own:
            # holds also where the message's own position is unavailable
            position = (offset['lat'], offset['lon'])
        if ABSENT in position:
            position = (ABSENT, ABSENT)
        made.append((
            frame, *position, _vertical(point['llvOffset'].get('offsetV'), own[2], reference[2]),
            point['timeOffset'], point.get('speed', ABSENT), point.get('heading', ABSENT),
            code_of('PositionConfidence', point['posAccuracy']['pos'])
            if 'posAccuracy' in point else ABSENT,
        ))
    return made


def position_codes(value: dict[str, int]) -> tuple[int, int, int]:
    """Give the codes of a Position3D.

    Args:
        value: The position.

    Returns:
        Latitude, longitude, elevation; `ABSENT` where unavailable.
    """
    elevation = value.get('elevation', _UNAVAILABLE_ELEVATION)
    return (
        ABSENT if value['lat'] == _UNAVAILABLE_POSITION[0] else value['lat'],
        ABSENT if value['long'] == _UNAVAILABLE_POSITION[1] else value['long'],
        ABSENT if elevation == _UNAVAILABLE_ELEVATION else elevation,
    )


def _sum(first: int, second: int) -> int:
    return ABSENT if ABSENT in (first, second) else first + second


def _difference(first: int, second: int) -> int:
    return ABSENT if ABSENT in (first, second) else first - second


def _vertical(offset: dict[str, int] | None, own: int, reference: int) -> int:
    if offset is None:
        return ABSENT
    (form, value), = offset.items()
    if form == 'elevation':
        return _difference(ABSENT if value == _UNAVAILABLE_ELEVATION else value, own)
    if value == _VERTICAL_UNAVAILABLE[form]:
        return ABSENT
    return value if reference == own else _difference(_sum(reference, value), own)


def offset_codes(value: dict[str, Any], reference: tuple[int, int, int]) -> tuple[int, int, int]:
    """Give the place that a PositionOffsetLLV means.

    Args:
        value: The offset.
        reference: Codes of the position it counts from.

    Returns:
        Codes of latitude, longitude, elevation; `ABSENT` where unavailable.
    """
    (form, offset), = value['offsetLL'].items()
    if form == 'position-LatLon':
        latitude, longitude, _ = position_codes({'lat': offset['lat'], 'long': offset['lon']})
    else:
        latitude = _sum(reference[0], offset['lat'])
        longitude = _sum(reference[1], offset['lon'])
    if ABSENT in (latitude, longitude):
        latitude = longitude = ABSENT
    vertical = value.get('offsetV')
    if vertical is not None and 'elevation' in vertical:
        elevation = vertical['elevation']
        return latitude, longitude, ABSENT if elevation == _UNAVAILABLE_ELEVATION else elevation
    rise = _vertical(vertical, reference[2], reference[2])
    return latitude, longitude, _sum(reference[2], rise)
