# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Records of misbehaviour with their evidence: made, kept within bounds, and never sent."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from icv_v2x.trust.levels import Check, TrustLevel

_HOUR = 3600 * 1_000_000_000
_SENDERS = 4096


@dataclass(frozen=True)
class MisbehaviourRecord:
    """One observation of a sender that lost trust.

    Attributes:
        time: Of the message that decided [ns since the Unix epoch].
        sender_id: Temporary id.
        signer: Certificate digest, 0: none given.
        check: What it failed.
        level: How far it is believed from then on.
        excess: By how much it exceeded the limit, 1 being the limit.
        evidence: Evidence against it by then, in messages.
        messages: Messages of it that failed a check so far.
        frame: The message that decided, as received.
    """

    time: int
    sender_id: int
    signer: int
    check: Check
    level: TrustLevel
    excess: float
    evidence: float
    messages: int
    frame: bytes


class MisbehaviourLog:
    """The newest records, bounded in all and per sender and hour.

    Attributes:
        kept: Records that were kept since the start.
        suppressed: Records that a bound left out.
    """

    def __init__(self, most: int, per_sender_and_hour: int) -> None:
        """Start empty.

        Args:
            most: Records at a time, and per hour.
            per_sender_and_hour: Of one sender in an hour.
        """
        self.kept = 0
        self.suppressed = 0
        self._records: deque[MisbehaviourRecord] = deque(maxlen=most)
        self._per_sender = per_sender_and_hour
        self._hour: int | None = None
        self._counts: dict[tuple[int, int], int] = {}
        self._in_hour = 0

    def __len__(self) -> int:
        """Return the number of records at hand."""
        return len(self._records)

    def __iter__(self) -> Iterator[MisbehaviourRecord]:
        """Return the records at hand, the oldest first."""
        return iter(tuple(self._records))

    def has_room(self, time: int, sender_id: int, signer: int) -> bool:
        """Return whether a record of a sender would be kept; count it as left out if not."""
        hour = time // _HOUR
        if hour != self._hour:
            self._hour, self._in_hour = hour, 0
            self._counts.clear()
        # Who signs under many ids counts once.
        key = (0, signer) if signer else (sender_id, 0)
        count = self._counts.get(key, 0)
        assert self._records.maxlen is not None
        if (
            count >= self._per_sender or self._in_hour >= self._records.maxlen
            or (not count and len(self._counts) >= _SENDERS)
        ):
            self.suppressed += 1
            return False
        self._counts[key] = count + 1
        self._in_hour += 1
        return True

    def add(self, record: MisbehaviourRecord) -> None:
        """Keep a record for which there is room; the oldest one gives way."""
        self._records.append(record)
        self.kept += 1
