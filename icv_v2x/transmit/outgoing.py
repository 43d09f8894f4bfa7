# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Frames on their way out, as the radio unit takes them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.inputs import Encoding, FrameBatch, Standard, Verification
from icv_v2x.message_set.codec import encode
from icv_v2x.message_set.records.convert import frame_from_record

if TYPE_CHECKING:
    from collections.abc import Sequence

_MILLISECOND = 1_000_000
_MINUTE = 60_000


class BsmAid(IntEnum):
    """Application ids of basic safety messages (GB/T 45315-2025); each has its own priority."""

    REGULAR = 111
    EVENT = 112
    EMERGENCY_REGULAR = 113
    EMERGENCY_EVENT = 114


@dataclass(frozen=True)
class OutgoingFrame:
    """One frame to be sent.

    Attributes:
        octets: UPER.
        generation_time: [ns since the Unix epoch].
        aid: Application id, 0 where no standard names one.
    """

    octets: bytes
    generation_time: int
    aid: int = 0


def whole_millisecond(time: int) -> int:
    """Return the last millisecond of the clock, which messages count in [ns]."""
    return time // _MILLISECOND * _MILLISECOND


def second_in_minute(time: int) -> float:
    """Return the second in its minute to the millisecond, below 60: POSIX knows no leap second."""
    return time // _MILLISECOND % _MINUTE / 1000


def frame_of_record(record: Any, time: int, *, aid: int = 0) -> OutgoingFrame:
    """Encode the SI record of a message.

    Args:
        record: The record.
        time: When it was made [ns since the Unix epoch].
        aid: Application id, 0 where no standard names one.

    Returns:
        The frame.

    Raises:
        MessageError: A value has no encoding, or the frame is too long.
    """
    return OutgoingFrame(encode(frame_from_record(record)), time, aid)


def batch_of(frames: Sequence[OutgoingFrame], stamp: int) -> FrameBatch:
    """Return frames as one batch for the radio unit.

    Args:
        frames: The frames, at least one.
        stamp: When they are handed over [ns since the Unix epoch].

    Returns:
        The batch; signing is the unit's business, so that nothing is said of signatures.
    """
    count = len(frames)
    time = np.array([frame.generation_time for frame in frames], dtype=np.int64)
    return FrameBatch(
        stamp=stamp,
        standard=Standard.CSAE,
        encoding=Encoding.UPER,
        reception_time=time,
        length=np.array([len(frame.octets) for frame in frames], dtype=np.uint32),
        payload=np.frombuffer(b''.join(frame.octets for frame in frames), dtype=np.uint8),
        verification=np.full(count, Verification.NOT_CHECKED, dtype=np.uint8),
        signer=np.zeros(count, dtype=np.uint64),
        aid=np.array([frame.aid for frame in frames], dtype=np.uint32),
        rssi=np.full(count, np.nan, dtype=np.float32),
        generation_time=time,
        signer_role=np.zeros(count, dtype=np.uint8),
    )
