# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Valid messages with all that may be in them, and lists as long as a frame can hold."""

from __future__ import annotations

from functools import cache
from typing import Any

from icv_v2x.message_set import codec, schema
from icv_v2x.message_set.errors import MessageError, RejectReason

_LENGTHS = (1, 2, 3, 4, 6, 8, 12, 16, 23, 31, 63, 127, 255)
"""How long lists may be, tried in this order until the frame is too long."""
_TEXT = 16


@cache
def longest_frames() -> dict[str, bytes]:
    """Return of each message the frame with the longest lists that is not too long as a whole.

    Returns:
        Type name of the message to the octets, UPER.
    """
    return {name: _longest_frame(name) for name in codec.MESSAGE_NAMES}


def _longest_frame(name: str) -> bytes:
    longest = b''
    for length in _LENGTHS:
        value = _filled(schema.types()[name], length)
        try:
            longest = codec.encode(codec.frame_of(name, value))
        except MessageError as error:
            if error.reason is not RejectReason.OVERSIZED:
                raise
            break
    return longest


def _filled(kind: schema.AnyType, length: int) -> Any:
    """Return a value with everything optional in it and lists of at most so many elements."""
    if isinstance(kind, schema.SequenceType):
        return {
            member.name: _filled(member.type, length)
            for member in kind.members + kind.additions}
    if isinstance(kind, schema.ChoiceType):
        # The last alternative of a root is the fullest one in this message set.
        member = kind.members[-1]
        return {member.name: _filled(member.type, length)}
    if isinstance(kind, schema.SequenceOfType):
        most = length if kind.maximum is None else min(length, kind.maximum)
        return [_filled(kind.element, length)] * max(kind.minimum, most)
    return _leaf(kind)


def _leaf(kind: schema.AnyType) -> Any:
    if isinstance(kind, schema.BooleanType):
        return True
    if isinstance(kind, schema.IntegerType):
        return kind.maximum
    if isinstance(kind, schema.EnumeratedType):
        return kind.names[-1]
    if isinstance(kind, schema.BitStringType):
        octets = (kind.size + 7) // 8
        ones = ((1 << kind.size) - 1) << (-kind.size % 8)
        return {'value': f'{ones:0{2 * octets}X}', 'length': kind.size}
    if isinstance(kind, schema.OctetStringType):
        return 'FF' * max(kind.minimum, min(kind.maximum, _TEXT))
    assert isinstance(kind, schema.TextType)
    return 'x' * max(kind.minimum, min(kind.maximum, _TEXT))
