# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Decode all radio frames of a batch in one call; every frame ends in exactly one place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from icv_v2x.inputs import Encoding
from icv_v2x.message_set import codec, plain_spat
from icv_v2x.message_set.batched import bsm as batched_bsm
from icv_v2x.message_set.batched import rsm as batched_rsm
from icv_v2x.message_set.batched import spat as batched_spat
from icv_v2x.message_set.batched import ssm as batched_ssm
from icv_v2x.message_set.batched.bit_cursor import BitCursor, words_of
from icv_v2x.message_set.errors import MessageError, RejectReason
from icv_v2x.message_set.records import participants, sensor_sharing
from icv_v2x.message_set.records.bsm import (
    BasicSafetyMessages,
    BsmColumns,
    from_columns,
    merged,
)
from icv_v2x.message_set.records.bsm_values import (
    columns_from_values as bsm_columns_from_values,
)
from icv_v2x.message_set.records.participants import RoadsideSafetyMessages, RsmColumns
from icv_v2x.message_set.records.sensor_sharing import SensorSharingMessages, SsmColumns
from icv_v2x.message_set.records.spat_columns import SpatColumns
from icv_v2x.message_set.repeated import read_repeated

_SHORTEST_BSM = 36
"""Octets of a basic safety message without any optional field."""
_SHORTEST_RSM = 32
"""Octets of a roadside safety message with one participant and no optional field."""
_SHORTEST_SSM = 25
"""Octets of a sensor sharing message without any optional field, with its wrapping."""
FEWEST_SSM_OCTETS = 1500
"""Sensor sharing messages that are shorter together are read one by one."""
FEWEST_FRAMES = 10
"""Fewer frames of a kind are read one by one: that takes less time than the columns' overhead."""
_BSM = 'BasicSafetyMessage'
_RSM = 'RoadsideSafetyMessage'
_SSM = 'SensorSharingMsg'


@dataclass(frozen=True)
class DecodedFrames:
    """What became of the frames of a batch.

    Attributes:
        bsm: The basic safety messages, in the order of the frames.
        rsm: The roadside safety messages, in the order of the frames.
        ssm: The sensor sharing messages, in the order of the frames.
        others: Frame index, message type and message value (value convention of `codec`) of
            every other message.
        rejected: Frame index, reason and text of every frame that is no message.
        spat: The SPAT messages that were read together, where that was asked for and there are
            enough of them; they are not among the others.
    """

    bsm: BasicSafetyMessages
    rsm: RoadsideSafetyMessages
    ssm: SensorSharingMessages
    others: tuple[tuple[int, str, dict[str, Any]], ...]
    rejected: tuple[tuple[int, RejectReason, str], ...]
    spat: SpatColumns | None = None


def decode_frames(
    payload: NDArray[np.uint8] | bytes, length: NDArray[np.uint32], *,
    encoding: Encoding = Encoding.UPER, spat_in_columns: bool = False,
) -> DecodedFrames:
    """Decode the frames of a batch.

    Args:
        payload: The frames, one after the other, (m,).
        length: Octets of each frame, (n,); they add up to m.
        encoding: How the frames are encoded.
        spat_in_columns: Read many SPAT together, into columns of their own.

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
    bsm_parts: list[BsmColumns] = []
    rsm_parts: list[RsmColumns] = []
    ssm_parts: list[SsmColumns] = []
    spat: SpatColumns | None = None
    pending = np.ones(lengths.size, dtype=np.bool_)
    if encoding == Encoding.UPER:
        bsm_frames, words = _beginning_with(0, _SHORTEST_BSM, octets, start, lengths, None)
        if bsm_frames.size:
            position = 8 * start[bsm_frames]
            bsm, kept = batched_bsm.decode_columns(
                BitCursor(words, position), bsm_frames, position + 8 * lengths[bsm_frames])
            bsm_parts.append(bsm)
            pending[bsm_frames[kept]] = False
        rsm_frames, words = _beginning_with(2, _SHORTEST_RSM, octets, start, lengths, words)
        if rsm_frames.size:
            position = 8 * start[rsm_frames]
            rsm, kept = batched_rsm.decode_columns(
                BitCursor(words, position), rsm_frames, position + 8 * lengths[rsm_frames])
            rsm_parts.append(rsm)
            pending[rsm_frames[kept]] = False
        ssm_frames, begin = _sharing(octets, start, lengths)
        if ssm_frames.size:
            ssm, kept = batched_ssm.decode_columns(
                BitCursor(words if words.size else words_of(octets), 8 * begin), ssm_frames,
                8 * (start + lengths)[ssm_frames])
            ssm_parts.append(ssm)
            pending[ssm_frames[kept]] = False
        if spat_in_columns:
            spat_frames, words = _beginning_with(
                plain_spat.ALTERNATIVE, 1, octets, start, lengths, words)
            spat, read = batched_spat.decode_columns(octets, words, spat_frames, start, lengths)
            pending[read] = False

    messages, others, rejected = _read_one_by_one(
        octets, start, lengths, np.flatnonzero(pending).tolist(), encoding)
    if messages[_BSM]:
        bsm_parts.append(bsm_columns_from_values(messages[_BSM]))
    if messages[_RSM]:
        rsm_parts.append(participants.columns_from_values(messages[_RSM]))
    if messages[_SSM]:
        ssm_parts.append(sensor_sharing.columns_from_values(messages[_SSM]))
    return DecodedFrames(
        from_columns(merged(bsm_parts)) if bsm_parts else _no_bsm(),
        participants.from_columns(participants.merged(rsm_parts)) if rsm_parts else _no_rsm(),
        sensor_sharing.from_columns(sensor_sharing.merged(ssm_parts)) if ssm_parts else _no_ssm(),
        tuple(others), tuple(rejected), spat)


def _read_one_by_one(
    octets: NDArray[np.uint8], start: NDArray[np.int64], length: NDArray[np.int64],
    frames: list[int], encoding: Encoding,
) -> tuple[
    dict[str, list[tuple[int, dict[str, Any]]]], list[tuple[int, str, dict[str, Any]]],
    list[tuple[int, RejectReason, str]],
]:
    """Give the messages of the kinds that columns hold, the others, and the refusals."""
    content = octets.tobytes()
    begins, ends = start.tolist(), (start + length).tolist()
    messages: dict[str, list[tuple[int, dict[str, Any]]]] = {_BSM: [], _RSM: [], _SSM: []}
    others: list[tuple[int, str, dict[str, Any]]] = []
    rejected: list[tuple[int, RejectReason, str]] = []
    read = codec.decode if encoding == Encoding.UPER else codec.decode_json
    for frame in frames:
        frame_octets = content[begins[frame]:ends[frame]]
        signals = _signals(frame_octets) if encoding == Encoding.UPER else None
        if signals is not None:
            others.append((frame, 'SPAT', signals))
            continue
        try:
            name, message = (
                encoding == Encoding.UPER and read_repeated(frame_octets)
            ) or codec.message_of(read(frame_octets))
        except MessageError as error:
            rejected.append((frame, error.reason, error.text))
            continue
        if name in messages:
            messages[name].append((frame, message))
        else:
            others.append((frame, name, message))
    return messages, others, rejected


def _signals(octets: bytes) -> dict[str, Any] | None:
    """Give the SPAT of a frame that is one in the plain form."""
    plain = octets[:1] and octets[0] >> 4 == plain_spat.ALTERNATIVE
    fits = len(octets) <= codec.MAXIMUM_FRAME_OCTETS
    return plain_spat.read_spat(octets) if plain and fits else None


@cache
def _no_bsm() -> BasicSafetyMessages:
    return from_columns(merged([]))


@cache
def _no_rsm() -> RoadsideSafetyMessages:
    return participants.from_columns(participants.merged([]))


@cache
def _no_ssm() -> SensorSharingMessages:
    return sensor_sharing.from_columns(sensor_sharing.merged([]))


def _beginning_with(
    alternative: int, shortest: int, octets: NDArray[np.uint8], start: NDArray[np.int64],
    length: NDArray[np.int64], words: NDArray[np.int64] | None,
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Give the frames that begin like a message, where they are enough to be read together."""
    fitting = np.flatnonzero((length >= shortest) & (length <= codec.MAXIMUM_FRAME_OCTETS))
    # the first four bits: no extension, and the alternative of the frame
    frames = fitting[octets[start[fitting]] >> 4 == alternative]
    if frames.size < FEWEST_FRAMES:
        return frames[:0], words if words is not None else np.empty(0, dtype=np.int64)
    if words is None or not words.size:
        words = words_of(octets)
    return frames, words


def _sharing(
    octets: NDArray[np.uint8], start: NDArray[np.int64], length: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the frames with sensor sharing messages, and where those begin [octet]."""
    fitting = np.flatnonzero((length >= _SHORTEST_SSM) & (length <= codec.MAXIMUM_FRAME_OCTETS))
    fitting = fitting[octets[start[fitting]] == batched_ssm.FIRST_OCTET]
    if int(length[fitting].sum()) < FEWEST_SSM_OCTETS:
        return fitting[:0], fitting[:0]
    found, begin = batched_ssm.find_messages(octets, start[fitting], length[fitting])
    frames = fitting[found]
    if int(length[frames].sum()) < FEWEST_SSM_OCTETS:
        return frames[:0], begin[:0]
    return frames, begin
