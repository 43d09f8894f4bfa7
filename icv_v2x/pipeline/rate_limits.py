# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""How many frames are decoded: token buckets for each certificate and for all together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from icv_v2x.clock import NANOSECONDS

if TYPE_CHECKING:
    from icv_v2x.inputs import FrameBatch
    from icv_v2x.parameters import Parameters

_CERTIFICATES = 10_000
_BACK = 1.0


class RateLimits:
    """Lets frames pass while there are tokens, which come back with time.

    Frames without a certificate have no bucket of their own. Where all together are too many,
    the frames of relevant senders come first, then the first frames of everybody, then the second
    ones: who sends much cannot silence who sends little.
    """

    def __init__(self, parameters: Parameters) -> None:
        """Start with full buckets."""
        self.configure(parameters)
        self.clear()

    def configure(self, parameters: Parameters) -> None:
        """Take changed limits over."""
        self._limits = parameters.radio

    def clear(self) -> None:
        """Fill all buckets, as an epoch of time has ended."""
        # Certificates, ascending, with the tokens that each has and when they were counted.
        self._signers = np.zeros(0, np.uint64)
        self._tokens = np.zeros(0)
        self._counted = np.zeros(0, np.int64)
        self._all: tuple[float, int] | None = None

    def admitted(
        self, batch: FrameBatch, relevant: NDArray[np.uint64]
    ) -> NDArray[np.bool_]:
        """Return which frames pass, and take their tokens, (n,).

        Args:
            batch: n frames.
            relevant: Certificates of those that matter most, in any order.
        """
        count = len(batch)
        if not count:
            return np.ones(0, np.bool_)
        now = int(batch.reception_time.max())
        signers, which = np.unique(batch.signer, return_inverse=True)
        # The newest frame of a sender has rank 0: older ones are superseded by it.
        order = np.argsort(which, kind='stable')[::-1]
        sizes = np.bincount(which, minlength=len(signers))
        ends = np.cumsum(sizes[::-1])
        rank = np.empty(count, np.intp)
        rank[order] = np.arange(count) - np.repeat(ends - sizes[::-1], sizes[::-1])
        allowed = self._take(signers, sizes, now)
        passing: NDArray[np.bool_] = rank < allowed[which]
        room = self._room(now)
        wanted = int(np.count_nonzero(passing))
        if wanted > room:
            rows = np.flatnonzero(passing)
            others = ~np.isin(batch.signer[rows], relevant)
            chosen = rows[np.lexsort((rank[rows], others))][:room]
            passing = np.zeros(count, np.bool_)
            passing[chosen] = True
            wanted = room
        assert self._all is not None
        self._all = self._all[0] - wanted, now
        return passing

    def _take(
        self, signers: NDArray[np.uint64], sizes: NDArray[np.int64], now: int
    ) -> NDArray[np.int64]:
        """Return how many frames of each certificate pass, and take their tokens, (k,).

        Args:
            signers: Certificates, ascending, none twice, (k,); 0 for none.
            sizes: Frames of each, (k,).
            now: [ns since the Unix epoch].
        """
        signed = signers != 0
        new = signed & ~np.isin(signers, self._signers)
        if new.any():
            self._add(signers[new], np.isin(self._signers, signers), now)
        row = np.searchsorted(self._signers, signers[signed])
        full = self._full(self._limits.sender_rate)
        elapsed = (now - self._counted[row]) / NANOSECONDS
        tokens = np.where(
            elapsed < -_BACK, full,
            np.minimum(full, self._tokens[row]
                       + np.maximum(elapsed, 0.0) * self._limits.sender_rate))
        passing = sizes.astype(np.int64)
        passing[signed] = np.minimum(sizes[signed], np.floor(tokens).astype(np.int64))
        self._tokens[row] = tokens - passing[signed]
        self._counted[row] = now
        return passing

    def _add(
        self, signers: NDArray[np.uint64], present: NDArray[np.bool_], now: int
    ) -> None:
        """Give full buckets to new certificates; those silent for longest go where needed."""
        excess = len(self._signers) + len(signers) - _CERTIFICATES
        kept = np.arange(len(self._signers))
        if excess > 0:
            # Whoever sends just now stays, so that the last key decides first.
            leaving = np.lexsort((self._counted, present))
            kept = leaving[min(excess, int(np.count_nonzero(~present))):]
        known = np.concatenate([self._signers[kept], signers])
        order = np.argsort(known)
        full = np.full(len(signers), self._full(self._limits.sender_rate))
        self._signers = known[order]
        self._tokens = np.concatenate([self._tokens[kept], full])[order]
        self._counted = np.concatenate(
            [self._counted[kept], np.full(len(signers), now)])[order]

    def _room(self, now: int) -> int:
        tokens = self._filled(self._all, self._limits.total_rate, now)
        self._all = tokens, now
        return math.floor(tokens)

    def _full(self, rate: float) -> float:
        return max(rate * self._limits.burst, 1.0)

    def _filled(self, bucket: tuple[float, int] | None, rate: float, now: int) -> float:
        """Return the tokens in a bucket now; a new one is full, as after a step back of time."""
        full = self._full(rate)
        if bucket is None:
            return full
        tokens, then = bucket
        elapsed = (now - then) / NANOSECONDS
        return full if elapsed < -_BACK else min(full, tokens + max(elapsed, 0.0) * rate)
