# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Under which temporary id the vehicle sends, and how its messages are numbered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.clock import NANOSECONDS

if TYPE_CHECKING:
    import random

_ID_BITS = 64
_COUNTS = 128


class TemporaryIdentity:
    """A random id that is changed after a while, and a counter for each kind of message.

    GB/T 45315-2025: the id lasts no longer than 300 s, unless the vehicle moved less than 2100 m
    with it or an event is under way; counters begin anywhere and anew with every id. Whoever
    signs the messages has to change the certificate with it.

    Attributes:
        temporary_id: The id in force, eight octets big-endian, never 0.
        changes: How often it was changed.
    """

    def __init__(self, generator: random.Random, *, period: float, distance: float) -> None:
        """Draw the first id.

        Args:
            generator: Source of ids and first counts; `random.SystemRandom` on the road.
            period: After which the id is changed [s].
            distance: To be moved before [m].
        """
        self._generator = generator
        self._period = period
        self._distance = distance
        self._since: int | None = None
        self._moved = 0.0
        self._counts: dict[str, int] = {}
        self.temporary_id = 0
        self.changes = -1
        self.change()

    def change(self) -> None:
        """Draw another id."""
        before = self.temporary_id
        while self.temporary_id in (0, before):
            self.temporary_id = self._generator.getrandbits(_ID_BITS)
        self._since = None
        self._moved = 0.0
        self._counts.clear()
        self.changes += 1

    def next_count(self, kind: str) -> int:
        """Return the number of the next message of a kind, 0..127."""
        last = self._counts.get(kind)
        count = self._generator.randrange(_COUNTS) if last is None else (last + 1) % _COUNTS
        self._counts[kind] = count
        return count

    def update(self, now: int, moved: float, *, event: bool) -> bool:
        """Take note of time and way, and change the id where that is due.

        Args:
            now: [ns since the Unix epoch].
            moved: Way since the last call [m].
            event: Whether an event is under way.

        Returns:
            Whether the id was changed.
        """
        if self._since is None or now < self._since:
            self._since = now
        self._moved += moved
        due = now - self._since >= self._period * NANOSECONDS
        if not due or event or self._moved < self._distance:
            return False
        self.change()
        self._since = now
        return True
