# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What came with European messages, their times, and how their codes become values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from icv_v2x.inputs import FrameBatch, SignerRole

if TYPE_CHECKING:
    from collections.abc import Sequence

Real = NDArray[np.float64]

MILLISECOND = 1_000_000
# 2004-01-01T00:00:00Z, where TimestampIts begins [ms since the Unix epoch].
_BEGIN = 1_072_915_200_000
_DELTA = 1 << 16


@dataclass(frozen=True)
class Envelope:
    """What is known of n messages beside their content.

    Attributes:
        reception_time: (n,) int64 [ns since the Unix epoch].
        verification: What the unit guarantees of them, a value of `Verification`.
        leap_seconds: Leap seconds since 2004, which TimestampIts counts and UTC does not [s].
    """

    reception_time: NDArray[np.int64]
    verification: int
    leap_seconds: int = 5

    def batch(self, generation_time: NDArray[np.int64] | None = None) -> FrameBatch:
        """Return the messages as a batch of frames without octets.

        Args:
            generation_time: (n,) int64 [ns since the Unix epoch], None: not given.
        """
        count = len(self.reception_time)
        none = np.zeros(count, np.int64)
        return FrameBatch(
            stamp=int(self.reception_time.max()) if count else 0, standard=2, encoding=0,
            reception_time=self.reception_time, length=none.astype(np.uint32),
            payload=np.zeros(0, np.uint8),
            verification=np.full(count, self.verification, np.uint8),
            signer=none.astype(np.uint64), aid=none.astype(np.uint32),
            rssi=np.full(count, np.nan, np.float32),
            generation_time=none if generation_time is None else generation_time,
            signer_role=np.full(count, SignerRole.UNKNOWN, np.uint8))

    def instants(self, timestamps: Sequence[int]) -> NDArray[np.int64]:
        """Return the instants of TimestampIts [ms of TAI since 2004] as ns since the epoch."""
        milliseconds = np.minimum(np.array(timestamps, np.int64), 1 << 42)
        return (milliseconds + _BEGIN - 1000 * self.leap_seconds) * MILLISECOND

    def nearest_instants(self, deltas: Sequence[int]) -> NDArray[np.int64]:
        """Return the instants of GenerationDeltaTime, TimestampIts modulo 65,536 ms.

        It is the one nearest to the reception (EN 302 637-2, B.3).
        """
        received = (
            self.reception_time // MILLISECOND - _BEGIN + 1000 * self.leap_seconds)
        ahead = np.array(deltas, np.int64) - received
        ahead = (ahead + _DELTA // 2) % _DELTA - _DELTA // 2
        return (received + ahead + _BEGIN - 1000 * self.leap_seconds) * MILLISECOND


def values(
    codes: Sequence[int], scale: float, *, unavailable: Sequence[int] = (),
) -> Real:
    """Return codes as values, NaN where they stand for none.

    Args:
        codes: As sent.
        scale: Of one step.
        unavailable: Codes that are no values.
    """
    sent = np.array(codes, dtype=np.float64)
    return np.where(np.isin(sent, unavailable), np.nan, sent * scale)


def bits(field: Any) -> frozenset[int]:
    """Return which bits of a BIT STRING are set, counted from its first one."""
    return frozenset(
        8 * place + bit for place, octet in enumerate(field.value) for bit in range(8)
        if int(octet) & 0x80 >> bit)


def present(messages: Sequence[Any], name: str) -> NDArray[np.bool_]:
    """Return which of some values have an optional component, (n,)."""
    return np.array([getattr(one, f'{name}_is_present') for one in messages], dtype=np.bool_)
