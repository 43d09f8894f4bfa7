# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Decode all radio frames of a batch in one call; every frame ends in exactly one place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from icv_v2x.message_set import codec
from icv_v2x.message_set.batched import bsm as batched_bsm
from icv_v2x.message_set.batched.bit_cursor import BitCursor, words_of
from icv_v2x.message_set.errors import MessageError, RejectReason
from icv_v2x.message_set.records.bsm import (
    BasicSafetyMessages,
    BsmColumns,
    empty_columns,
    from_columns,
    merged,
)
from icv_v2x.message_set.records.bsm_values import columns_from_values

_SHORTEST_BSM = 36
"""Octets of a basic safety message without any optional field."""
_BSM = 'BasicSafetyMessage'


class Encoding(IntEnum):
    """How the frames of a batch are encoded; the constants of icv_v2x_msgs/ObuFrames."""

    UPER = 0
    JER = 1


@dataclass(frozen=True)
class DecodedFrames:
    """What became of the frames of a batch.

    Attributes:
        bsm: The basic safety messages, in the order of the frames.
        others: Frame index, message type and message value (value convention of `codec`) of
            every other message.
        rejected: Frame index, reason and text of every frame that is no message.
    """

    bsm: BasicSafetyMessages
    others: tuple[tuple[int, str, dict[str, Any]], ...]
    rejected: tuple[tuple[int, RejectReason, str], ...]


def decode_frames(
    payload: NDArray[np.uint8] | bytes, length: NDArray[np.uint32], *,
    encoding: Encoding = Encoding.UPER,
) -> DecodedFrames:
    """Decode the frames of a batch.

    Args:
        payload: The frames, one after the other, (m,).
        length: Octets of each frame, (n,); they add up to m.
        encoding: How the frames are encoded.

    Returns:
        The messages and the refusals; together as many as there are frames.

    Raises:
        ValueError: The lengths do not add up to the payload.
    """
    octets = np.frombuffer(payload, dtype=np.uint8) if isinstance(payload, (bytes, bytearray)) \
        else np.ascontiguousarray(payload, dtype=np.uint8)
    lengths = np.asarray(length, dtype=np.int64)
    if int(lengths.sum()) != octets.size:
        raise ValueError(
            f'the lengths of {lengths.size} frames add up to {int(lengths.sum())} octets, '
            f'the payload has {octets.size}')
    start = np.cumsum(lengths) - lengths
    parts: list[BsmColumns] = []
    pending = np.arange(lengths.size)
    if encoding == Encoding.UPER:
        columns, pending = _read_bsm(octets, start, lengths)
        if columns.columns['frame'].size:
            parts.append(columns)

    content = octets.tobytes()
    slow: list[tuple[int, dict[str, Any]]] = []
    others: list[tuple[int, str, dict[str, Any]]] = []
    rejected: list[tuple[int, RejectReason, str]] = []
    read = codec.decode if encoding == Encoding.UPER else codec.decode_json
    for frame in pending.tolist():
        try:
            name, message = codec.message_of(
                read(content[start[frame]:start[frame] + lengths[frame]]))
        except MessageError as error:
            rejected.append((frame, error.reason, error.text))
            continue
        if name == _BSM:
            slow.append((frame, message))
        else:
            others.append((frame, name, message))
    if slow:
        parts.append(columns_from_values(slow))
    bsm = from_columns(merged(parts) if parts else empty_columns())
    return DecodedFrames(bsm, tuple(others), tuple(rejected))


def _read_bsm(
    octets: NDArray[np.uint8], start: NDArray[np.int64], length: NDArray[np.int64],
) -> tuple[BsmColumns, NDArray[np.int64]]:
    """Read what begins like a BSM; give the columns and the frames that remain."""
    fitting = np.flatnonzero(
        (length >= _SHORTEST_BSM) & (length <= codec.MAXIMUM_FRAME_OCTETS))
    # extension bit 0 and alternative 0 of the frame
    frames = fitting[octets[start[fitting]] >> 4 == 0]
    if not frames.size:
        return empty_columns(), np.arange(length.size)
    position = start[frames] * 8
    end = position + length[frames] * 8
    columns, kept = batched_bsm.decode_columns(
        BitCursor(words_of(octets), position), frames, end)
    remaining = np.ones(length.size, dtype=np.bool_)
    remaining[frames[kept]] = False
    return columns, np.flatnonzero(remaining)
