# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Signal plans turned into the SPAT frames that a road-side unit at such signals would send."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.message_set import codec
from icv_v2x.translate.signal_reports import Light

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SPAT_AID = 3619
"""Application id of signals (T/CSAE 53-2020 and YD/T 3707)."""

_SECOND = 1_000_000_000
_HOUR = 3600 * _SECOND
_UNKNOWN_MARK, _BEYOND_MARK = 36001, 36000
_NAMES = {light: light.name.lower().replace('_', '-') for light in Light}


@dataclass(frozen=True)
class State:
    """One state of a phase; times in s from the instant of the message, NaN: not sent.

    Attributes:
        light: What it shows.
        start: Begin, 0 where it holds.
        likely_end: Likely end.
        minimum_end: Earliest end.
        maximum_end: Latest end.
        confidence: Of the likely end [0..1].
        next_start: When it comes again.
        next_duration: How long then.
    """

    light: Light
    start: float
    likely_end: float
    minimum_end: float = math.nan
    maximum_end: float = math.nan
    confidence: float = math.nan
    next_start: float = math.nan
    next_duration: float = math.nan


@dataclass(frozen=True)
class FixedCycle:
    """A phase under fixed-time control.

    Attributes:
        lights: What it shows and how long [s], in a circle.
        offset: Begin of the first of them [s] on the clock of the plan.
    """

    lights: tuple[tuple[Light, float], ...]
    offset: float = 0.0

    def states(self, time: float) -> tuple[State, ...]:
        """Return all states at a time [s] on the clock of the plan, the present one first."""
        durations = [duration for _, duration in self.lights]
        cycle = sum(durations)
        ends = np.cumsum(durations)
        place = (time - self.offset) % cycle
        present = int(np.searchsorted(ends, place, side='right')) % len(durations)
        made, start = [], 0.0
        for step in range(len(self.lights)):
            light, duration = self.lights[(present + step) % len(self.lights)]
            end = float(ends[present]) - place if step == 0 else start + duration
            again = end - duration + cycle
            made.append(State(light, start, end, end, end, 1.0, again, duration))
            start = end
        return tuple(made)

    def light(self, time: float) -> Light:
        """Return what it shows at a time [s] on the clock of the plan."""
        return self.states(time)[0].light


def intersection_value(
    region: int, node: int, phases: Mapping[int, Sequence[State]], now: int, *,
    status: int = 0, utc: bool = False,
) -> dict[str, Any]:
    """Return an IntersectionState in the value convention of the codec.

    Args:
        region: Region of the node, -1: not sent.
        node: Its number.
        phases: Phase id to states.
        now: Instant of the message [ns since the Unix epoch].
        status: Bits of `IntersectionStatus`.
        utc: Whether times are sent as times of the UTC hour.
    """
    bits = format(status, '016b')[::-1]
    return {
        'intersectionId': {**({'region': region} if region >= 0 else {}), 'id': node},
        'status': {'value': f'{int(bits, 2):04X}', 'length': 16},
        **_stamp(now),
        'phases': [
            {'id': number, 'phaseStates': [_state(state, now, utc=utc) for state in states]}
            for number, states in phases.items()
        ],
    }


def spat_octets(intersections: Sequence[dict[str, Any]], now: int, count: int = 0) -> bytes:
    """Return one SPAT frame, UPER.

    Args:
        intersections: As `intersection_value` gives them.
        now: Instant of the message [ns since the Unix epoch].
        count: Message count.
    """
    return codec.encode({'spatFrame': {
        'msgCnt': count % 128, **_stamp(now), 'intersections': list(intersections)}})


def _stamp(now: int) -> dict[str, int]:
    instant = np.datetime64(now, 'ns')
    begin = instant.astype('datetime64[Y]').astype('datetime64[ns]')
    milliseconds = int((instant - begin) // np.timedelta64(1, 'ms'))
    return {'moy': milliseconds // 60_000, 'timeStamp': milliseconds % 60_000}


def _state(state: State, now: int, *, utc: bool) -> dict[str, Any]:
    if math.isnan(state.likely_end):
        return {'light': _NAMES[state.light]}
    base = now % _HOUR / _SECOND if utc else 0.0

    def mark(seconds: float) -> int:
        if math.isnan(seconds):
            return _UNKNOWN_MARK
        code = round((base + seconds) * 10.0)
        if utc:
            return code % _BEYOND_MARK
        return min(max(code, 0), _BEYOND_MARK)

    next_end = state.next_start + state.next_duration
    given = {
        'startUTCTime' if utc else 'startTime': state.start,
        'minEndUTCTime' if utc else 'minEndTime': state.minimum_end,
        'maxEndUTCTime' if utc else 'maxEndTime': state.maximum_end,
        'likelyEndUTCTime' if utc else 'likelyEndTime': state.likely_end,
        'nextStartUTCTime' if utc else 'nextStartTime': state.next_start,
    }
    timing: dict[str, Any] = {
        name: mark(value) for name, value in given.items() if not math.isnan(value)}
    if not math.isnan(state.confidence):
        timing['timeConfidence'] = round(state.confidence * 200.0)
    if not math.isnan(next_end):
        if utc:
            timing['nextEndUTCTime'] = mark(next_end)
        else:
            timing['nextDuration'] = mark(state.next_duration)
    return {'light': _NAMES[state.light], 'timing': {'utcTiming' if utc else 'counting': timing}}
