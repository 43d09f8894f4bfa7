# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Memory of senders: named arrays with one row per temporary id and certificate."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from icv_v2x.trust.checks import Before

HISTORY = 24
"""Messages of each sender that are remembered."""

SPACING = 80_000_000
"""Remembered messages lie at least so far apart, so that a flood does not wash them out [ns]."""

_MIX = np.uint64(0x9E37_79B9_7F4A_7C15)


def key_of(sender_id: NDArray[np.uint64], signer: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return one number for each pair of temporary id and certificate digest (n,)."""
    mixed = signer * _MIX
    mixed ^= mixed >> np.uint64(29)
    return sender_id ^ mixed


class SenderTable:
    """Senders in the first `count` rows of arrays of fixed length.

    Attributes:
        count: Number of senders.
        capacity: Number of rows.
        key: (capacity,) uint64, as `key_of` gives it.
        sender_id: (capacity,) uint64.
        signer: (capacity,) uint64.
        since: (capacity,) int64, time of the first message [ns].
        time: (capacity,) int64, time of the newest message [ns].
        position: (capacity,) complex, of the newest message [m].
        velocity: (capacity,) complex, of the newest message [m/s].
        heading: (capacity,) the last one known [rad].
        way: (capacity,) complex, sum of what was claimed to be driven [m].
        slack: (capacity,) sum of what that may be wrong by [m].
        load: (capacity,) messages, those before counting less and less with their age.
        evidence: (capacity,) evidence against the sender, in messages, at `judged`.
        judged: (capacity,) int64 [ns].
        failures: (capacity,) int64, messages that failed a check.
        level: (capacity,) uint8, values of `TrustLevel`.
        appeared: (capacity,) int64, when it appeared where nobody had come from [ns], 0: it came
            from afar.
    """

    def __init__(self, capacity: int) -> None:
        """Set the memory aside.

        Args:
            capacity: Number of rows.
        """
        self.count = 0
        self.capacity = capacity
        self.key = np.zeros(capacity, np.uint64)
        self.sender_id = np.zeros(capacity, np.uint64)
        self.signer = np.zeros(capacity, np.uint64)
        self.since = np.zeros(capacity, np.int64)
        self.time = np.zeros(capacity, np.int64)
        self.position = np.zeros(capacity, np.complex128)
        self.velocity = np.zeros(capacity, np.complex128)
        self.heading = np.zeros(capacity)
        self.way = np.zeros(capacity, np.complex128)
        self.slack = np.zeros(capacity)
        self.load = np.zeros(capacity)
        self.evidence = np.zeros(capacity)
        self.judged = np.zeros(capacity, np.int64)
        self.failures = np.zeros(capacity, np.int64)
        self.level = np.zeros(capacity, np.uint8)
        self.appeared = np.zeros(capacity, np.int64)
        shape = (capacity, HISTORY)
        self._known = np.zeros(shape, np.bool_)
        self._time = np.zeros(shape, np.int64)
        self._rest = np.zeros(shape, np.complex128)
        self._speed = np.zeros(shape)
        self._acceleration = np.zeros(shape)
        self._variance = np.zeros(shape)
        self._slack = np.zeros(shape)
        self._claims = np.zeros(shape, np.bool_)
        self._jumped = np.zeros(shape, np.bool_)
        self._order = np.zeros(0, np.intp)
        self._arrays = [a for a in vars(self).values() if isinstance(a, np.ndarray)
                        and len(a) == capacity]

    def find(self, key: NDArray[np.uint64]) -> NDArray[np.intp]:
        """Return the rows of keys, -1 for those not known, (k,)."""
        if not self.count:
            return np.full(len(key), -1, np.intp)
        ordered = self.key[self._order]
        place = np.minimum(np.searchsorted(ordered, key), self.count - 1)
        return np.where(ordered[place] == key, self._order[place], -1)

    def add(
        self, key: NDArray[np.uint64], sender_id: NDArray[np.uint64],
        signer: NDArray[np.uint64], time: NDArray[np.int64],
    ) -> NDArray[np.intp]:
        """Begin rows of senders not known yet; the longest silent ones give way.

        Args:
            key: (k,) different ones.
            sender_id: (k,).
            signer: (k,).
            time: (k,) of their first messages [ns].

        Returns:
            (k,) rows, -1 for those that do not fit in at all.
        """
        # A crowd of new ones must not drive out all that are known.
        fit = min(len(key), self.capacity // 2)
        excess = self.count + fit - self.capacity
        if excess > 0:
            # What is known against somebody is kept longer than what is known of nobody.
            worth = self.time[:self.count] + (self.level[:self.count].astype(np.int64) << 36)
            self.keep(np.sort(np.argsort(worth, kind='stable')[excess:]))
        rows = np.full(len(key), -1, np.intp)
        fresh = np.arange(self.count, self.count + fit)
        rows[:fit] = fresh
        for array in self._arrays:
            array[fresh] = 0
        self.key[fresh], self.sender_id[fresh] = key[:fit], sender_id[:fit]
        self.signer[fresh] = signer[:fit]
        self.since[fresh] = self.time[fresh] = self.judged[fresh] = time[:fit]
        self.count += fit
        self._order = np.argsort(self.key[:self.count])
        return rows

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Keep only the given rows, increasing."""
        if len(rows) != self.count:
            for array in self._arrays:
                array[:len(rows)] = array[rows]
        self.count = len(rows)
        self._order = np.argsort(self.key[:self.count])

    def restart(self, rows: NDArray[np.intp]) -> None:
        """Forget the motion of senders that were silent for long; the evidence stays."""
        self._known[rows] = False
        self.way[rows] = 0.0
        self.slack[rows] = 0.0

    def before(self, rows: NDArray[np.intp]) -> Before:
        """Return what is remembered of senders."""
        return Before(
            known=self._known[rows], time=self._time[rows], rest=self._rest[rows],
            speed=self._speed[rows], acceleration=self._acceleration[rows],
            variance=self._variance[rows], slack=self._slack[rows], claims=self._claims[rows],
            jumped=self._jumped[rows])

    def remember(
        self, rows: NDArray[np.intp], time: NDArray[np.int64], **columns: NDArray[Any],
    ) -> NDArray[np.bool_]:
        """Remember messages, those too close to the last remembered one left out.

        Args:
            rows: (k,) different rows.
            time: (k,) [ns].
            **columns: rest, speed, acceleration, variance, slack, claims and jumped, (k,) each.

        Returns:
            (k,) which are remembered.
        """
        spaced: NDArray[np.bool_] = ~self._known[rows, -1]
        spaced |= time - self._time[rows, -1] >= SPACING
        rows = rows[spaced]
        columns.update(time=time, known=np.ones(len(time), np.bool_))
        for name, values in columns.items():
            ring = getattr(self, f'_{name}')
            ring[rows, :-1] = ring[rows, 1:]
            ring[rows, -1] = values[spaced]
        return spaced
