# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Basic safety messages of many vehicles at once: templates by the codec, filled bit by bit.

What a sender says of itself stays for long, and where it moves changes with every message, in
numbers of fixed width at fixed places. So the codec encodes the former once, the places of the
latter are found by changing one number at a time, and messages are made by writing columns of
codes into copies. The tests hold the octets against those of the codec.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from icv_v2x.message_set.bsm_encoder import BsmContent, bsm_value
from icv_v2x.message_set.codec import encode
from icv_v2x.message_set.errors import MessageError, RejectReason
from icv_v2x.message_set.quantities import QUANTITIES, Raw, Real
from icv_v2x.message_set.schema import IntegerType, types

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_KINDS = {
    'message_count': 'MsgCount', 'second': 'DSecond', 'latitude': 'Latitude',
    'longitude': 'Longitude', 'elevation': 'Elevation', 'speed': 'Speed', 'heading': 'Heading',
    'longitudinal_acceleration': 'Acceleration', 'lateral_acceleration': 'Acceleration',
    'yaw_rate': 'YawRate',
}
MOVING = frozenset(_KINDS)
"""Fields of `BsmContent` that templates leave open."""

# Where a number may lie depends on which of these optional parts are in front of it.
_IN_FRONT = (
    'timeConfidence', 'posAccuracy', 'posConfidence', 'angle', 'motionCfd', 'safetyExt',
    'emergencyExt')
_FULL_CIRCLE = 2.0 * math.pi


@dataclass(frozen=True)
class MovingColumns:
    """What changes between messages, (n,) each, in SI as `BsmContent` has it.

    Attributes:
        message_count: int64, taken modulo 128.
        second: [s].
        latitude: [deg].
        longitude: [deg].
        elevation: [m].
        speed: Not negative [m/s].
        heading: [rad].
        longitudinal_acceleration: [m/s2].
        lateral_acceleration: [m/s2].
        yaw_rate: Not NaN [rad/s].
    """

    message_count: NDArray[np.int64]
    second: Real
    latitude: Real
    longitude: Real
    elevation: Real
    speed: Real
    heading: Real
    longitudinal_acceleration: Real
    lateral_acceleration: Real
    yaw_rate: Real


class _Place(NamedTuple):
    """Where a number is.

    Attributes:
        first: Its first bit in the frame.
        width: Bits.
        lowest: Code that all bits 0 stand for.
    """

    first: int
    width: int
    lowest: int


Layout = tuple[tuple[str, _Place], ...]

# By shape; there are no more shapes than combinations of a dozen optional parts.
_PLACES: dict[tuple[Any, ...], dict[str, _Place]] = {}


class BsmTemplate:
    """A basic safety message with open fields.

    Attributes:
        octets: (length,) uint8, the frame with anything in the open fields.
        layout: Open fields and their places.
    """

    def __init__(self, content: BsmContent, moving: frozenset[str] = MOVING) -> None:
        """Encode what stays.

        Args:
            content: What it says; of the open fields only whether the elevation is sent counts.
            moving: The open fields, out of `MOVING`; an elevation that is not sent is none.

        Raises:
            MessageError: A value that stays has no encoding.
        """
        if math.isnan(content.elevation):
            moving -= {'elevation'}
        base = _even_content(content, moving)
        value = bsm_value(base)
        self.octets = np.frombuffer(encode({'bsmFrame': value}), np.uint8)
        places = _places_of(base, value)
        self.layout = tuple((name, places[name]) for name in sorted(moving))


def encode_bsm_rows(
    templates: Sequence[BsmTemplate], columns: MovingColumns,
) -> list[bytes]:
    """Encode one message a row.

    Args:
        templates: n of them, one may stand for many rows.
        columns: What goes into the open fields.

    Returns:
        n frames, UPER.

    Raises:
        MessageError: A speed is negative or a yaw rate NaN, as with `encode_bsm`.
    """
    if (columns.speed < 0.0).any():
        raise MessageError(
            RejectReason.OUT_OF_RANGE,
            'a speed is negative; a reversing vehicle says so by its gear')
    if np.isnan(columns.yaw_rate).any():
        raise MessageError(
            RejectReason.OUT_OF_RANGE, 'yaw_rate is NaN, the wire has no code for unavailable')
    alike: dict[tuple[Layout, int], list[int]] = {}
    for row, template in enumerate(templates):
        alike.setdefault((template.layout, len(template.octets)), []).append(row)
    codes = {name: _codes(name, getattr(columns, name)) for name in _KINDS}
    frames = [b''] * len(templates)
    for (layout, length), rows in alike.items():
        bits = np.unpackbits(np.stack([templates[row].octets for row in rows]), axis=1)
        for name, place in layout:
            shifts = np.arange(place.width - 1, -1, -1)
            number = codes[name][rows] - place.lowest
            bits[:, place.first:place.first + place.width] = number[:, None] >> shifts & 1
        octets = np.packbits(bits, axis=1).tobytes()
        for at, row in enumerate(rows):
            frames[row] = octets[at * length:(at + 1) * length]
    return frames


def _codes(name: str, values: Any) -> Raw:
    if name == 'message_count':
        return values % 128  # type: ignore[no-any-return]
    quantity = QUANTITIES[_KINDS[name]]
    if name != 'heading':
        return quantity.codes(values)
    turn = quantity.limits[1] + 1
    known = np.isfinite(values)
    codes: Raw = np.rint(
        np.where(known, values, 0.0) / _FULL_CIRCLE * turn).astype(np.int64) % turn
    # the code behind the last of the circle says that there is none
    codes[~known] = turn
    return codes


def _described(name: str) -> IntegerType:
    described = types()[_KINDS[name]]
    assert isinstance(described, IntegerType)
    return described


def _even_content(content: BsmContent, names: Iterable[str]) -> BsmContent:
    changed: dict[str, Any] = {name: _even(name) for name in names}
    return replace(content, **changed)


def _even(name: str, more: int = 0) -> float:
    """Return a value whose number on the wire is even, or so many more."""
    lowest = _described(name).minimum
    code = lowest + 2 * (max(-lowest, 0) // 2) + more
    return code if name == 'message_count' else code * QUANTITIES[_KINDS[name]].step


def _shape(value: dict[str, Any]) -> tuple[Any, ...]:
    """Return what the places of the open fields depend on."""
    return (
        'elevation' in value['pos'],
        tuple(name in value for name in _IN_FRONT),
        tuple(value.get('posConfidence', ())), tuple(value.get('motionCfd', ())))


def _places_of(content: BsmContent, value: dict[str, Any]) -> dict[str, _Place]:
    """Return where the numbers of messages of this shape are."""
    shape = _shape(value)
    if shape not in _PLACES:
        names = [name for name in _KINDS if name != 'elevation' or 'elevation' in value['pos']]
        base = _even_content(content, names)
        _PLACES[shape] = {name: _place(name, base) for name in names}
    return _PLACES[shape]


def _place(name: str, base: BsmContent) -> _Place:
    """Find a number: where it is even and grows by one, its last bit alone changes."""
    kind = _described(name)
    more: dict[str, Any] = {name: _even(name, 1)}
    octets = [
        encode({'bsmFrame': bsm_value(content)}) for content in (base, replace(base, **more))]
    before, after = (int.from_bytes(one, 'big') for one in octets)
    last = 8 * len(octets[0]) - (before ^ after).bit_length()
    width = (kind.maximum - kind.minimum).bit_length()
    return _Place(last + 1 - width, width, kind.minimum)
