# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Decoded values to SI records and back, for every message: one rule by kind of type."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import Any

from icv_v2x.message_set import enumerations
from icv_v2x.message_set.codec import MESSAGE_NAMES, frame_of
from icv_v2x.message_set.errors import MessageError, RejectReason
from icv_v2x.message_set.quantities import LEVELS, QUANTITIES, Quantity, level_code
from icv_v2x.message_set.records import (
    clpmm,
    common,
    map,
    map_common,
    map_extended,
    pam,
    psm,
    rsc,
    rsi,
    rsm,
    rtcm,
    spat,
    ssm,
    test_message,
    vehicle,
    vir,
    vpm,
    vpm_accounts,
)
from icv_v2x.message_set.records.position_offset import offset_from_si, offset_to_si
from icv_v2x.message_set.records.registry import ENUMERATIONS, FLAGS, RECORDS
from icv_v2x.message_set.schema import (
    AnyType,
    BitStringType,
    ChoiceType,
    EnumeratedType,
    IntegerType,
    Member,
    OctetStringType,
    SequenceOfType,
    SequenceType,
    types,
)

# importing them fills the registry
MODULES = (clpmm, common, enumerations, map, map_common, map_extended, pam, psm,
           rsc, rsi, rsm, rtcm, spat, ssm, test_message, vehicle, vir, vpm, vpm_accounts)

UNKNOWN_CODES = {'DMonth': 0, 'DDay': 0, 'DHour': 31, 'DMinute': 60, 'PhaseID': 0, 'LaneID': 0}
"""Codes of whole numbers that mean that there is none; records hold None."""
_PRIORITIES = {('RTEData', 'priority'), ('RTSData', 'priority'), ('DriveRequest', 'reqPriority')}
_IDENTIFIER_OCTETS = 8

Converter = Callable[[Any], Any]


def to_record(name: str, message: dict[str, Any]) -> Any:
    """Turn a decoded message into its SI record.

    Args:
        name: Type name of the message, one of `codec.MESSAGE_NAMES`.
        message: Its value in the plain convention.

    Returns:
        The record, an instance of ``registry.RECORDS[name]``.
    """
    return _message_reader(name)(message)


def from_record(record: Any) -> tuple[str, dict[str, Any]]:
    """Turn an SI record of a message into its value.

    Args:
        record: The record.

    Returns:
        Type name and value of the message.

    Raises:
        MessageError: A value has no encoding.
    """
    for name in MESSAGE_NAMES:
        if RECORDS[name] is type(record):
            return name, _writer(_message_type(name))(record)
    raise MessageError(
        RejectReason.UNKNOWN_MESSAGE, f'{type(record).__name__} is no record of a message')


def frame_from_record(record: Any) -> dict[str, Any]:
    """Turn an SI record of a message into its frame value.

    Args:
        record: The record.

    Returns:
        The frame in the plain convention, for `codec.encode`.

    Raises:
        MessageError: A value has no encoding.
    """
    return frame_of(*from_record(record))


def quantity_of(owner: str, member: Member) -> Quantity | None:
    """Give the unit of a field.

    Args:
        owner: SEQUENCE type that holds it.
        member: The field.

    Returns:
        Its quantity, None where its number counts or names something.
    """
    if not isinstance(member.type, IntegerType):
        return None
    return QUANTITIES.get(f'{owner}.{member.name}') or QUANTITIES.get(member.type.name)


@cache
def _message_type(name: str) -> AnyType:
    return types()[name]


@cache
def _message_reader(name: str) -> Converter:
    # By name, as the hash of a type goes through all that it holds.
    return _reader(_message_type(name))


def _names(kind: SequenceType) -> dict[str, str]:
    """Give the record's field by the standard's."""
    return {entry.metadata['sent_as']: entry.name for entry in fields(RECORDS[kind.name])}


@cache
def _reader(kind: AnyType) -> Converter:  # noqa: PLR0911 - one return by kind of type
    """Make the converter to SI of a type other than a number, which its field decides."""
    if isinstance(kind, SequenceType):
        return offset_to_si if kind.name == 'PositionOffsetLLV' else _sequence_reader(kind)
    if isinstance(kind, SequenceOfType):
        element = _reader(kind.element)
        return lambda value: tuple(element(entry) for entry in value)
    if isinstance(kind, ChoiceType):
        if kind.name == 'Description':
            return _text_of
        inner = {m.name: _reader(m.type) for m in kind.members + kind.additions}
        return lambda value: next(inner[name](content) for name, content in value.items())
    if isinstance(kind, EnumeratedType):
        if kind.name in LEVELS:
            steps = dict(zip(kind.names, LEVELS[kind.name], strict=True))
            return steps.__getitem__
        members = {name: ENUMERATIONS[kind.name](number)
                   for name, number in zip(kind.names, kind.numbers, strict=True)}
        return members.__getitem__
    if isinstance(kind, BitStringType):
        return _flags_reader(kind)
    if isinstance(kind, OctetStringType):
        if kind.minimum == kind.maximum == _IDENTIFIER_OCTETS:
            return lambda text: int(text, 16)
        return bytes.fromhex
    if isinstance(kind, IntegerType):
        return _number_reader(QUANTITIES.get(kind.name), kind)
    return lambda value: value


def _number_reader(quantity: Quantity | None, kind: IntegerType) -> Converter:
    if quantity is not None:
        return quantity.value
    unknown = UNKNOWN_CODES.get(kind.name)
    if unknown is None:
        return lambda code: code
    return lambda code: None if code == unknown else code


def _flags_reader(kind: BitStringType) -> Converter:
    flags, size, pad = FLAGS[kind.name], kind.size, -kind.size % 8

    def read(value: dict[str, Any]) -> Any:
        bits = format(int(value['value'], 16) >> pad, f'0{size}b')
        return flags(int(bits[::-1], 2))

    return read


def _sequence_reader(kind: SequenceType) -> Converter:
    made = RECORDS[kind.name]
    names = _names(kind)
    parts = []
    for member in kind.members + kind.additions:
        quantity = quantity_of(kind.name, member)
        absent: Any = None
        if (kind.name, member.name) in _PRIORITIES:
            read: Converter = _priority_of
        elif isinstance(member.type, IntegerType):
            read = _number_reader(quantity, member.type)
        else:
            read = _reader(member.type)
        if quantity is not None or getattr(member.type, 'name', '') in LEVELS:
            absent = math.nan
        elif isinstance(member.type, SequenceOfType):
            absent = ()
        parts.append((member.name, names[member.name], read, absent))

    def convert(value: dict[str, Any]) -> Any:
        return made(**{
            name: read(value[sent_as]) if sent_as in value else absent
            for sent_as, name, read, absent in parts
        })

    return convert


@cache
def _writer(kind: AnyType) -> Converter:  # noqa: PLR0911 - one return by kind of type
    """Make the converter from SI of a type other than a number, which its field decides."""
    if isinstance(kind, SequenceType):
        return offset_from_si if kind.name == 'PositionOffsetLLV' else _sequence_writer(kind)
    if isinstance(kind, SequenceOfType):
        element = _writer(kind.element)
        return lambda entries: [element(entry) for entry in entries]
    if isinstance(kind, ChoiceType):
        return _description if kind.name == 'Description' else _choice_writer(kind)
    if isinstance(kind, EnumeratedType):
        if kind.name in LEVELS:
            return lambda value: kind.names[level_code(kind.name, value)]
        names = dict(zip(kind.numbers, kind.names, strict=True))
        return lambda number: names[int(number)]
    if isinstance(kind, BitStringType):
        return lambda flags: _bit_string(kind.size, int(flags))
    if isinstance(kind, OctetStringType):
        if kind.minimum == kind.maximum == _IDENTIFIER_OCTETS:
            return lambda number: f'{number:016X}'
        return lambda octets: octets.hex().upper()
    if isinstance(kind, IntegerType):
        return _number_writer(QUANTITIES.get(kind.name), kind, kind.name)
    return lambda value: value


def _number_writer(quantity: Quantity | None, kind: IntegerType, place: str) -> Converter:
    unknown = UNKNOWN_CODES.get(kind.name)

    def write(value: Any) -> int:
        code = unknown if value is None else value if quantity is None else quantity.code(value)
        if code is None:
            raise MessageError(
                RejectReason.OUT_OF_RANGE, f'{place} is {value}, the wire has no code for that')
        return int(code)

    return write


def _choice_writer(kind: ChoiceType) -> Converter:
    """Find the alternative by the class of the value; no two alternatives share one."""
    by_class: dict[type, tuple[str, Converter]] = {}
    for member in kind.members + kind.additions:
        name = getattr(member.type, 'name', '')
        made = RECORDS.get(name) or ENUMERATIONS.get(name) or FLAGS[name]
        by_class[made] = (member.name, _writer(member.type))

    def write(value: Any) -> dict[str, Any]:
        if type(value) not in by_class:
            known = ', '.join(made.__name__ for made in by_class)
            raise MessageError(
                RejectReason.OUT_OF_RANGE, f'{type(value).__name__} is none of {known}')
        name, convert = by_class[type(value)]
        return {name: convert(value)}

    return write


def _sequence_writer(kind: SequenceType) -> Converter:
    names = _names(kind)
    parts = []
    for member in kind.members + kind.additions:
        if (kind.name, member.name) in _PRIORITIES:
            write: Converter = _priority
        elif isinstance(member.type, IntegerType):
            write = _number_writer(quantity_of(kind.name, member), member.type,
                                   f'{kind.name}.{member.name}')
        else:
            write = _writer(member.type)
        parts.append((member, names[member.name], write))

    def convert(record: Any) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for member, name, write in parts:
            content = getattr(record, name)
            if not (member.optional and _is_absent(content)):
                value[member.name] = write(content)
        return value

    return convert


def _is_absent(content: Any) -> bool:
    if isinstance(content, float):
        return math.isnan(content)
    return content is None or content == ()


def _bit_string(size: int, bits: int) -> dict[str, Any]:
    octets = (size + 7) // 8
    text = format(bits, f'0{size}b')[::-1].ljust(8 * octets, '0')
    return {'value': f'{int(text, 2):0{2 * octets}X}', 'length': size}


def _priority_of(text: str) -> int:
    return int(text, 16) >> 5


def _priority(level: int) -> str:
    if not 0 <= level <= 7:
        raise MessageError(RejectReason.OUT_OF_RANGE, f'priority is {level}, not 0..7')
    return f'{level << 5:02X}'


def _text_of(value: dict[str, str]) -> str:
    if 'textString' in value:
        return value['textString']
    # GB 18030 holds all of GB 2312; octets that are no text must not cost the message
    return bytes.fromhex(value['textGB2312']).decode('gb18030', 'replace')


def _description(text: str) -> dict[str, str]:
    if text.isascii():
        return {'textString': text}
    return {'textGB2312': text.encode('gb18030', 'replace').hex().upper()}
