# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Reads road maps written as JSON: in the value convention, or as converters from XML write it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from icv_v2x.message_set import MessageError, encode, frame_of
from icv_v2x.message_set.schema import (
    AnyType,
    BitStringType,
    BooleanType,
    ChoiceType,
    EnumeratedType,
    IntegerType,
    SequenceOfType,
    SequenceType,
    types,
)
from icv_v2x.tools.errors import SourceError

_LARGEST = 64 << 20


def read_road_map(path: Path) -> list[dict[str, Any]]:
    """Return the frames (plain convention, `mapFrame`) that a file holds.

    It holds one message, or a list of them, or one a line; each is a `MapData` value, or a frame
    that names it. Numbers may be texts, bit strings texts of zeros and ones, enumerations and
    choices without content null, and lists objects that name the type of their elements, or the
    element alone where there is but one.

    Raises:
        SourceError: The file cannot be read, or is no road map.
    """
    messages = [
        message.get('mapFrame', message) if isinstance(message, dict) else message
        for message in _documents(_text(path), path)
    ]
    if not messages:
        raise SourceError(f'{path} holds no message')
    return [_frame(message, path) for message in messages]


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        if raw[:2] == b'\x1f\x8b':
            with gzip.open(path) as content:
                raw = content.read(_LARGEST + 1)
    except (OSError, EOFError) as error:
        raise SourceError(f'cannot read {path}: {error}') from error
    if len(raw) > _LARGEST:
        raise SourceError(f'{path} has more than {_LARGEST >> 20} MB')
    try:
        return raw.decode('utf-8-sig')
    except UnicodeDecodeError as error:
        raise SourceError(f'{path} is no text: {error.reason}') from error


def _documents(text: str, path: Path) -> list[Any]:
    try:
        document = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            raise SourceError(f'{path} is no JSON: {error}') from error
        try:
            return [json.loads(line) for line in lines]
        except (json.JSONDecodeError, RecursionError) as inner:
            raise SourceError(f'{path} is no JSON: {inner}') from inner
    return document if isinstance(document, list) else [document]


def _frame(message: Any, path: Path) -> dict[str, Any]:
    try:
        frame = frame_of('MapData', _plain(types()['MapData'], message, 'MapData'))
        encode(frame)
    except (MessageError, _TextError) as error:
        raise SourceError(f'{path} is no road map: {error}') from error
    return frame


class _TextError(ValueError):
    """A value that cannot stand where it does."""


def _plain(kind: AnyType, value: Any, place: str) -> Any:
    """Return a value in the value convention; what is written so already stays as it is."""
    if isinstance(kind, SequenceType):
        return _sequence(kind, value, place)
    if isinstance(kind, SequenceOfType):
        elements = _elements(kind, value)
        return [_plain(kind.element, element, f'{place}[{number}]')
                for number, element in enumerate(elements)]
    if isinstance(kind, ChoiceType):
        return _choice(kind, value, place)
    return _single(kind, value, place)


def _sequence(kind: SequenceType, value: Any, place: str) -> dict[str, Any]:
    members = {member.name: member for member in (*kind.members, *kind.additions)}
    if not isinstance(value, dict):
        raise _TextError(f'{place} is {value!r}; it takes an object with {", ".join(members)}')
    strange = sorted(set(map(str, value)) - set(members))
    if strange:
        raise _TextError(f'{place} has a field {strange[0]!r}; it takes {", ".join(members)}')
    return {
        name: _plain(member.type, value[name], f'{place}.{name}')
        for name, member in members.items() if value.get(name) is not None
    }


def _elements(kind: SequenceOfType, value: Any) -> list[Any]:
    """Return the elements of a list in any of its forms."""
    if isinstance(value, dict) and len(value) == 1:
        (key, content), = value.items()
        own = kind.element
        known = (
            {member.name for member in (*own.members, *own.additions)}
            if isinstance(own, (SequenceType, ChoiceType)) else set())
        if key not in known:
            value = content
    return value if isinstance(value, list) else [value]


def _choice(kind: ChoiceType, value: Any, place: str) -> dict[str, Any]:
    members = {member.name: member for member in (*kind.members, *kind.additions)}
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in members:
        raise _TextError(f'{place} is {value!r}; it takes one of {", ".join(members)}')
    (name, content), = value.items()
    return {name: _plain(members[name].type, content, f'{place}.{name}')}


def _single(kind: AnyType, value: Any, place: str) -> Any:
    """Return a value that has no parts; what is wrong with it the encoder says."""
    if isinstance(kind, (EnumeratedType, BooleanType)) and isinstance(value, dict):
        value = next(iter(value), None)
    if isinstance(kind, BooleanType) and isinstance(value, str):
        return {'true': True, 'false': False}.get(value.lower(), value)
    if isinstance(kind, IntegerType) and isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            raise _TextError(f'{place} is {value!r}; it takes a whole number') from None
    if isinstance(kind, BitStringType) and isinstance(value, str):
        if len(value) != kind.size or set(value) - {'0', '1'}:
            raise _TextError(f'{place} is {value!r}; it takes {kind.size} zeros and ones')
        octets = -(-kind.size // 8)
        bits = int(value, 2) << (8 * octets - kind.size)
        return {'value': f'{bits:0{2 * octets}X}', 'length': kind.size}
    return value
