# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Frames to values and back: UPER octets, or JSON text, against named values.

A value follows the JSON encoding of the message set: SEQUENCE is a dictionary, SEQUENCE OF a list,
CHOICE ``{'alternative': value}``, ENUMERATED its name, OCTET STRING upper-case hex, BIT STRING
``{'value': left-aligned hex, 'length': bits}``, the open type of MessageFrameExt
``{'TypeName': value}``.

What the codec refuses, always with a `MessageError` that carries a counted reason:

* more than `MAXIMUM_FRAME_OCTETS`, no octet at all, and octets behind the end of the encoding
  (the radio hands over the length, so there is no reason for padding);
* values outside the bounds of their type, also where the bits could carry them;
* unknown message types and ids, unknown alternatives, unknown enumeration values.

Fields that a later edition adds to a SEQUENCE and bits that it adds to a BIT STRING are skipped,
as the extension marker promises.
Unused bits in the last octet are ignored.
"""

from __future__ import annotations

import json
from copy import deepcopy
from functools import lru_cache
from typing import Any

from icv_v2x.message_set import schema
from icv_v2x.message_set.errors import MessageError, RejectReason
from icv_v2x.message_set.uper import read_frame
from icv_v2x.message_set.values import from_plain, to_plain

MAXIMUM_FRAME_OCTETS = 8188
"""Most octets of a frame: the largest PDCP service data unit of LTE (3GPP TS 36.323, 4.3.1)."""
MAXIMUM_TEXT_OCTETS = 16 * MAXIMUM_FRAME_OCTETS
"""Most octets of a frame given as JSON text."""

Value = dict[str, Any]
"""A message frame in the value convention above."""

_PHASE_ONE = ('BasicSafetyMessage', 'MapData', 'RoadsideSafetyMessage', 'SPAT',
              'RoadSideInformation')
_MESSAGE_IDS = {name: number for number, name in schema.MESSAGE_TYPES.items()}
MESSAGE_NAMES: tuple[str, ...] = (*_PHASE_ONE, *schema.MESSAGE_TYPES.values())
"""Type names of the fourteen messages."""


@lru_cache(maxsize=1)
def _specification() -> Any:
    return schema.library().compile_dict(deepcopy(schema.parsed_modules()), 'uper')


def decode(octets: bytes) -> Value:
    """Decode a UPER MessageFrame.

    Args:
        octets: The frame.

    Returns:
        The frame in the value convention of this module.

    Raises:
        MessageError: The octets are not exactly one valid frame; nothing else is raised.
    """
    _check_size(octets, MAXIMUM_FRAME_OCTETS)
    value: Value = read_frame(octets)
    return value


def encode(value: Value) -> bytes:
    """Encode a frame to UPER.

    Args:
        value: The frame in the value convention of this module.

    Returns:
        The octets.

    Raises:
        MessageError: The value is not a valid frame.
    """
    name, content = _single(value, 'a frame')
    try:
        if name == 'msgFrameExt':
            inner_name, number, inner = _extension(content)
            made = from_plain(schema.types()[inner_name], inner, inner_name)
            open_octets = bytes(_specification().encode(inner_name, made)) or b'\x00'
            native: Any = (name, {'messageId': number, 'value': open_octets})
        else:
            native = (name, from_plain(_alternative(name), content, name))
        octets = bytes(_specification().encode(schema.ROOT_TYPE, native))
    except (schema.library().EncodeError, NotImplementedError) as error:
        raise MessageError(RejectReason.MALFORMED, f'{name}: {error}') from error
    _check_size(octets, MAXIMUM_FRAME_OCTETS)
    return octets


def decode_json(text: bytes | str) -> Value:
    """Check a frame given as JSON text.

    Args:
        text: One JSON object in the value convention of this module.

    Returns:
        The frame in canonical form: fields in the order of the standard, upper-case hex.

    Raises:
        MessageError: The text is not one valid frame; nothing else is raised.
    """
    octets = text.encode('utf-8', 'replace') if isinstance(text, str) else bytes(text)
    _check_size(octets, MAXIMUM_TEXT_OCTETS)
    try:
        value = json.loads(octets)
    except (ValueError, RecursionError) as error:
        raise MessageError(
            RejectReason.MALFORMED, f'not JSON: {type(error).__name__} {error}') from error
    return normalise(value)


def normalise(value: Any) -> Value:
    """Check a frame value and give it in canonical form.

    Args:
        value: A frame in the value convention of this module.

    Returns:
        The same frame, fields in the order of the standard, upper-case hex.

    Raises:
        MessageError: The value is not a valid frame.
    """
    name, content = _single(value, 'a frame')
    if name == 'msgFrameExt':
        inner_name, number, inner = _extension(content)
        kind = schema.types()[inner_name]
        plain = to_plain(kind, from_plain(kind, inner, inner_name), inner_name)
        return {name: {'messageId': number, 'value': {inner_name: plain}}}
    kind = _alternative(name)
    return {name: to_plain(kind, from_plain(kind, content, name), name)}


def message_name(octets: bytes) -> str | None:
    """Tell the message type from the first octets, without decoding.

    Args:
        octets: A UPER frame.

    Returns:
        The type name, or None where the octets begin no known message.
    """
    if not octets:
        return None
    first = octets[0]
    if not first & 0x80:
        index = first >> 4 & 0x07
        return _PHASE_ONE[index] if index < len(_PHASE_ONE) else None
    # extension bit, six-bit small number 0, open type length of one or two octets, then the id
    head = 3 if len(octets) > 1 and octets[1] & 0x80 else 2
    if first != 0x80 or len(octets) < head + 2:
        return None
    number = int.from_bytes(octets[head:head + 2], 'big') & 0x7FFF
    return schema.MESSAGE_TYPES.get(number)


def message_of(value: Value) -> tuple[str, Value]:
    """Take the message out of its frame.

    Args:
        value: A valid frame.

    Returns:
        Type name and content of the message.
    """
    (alternative, content), = value.items()
    if alternative == 'msgFrameExt':
        (name, message), = content['value'].items()
        return name, message
    return _alternative(alternative).name, content


def frame_of(name: str, message: Value) -> Value:
    """Put a message into its frame.

    Args:
        name: Type name of the message, one of `MESSAGE_NAMES`.
        message: Its content in the value convention.

    Returns:
        The frame value.

    Raises:
        MessageError: There is no such message.
    """
    if name in _MESSAGE_IDS:
        return {'msgFrameExt': {'messageId': _MESSAGE_IDS[name], 'value': {name: message}}}
    for member in _root().members:
        if isinstance(member.type, schema.SequenceType) and member.type.name == name:
            return {member.name: message}
    raise MessageError(
        RejectReason.UNKNOWN_MESSAGE, f'{name!r} is none of {", ".join(MESSAGE_NAMES)}')


def _check_size(octets: bytes, most: int) -> None:
    if not octets:
        raise MessageError(RejectReason.EMPTY, 'the frame holds no octet')
    if len(octets) > most:
        raise MessageError(
            RejectReason.OVERSIZED, f'{len(octets)} octets, at most {most} are allowed')


def _root() -> schema.ChoiceType:
    root = schema.types()[schema.ROOT_TYPE]
    assert isinstance(root, schema.ChoiceType)
    return root


@lru_cache(maxsize=8)
def _alternative(name: str) -> schema.SequenceType:
    for member in _root().members:
        if member.name == name and isinstance(member.type, schema.SequenceType):
            return member.type
    known = [member.name for member in _root().members + _root().additions]
    raise MessageError(
        RejectReason.UNKNOWN_MESSAGE, f'frame alternative {name!r} is none of {", ".join(known)}')


def _single(value: Any, what: str) -> tuple[str, Any]:
    if not isinstance(value, dict) or len(value) != 1:
        shown = list(value)[:5] if isinstance(value, dict) else type(value).__name__
        raise MessageError(
            RejectReason.MALFORMED, f'{what} is an object with one key, not {shown}')
    (name, content), = value.items()
    return str(name), content


def _extension(content: Any) -> tuple[str, int, Any]:
    if not isinstance(content, dict) or set(content) != {'messageId', 'value'}:
        raise MessageError(
            RejectReason.MALFORMED, 'msgFrameExt is an object with messageId and value')
    name, inner = _single(content['value'], 'msgFrameExt.value')
    number = content['messageId']
    if type(number) is not int or number not in schema.MESSAGE_TYPES:
        raise MessageError(
            RejectReason.UNKNOWN_MESSAGE,
            f'messageId {number!r} is none of {sorted(schema.MESSAGE_TYPES)}')
    if schema.MESSAGE_TYPES[number] != name:
        raise MessageError(
            RejectReason.MALFORMED,
            f'messageId {number} carries {schema.MESSAGE_TYPES[number]}, not {name!r}')
    return name, number, inner
