# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Rows 1 to 6 and 15: what the channel does to frames."""

from __future__ import annotations

from icv_v2x.faults import Delay, Duplicate, Flood, Jitter, Loss, Outage, Reach, Reorder
from icv_v2x.tools.fault_bench.matrix import (
    Bench,
    Findings,
    Row,
    compare_calm,
    compare_threats,
)
from icv_v2x.trust import TrustLevel

_STALE_FROM = 0.98
_OWN_STEP = 0.3
_PER_SPEED = 0.01
_LATENESS = {0.1: 0.3, 0.3: 0.3, 0.5: 1.0}
_SEVERE = 0.9
_CYCLE_MOST = 0.1


def _loss(bench: Bench, share: float) -> Findings:
    found = Findings()
    limit = _LATENESS.get(share)
    runs = compare_threats(
        bench, found, [Loss(share)], most=limit if limit is not None else 10.0,
        missed=0 if limit is not None else None)
    compare_calm(bench, found, [Loss(share)])
    if share >= _SEVERE:
        for _, trial in runs:
            found.holds('loss stated', value=bool(trial.reason_with('radio loses')))
        found.note('reason', runs[0][1].reason_with('radio loses'))
    return found


def _burst(bench: Bench, duration: float) -> Findings:
    found = Findings()
    begin = 1.0
    operator = Outage(Reach(begin=begin, until=begin + duration))
    for drive, trial in compare_threats(bench, found, [operator], seeds=(0,)):
        for subject in sorted(bench.threatened(drive)):
            times = trial.tracked(subject)
            end = begin + duration + 0.2
            back = min((time for time in times if time >= end), default=float('inf'))
            found.worst('R [s]', max(back - end, 0.0), most=0.5)
            found.holds('silent senders dropped after their time', value=not any(
                begin + 1.5 < time < begin + duration for time in times))
            found.holds('returning sender not distrusted', value=(
                trial.doubted(subject, TrustLevel.DISTRUSTED) == float('inf')))
    compare_calm(bench, found, [operator])
    return found


def _delay(bench: Bench, delay: float) -> Findings:
    found = Findings()
    operators = [Delay(delay)]
    stale = delay > _STALE_FROM
    runs = compare_threats(
        bench, found, operators, missed=None if stale else 0, seeds=(0,))
    calm = compare_calm(bench, found, operators)
    for drive, trial in runs:
        for subject in sorted(bench.threatened(drive)):
            if not stale and drive.scene is not None and drive.name == 'junction':
                # Measured where the subject drives evenly: compensation cannot foresee braking.
                speed = float(drive.scene.states('threat', 0.0).speed[0])
                found.worst(
                    'position error [m]', trial.position_error(bench.clean(drive), subject),
                    most=_PER_SPEED * speed + _OWN_STEP)
    if stale:
        found.holds('all rejected as stale', value=(
            calm.rejected.get('stale', 0) == calm.frames > 0))
    if delay >= 0.5:
        reason = calm.reason_with('channel')
        found.holds('DEGRADED for the delay', value=bool(reason))
        found.note('reason', reason)
    return found


def _jitter(bench: Bench, most: float) -> Findings:
    found = Findings()
    runs = compare_threats(bench, found, [Jitter(most)], missed=0 if most < 1.0 else None)
    calm = compare_calm(bench, found, [Jitter(most)])
    pairs = [*runs, (bench.calm(), calm)]
    for drive, trial in pairs:
        for name, subject in drive.names.items():
            if name == 'threat' and drive.name == 'leader':
                continue
            clean = bench.clean(drive)
            found.worst(
                'speed error [m/s]', trial.deviation(clean, subject, 'speed'), most=1.0)
            found.worst(
                'heading error [rad]', trial.deviation(clean, subject, 'heading'), most=1.5)
    return found


def _duplicates(bench: Bench, copies: int) -> Findings:
    found = Findings()
    operators = [Duplicate(1.0, copies)]
    runs = compare_threats(bench, found, operators, most=0.0, seeds=(0,))
    runs.append((bench.calm(), compare_calm(bench, found, operators)))
    for drive, trial in runs:
        clean = bench.clean(drive)
        found.holds('same advisories', value=trial.said() == clean.said())
        found.holds('every copy counted', value=(
            trial.rejected.get('duplicate', 0)
            == trial.frames - clean.frames + clean.rejected.get('duplicate', 0)))
    return found


def _reordering(bench: Bench, depth: int) -> Findings:
    found = Findings()
    operators = [Reorder(0.2, depth)]
    runs = compare_threats(bench, found, operators, most=0.3)
    runs.append((bench.calm(), compare_calm(bench, found, operators)))
    for _, trial in runs:
        # One that is overtaken by one is often taken in the same cycle, and put in order there.
        found.least('late', trial.rejected.get('late', 0), least=1 if depth > 1 else 0)
    return found


def _flood(bench: Bench, level: tuple[int, int]) -> Findings:
    frames, senders = level
    found = Findings()
    runs = compare_threats(bench, found, [Flood(frames, senders)], most=0.2, seeds=(0,))
    for _, trial in runs:
        found.worst('cycle p99 [ms]', 1e3 * trial.worst_cost, most=bench.limit(1e3 * _CYCLE_MOST))
        found.worst('memory [MB]', trial.growth, most=100.0)
        span = (trial.cycles[-1].stamp - trial.start) * 1e-9
        found.note('frames a second', round(trial.frames / span))
        found.note('rate limited', trial.rejected.get('rate_limit', 0))
        if senders == 1:
            found.least('left out of the flood', trial.rejected.get('rate_limit', 0), least=1)
    return found


CHANNEL_ROWS = (
    Row(1, 'random loss', 'FA 0; M 0 up to 50 %; dT 0.3 s at 30 %, 1 s at 50 %; 90 % stated',
        (0.1, 0.3, 0.5, 0.7, 0.9), _loss, 0.9, any_drive=True),
    Row(2, 'outage of all senders [s]', 'H; R <= 0.5 s after two messages',
        (0.3, 1.0, 3.0), _burst, 1.0, any_drive=True),
    Row(3, 'constant delay [s]', 'position error <= v 10 ms + 0.3 m; > 1 s: all rejected, FA 0',
        (0.05, 0.2, 0.5, 0.9, 1.2, 2.0), _delay, 0.5, any_drive=True),
    Row(4, 'jitter up to [s]', 'speed error <= 1 m/s; no heading flips',
        (0.5, 2.0), _jitter, 0.5, any_drive=True),
    Row(5, 'every frame comes so often', 'advisories as without; copies counted',
        (2, 3, 5), _duplicates, 3, any_drive=True),
    Row(6, 'so many frames overtake one', 'late ones counted and not used; dT <= 0.3 s',
        (1, 2, 5), _reordering, 2, any_drive=True),
    Row(15, 'flood (frames for each one heard, senders)',
        'dT <= 0.2 s; cycle p99 <= 100 ms; memory bounded',
        ((25, 1), (330, 1), (330, 100)), _flood, (25, 1), any_drive=True),
)
