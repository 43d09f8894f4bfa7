# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The checksum that lets a consumer tell a damaged set of advisories from a sound one."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

# Fields of Advisory in the order of its definition, as runs of one struct format.
_BEFORE_SUBJECTS = ('id', 'scenario', 'application', 'level', 'action')
_TIMES = ('time_to_conflict', 'time_to_conflict_end', 'post_encroachment_time')
_NUMBERS = (
    'distance', 'gap', 'closing_speed', 'required_deceleration', 'speed_min', 'speed_max',
)


def crc32(message: Any) -> int:
    """Return the CRC-32 (IEEE 802.3) of an icv_v2x_msgs/AdvisoryArray.

    It covers every field but `crc32` in the order of declaration, little-endian and packed without
    padding; strings are UTF-8; strings and arrays are preceded by their length as uint32.

    Args:
        message: Object with the fields of the message; `crc32` itself is not read.

    Returns:
        The checksum, 0 to 2**32 - 1.
    """
    stamp = message.header.stamp
    parts = [
        struct.pack('<iI', stamp.sec, stamp.nanosec),
        _text(message.header.frame_id),
        struct.pack('<QB', message.sequence, message.mode),
        _text(message.mode_reason),
        struct.pack('<I', len(message.advisories)),
    ]
    for advisory in message.advisories:
        parts.extend(_advisory(advisory))
    parts.append(struct.pack('<I', message.limits_hash))
    return zlib.crc32(b''.join(parts))


def _advisory(advisory: Any) -> Iterable[bytes]:
    yield struct.pack('<IBBBB', *(getattr(advisory, name) for name in _BEFORE_SUBJECTS))
    yield from _texts(advisory.subject_ids)
    point = advisory.conflict_point
    yield struct.pack(
        '<12d', *(getattr(advisory, name) for name in _TIMES), point.x, point.y, point.z,
        *(getattr(advisory, name) for name in _NUMBERS))
    until = advisory.valid_until
    yield struct.pack(
        '<iddiI??', advisory.lane_id, advisory.probability, advisory.data_age, until.sec,
        until.nanosec, advisory.verified, advisory.corroborated)
    yield _text(advisory.reason)
    yield _reals(advisory.stop_profile_time)
    yield _reals(advisory.stop_profile_speed)
    yield _text(advisory.rule)
    yield from _texts(advisory.source_kinds)
    yield _reals(advisory.source_ages)


def _texts(texts: Any) -> Iterable[bytes]:
    yield struct.pack('<I', len(texts))
    for text in texts:
        yield _text(text)


def _reals(values: Any) -> bytes:
    return struct.pack(f'<I{len(values)}d', len(values), *values)


def _text(text: str) -> bytes:
    octets = text.encode('utf-8')
    return struct.pack('<I', len(octets)) + octets
