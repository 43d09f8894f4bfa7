# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps what was advised and the numbers behind it, thinned to what a page can show."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from icv_v2x.report.situations import group_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.advisory.types import Advisory

NUMBERS = (
    ('time_to_conflict', 2), ('gap', 1), ('closing_speed', 1), ('required_deceleration', 2),
    ('distance', 1), ('post_encroachment_time', 2), ('probability', 2), ('data_age', 2),
    ('speed_min', 1), ('speed_max', 1), ('conflict_x', 2), ('conflict_y', 2),
)
"""Numbers of an advisory that the page shows, each with the decimals kept."""

# Twice the period of the slowest cycle allowed, so that a pause is a pause at every rate.
_PAUSE = 450_000_000
_SAMPLE_INTERVAL = 100_000_000
_REASON_INTERVAL = 500_000_000
_TOLERANCE = 2_000_000


class AdvisoryRecorder:
    """Unbroken stretches of each application and subject, sampled at 10 Hz and at every change."""

    def __init__(self, *, samples: int = 60_000, stretches: int = 5_000) -> None:
        """Start empty.

        Args:
            samples: Samples kept at most; beyond, the interval doubles for all of them.
            stretches: Stretches kept at most; later ones are counted in `omitted`.
        """
        self.omitted = 0
        self._samples_maximum = samples
        self._stretches_maximum = stretches
        self._interval = _SAMPLE_INTERVAL
        self._samples = 0
        self._open: dict[tuple[str, tuple[str, ...]], _Stretch] = {}
        self._stretches: list[_Stretch] = []

    def add(self, stamp: int, advisories: Sequence[Advisory]) -> None:
        """Take what was advised at one instant [ns]."""
        for key in [k for k, s in self._open.items() if not 0 <= stamp - s.last <= _PAUSE]:
            del self._open[key]
        spoken = set()
        for advisory in advisories:
            key = (advisory.application.name, advisory.subject_ids)
            if key in spoken:
                continue
            spoken.add(key)
            stretch = self._open.get(key)
            if stretch is None:
                if len(self._stretches) >= self._stretches_maximum:
                    self.omitted += 1
                    continue
                stretch = self._open[key] = _Stretch(advisory)
                self._stretches.append(stretch)
            self._samples += stretch.extend(stamp, advisory, self._interval)
        for key in [k for k in self._open if k not in spoken]:
            del self._open[key]
        if self._samples > self._samples_maximum:
            self._interval *= 2
            self._samples = sum(s.thin(self._interval) for s in self._stretches)

    def document(self, origin: int) -> dict[str, Any]:
        """Return the stretches in the form that the page reads.

        Args:
            origin: Instant that the page calls zero [ns].
        """
        reasons: dict[str, int] = {}
        return {
            'numbers': [name for name, _ in NUMBERS],
            'stretches': [s.document(origin, reasons) for s in self._stretches],
            'reasons': list(reasons),
        }


class _Stretch:
    """One application speaking of one subject without a pause."""

    def __init__(self, advisory: Advisory) -> None:
        self.last = 0
        self._first = advisory
        self._samples: list[tuple[int, Advisory]] = []
        self._pending: tuple[int, Advisory] | None = None

    def extend(self, stamp: int, advisory: Advisory, interval: int) -> int:
        """Take the next advisory and return by how many the samples grew."""
        before = len(self._samples)
        self.last = stamp
        if self._samples:
            newest, known = self._samples[-1]
            changed = (advisory.level, advisory.action) != (known.level, known.action)
            if not changed and stamp < newest + interval - _TOLERANCE:
                self._pending = (stamp, advisory)
                return 0
            if changed and self._pending is not None:
                self._samples.append(self._pending)
        self._samples.append((stamp, advisory))
        self._pending = None
        return len(self._samples) - before

    def thin(self, interval: int) -> int:
        """Drop samples that come sooner than the interval and return how many are left."""
        kept: list[tuple[int, Advisory]] = []
        for stamp, advisory in self._samples:
            same = bool(kept) and advisory.level == kept[-1][1].level
            if not same or stamp >= kept[-1][0] + interval - _TOLERANCE:
                kept.append((stamp, advisory))
        self._samples = kept
        return len(kept)

    def document(self, origin: int, reasons: dict[str, int]) -> dict[str, Any]:
        samples = self._samples + ([self._pending] if self._pending else [])
        group, subject = group_key(self._first)
        return {
            'application': self._first.application.name,
            'scenario': self._first.scenario.name,
            'group': group,
            'subject': subject,
            'others': list(self._first.subject_ids[1:]),
            'time': [round((stamp - origin) / 1e6) for stamp, _ in samples],
            'level': [int(advisory.level) for _, advisory in samples],
            'action': [advisory.action.name for _, advisory in samples],
            'trust': [2 * advisory.verified + advisory.corroborated for _, advisory in samples],
            'values': [
                [_rounded(getattr(advisory, name), decimals) for _, advisory in samples]
                for name, decimals in NUMBERS
            ],
            'reason': _reasons(samples, reasons),
        }


def _reasons(samples: list[tuple[int, Advisory]], table: dict[str, int]) -> list[list[int]]:
    """Return which sentence holds from which sample on, a new one at most twice a second."""
    changes: list[list[int]] = []
    since = None
    level = None
    for row, (stamp, advisory) in enumerate(samples):
        if since is not None and advisory.level == level and stamp < since + _REASON_INTERVAL:
            continue
        number = table.setdefault(advisory.reason, len(table))
        if not changes or changes[-1][1] != number:
            changes.append([row, number])
        since, level = stamp, advisory.level
    return changes


def _rounded(value: float, decimals: int) -> float | int | None:
    if not math.isfinite(value):
        return None
    short = round(float(value), decimals)
    return int(short) if short.is_integer() else short
