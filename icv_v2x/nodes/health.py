# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What is known of the inputs and cycles of a node, as figures for diagnostics."""

from __future__ import annotations

import math
import statistics
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum

_NANOSECONDS = 1_000_000_000
_CYCLES = 400
# So many rejected messages in a row are all of them.
_RUN = 3

# What to do about a refusal, by its reason.
_REMEDIES = {
    'wrong_frame': 'publish in frame map, or transform before',
    'not_finite': 'publish nothing rather than values that are not finite',
    'late': 'publish in the order of time; compare the clocks of the computers',
    'stale': 'compare the clocks; stamps are UTC',
    'future': 'compare the clocks; stamps are UTC',
    'unordered_path': 'give every pose of the path its own, later stamp',
    'inconsistent_arrays': 'give all arrays of a message the same length, in frame map',
    'unreadable_message': 'see the last rejection',
}


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
        policy: Name of the policy in which the last one of them differs.
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
        self.policy = ''
        self.connected: int | None = None
        self._silent_after = silent_after
        self._last: int | None = None
        self._asked = (0, 0)
        self._last_detail = ''
        self._last_reason = ''
        self._in_a_row = 0

    def receive(self, now: int) -> None:
        """Count a message; `now` on a steady clock [ns]."""
        self.received += 1
        self._last = now
        self._in_a_row = 0 if not self._last_reason else self._in_a_row + 1
        self._last_reason = ''

    def reject(self, reason: str, detail: str = '') -> None:
        """Count a message that cannot be used."""
        self.rejected[reason] = self.rejected.get(reason, 0) + 1
        self._last_detail = detail
        self._last_reason = reason

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
        severity, message, remedy = self._judge(age, publishers)
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
        if remedy:
            values['what to do'] = remedy
        return Status(f'input {self.topic}', severity, message, values)

    def condition(self, now: int) -> tuple[bool, int, str]:
        """Return what the state comes down to; while it stays, nothing new is to be told.

        Args:
            now: [ns] on a steady clock.
        """
        age = self.age(now)
        silent = age is None or age > self._silent_after
        return silent, self.mismatches, '' if silent else self._rejecting()

    def _rejecting(self) -> str:
        """Return the reason under which every message is rejected now, empty where none is."""
        return self._last_reason if self._in_a_row >= _RUN else ''

    def _judge(self, age: float | None, publishers: int) -> tuple[Severity, str, str]:
        """Return severity, one line on the state, and what to do about it."""
        worst = Severity.ERROR if self.required else Severity.OK
        silent = age is None or age > self._silent_after
        if self.mismatches and silent:
            setting = f'qos_overrides.{self.topic}.subscription'
            return (
                Severity.ERROR, 'a publisher offers another quality of service than asked for',
                f'set {setting}.{self.policy} to what it offers' if self.policy else
                f'set {setting} to what it offers')
        if silent:
            return self._judge_silence(age, publishers)
        reason = self._rejecting()
        if reason:
            return (
                max(worst, Severity.WARN), f'every message is rejected: {reason}',
                _REMEDIES.get(reason, 'see the last rejection'))
        if self.rejected:
            common = max(self.rejected, key=lambda name: self.rejected[name])
            return (
                Severity.WARN, 'some messages were rejected',
                f'{common}: {_REMEDIES.get(common, "see the last rejection")}')
        return Severity.OK, 'receiving', ''

    def _judge_silence(self, age: float | None, publishers: int) -> tuple[Severity, str, str]:
        worst = Severity.ERROR if self.required else Severity.OK
        if not publishers:
            return worst, 'no publisher', 'start the publisher, or map its topic to this name'
        remedy = 'see that the publisher runs in this domain and is active'
        if age is None:
            return worst, 'nothing received yet', remedy
        return max(worst, Severity.WARN), f'silent for {age:.1f} s', remedy


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

    @property
    def worst(self) -> float:
        """The longest of the latest cycles [s], NaN before the first."""
        return max(self._durations, default=math.nan)

    def values(self) -> dict[str, str]:
        """Return number, median and maximum as figures."""
        figures = {'cycles': str(self.count)}
        if self._durations:
            figures['cycle time median [ms]'] = f'{1e3 * statistics.median(self._durations):.2f}'
            figures['cycle time maximum [ms]'] = f'{1e3 * max(self._durations):.2f}'
        return figures
