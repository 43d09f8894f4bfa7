# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps what was advised and the numbers behind it, thinned to what a page can show."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from icv_v2x.report.situations import group_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.advisory.types import Advisory
    from icv_v2x.world.tracks import Tracks

NUMBERS = (
    ('time_to_conflict', 2), ('gap', 1), ('closing_speed', 1), ('required_deceleration', 2),
    ('distance', 1), ('post_encroachment_time', 2), ('probability', 2), ('data_age', 2),
    ('speed_min', 1), ('speed_max', 1), ('conflict_x', 2), ('conflict_y', 2),
)
"""Numbers of an advisory that the page shows, each with the decimals kept."""

OF_SUBJECT = (('acceleration', 1), ('age', 2), ('period', 2), ('updates', 0), ('trust', 0))
"""What the messages of a subject came to, likewise; an object is tracked by its messages."""

_NOBODY = (math.nan,) * len(OF_SUBJECT)

# Twice the period of the slowest cycle allowed, so that a pause is a pause at every rate.
_PAUSE = 450_000_000
_SAMPLE_INTERVAL = 100_000_000
_REASON_INTERVAL = 500_000_000
_TOLERANCE = 2_000_000


class _Sample(NamedTuple):
    stamp: int
    advisory: Advisory
    subject: tuple[float, ...]


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

    def add(
        self, stamp: int, advisories: Sequence[Advisory], tracks: Tracks | None = None,
    ) -> None:
        """Take what was advised at one instant.

        Args:
            stamp: The instant [ns].
            advisories: What was advised.
            tracks: The objects, None where the source of the run does not hold them.
        """
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
            sample = _Sample(stamp, advisory, _subject(advisory, tracks))
            self._samples += stretch.extend(sample, self._interval)
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
            'ofSubject': [name for name, _ in OF_SUBJECT],
            'stretches': [s.document(origin, reasons) for s in self._stretches],
            'reasons': list(reasons),
        }


class _Stretch:
    """One application speaking of one subject without a pause."""

    def __init__(self, advisory: Advisory) -> None:
        self.last = 0
        self._first = advisory
        self._samples: list[_Sample] = []
        self._pending: _Sample | None = None

    def extend(self, sample: _Sample, interval: int) -> int:
        """Take the next advisory and return by how many the samples grew."""
        before = len(self._samples)
        advisory = sample.advisory
        self.last = sample.stamp
        if self._samples:
            newest, known, _ = self._samples[-1]
            changed = (advisory.level, advisory.action) != (known.level, known.action)
            if not changed and sample.stamp < newest + interval - _TOLERANCE:
                self._pending = sample
                return 0
            if changed and self._pending is not None:
                self._samples.append(self._pending)
        self._samples.append(sample)
        self._pending = None
        return len(self._samples) - before

    def thin(self, interval: int) -> int:
        """Drop samples that come sooner than the interval and return how many are left."""
        kept: list[_Sample] = []
        for sample in self._samples:
            same = bool(kept) and sample.advisory.level == kept[-1].advisory.level
            if not same or sample.stamp >= kept[-1].stamp + interval - _TOLERANCE:
                kept.append(sample)
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
            'time': [round((sample.stamp - origin) / 1e6) for sample in samples],
            'level': [int(sample.advisory.level) for sample in samples],
            'action': [sample.advisory.action.name for sample in samples],
            'trust': [
                2 * sample.advisory.verified + sample.advisory.corroborated
                for sample in samples],
            'values': [
                [_rounded(getattr(sample.advisory, name), decimals) for sample in samples]
                for name, decimals in NUMBERS
            ],
            'told': [
                [_rounded(sample.subject[place], decimals) for sample in samples]
                for place, (_, decimals) in enumerate(OF_SUBJECT)
            ],
            'reason': _reasons(samples, reasons),
        }


def _subject(advisory: Advisory, tracks: Tracks | None) -> tuple[float, ...]:
    """Return the numbers of `OF_SUBJECT`, NaN for what is no tracked object."""
    if tracks is None or not advisory.subject_ids:
        return _NOBODY
    sender, _, number = advisory.subject_ids[0].partition(':')
    try:
        named = int(sender, 16), int(number) if number else -1
    except ValueError:
        return _NOBODY
    if named[0] >= 2**64:
        return _NOBODY
    rows = np.flatnonzero(
        (tracks.sender_id == np.uint64(named[0])) & (tracks.object_id == named[1]))
    if not len(rows):
        return _NOBODY
    return tuple(float(getattr(tracks, name)[rows[0]]) for name, _ in OF_SUBJECT)


def _reasons(samples: list[_Sample], table: dict[str, int]) -> list[list[int]]:
    """Return which sentence holds from which sample on, a new one at most twice a second."""
    changes: list[list[int]] = []
    since = None
    level = None
    for row, (stamp, advisory, _) in enumerate(samples):
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
