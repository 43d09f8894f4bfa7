# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Why a frame that decoded well is refused all the same, and the on-board unit's own verdict."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from icv_v2x.inputs import Verification

if TYPE_CHECKING:
    from icv_v2x.inputs import FrameBatch


class RefusalReason(str, Enum):
    """Reason under which a refused frame is counted."""

    SIGNATURE_FAILED = 'signature_failed'
    CERTIFICATE_EXPIRED = 'certificate_expired'
    CERTIFICATE_REVOKED = 'certificate_revoked'
    UNKNOWN_ISSUER = 'unknown_issuer'
    UNKNOWN_VERIFICATION = 'unknown_verification'
    OUTSIDE_VALIDITY = 'outside_validity'
    OUTSIDE_REGION = 'outside_region'
    NOT_PERMITTED = 'not_permitted'
    NO_POSITION = 'no_position'
    OUT_OF_AREA = 'out_of_area'
    NO_SPEED = 'no_speed'
    NO_HEADING = 'no_heading'
    IMPLAUSIBLE_SPEED = 'implausible_speed'
    IMPLAUSIBLE_SIZE = 'implausible_size'
    STALE = 'stale'
    FUTURE = 'future'
    AMBIGUOUS_NUMBER = 'ambiguous_number'
    UNREADABLE = 'unreadable'
    DANGLING_NODE = 'dangling_node'
    CIRCULAR = 'circular'
    CONTRADICTORY = 'contradictory'
    IMPOSSIBLE_VALUE = 'impossible_value'


class Refusal(NamedTuple):
    """One refused frame.

    Attributes:
        frame: Index of the frame in its batch.
        reason: Why.
    """

    frame: int
    reason: RefusalReason


_VERDICTS = {
    Verification.FAILED: RefusalReason.SIGNATURE_FAILED,
    Verification.EXPIRED: RefusalReason.CERTIFICATE_EXPIRED,
    Verification.REVOKED: RefusalReason.CERTIFICATE_REVOKED,
    Verification.UNKNOWN_ISSUER: RefusalReason.UNKNOWN_ISSUER,
}
_ACCEPTED = np.zeros(256, dtype=np.bool_)
_ACCEPTED[[Verification.NOT_CHECKED, Verification.VERIFIED]] = True


def outside_validity(batch: FrameBatch) -> NDArray[np.bool_]:
    """Return which frames were made before or after their certificates hold, (n,).

    The time of a frame is that of its security header, where that is not given its reception.

    Args:
        batch: n frames.
    """
    scope = batch.scope
    if scope is None:
        return np.zeros(len(batch), dtype=np.bool_)
    generation = batch.generation_time
    time = np.where(generation > 0, generation, batch.reception_time)
    early = (scope.begin != 0) & (time < scope.begin)
    late = (scope.end != 0) & (time > scope.end)
    return np.asarray(early | late)


class Sieve:
    """Collects for each row of a batch the first reason to refuse it.

    Attributes:
        good: (rows,) False for the rows refused so far.
    """

    def __init__(self, rows: int) -> None:
        """Start with all rows good.

        Args:
            rows: Number of rows.
        """
        self.good: NDArray[np.bool_] = np.ones(rows, dtype=np.bool_)
        self._first: list[tuple[NDArray[np.intp], RefusalReason]] = []

    def refuse(self, mask: NDArray[np.bool_], reason: RefusalReason) -> None:
        """Refuse the masked rows that are still good.

        Args:
            mask: (rows,).
            reason: Why.
        """
        fresh = np.flatnonzero(mask & self.good)
        if len(fresh):
            self.good[fresh] = False
            self._first.append((fresh, reason))

    def refuse_unverified(self, verification: NDArray[np.uint8]) -> None:
        """Refuse the rows that the on-board unit found wanting.

        A value outside `Verification` is refused too: what a newer driver means by it may be
        worse than not checked.

        Args:
            verification: (rows,) values of `Verification`.
        """
        accepted = _ACCEPTED[verification]
        if accepted.all():
            return
        for verdict, reason in _VERDICTS.items():
            self.refuse(verification == int(verdict), reason)
        self.refuse(~accepted, RefusalReason.UNKNOWN_VERIFICATION)

    def refuse_by_certificate(self, batch: FrameBatch, frame: NDArray[np.int64]) -> None:
        """Refuse the rows that the unit found wanting, or whose certificate did not hold then.

        Args:
            batch: The frames.
            frame: (rows,) index of each row's frame in the batch.
        """
        self.refuse_unverified(batch.verification[frame])
        if batch.scope is not None:
            self.refuse(outside_validity(batch)[frame], RefusalReason.OUTSIDE_VALIDITY)

    def refusals(self, frame: NDArray[np.int64]) -> tuple[Refusal, ...]:
        """Return the refused rows in the order of their frames, within one in their own.

        Args:
            frame: (rows,) index of each row's frame in its batch.
        """
        found = sorted(
            (int(frame[row]), int(row), reason) for rows, reason in self._first for row in rows)
        return tuple(Refusal(index, reason) for index, _, reason in found)


def refused(
    verification: NDArray[np.uint8],
) -> tuple[NDArray[np.bool_], tuple[Refusal, ...]]:
    """Return the frames that the on-board unit found wanting; they need no decoding.

    Args:
        verification: (n,) values of `Verification`.

    Returns:
        Mask (n,) of the refused frames, and their reasons in the order of the frames.
    """
    sieve = Sieve(len(verification))
    sieve.refuse_unverified(verification)
    return ~sieve.good, sieve.refusals(np.arange(len(verification)))


def refused_frames(batch: FrameBatch) -> tuple[NDArray[np.bool_], tuple[Refusal, ...]]:
    """Return the frames that need no decoding, as `refused`.

    Args:
        batch: n frames.
    """
    sieve = Sieve(len(batch))
    rows = np.arange(len(batch))
    sieve.refuse_by_certificate(batch, rows)
    return ~sieve.good, sieve.refusals(rows)
