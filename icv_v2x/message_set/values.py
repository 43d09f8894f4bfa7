# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Values of the ASN.1 library to named plain values and back, checked against the type tree."""

from __future__ import annotations

import re
from typing import Any

from icv_v2x.message_set.errors import MessageError, RejectReason
from icv_v2x.message_set.schema import (
    AnyType,
    BitStringType,
    BooleanType,
    ChoiceType,
    EnumeratedType,
    IntegerType,
    Member,
    OctetStringType,
    SequenceOfType,
    SequenceType,
    TextType,
)

_HEX = re.compile('(?:[0-9A-Fa-f]{2})*')


def to_plain(  # noqa: PLR0911 - one return by kind of type
    kind: AnyType, native: Any, path: str,
) -> Any:
    """Turn a value of the ASN.1 library into the plain value convention.

    Args:
        kind: The type of the value.
        native: The value as the library gives it.
        path: Where it stands, for the error text.

    Returns:
        The plain value.

    Raises:
        MessageError: The value lies outside its type or is an unknown extension.
    """
    if isinstance(kind, SequenceType):
        return {
            member.name: to_plain(member.type, native[member.name], f'{path}.{member.name}')
            for member in kind.members + kind.additions
            if member.name in native
        }
    if isinstance(kind, IntegerType):
        _check_integer(kind, native, path)
        return native
    if isinstance(kind, EnumeratedType):
        if native is None:
            raise _unknown_extension(path)
        return native
    if isinstance(kind, ChoiceType):
        name, content = native
        if name is None:
            raise _unknown_extension(path)
        return {name: to_plain(_alternative(kind, name, path).type, content, f'{path}.{name}')}
    if isinstance(kind, SequenceOfType):
        _check_count(kind.minimum, kind.maximum, len(native), 'elements', path)
        return [to_plain(kind.element, entry, f'{path}[{at}]') for at, entry in enumerate(native)]
    if isinstance(kind, BitStringType):
        return {'value': native[0].hex().upper(), 'length': native[1]}
    if isinstance(kind, OctetStringType):
        if not kind.extensible:
            _check_count(kind.minimum, kind.maximum, len(native), 'octets', path)
        return native.hex().upper()
    if isinstance(kind, TextType):
        _check_count(kind.minimum, kind.maximum, len(native), 'characters', path)
    return native


def from_plain(
    kind: AnyType, value: Any, path: str,
) -> Any:
    """Turn a plain value into what the ASN.1 library encodes.

    Args:
        kind: The type of the value.
        value: The value in the plain convention.
        path: Where it stands, for the error text.

    Returns:
        The library's value.

    Raises:
        MessageError: The value lies outside its type.
    """
    if isinstance(kind, SequenceType):
        return _sequence(kind, value, path)
    if isinstance(kind, IntegerType):
        if type(value) is not int:
            raise _wrong(path, value, 'an integer')
        _check_integer(kind, value, path)
        return value
    if isinstance(kind, EnumeratedType):
        if value not in kind.names:
            raise MessageError(
                RejectReason.OUT_OF_RANGE, f'{path} is {value!r}, none of {", ".join(kind.names)}')
        return value
    if isinstance(kind, ChoiceType):
        if not isinstance(value, dict) or len(value) != 1:
            raise _wrong(path, value, 'an object with one key')
        (name, content), = value.items()
        inner = _alternative(kind, name, path).type
        return name, from_plain(inner, content, f'{path}.{name}')
    if isinstance(kind, SequenceOfType):
        if not isinstance(value, list):
            raise _wrong(path, value, 'a list')
        _check_count(kind.minimum, kind.maximum, len(value), 'elements', path)
        return [from_plain(kind.element, entry, f'{path}[{at}]') for at, entry in enumerate(value)]
    return _primitive(kind, value, path)


def _primitive(kind: AnyType, value: Any, path: str) -> Any:
    if isinstance(kind, BitStringType):
        if not isinstance(value, dict) or set(value) != {'value', 'length'}:
            raise _wrong(path, value, 'an object with value and length')
        if value['length'] != kind.size:
            raise MessageError(
                RejectReason.OUT_OF_RANGE, f'{path} has {value["length"]} bits, not {kind.size}')
        octets = _octets(value['value'], path)
        _check_count((kind.size + 7) // 8, (kind.size + 7) // 8, len(octets), 'octets', path)
        if int.from_bytes(octets, 'big') & ((1 << -kind.size % 8) - 1):
            raise MessageError(
                RejectReason.OUT_OF_RANGE, f'{path} has bits set behind its {kind.size} bits')
        return octets, kind.size
    if isinstance(kind, OctetStringType):
        octets = _octets(value, path)
        if not kind.extensible:
            _check_count(kind.minimum, kind.maximum, len(octets), 'octets', path)
        return octets
    if isinstance(kind, TextType):
        if not isinstance(value, str) or not value.isascii():
            raise _wrong(path, value, 'ASCII text')
        _check_count(kind.minimum, kind.maximum, len(value), 'characters', path)
        return value
    if isinstance(kind, BooleanType):
        if not isinstance(value, bool):
            raise _wrong(path, value, 'true or false')
        return value
    raise _wrong(path, value, 'a value of the message set')


def _sequence(kind: SequenceType, value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(path, value, 'an object')
    made: dict[str, Any] = {}
    for member in kind.members + kind.additions:
        if member.name in value:
            made[member.name] = from_plain(
                member.type, value[member.name], f'{path}.{member.name}')
        elif not member.optional:
            raise MessageError(RejectReason.MALFORMED, f'{path}.{member.name} is missing')
    if len(made) != len(value):
        unknown = sorted(str(name) for name in set(value) - set(made))[:5]
        raise MessageError(
            RejectReason.MALFORMED, f'{path} has no field {", ".join(unknown)}')
    return made


def _octets(value: Any, path: str) -> bytes:
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise _wrong(path, value, 'hex digits in pairs')
    return bytes.fromhex(value)


def _alternative(kind: ChoiceType, name: str, path: str) -> Member:
    for member in kind.members + kind.additions:
        if member.name == name:
            return member
    known = ', '.join(member.name for member in kind.members + kind.additions)
    raise MessageError(RejectReason.OUT_OF_RANGE, f'{path} is {name!r}, none of {known}')


def _check_integer(kind: IntegerType, value: int, path: str) -> None:
    if not kind.extensible and not kind.minimum <= value <= kind.maximum:
        raise MessageError(
            RejectReason.OUT_OF_RANGE, f'{path} is {value}, not {kind.minimum}..{kind.maximum}')


def _check_count(low: int, high: int | None, count: int, what: str, path: str) -> None:
    if count < low or (high is not None and count > high):
        raise MessageError(
            RejectReason.OUT_OF_RANGE, f'{path} has {count} {what}, not {low}..{high}')


def _unknown_extension(path: str) -> MessageError:
    return MessageError(
        RejectReason.UNKNOWN_EXTENSION, f'{path} holds an extension value added after 2020')


def _wrong(path: str, value: Any, right: str) -> MessageError:
    return MessageError(
        RejectReason.MALFORMED, f'{path} is {str(value)[:40]!r}, it takes {right}')
