# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What is known of the inputs and cycles of a node, as figures for diagnostics."""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum

_NANOSECONDS = 1_000_000_000
_CYCLES = 400


class Severity(IntEnum):
    """Levels of diagnostic_msgs/DiagnosticStatus."""

    OK = 0
    WARN = 1
    ERROR = 2
    STALE = 3


@dataclass(frozen=True)
class Status:
    """One entry of the diagnostics.

    Attributes:
        name: What it is about.
        severity: How bad it is.
        message: One line for a person.
        values: Figures by name.
    """

    name: str
    severity: Severity
    message: str
    values: dict[str, str] = field(default_factory=dict)


class InputHealth:
    """Counts of one subscribed topic; ages are measured on a steady clock.

    Attributes:
        topic: Its name.
        required: Whether the node is of no use without it.
        received: Messages received.
        rejected: Reason to number of messages.
        mismatches: Publishers whose quality of service does not match.
        connected: Publishers that this subscription is connected to; None where the middleware
            does not tell. A publisher is known some time before its messages arrive.
    """

    def __init__(self, topic: str, *, required: bool, silent_after: float) -> None:
        """Start with nothing received.

        Args:
            topic: Its name.
            required: Whether the node is of no use without it.
            silent_after: [s] without a message after which the topic counts as silent.
        """
        self.topic = topic
        self.required = required
        self.received = 0
        self.rejected: dict[str, int] = {}
        self.mismatches = 0
        self.connected: int | None = None
        self._silent_after = silent_after
        self._last: int | None = None
        self._asked = (0, 0)
        self._last_detail = ''

    def receive(self, now: int) -> None:
        """Count a message; `now` on a steady clock [ns]."""
        self.received += 1
        self._last = now

    def reject(self, reason: str, detail: str = '') -> None:
        """Count a message that cannot be used."""
        self.rejected[reason] = self.rejected.get(reason, 0) + 1
        self._last_detail = detail

    def age(self, now: int) -> float | None:
        """Return the time since the last message [s], None before the first one."""
        return None if self._last is None else (now - self._last) / _NANOSECONDS

    def status(self, now: int, publishers: int, extra: dict[str, str] | None = None) -> Status:
        """Return the state of the topic.

        Args:
            now: [ns] on a steady clock.
            publishers: How many publishers the topic has.
            extra: Further figures.
        """
        count, before = self._asked
        span = (now - before) / _NANOSECONDS
        rate = (self.received - count) / span if before and span > 0.0 else 0.0
        self._asked = (self.received, now)
        age = self.age(now)
        severity, message = self._judge(age, publishers)
        rejected = sum(self.rejected.values())
        values = {
            'received': str(self.received),
            'accepted': str(self.received - rejected),
            'rejected': str(rejected),
            **{f'rejected.{reason}': str(n) for reason, n in sorted(self.rejected.items())},
            'rate [Hz]': f'{rate:.1f}',
            'age [s]': 'nothing received' if age is None else f'{age:.3f}',
            'publishers': str(publishers),
            **({} if self.connected is None else {'connected publishers': str(self.connected)}),
            'publishers of other quality of service': str(self.mismatches),
            **(extra or {}),
        }
        if self._last_detail:
            values['last rejection'] = self._last_detail
        return Status(f'input {self.topic}', severity, message, values)

    def _judge(self, age: float | None, publishers: int) -> tuple[Severity, str]:
        worst = Severity.ERROR if self.required else Severity.OK
        if self.mismatches and (age is None or age > self._silent_after):
            return Severity.ERROR, 'a publisher offers another quality of service than asked for'
        if not publishers and (age is None or age > self._silent_after):
            return worst, 'no publisher'
        if age is None:
            return worst, 'nothing received yet'
        if age > self._silent_after:
            return max(worst, Severity.WARN), f'silent for {age:.1f} s'
        if self.rejected:
            return Severity.WARN, 'some messages were rejected'
        return Severity.OK, 'receiving'


class CycleHealth:
    """Durations of the latest cycles.

    Attributes:
        count: Cycles run in all.
    """

    def __init__(self) -> None:
        """Start without any cycle."""
        self.count = 0
        self._durations: deque[float] = deque(maxlen=_CYCLES)

    def add(self, duration: float) -> None:
        """Count a cycle of so many seconds."""
        self.count += 1
        self._durations.append(duration)

    def values(self) -> dict[str, str]:
        """Return number, median and maximum as figures."""
        figures = {'cycles': str(self.count)}
        if self._durations:
            figures['cycle time median [ms]'] = f'{1e3 * statistics.median(self._durations):.2f}'
            figures['cycle time maximum [ms]'] = f'{1e3 * max(self._durations):.2f}'
        return figures
