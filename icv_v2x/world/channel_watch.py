# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""How much of what is sent arrives, how late, and whose clock is off, by the messages alone."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icv_v2x.clock import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icv_v2x.translate.reports import ObjectReports

_SENDERS = 4000
# Message counts run to 127; no sender has more than so many messages a second.
_COUNTS = 128
_RATE = 20.0
_FADE = 2.0
_WINDOW = 1.0
_FORGET = 3.0
_ENOUGH = 15.0
_SEVERE_LOSS, _LOSS_OVER = 0.8, 0.7
_ALL_REFUSED, _REFUSED_OVER = 0.9, 0.7
_LATE, _LATE_OVER = 0.3, 0.25
_AHEAD, _AHEAD_OVER = -0.05, -0.03
# Three other senders are needed to tell a clock that is off from a channel that is slow.
_OTHERS = 2
_SKEW = 0.2
_CORRECTED = 1.2
_MESSAGES = 3


class Doubt(NamedTuple):
    """Something wrong with the channel or the own clock.

    Attributes:
        text: In words.
        of_time: Instants cannot be relied on.
    """

    text: str
    of_time: bool


@dataclass
class _Sender:
    count: int
    time: int
    heard: int
    begin: int
    lowest: float
    before: float
    messages: int = 1
    skew: float = 0.0

    def least_age(self) -> float:
        return min(self.lowest, self.before)


class ChannelWatch:
    """Follows the messages that senders tell of themselves.

    The age of a message is what the channel took and what the clock of its sender is behind. The
    least age of late is free of jitter (a min-delay filter). One sender whose least age differs
    from that of the others has a clock that is off; all alike, it is the channel or the own clock.

    Attributes:
        corrected: How many reports were put right for the clock of their sender.
    """

    def __init__(self) -> None:
        """Start knowing nobody."""
        self.corrected = 0
        self._reset()

    def clear(self) -> None:
        """Forget everybody, as an epoch of time has ended."""
        self._reset()

    def refuse(self, reasons: Iterable[str]) -> None:
        """Note why messages were refused; `stale` and `future` count here."""
        for reason in reasons:
            if reason in self._refused:
                self._refused[reason] += 1.0

    def hear(self, reports: ObjectReports, now: int) -> ObjectReports:
        """Note reports and return them with the instants that they are truly of.

        Args:
            reports: n reports in any order.
            now: When the newest was received [ns].
        """
        self._fade(now)
        own = np.flatnonzero(reports.object_id < 0)
        self._taken += float(len(own))
        ages = (reports.reception_time - reports.time) / NANOSECONDS
        senders = reports.sender_id.tolist()
        shift = np.zeros(len(reports), np.int64)
        order = own[np.argsort(reports.time[own], kind='stable')]
        reference = self._reference()
        for row, count, time, age in zip(
            order.tolist(), reports.message_count[order].tolist(), reports.time[order].tolist(),
            ages[order].tolist(), strict=True,
        ):
            sender = self._note(senders[row], count, time, age, now)
            if reference is not None:
                self._judge(sender, reference)
                shift[row] = round(sender.skew * NANOSECONDS)
        if not shift.any():
            return reports
        self.corrected += int(np.count_nonzero(shift))
        return replace(reports, time=reports.time + shift)

    def doubts(self, now: int) -> tuple[Doubt, ...]:
        """Return what is wrong with the channel or the own clock, nothing for nothing.

        Args:
            now: [ns since the Unix epoch].
        """
        self._fade(now)
        found = []
        lost = 1.0 - self._heard / self._sent if self._sent >= _ENOUGH else 0.0
        if self._holds('loss', lost, _SEVERE_LOSS, _LOSS_OVER):
            found.append(Doubt(f'the radio loses {100 * lost:.0f} % of the messages', False))
        for reason, text in (('stale', 'too old'), ('future', 'of the future')):
            total = self._taken + sum(self._refused.values())
            share = self._refused[reason] / total if total >= _ENOUGH else 0.0
            if self._holds(reason, share, _ALL_REFUSED, _REFUSED_OVER):
                found.append(Doubt(
                    f'{100 * share:.0f} % of the messages are {text}: the own clock or the '
                    'channel', True))
        least = [
            sender.least_age() for sender in self._senders.values()
            if now - sender.heard < _WINDOW * NANOSECONDS and sender.messages >= _MESSAGES]
        if len(least) < _OTHERS:
            least = []
        late, ahead = min(least, default=0.0), max(least, default=0.0)
        if self._holds('late', late, _LATE, _LATE_OVER):
            found.append(Doubt(
                f'every message is {late:.2f} s old at least: the own clock or the channel', True))
        if self._holds('ahead', -ahead, -_AHEAD, -_AHEAD_OVER):
            found.append(Doubt(f'every message is {-ahead:.2f} s ahead: the own clock', True))
        return tuple(found)

    def _reset(self) -> None:
        self._senders: dict[int, _Sender] = {}
        self._sent = self._heard = self._taken = 0.0
        self._refused = {'stale': 0.0, 'future': 0.0}
        self._faded: int | None = None
        self._holding: set[str] = set()

    def _fade(self, now: int) -> None:
        if self._faded is not None and now > self._faded:
            kept = math.exp(-(now - self._faded) / NANOSECONDS / _FADE)
            self._sent *= kept
            self._heard *= kept
            self._taken *= kept
            for reason in self._refused:
                self._refused[reason] *= kept
        self._faded = now if self._faded is None else max(now, self._faded)

    def _note(self, name: int, count: int, time: int, age: float, now: int) -> _Sender:
        known = self._senders.get(name)
        if known is None or not -NANOSECONDS < now - known.heard < _FORGET * NANOSECONDS:
            skew = known.skew if known is not None else 0.0
            known = _Sender(count, time, now, now, age, math.inf, skew=skew)
            self._senders.pop(name, None)
            if len(self._senders) >= _SENDERS:
                del self._senders[next(iter(self._senders))]
            self._senders[name] = known
            return known
        if time > known.time:
            elapsed = (time - known.time) / NANOSECONDS
            self._sent += min((count - known.count) % _COUNTS or 1, elapsed * _RATE + 1.0)
            self._heard += 1.0
            known.count, known.time = count, time
            known.messages += 1
        known.heard = now
        if now - known.begin > _WINDOW * NANOSECONDS:
            known.begin, known.before, known.lowest = now, known.lowest, math.inf
        known.lowest = min(known.lowest, age)
        return known

    def _reference(self) -> float | None:
        """Return the least age that messages of most senders have [s], None where unknown."""
        least = [
            sender.least_age() for sender in self._senders.values()
            if sender.messages >= _MESSAGES]
        return median(least) if len(least) > _OTHERS else None

    @staticmethod
    def _judge(sender: _Sender, reference: float) -> None:
        if sender.messages < _MESSAGES:
            return
        off = sender.least_age() - reference
        if abs(off) < _SKEW:
            # Within what networks differ by; a correction that was needed falls away below half.
            sender.skew = 0.0 if abs(off) < 0.5 * _SKEW else sender.skew
        elif abs(off - sender.skew) > 0.5 * _SKEW and abs(off) < _CORRECTED:
            sender.skew = off

    def _holds(self, name: str, value: float, enter: float, leave: float) -> bool:
        """Return whether a doubt holds, with hysteresis."""
        if value > (leave if name in self._holding else enter):
            self._holding.add(name)
            return True
        self._holding.discard(name)
        return False
