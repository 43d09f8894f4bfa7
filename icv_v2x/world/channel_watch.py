# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""How much of what is sent arrives, how late, and whose clock is off, by the messages alone."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from icv_v2x.clock import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icv_v2x.translate.reports import ObjectReports

Counts = NDArray[np.int64]
Rows = NDArray[np.intp]

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


class _Senders:
    """What is known of up to `_SENDERS` senders, a row each; the longest known one gives way.

    Attributes:
        count: (n,) message count of the newest message.
        time: (n,) instant of the newest message [ns].
        heard: (n,) when it was heard last [ns].
        begin: (n,) begin of the window over which `lowest` is taken [ns].
        lowest: (n,) least age in the present window [s].
        before: (n,) least age in the window before, inf without one [s].
        messages: (n,) messages heard.
        skew: (n,) how far its clock is off [s].
    """

    def __init__(self) -> None:
        """Know nobody."""
        self._rows: dict[int, int] = {}
        self.count = np.zeros(_SENDERS, np.int64)
        self.time = np.zeros(_SENDERS, np.int64)
        self.heard = np.zeros(_SENDERS, np.int64)
        self.begin = np.zeros(_SENDERS, np.int64)
        self.lowest = np.full(_SENDERS, np.inf)
        self.before = np.full(_SENDERS, np.inf)
        self.messages = np.zeros(_SENDERS, np.int64)
        self.skew = np.zeros(_SENDERS)

    def find(self, names: list[int]) -> Rows:
        """Return the row of each sender, (k,), -1 for one that is not known."""
        return np.array([self._rows.get(name, -1) for name in names], np.intp)

    def begin_anew(self, names: list[int]) -> Rows:
        """Return rows for senders of which nothing but the skew of the clock is kept, (k,)."""
        rows = np.empty(len(names), np.intp)
        for index, name in enumerate(names):
            row = self._rows.pop(name, None)
            if row is None:
                row = len(self._rows)
                if row >= _SENDERS:
                    row = self._rows.pop(next(iter(self._rows)))
                self.skew[row] = 0.0
            self._rows[name] = rows[index] = row
        return rows

    def least_age(self, since: int | None = None) -> NDArray[np.float64]:
        """Return the least ages of late of those heard often enough [s].

        Args:
            since: Only of those heard after this instant [ns].
        """
        known = slice(0, len(self._rows))
        chosen = self.messages[known] >= _MESSAGES
        if since is not None:
            chosen &= self.heard[known] > since
        least: NDArray[np.float64] = np.minimum(self.lowest[known], self.before[known])[chosen]
        return least


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
        shift = np.zeros(len(reports), np.int64)
        least = self._senders.least_age()
        reference = float(np.median(least)) if len(least) > _OTHERS else None
        for rows in _rounds(reports.sender_id[own], reports.time[own]):
            which = own[rows]
            at = self._note(
                reports.sender_id[which].tolist(),
                reports.message_count[which].astype(np.int64),
                reports.time[which], ages[which], now)
            if reference is not None:
                self._judge(at, reference)
                shift[which] = np.round(self._senders.skew[at] * NANOSECONDS)
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
        least = self._senders.least_age(now - round(_WINDOW * NANOSECONDS))
        known = len(least) >= _OTHERS
        late, ahead = (float(least.min()), float(least.max())) if known else (0.0, 0.0)
        if self._holds('late', late, _LATE, _LATE_OVER):
            found.append(Doubt(
                f'every message is {late:.2f} s old at least: the own clock or the channel', True))
        if self._holds('ahead', -ahead, -_AHEAD, -_AHEAD_OVER):
            found.append(Doubt(f'every message is {-ahead:.2f} s ahead: the own clock', True))
        return tuple(found)

    def _reset(self) -> None:
        self._senders = _Senders()
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

    def _note(
        self, names: list[int], count: Counts, time: Counts, age: NDArray[np.float64], now: int,
    ) -> Rows:
        """Note a message of each of k different senders; return their rows, (k,)."""
        senders = self._senders
        rows = senders.find(names)
        silent = now - senders.heard[rows]
        new = (rows < 0) | (silent <= -NANOSECONDS) | (silent >= _FORGET * NANOSECONDS)
        if new.any():
            which = np.flatnonzero(new)
            rows[which] = begun = senders.begin_anew([names[row] for row in which.tolist()])
            senders.count[begun], senders.time[begun] = count[which], time[which]
            senders.begin[begun] = now
            senders.lowest[begun], senders.before[begun] = age[which], np.inf
            senders.messages[begun] = 1
        senders.heard[rows] = now
        newer = ~new & (time > senders.time[rows])
        self._count(rows[newer], count[newer], time[newer])
        known = rows[~new]
        over = known[now - senders.begin[known] > _WINDOW * NANOSECONDS]
        senders.begin[over], senders.before[over] = now, senders.lowest[over]
        senders.lowest[over] = np.inf
        senders.lowest[known] = np.minimum(senders.lowest[known], age[~new])
        return rows

    def _count(self, rows: Rows, count: Counts, time: Counts) -> None:
        """Count newer messages of known senders, and what was sent in between."""
        senders = self._senders
        elapsed = (time - senders.time[rows]) / NANOSECONDS
        passed = (count - senders.count[rows]) % _COUNTS
        sent = np.minimum(np.where(passed == 0, 1, passed), elapsed * _RATE + 1.0)
        self._sent += float(sent.sum())
        self._heard += float(len(rows))
        senders.count[rows], senders.time[rows] = count, time
        senders.messages[rows] += 1

    def _judge(self, rows: Rows, reference: float) -> None:
        """Find whose clock is off, by the least age that messages of most senders have [s]."""
        senders = self._senders
        rows = rows[senders.messages[rows] >= _MESSAGES]
        off = np.minimum(senders.lowest[rows], senders.before[rows]) - reference
        skew, apart = senders.skew[rows], np.abs(off)
        # Within what networks differ by; a correction that was needed falls away below half.
        right = apart < 0.5 * _SKEW
        wrong = (apart >= _SKEW) & (np.abs(off - skew) > 0.5 * _SKEW) & (apart < _CORRECTED)
        senders.skew[rows] = np.where(right, 0.0, np.where(wrong, off, skew))

    def _holds(self, name: str, value: float, enter: float, leave: float) -> bool:
        """Return whether a doubt holds, with hysteresis."""
        if value > (leave if name in self._holding else enter):
            self._holding.add(name)
            return True
        self._holding.discard(name)
        return False


def _rounds(names: NDArray[np.uint64], time: Counts) -> list[Rows]:
    """Return the rows (n,) in rounds in which no sender comes twice, its oldest ones first."""
    order = np.lexsort((time, names))
    if not len(order):
        return []
    first = np.ones(len(order), np.bool_)
    first[1:] = names[order][1:] != names[order][:-1]
    begins = np.flatnonzero(first)
    rank = np.arange(len(order)) - begins[np.cumsum(first) - 1]
    # By time, so that what is counted does not depend on the names.
    return [
        rows[np.argsort(time[rows], kind='stable')]
        for rows in (order[rank == turn] for turn in range(int(rank.max()) + 1))]
