# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""SPAT frames of the plain form read at once, several times as fast as by the general reader.

Signals are the one message that many units send ten times a second and that is too nested to be
read in columns. Whatever is not the plain form (an extension, a name, a time confidence, a value
out of range, a frame that does not end where its octets do) is left to `codec`.
"""

from __future__ import annotations

from typing import Any

ALTERNATIVE = 3
"""First four bits of a frame that begins a SPAT."""
MINUTES, TIME_MARKS, CONFIDENCES = 527_040, 36_001, 200
"""Greatest codes of minutes of the year, times and confidences."""

LIGHTS = (
    'unavailable', 'dark', 'flashing-red', 'red', 'flashing-green', 'permissive-green',
    'protected-green', 'yellow', 'flashing-yellow')
"""Lights by their number."""
_COUNTING = (
    'startTime', 'minEndTime', 'maxEndTime', 'likelyEndTime', 'timeConfidence', 'nextStartTime',
    'nextDuration')
_UTC = (
    'startUTCTime', 'minEndUTCTime', 'maxEndUTCTime', 'likelyEndUTCTime', 'timeConfidence',
    'nextStartUTCTime', 'nextEndUTCTime')


def _layout(names: tuple[str, ...], options: int) -> tuple[int, list[tuple[str, int, int, int]]]:
    """Return how many bits the fields take that are there, and name, shift, mask, most of each."""
    fields: list[tuple[str, int, int, int]] = []
    width = 0
    # From the last one back, as shifts count from the end.
    for name, bit in reversed([*zip(names, (0, 16, 8, 0, 4, 2, 1), strict=True)]):
        if bit and not options & bit:
            continue
        octet = name == 'timeConfidence'
        fields.append((
            name, width, 0xFF if octet else 0xFFFF, CONFIDENCES if octet else TIME_MARKS))
        width += 8 if octet else 16
    return width, fields[::-1]


NAMES = _COUNTING, _UTC
"""Names of the times of both forms, in one order."""
FORMS = tuple(
    (form, [_layout(names, options) for options in range(32)])
    for form, names in zip(('counting', 'utcTiming'), NAMES, strict=True))
"""Name of each form, and by its options how many bits its times take and where they lie."""


class _NotPlainError(Exception):
    """The frame is not of the plain form."""


class _Bits:
    """A frame as one number, and how many of its bits are left to read."""

    __slots__ = ('left', 'number')

    def __init__(self, octets: bytes) -> None:
        self.number = int.from_bytes(octets, 'big')
        self.left = 8 * len(octets)

    def take(self, width: int) -> int:
        self.left -= width
        if self.left < 0:
            raise _NotPlainError
        return self.number >> self.left & (1 << width) - 1


def read_spat(octets: bytes) -> dict[str, Any] | None:
    """Read one frame that begins a SPAT.

    Args:
        octets: The frame.

    Returns:
        The SPAT value (convention of `codec`), None where the frame is not of the plain form.
    """
    bits = _Bits(octets)
    try:
        options = bits.take(8)
        # Four bits of the frame, then extension, minute, second and name of the message.
        if options >> 4 != ALTERNATIVE or options & 0b1001:
            return None
        value: dict[str, Any] = {'msgCnt': bits.take(7)}
        _read_stamp(bits, options >> 1, value)
        value['intersections'] = [_intersection(bits) for _ in range(bits.take(5) + 1)]
    except _NotPlainError:
        return None
    return value if bits.left < 8 else None


def _read_stamp(bits: _Bits, options: int, value: dict[str, Any]) -> None:
    """Read minute and second; the lowest two bits of the options say whether they are there."""
    if options & 2:
        minute = bits.take(20)
        if minute > MINUTES:
            raise _NotPlainError
        value['moy'] = minute
    if options & 1:
        value['timeStamp'] = bits.take(16)


def _intersection(bits: _Bits) -> dict[str, Any]:
    # Extension, minute, second, time confidence; then whether the region is given.
    options = bits.take(5)
    if options & 0b10010:
        raise _NotPlainError
    node = {'region': bits.take(16)} if options & 1 else {}
    node['id'] = bits.take(16)
    value: dict[str, Any] = {
        'intersectionId': node, 'status': {'value': f'{bits.take(16):04X}', 'length': 16}}
    _read_stamp(bits, options >> 2, value)
    value['phases'] = [_phase(bits) for _ in range(bits.take(4) + 1)]
    return value


def _phase(bits: _Bits) -> dict[str, Any]:
    head = bits.take(12)
    return {'id': head >> 4, 'phaseStates': [_state(bits) for _ in range((head & 15) + 1)]}


def _state(bits: _Bits) -> dict[str, Any]:
    # Extension, timing, extension of the light, light; where there is a timing extension and
    # alternative of the choice and five options.
    head = bits.take(7)
    light = head & 15
    if head & 0b1010000 or light >= len(LIGHTS):
        raise _NotPlainError
    if not head & 0b0100000:
        return {'light': LIGHTS[light]}
    head = bits.take(7)
    if head & 0b1000000:
        raise _NotPlainError
    name, layouts = FORMS[head >> 5]
    width, fields = layouts[head & 31]
    codes = bits.take(width)
    timing = {}
    for field, shift, mask, most in fields:
        code = codes >> shift & mask
        if code > most:
            raise _NotPlainError
        timing[field] = code
    return {'light': LIGHTS[light], 'timing': {name: timing}}
