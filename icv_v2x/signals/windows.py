# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""When a signal is green, and what it will show: careful readings of its stated steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.message_set.records.spat import IntersectionStatus
from icv_v2x.translate.signal_reports import STEPS, Light

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.signals.signals import Signals

    Floats = NDArray[np.float64]

GREEN = (Light.FLASHING_GREEN, Light.PERMISSIVE_GREEN, Light.PROTECTED_GREEN)
"""Lights that let pass."""
STOP = (Light.FLASHING_RED, Light.RED, Light.YELLOW)
"""Lights that ask to stop."""
_GREEN = frozenset(int(light) for light in GREEN)
# Greens of one go follow each other within this [s].
_JOINED = 0.15
# Fixed-time plans are carried on this far [s].
_HORIZON = 600.0


@dataclass(frozen=True)
class GreenWindows:
    """Spans of time in which a signal is green, W of them; [s] from now, in their order.

    Attributes:
        begin: (W,) latest likely begin; 0 for a green that has begun.
        end: (W,) earliest end.
    """

    begin: Floats
    end: Floats

    def __len__(self) -> int:
        """Return the number of spans."""
        return len(self.begin)

    def within(
        self, after_begin: float, before_end: float, *, queue: float = 0.0, clearing: float = 0.0
    ) -> GreenWindows:
        """Return the spans cut at both sides, without those of which nothing is left.

        Args:
            after_begin: Cut behind the begin [s], not of the green that has begun.
            before_end: Cut before the end [s].
            queue: Further cut behind the begin of the first green to come, for a queue [s].
            clearing: Cut behind now of the green that has begun, for what is left of one [s].
        """
        to_come = self.begin > 0.0
        begin = np.where(to_come, self.begin + after_begin, clearing)
        if to_come.any():
            begin[np.argmax(to_come)] += queue
        end = self.end - before_end
        left = end > begin
        return GreenWindows(begin[left], end[left])


def green_windows(signals: Signals, row: int, confidence: float) -> GreenWindows:
    """Return when a signal is green.

    The begin counts from the likely end of the light before, or from its latest end where the
    likely one is less trusted than `confidence`; the end is the earliest one that is stated.
    Fixed-time plans that state when a light comes again are carried on.

    Args:
        signals: All signals now.
        row: The one meant.
        confidence: Of likely ends [0..1].

    Returns:
        The spans; none where the times cannot be counted on.
    """
    spans: list[tuple[float, float]] = []
    if not signals.steady[row]:
        return _spans(spans)
    lights = signals.step_light[row].tolist()
    starts = signals.step_start[row].tolist()
    earliest = _first_of(signals.step_minimum_end[row], signals.step_likely_end[row],
                         signals.step_maximum_end[row]).tolist()
    fixed = bool(
        int(signals.status[row]) & int(IntersectionStatus.FIXED_TIME_OPERATION))
    ends = signals.step_likely_end[row], signals.step_maximum_end[row]
    trusted = not signals.confidence[row] < confidence
    latest = _first_of(*(ends if trusted else ends[::-1])).tolist()
    for step in range(lights.index(0) if 0 in lights else STEPS):
        if lights[step] not in _GREEN:
            continue
        begin = 0.0
        if step:
            before = latest[step - 1]
            begin = starts[step] if math.isnan(before) else max(starts[step], before)
        spans.append((begin, earliest[step]))
        again = float(signals.step_next_start[row, step])
        end = float(signals.step_next_end[row, step])
        cycle = again - starts[step]
        while again < _HORIZON and again < end < np.inf:
            spans.append((again, end))
            # The begin of the present green is only known where it was sent as a time of the hour.
            if not fixed or step == 0 or cycle < end - again:
                break
            again, end = again + cycle, end + cycle
    return _spans(spans)


def light_at(signals: Signals, row: int, time: float, confidence: float) -> Light:
    """Return what a signal will show, UNAVAILABLE where that is not known.

    Args:
        signals: All signals now.
        row: The one meant.
        time: [s] from now.
        confidence: Of likely ends; below it a red counts as lasting to its latest end.
    """
    for step in range(STEPS):
        light = Light(int(signals.step_light[row, step]))
        if light == Light.UNAVAILABLE:
            break
        likely = signals.step_likely_end[row, step]
        latest = signals.step_maximum_end[row, step]
        end = likely if np.isfinite(likely) else latest
        if light in STOP and signals.confidence[row] < confidence:
            end = np.fmax(likely, latest)
        follows = step + 1 < STEPS and signals.step_light[row, step + 1] > 0
        if np.isnan(end) or time < end or (step == 0 and np.isinf(end)):
            return light
        if follows and time < signals.step_start[row, step + 1]:
            return Light.UNAVAILABLE
    if signals.light[row] != Light.UNAVAILABLE and signals.step_light[row, 0] == 0:
        # Shown without any times, as under manual control.
        return Light(int(signals.light[row]))
    return Light.UNAVAILABLE


def _first_of(*columns: Floats) -> Floats:
    """Return the first value of each place that is known."""
    found = columns[0].copy()
    for column in columns[1:]:
        found = np.where(np.isnan(found), column, found)
    return found


def _spans(spans: list[tuple[float, float]]) -> GreenWindows:
    """Return spans in their order, those that touch joined."""
    joined: list[tuple[float, float]] = []
    for begin, end in sorted(span for span in spans if span[1] > max(span[0], 0.0)):
        if joined and begin <= joined[-1][1] + _JOINED:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((begin, end))
    table = np.array(joined, dtype=np.float64).reshape(-1, 2)
    return GreenWindows(table[:, 0], table[:, 1])
