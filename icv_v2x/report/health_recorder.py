# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps how well the input was over time: frames, message ages, objects, and the mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks


class Counters(Protocol):
    """What the page needs of the counters of a pipeline."""

    @property
    def received(self) -> int:
        """Radio frames so far."""

    @property
    def accepted(self) -> int:
        """Radio frames that were used."""


class HealthRecorder:
    """One line of figures per second, fewer when a run grows long."""

    def __init__(self, *, lines: int = 3_600, changes: int = 2_000) -> None:
        """Start empty.

        Args:
            lines: Lines kept at most; beyond, every second one goes.
            changes: Changes of the mode kept at most; later ones are counted in `omitted`.
        """
        self.omitted = 0
        self._lines_maximum = lines
        self._changes_maximum = changes
        self._interval = 1_000_000_000
        self._lines: list[tuple[int, int | None, int | None, int, float, float, float, float]] = []
        self._changes: list[tuple[int, str, str]] = []

    def add(
        self, stamp: int, mode: str, mode_reason: str, ego: EgoState | None,
        tracks: Tracks | None, counters: Counters | None,
    ) -> None:
        """Take one cycle; see `document` for what is kept of it."""
        if not self._changes or self._changes[-1][1:] != (mode, mode_reason):
            if len(self._changes) < self._changes_maximum:
                self._changes.append((stamp, mode, mode_reason))
            else:
                self.omitted += 1
        if self._lines and stamp < self._lines[-1][0] + self._interval - 2_000_000:
            return
        age = np.empty(0) if tracks is None else tracks.age[np.isfinite(tracks.age)]
        period = np.empty(0) if tracks is None else tracks.period[np.isfinite(tracks.period)]
        self._lines.append((
            stamp,
            None if counters is None else counters.received,
            None if counters is None else counters.accepted,
            0 if tracks is None else len(tracks),
            float(np.median(age)) if len(age) else np.nan,
            float(np.max(age)) if len(age) else np.nan,
            float(np.median(period)) if len(period) else np.nan,
            np.nan if ego is None else ego.age,
        ))
        if len(self._lines) > self._lines_maximum:
            self._lines = self._lines[::2]
            self._interval *= 2

    def document(self, origin: int) -> dict[str, Any]:
        """Return the lines as columns in the form that the page reads.

        Args:
            origin: Instant that the page calls zero [ns].
        """
        columns = list(zip(*self._lines, strict=True)) if self._lines else [()] * 8
        stamps, received, accepted, objects, age, oldest, period, ego_age = columns
        return {
            'time': [round((stamp - origin) / 1e6) for stamp in stamps],
            'received': list(received),
            'accepted': list(accepted),
            'objects': list(objects),
            'age': _rounded(age),
            'oldest': _rounded(oldest),
            'period': _rounded(period),
            'ego_age': _rounded(ego_age),
            'modes': [
                [round((stamp - origin) / 1e6), mode, reason]
                for stamp, mode, reason in self._changes
            ],
        }


def _rounded(values: tuple[float, ...]) -> list[float | None]:
    return [round(float(value), 3) if np.isfinite(value) else None for value in values]
