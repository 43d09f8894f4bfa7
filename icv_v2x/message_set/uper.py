# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Reads UPER (ITU-T X.691) into plain values, in bounded time, with a reason for every refusal.

The ASN.1 library encodes, and parses the modules; for reading it has three faults that a receiver
of foreign octets cannot live with. It takes unknown extensions and numbers beyond their type for
values, it does not hold additions to their stated length, and a frame made for the purpose keeps
it busy for tens of milliseconds. So the type tree is turned into readers here, one closure a type;
the tests hold them against the library and against a second one, bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from icv_v2x.message_set.errors import MessageError, RejectReason
from icv_v2x.message_set.schema import (
    MESSAGE_TYPES,
    AnyType,
    BitStringType,
    BooleanType,
    ChoiceType,
    EnumeratedType,
    IntegerType,
    OctetStringType,
    OpenMessageType,
    SequenceOfType,
    SequenceType,
    TextType,
    types,
)

_MOST_INTEGER_OCTETS = 8
"""Longest integer outside the root of its type: a bound on time and size, X.691 sets none."""


class _RefusedError(Exception):
    """A refusal on its way out, gathering the place."""

    def __init__(self, reason: RejectReason, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text
        self.place: list[str] = []


class _Bits:
    """The octets of a frame and how far they are read."""

    __slots__ = ('end', 'octets', 'position')

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.position = 0
        self.end = 8 * len(octets)

    def take(self, width: int) -> int:
        """Read an unsigned number of the given width."""
        start = self.position
        stop = start + width
        if stop > self.end:
            raise _RefusedError(RejectReason.TRUNCATED, f'needs {stop - self.end} bits more')
        self.position = stop
        return int.from_bytes(self.octets[start >> 3:stop + 7 >> 3], 'big') >> (-stop & 7) & (
            (1 << width) - 1)

    def length(self) -> int:
        """Read a length determinant (X.691, 11.9)."""
        first = self.take(8)
        if first < 0x80:
            return first
        if first >= 0xC0:
            raise _RefusedError(
                RejectReason.MALFORMED, 'has a length in fragments, more than a frame can hold')
        return (first & 0x3F) << 8 | self.take(8)

    def small_number(self) -> int:
        """Read a normally small number (X.691, 11.6); no type here has more than 64 additions."""
        if self.take(1):
            raise _RefusedError(RejectReason.UNKNOWN_EXTENSION, 'has an extension index above 63')
        return self.take(6)


Reader = Callable[[_Bits], Any]


def read_frame(octets: bytes) -> Any:
    """Read one complete MessageFrame.

    Args:
        octets: The frame.

    Returns:
        The value in the plain convention of `codec`.

    Raises:
        MessageError: The octets are not exactly one valid frame.
    """
    bits = _Bits(octets)
    try:
        value = _message_reader('MessageFrame')(bits)
        left = len(octets) - (bits.position + 7 >> 3)
        if left:
            raise _RefusedError(
                RejectReason.TRAILING_OCTETS, f'ends {left} octets before its frame')
    except _RefusedError as refused:
        place = '.'.join(reversed(refused.place)).replace('.[', '[')
        raise MessageError(refused.reason, f'{place or "frame"} {refused.text}') from None
    return value


@cache
def _message_reader(name: str) -> Reader:
    return _reader(types()[name])


@cache
def _reader(kind: AnyType) -> Reader:
    """Make the reader of a type."""
    for shape, make in _MAKERS.items():
        if isinstance(kind, shape):
            return make(kind)
    raise TypeError(f'no reader for {kind}')


def _sequence(kind: SequenceType) -> Reader:
    optional = [member for member in kind.members if member.optional]
    width = len(optional) + kind.extensible
    extension = 1 << len(optional)
    fields = [
        (member.name, _reader(member.type),
         1 << len(optional) - 1 - optional.index(member) if member.optional else 0)
        for member in kind.members
    ]
    additions = [(member.name, _reader(member.type)) for member in kind.additions]
    extensible = kind.extensible

    def read(bits: _Bits) -> dict[str, Any]:
        preamble = bits.take(width) if width else 0
        value: dict[str, Any] = {}
        name = ''
        try:
            for name, reader, present in fields:
                if not present or preamble & present:
                    value[name] = reader(bits)
        except _RefusedError as refused:
            refused.place.append(name)
            raise
        if extensible and preamble & extension:
            _read_additions(bits, additions, value)
        return value

    return read


def _read_additions(
    bits: _Bits, additions: list[tuple[str, Reader]], value: dict[str, Any],
) -> None:
    count = bits.small_number() + 1
    present = bits.take(count)
    for index in range(count):
        if not present >> (count - 1 - index) & 1:
            continue
        if index < len(additions):
            name, reader = additions[index]
            try:
                value[name] = _read_open(bits, reader, exact=False)
            except _RefusedError as refused:
                refused.place.append(name)
                raise
        else:
            # a field that a later edition added: its length is known, its meaning is not
            bits.take(8 * bits.length())


def _read_open(bits: _Bits, reader: Reader, *, exact: bool) -> Any:
    """Read an open type: a length, then a complete encoding that must not leave it."""
    octets = bits.length()
    start = bits.position
    stop = start + 8 * octets
    outer = bits.end
    if stop > outer:
        raise _RefusedError(RejectReason.TRUNCATED, f'needs {stop - outer} bits more')
    bits.end = stop
    value = reader(bits)
    bits.end = outer
    used = max(1, bits.position - start + 7 >> 3)
    if exact and used != octets:
        raise _RefusedError(
            RejectReason.TRAILING_OCTETS, f'ends after {used} of its {octets} octets')
    bits.position = stop
    return value


def _choice(kind: ChoiceType) -> Reader:
    members = [(member.name, _reader(member.type)) for member in kind.members]
    additions = [(member.name, _reader(member.type)) for member in kind.additions]
    width = (len(members) - 1).bit_length()
    unknown = RejectReason.UNKNOWN_MESSAGE if kind.name == 'MessageFrame' \
        else RejectReason.UNKNOWN_EXTENSION

    def read(bits: _Bits) -> dict[str, Any]:
        name = ''
        try:
            if kind.extensible and bits.take(1):
                index = bits.small_number()
                if index >= len(additions):
                    raise _RefusedError(unknown, f'has the unknown alternative {index} of a later '
                                            f'edition, {len(additions)} are known')
                name, reader = additions[index]
                return {name: _read_open(bits, reader, exact=True)}
            index = bits.take(width) if width else 0
            if index >= len(members):
                raise _RefusedError(
                    unknown if kind.name == 'MessageFrame' else RejectReason.OUT_OF_RANGE,
                    f'has alternative {index}, not 0..{len(members) - 1}')
            name, reader = members[index]
            return {name: reader(bits)}
        except _RefusedError as refused:
            if name:
                refused.place.append(name)
            raise

    return read


def _sequence_of(kind: SequenceOfType) -> Reader:
    element = _reader(kind.element)
    low, high = kind.minimum, kind.maximum
    width = 0 if high is None else (high - low).bit_length()

    def read(bits: _Bits) -> list[Any]:
        count = bits.length() if high is None else low + bits.take(width)
        if high is not None and count > high:
            raise _RefusedError(
                RejectReason.OUT_OF_RANGE, f'has {count} elements, not {low}..{high}')
        value: list[Any] = []
        try:
            for _ in range(count):
                value.append(element(bits))  # the length so far names the place
        except _RefusedError as refused:
            refused.place.append(f'[{len(value)}]')
            raise
        return value

    return read


def _integer(kind: IntegerType) -> Reader:
    low, span = kind.minimum, kind.maximum - kind.minimum
    width = span.bit_length()
    mask = (1 << width) - 1

    def read(bits: _Bits) -> int:
        # `_Bits.take`, written out: most fields end here
        start = bits.position
        stop = start + width
        if stop > bits.end:
            raise _RefusedError(RejectReason.TRUNCATED, f'needs {stop - bits.end} bits more')
        bits.position = stop
        value = int.from_bytes(bits.octets[start >> 3:stop + 7 >> 3], 'big') >> (-stop & 7) & mask
        if value > span:
            raise _RefusedError(
                RejectReason.OUT_OF_RANGE, f'is {low + value}, not {low}..{low + span}')
        return low + value

    def read_extensible(bits: _Bits) -> int:
        if not bits.take(1):
            return read(bits)
        octets = bits.length()
        if not 0 < octets <= _MOST_INTEGER_OCTETS:
            raise _RefusedError(
                RejectReason.OUT_OF_RANGE,
                f'is a number of {octets} octets, not 1..{_MOST_INTEGER_OCTETS}')
        value = bits.take(8 * octets)
        return value - (1 << 8 * octets) if value >> 8 * octets - 1 else value

    return read_extensible if kind.extensible else read


def _enumerated(kind: EnumeratedType) -> Reader:
    names = kind.names
    width = (len(names) - 1).bit_length()

    def read(bits: _Bits) -> str:
        if kind.extensible and bits.take(1):
            raise _RefusedError(
                RejectReason.UNKNOWN_EXTENSION,
                f'has the unknown value {bits.small_number()} of a later edition')
        index = bits.take(width)
        if index >= len(names):
            raise _RefusedError(
                RejectReason.OUT_OF_RANGE, f'has value {index}, not 0..{len(names) - 1}')
        return names[index]

    return read


def _bit_string(kind: BitStringType) -> Reader:
    size = kind.size
    octets = (size + 7) // 8
    form = f'0{2 * octets}X'

    def read(bits: _Bits) -> dict[str, Any]:
        if kind.extensible and bits.take(1):
            # bits of a later edition stand behind the known ones; those not sent are zero
            length = bits.length()
            value = bits.take(length)
            value = value >> length - size if length > size else value << size - length
        else:
            value = bits.take(size)
        return {'value': format(value << (-size & 7), form), 'length': size}

    return read


def _octet_string(kind: OctetStringType) -> Reader:
    low, high = kind.minimum, kind.maximum
    width = (high - low).bit_length()

    def read(bits: _Bits) -> str:
        if kind.extensible and bits.take(1):
            count = bits.length()
        else:
            count = low + bits.take(width) if width else low
            if count > high:
                raise _RefusedError(
                    RejectReason.OUT_OF_RANGE, f'has {count} octets, not {low}..{high}')
        return bits.take(8 * count).to_bytes(count, 'big').hex().upper()

    return read


def _text(kind: TextType) -> Reader:
    low, high = kind.minimum, kind.maximum
    width = (high - low).bit_length()

    def read(bits: _Bits) -> str:
        count = low + bits.take(width)
        if count > high:
            raise _RefusedError(
                RejectReason.OUT_OF_RANGE, f'has {count} characters, not {low}..{high}')
        packed = bits.take(7 * count)
        return ''.join(
            chr(packed >> 7 * at & 0x7F) for at in range(count - 1, -1, -1))

    return read


def _boolean(_: BooleanType) -> Reader:
    return lambda bits: bool(bits.take(1))


def _open_message(_: OpenMessageType) -> Reader:
    raise TypeError('the open type is read by its message id')


def _frame_extension() -> Reader:
    """Read MessageFrameExt, whose open type holds the message that its id names."""

    def read(bits: _Bits) -> dict[str, Any]:
        extended = bits.take(1)
        number = bits.take(15)
        name = MESSAGE_TYPES.get(number)
        if name is None:
            raise _RefusedError(
                RejectReason.UNKNOWN_MESSAGE,
                f'has messageId {number}, none of {", ".join(map(str, MESSAGE_TYPES))}')
        try:
            message = _read_open(bits, _message_reader(name), exact=True)
        except _RefusedError as refused:
            refused.place.append(name)
            raise
        if extended:
            _read_additions(bits, [], {})
        return {'messageId': number, 'value': {name: message}}

    return read


def _sequence_or_extension(kind: SequenceType) -> Reader:
    return _frame_extension() if kind.name == 'MessageFrameExt' else _sequence(kind)


_MAKERS: dict[type, Callable[[Any], Reader]] = {
    SequenceType: _sequence_or_extension,
    IntegerType: _integer,
    EnumeratedType: _enumerated,
    ChoiceType: _choice,
    SequenceOfType: _sequence_of,
    BitStringType: _bit_string,
    OctetStringType: _octet_string,
    TextType: _text,
    BooleanType: _boolean,
    OpenMessageType: _open_message,
}
