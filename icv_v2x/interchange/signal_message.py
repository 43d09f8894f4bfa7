# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Signals as an icv_v2x_msgs/SignalArray and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.inputs import BatchError
from icv_v2x.signals.signals import Doubt, Signals
from icv_v2x.translate.signal_reports import STEPS, Light, SignalReports

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_SECOND = 1_000_000_000
_PHASES = 8192
_PER_PHASE: dict[str, Any] = {
    'region': np.int32, 'intersection_id': np.int32, 'phase_id': np.uint8, 'light': np.uint8,
    'time_to_end_min': np.float64, 'time_to_end_likely': np.float64,
    'time_to_end_max': np.float64, 'next_light': np.uint8, 'next_duration': np.float64,
    'confidence': np.float64, 'status': np.uint16, 'age': np.float64,
}
# What other publishers may leave empty, and what that stands for.
_OR_EMPTY: dict[str, tuple[Any, float]] = {
    'verification': (np.uint8, 0), 'signer': (np.uint64, 0), 'doubt': (np.uint8, 0),
    'steady': (np.bool_, True),
}
_STEPS: dict[str, tuple[str, Any, float]] = {
    'step_light': ('step_light', np.uint8, Light.UNAVAILABLE),
    'step_start': ('step_start', np.float64, np.inf),
    'step_end_min': ('step_minimum_end', np.float64, np.nan),
    'step_end_likely': ('step_likely_end', np.float64, np.nan),
    'step_end_max': ('step_maximum_end', np.float64, np.nan),
    'step_next_start': ('step_next_start', np.float64, np.nan),
    'step_next_end': ('step_next_end', np.float64, np.nan),
}


def signal_arrays(signals: Signals) -> dict[str, Array]:
    """Return the arrays of an icv_v2x_msgs/SignalArray."""
    there = signals.step_light != Light.UNAVAILABLE
    counts = there.sum(axis=1)
    arrays: dict[str, Array] = {
        name: getattr(signals, name) for name in (*_PER_PHASE, *_OR_EMPTY)}
    arrays['step_begin'] = (np.cumsum(counts) - counts).astype(np.uint32)
    for field, (name, _, _) in _STEPS.items():
        arrays[field] = getattr(signals, name)[there]
    return arrays


def signals(message: Any) -> Signals:
    """Return the signals of an icv_v2x_msgs/SignalArray.

    Args:
        message: Of rclpy or of rosbags; where it gives no steps, the present light and the next
            one are.

    Raises:
        BatchError: The arrays do not agree, or are more than are ever used.
    """
    count = len(message.intersection_id)
    if count > _PHASES:
        raise BatchError(f'{count} phases, at most {_PHASES} are used', count)
    columns: dict[str, Array] = {}
    for name, kind in _PER_PHASE.items():
        columns[name] = _column(message, name, kind, count)
    for name, (kind, otherwise) in _OR_EMPTY.items():
        given = np.asarray(getattr(message, name))
        columns[name] = (
            _column(message, name, kind, count) if len(given)
            else np.full(count, otherwise, dtype=kind))
    columns['light'] = np.where(columns['light'] <= max(Light), columns['light'], 0).astype(
        np.uint8)
    columns['doubt'] = np.where(
        columns['doubt'] <= max(Doubt), columns['doubt'], Doubt.NOT_STATED).astype(np.uint8)
    steps = _steps(message, count) if len(message.step_begin) else _two_steps(columns, count)
    stamp = message.header.stamp
    return Signals(
        stamp=int(stamp.sec) * _SECOND + int(stamp.nanosec), **columns, **steps)


def signal_reports(message: Any) -> SignalReports:
    """Return what a unit that decodes by itself says of signals, as statements for the store.

    Raises:
        BatchError: The arrays do not agree, or are more than are ever used.
    """
    now = signals(message)
    count = len(now)
    age = np.where(np.isfinite(now.age) & (now.age >= 0.0), now.age, 0.0)
    time = now.stamp - np.rint(np.minimum(age, 3600.0) * 1e9).astype(np.int64)
    past = age[:, np.newaxis]
    confidence = np.full((count, STEPS), np.nan)
    confidence[:, 0] = now.confidence
    return SignalReports(
        frame=np.zeros(count, dtype=np.int64), time=time,
        reception_time=np.full(count, now.stamp, dtype=np.int64), region=now.region,
        intersection_id=now.intersection_id, phase_id=now.phase_id, status=now.status,
        verification=now.verification, signer=now.signer, light=now.step_light,
        start=np.where(np.isfinite(now.step_start), now.step_start + past, np.inf),
        minimum_end=now.step_minimum_end + past, likely_end=now.step_likely_end + past,
        maximum_end=now.step_maximum_end + past, confidence=confidence,
        next_start=now.step_next_start + past, next_end=now.step_next_end + past)


def stated_signals(reports: SignalReports, stamp: int) -> Signals:
    """Return statements as signals at an instant; the inverse of `signal_reports`.

    Args:
        reports: The statements, each at its own instant.
        stamp: [ns since the Unix epoch].
    """
    age = (stamp - reports.time) / _SECOND
    past = age[:, np.newaxis]
    start = reports.start - past
    ends = {
        'step_minimum_end': reports.minimum_end - past,
        'step_likely_end': reports.likely_end - past,
        'step_maximum_end': reports.maximum_end - past}
    likely = ends['step_likely_end']
    return Signals(
        stamp=stamp, region=reports.region, intersection_id=reports.intersection_id,
        phase_id=reports.phase_id, light=reports.light[:, 0],
        time_to_end_min=ends['step_minimum_end'][:, 0], time_to_end_likely=likely[:, 0],
        time_to_end_max=ends['step_maximum_end'][:, 0], next_light=reports.light[:, 1],
        next_duration=likely[:, 1] - start[:, 1], confidence=reports.confidence[:, 0],
        status=reports.status, age=age, verification=reports.verification,
        signer=reports.signer, doubt=np.zeros(len(reports), np.uint8),
        steady=np.ones(len(reports), np.bool_), step_light=reports.light, step_start=start,
        step_next_start=reports.next_start - past, step_next_end=reports.next_end - past, **ends)


def _column(message: Any, name: str, kind: Any, count: int) -> Array:
    values = np.asarray(getattr(message, name), dtype=kind)
    if len(values) != count:
        raise BatchError(f'{name} has {len(values)} elements for {count} phases', count)
    return values


def _steps(message: Any, count: int) -> dict[str, Array]:
    begin = np.asarray(message.step_begin, dtype=np.int64)
    total = len(message.step_light)
    ends = np.append(begin[1:], total)
    agree = len(begin) == count and (not count or begin[0] == 0) and bool(
        (ends >= begin).all())
    if not agree or any(len(getattr(message, field)) != total for field in _STEPS):
        raise BatchError(f'{total} steps do not agree with {count} phases', count)
    phase = np.repeat(np.arange(count), ends - begin)
    step = np.arange(total) - begin[phase]
    kept = step < STEPS
    made = {}
    for field, (name, kind, otherwise) in _STEPS.items():
        table = np.full((count, STEPS), otherwise, dtype=kind)
        table[phase[kept], step[kept]] = np.asarray(getattr(message, field), dtype=kind)[kept]
        made[name] = table
    return made


def _two_steps(columns: dict[str, Array], count: int) -> dict[str, Array]:
    """Return the steps that the present and the next light make."""
    made: dict[str, Array] = {
        name: np.full((count, STEPS), otherwise, dtype=kind)
        for name, kind, otherwise in _STEPS.values()}
    likely = columns['time_to_end_likely']
    made['step_light'][:, 0] = columns['light']
    made['step_start'][:, 0] = 0.0
    made['step_minimum_end'][:, 0] = columns['time_to_end_min']
    made['step_likely_end'][:, 0] = likely
    made['step_maximum_end'][:, 0] = columns['time_to_end_max']
    follows = np.isfinite(likely) & (columns['next_light'] > 0)
    made['step_light'][follows, 1] = columns['next_light'][follows]
    made['step_start'][follows, 1] = likely[follows]
    made['step_likely_end'][follows, 1] = likely[follows] + columns['next_duration'][follows]
    return made
