# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Adapter of the Chinese message set: signal phase and timing (SPAT) to statements on phases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.clock import age, unwrap_minute_of_year
from icv_v2x.inputs import SignerRole
from icv_v2x.message_set.quantities import ABSENT, QUANTITIES
from icv_v2x.message_set.records.spat import LightState
from icv_v2x.message_set.records.spat_columns import SpatColumns
from icv_v2x.translate.refusals import Refusal, RefusalReason, Sieve
from icv_v2x.translate.signal_reports import STEPS, Light, SignalReports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icv_v2x.inputs import FrameBatch
    from icv_v2x.parameters import Parameters

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Rows = NDArray[np.int64]

_HOUR = 3600.0
_HOUR_NANOSECONDS = 3_600_000_000_000
# An end that was stated as a time of the hour is sought from ten minutes ago on: the earliest
# end of a light that is held on lies in the past, no light lasts fifty minutes.
_PAST = 600.0
# Begins are rounded to 0.1 s, so a state that begins this soon is the present one [s].
_BEGUN = 0.05

_LIGHTS = {member.name.lower().replace('_', '-'): int(member) for member in LightState}
_COUNTING = ('startTime', 'minEndTime', 'maxEndTime', 'likelyEndTime', 'nextStartTime',
             'nextDuration')
_UTC = ('startUTCTime', 'minEndUTCTime', 'maxEndUTCTime', 'likelyEndUTCTime',
        'nextStartUTCTime', 'nextEndUTCTime')
_START, _MINIMUM, _MAXIMUM, _LIKELY, _NEXT_START, _NEXT_END = range(6)


def reports_from_spat(
    messages: Sequence[tuple[int, dict[str, Any]]],
    batch: FrameBatch,
    parameters: Parameters,
) -> tuple[SignalReports, tuple[Refusal, ...]]:
    """Return what SPAT messages say of phases, as `reports_from_columns`.

    Args:
        messages: Frame index and SPAT value (convention of `codec`) of each.
        batch: The frames that they came in.
        parameters: Limits of the clock and of signals.
    """
    return reports_from_columns(columns_from_values(messages), batch, parameters)


def columns_from_values(messages: Sequence[tuple[int, dict[str, Any]]]) -> SpatColumns:
    """Return what SPAT values hold; each comes with the index of its frame."""
    found = _Found()
    for row, (_, message) in enumerate(messages):
        found.read(row, message)
    return found.columns([frame for frame, _ in messages])


def reports_from_columns(
    found: SpatColumns, batch: FrameBatch, parameters: Parameters
) -> tuple[SignalReports, tuple[Refusal, ...]]:
    """Return what SPAT messages say of phases.

    Each intersection counts from its own time stamp, else from that of the message, else from
    the generation time of the security header, else from the reception. Only road-side units may
    speak of signals. A phase that is given twice in one message is unknown.

    Args:
        found: What the messages hold.
        batch: The frames that they came in.
        parameters: Limits of the clock and of signals.

    Returns:
        The statements, and the refused messages in their order.
    """
    frame, of = found.frame, found.message
    reception = batch.reception_time[frame]
    generation = batch.generation_time[frame]
    stated = unwrap_minute_of_year(found.minute, found.second, reception[of])
    otherwise = np.where(generation > 0, generation, reception)[of]
    time = np.where(stated.stated, stated.time, otherwise)

    sieve = Sieve(len(frame))
    role = batch.signer_role[frame]
    sieve.refuse_by_certificate(batch, frame)
    sieve.refuse(
        (role == int(SignerRole.VEHICLE)) | (role == int(SignerRole.EMERGENCY)),
        RefusalReason.NOT_PERMITTED)
    oldest = age(time, reception[of])
    # A unit that relays several controllers is refused where none of them is of use.
    stale = oldest > parameters.signals.age_maximum
    future = oldest < -parameters.clock.future_maximum
    sieve.refuse(_all_of(of, stale, len(frame)), RefusalReason.STALE)
    sieve.refuse(_all_of(of, future | stale, len(frame)), RefusalReason.FUTURE)

    usable = sieve.good[of] & ~stale & ~future
    reports = _reports(found, frame[of], time, reception[of], batch)
    return reports.take(usable[found.intersection]), sieve.refusals(frame)


def _all_of(of: Rows, mask: Flags, count: int) -> Flags:
    """Return which of `count` messages have the mask set for all their intersections."""
    total = np.bincount(of, minlength=count)
    return np.asarray((np.bincount(of, mask, minlength=count) == total) & (total > 0))


class _Found:
    """What messages hold, flat: codes of the wire in lists, each level pointing to the one above.

    Lists, since that takes less time than arrays for the few entries of a message.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.message: list[int] = []
        self.minute: list[float] = []
        self.second: list[float] = []
        self.region: list[int] = []
        self.node: list[int] = []
        self.status: list[int] = []
        self.intersection: list[int] = []
        self.phase: list[int] = []
        self.of_phase: list[int] = []
        self.light: list[int] = []
        self.utc: list[bool] = []
        self.codes: list[tuple[int, ...]] = []
        self.confidence: list[int] = []

    def read(self, row: int, message: dict[str, Any]) -> None:
        """Add one message."""
        nan = float('nan')
        minute = message.get('moy', nan)
        second = QUANTITIES['DSecond'].value(message.get('timeStamp'))
        for state in message['intersections']:
            own = state.get('moy', nan), QUANTITIES['DSecond'].value(state.get('timeStamp'))
            # A minute without its second says too little.
            pair = own if own[1] == own[1] else (minute, second)
            usable = pair[1] == pair[1]
            self.message.append(row)
            self.minute.append(float(pair[0]) if usable else nan)
            self.second.append(pair[1])
            reference = state['intersectionId']
            self.region.append(reference.get('region', -1))
            self.node.append(reference['id'])
            self.status.append(_bits(state['status']['value']))
            for phase in state['phases']:
                self._read_phase(len(self.node) - 1, phase)

    def _read_phase(self, intersection: int, phase: dict[str, Any]) -> None:
        number = len(self.phase)
        self.intersection.append(intersection)
        self.phase.append(phase['id'])
        for state in phase['phaseStates']:
            timing = state.get('timing', {})
            utc = 'utcTiming' in timing
            values = timing.get('utcTiming') or timing.get('counting') or {}
            self.of_phase.append(number)
            self.light.append(_LIGHTS.get(state['light'], int(Light.UNAVAILABLE)))
            self.utc.append(utc)
            self.codes.append(
                tuple([values.get(name, ABSENT) for name in (_UTC if utc else _COUNTING)]))
            self.confidence.append(values.get('timeConfidence', ABSENT))


    def columns(self, frames: list[int]) -> SpatColumns:
        """Return what was read, of messages that came in these frames."""
        return SpatColumns(
            frame=np.array(frames, np.int64), message=np.array(self.message, np.int64),
            minute=np.array(self.minute), second=np.array(self.second),
            region=np.array(self.region, np.int64), node=np.array(self.node, np.int64),
            status=np.array(self.status, np.int64),
            intersection=np.array(self.intersection, np.int64),
            phase=np.array(self.phase, np.int64), of_phase=np.array(self.of_phase, np.int64),
            light=np.array(self.light, np.int64), utc=np.array(self.utc, np.bool_),
            codes=np.array(self.codes, np.int64).reshape(-1, len(_COUNTING)),
            confidence=np.array(self.confidence, np.int64))


def _bits(text: str) -> int:
    """Return a left-aligned BIT STRING as bits counted from its first."""
    return int(format(int(text, 16), f'0{4 * len(text)}b')[::-1], 2)


def _reports(
    found: SpatColumns, frame: Rows, time: Rows, reception: Rows, batch: FrameBatch
) -> SignalReports:
    """Return all statements found; `frame`, `time`, `reception` are per intersection."""
    of, phase, utc = found.intersection, found.of_phase, found.utc
    count = len(of)
    times = QUANTITIES['TimeMark'].to_si(found.codes)
    in_hour = (time % _HOUR_NANOSECONDS) / 1e9
    if utc.any():
        times[utc] = _from_hour(times[utc], in_hour[of[phase[utc]]][:, np.newaxis])
    times[~utc, _NEXT_END] += times[~utc, _NEXT_START]
    light = found.light.astype(np.uint8)
    confidence = QUANTITIES['Confidence'].to_si(found.confidence)
    order, step = _in_order(phase, light, times, count)
    kept = step < STEPS
    order, step = order[kept], step[kept]
    at = phase[order], step

    def table(values: Floats, otherwise: float = np.nan) -> Floats:
        made = np.full((count, STEPS), otherwise)
        made[at] = values[order]
        return made

    lights = np.zeros((count, STEPS), dtype=np.uint8)
    lights[at] = light[order]
    _, number, times_given = np.unique(
        of * 256 + found.phase, return_inverse=True, return_counts=True)
    lights[times_given[number] > 1] = Light.UNAVAILABLE
    frames = frame[of]
    return SignalReports(
        frame=frames,
        time=time[of],
        reception_time=reception[of],
        region=found.region.astype(np.int32)[of],
        intersection_id=found.node.astype(np.int32)[of],
        phase_id=found.phase.astype(np.uint8),
        status=found.status.astype(np.uint16)[of],
        verification=batch.verification[frames],
        signer=batch.signer[frames],
        light=lights,
        start=table(times[:, _START], np.inf),
        minimum_end=table(times[:, _MINIMUM]),
        likely_end=table(times[:, _LIKELY]),
        maximum_end=table(times[:, _MAXIMUM]),
        confidence=table(confidence),
        next_start=table(times[:, _NEXT_START]),
        next_end=table(times[:, _NEXT_END]),
    )


def _from_hour(value: Floats, now: Floats) -> Floats:
    """Return times of the hour as times from now [s]; infinite and NaN stay."""
    wrapped = np.mod(value - now + _PAST, _HOUR) - _PAST
    return np.where(np.isfinite(value), wrapped, value)


def _in_order(
    phase: Rows, light: NDArray[np.uint8], times: Floats, count: int
) -> tuple[Rows, Rows]:
    """Return the states in the order in which they follow, and the step that each one is.

    The begins of `times` are completed in place. States that are over are left out where others
    are given; where two different lights would be the present one, neither is known.

    Args:
        phase: (m,) phase of each state, ascending.
        light: (m,) what it shows; made UNAVAILABLE in place where it contradicts another.
        times: (m, 6) [s].
        count: Number of phases.

    Returns:
        Rows of the states, by phase and begin; and (same length) their step in their phase.
    """
    states = np.bincount(phase, minlength=count)[phase]
    first = np.ones(len(phase), dtype=np.bool_)
    first[1:] = phase[1:] != phase[:-1]
    start = times[:, _START]
    before = np.roll(times[:, _LIKELY], 1)
    start[:] = np.where(np.isnan(start), np.where(first, 0.0, before), start)
    # One state alone is the present one, whatever it says of its begin.
    start[states == 1] = np.minimum(start[states == 1], 0.0)
    end = np.fmax(times[:, _LIKELY], times[:, _MAXIMUM])
    over = (states > 1) & (start <= 0.0) & (end <= 0.0)
    present = (start <= _BEGUN) & ~over
    start[present] = np.minimum(start[present], 0.0)
    lowest = np.full(count, 255, dtype=np.uint8)
    highest = np.zeros(count, dtype=np.uint8)
    np.minimum.at(lowest, phase[present], light[present])
    np.maximum.at(highest, phase[present], light[present])
    contradictory = (highest > lowest)[phase]
    light[contradictory] = Light.UNAVAILABLE
    rows = np.flatnonzero(~over)
    order = rows[np.lexsort((start[rows], phase[rows]))]
    ordered = phase[order]
    begin = np.searchsorted(ordered, ordered, side='left')
    return order, np.arange(len(order)) - begin
