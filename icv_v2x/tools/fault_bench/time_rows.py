# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Rows 8 to 10, 16 and 29: time and the own place."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

from icv_v2x.advisory.types import Level, Mode
from icv_v2x.faults import ClockError, OdometryJump, OdometryLoss, Reach, Replay, degrade
from icv_v2x.inputs import FrameBatch
from icv_v2x.recorder.security import SecurityWatch
from icv_v2x.scenes import inputs
from icv_v2x.tools.fault_bench.drives import elsewhere, scripted
from icv_v2x.tools.fault_bench.matrix import (
    Bench,
    Findings,
    Row,
    common,
    compare_calm,
)

if TYPE_CHECKING:
    from icv_v2x.pipeline.pipeline import Cycle
    from icv_v2x.scenes import Scene
    from icv_v2x.tools.fault_bench.drives import Drive
    from icv_v2x.tools.fault_bench.trial import Trial

_SECOND = 1_000_000_000
_SLACK = 0.1
_EDGE = 0.02
_FUTURE = 0.2
_FAR = 2000.0
_MOMENTS = {
    'minute': '2025-06-01T07:59:57Z',
    'year': '2025-12-31T23:59:57Z',
    'leap second': '2016-12-31T23:59:57Z',
    'week of GNSS': '2025-06-07T23:59:57Z',
}


def _ego(bench: Bench, level: tuple[str, float]) -> Findings:
    kind, size = level
    found = Findings()
    begin = 1.5
    operator = (
        OdometryLoss(begin, size) if kind == 'lost for' else
        OdometryJump(begin, **{'along by': {'east': size}, 'aside by': {'north': size}}[kind]))
    trial = compare_calm(bench, found, [operator])
    if kind == 'lost for':
        end = begin + size
        for time, advisory in trial.advisories(begin + 0.2 + _SLACK, end - _SLACK):
            found.holds('no IMMINENT from 0.2 s on', value=advisory.level < Level.IMMINENT,
                        why=f'{advisory.reason} at {time:.2f} s')
        silent = begin + 0.5 + _SLACK
        if size > 0.6:
            told = trial.advisories(silent, end - _EDGE)
            found.worst('advisories from 0.5 s on', len(told), most=0)
            found.holds('INHIBITED from 0.5 s on', value=(
                trial.modes(silent, end - _EDGE) == {Mode.INHIBITED}))
            found.note('reason', trial.reasons(Mode.INHIBITED))
        found.worst('R [s]', trial.since(Mode.ACTIVE, end), most=1.5)
    else:
        found.holds('DEGRADED stated', value=Mode.DEGRADED in trial.modes(begin, begin + 0.2))
        found.worst('R [s]', trial.since(Mode.ACTIVE, begin + 0.3), most=1.5)
    for drive in bench.threats():
        clean = bench.clean(drive)
        moment = clean.first(Level.IMMINENT) if kind == 'lost for' else math.inf
        if math.isinf(moment):
            continue
        struck = bench.run(drive, [OdometryLoss(max(moment - 0.3, 0.5), size)])
        common(found, struck, clean)
        lost = max(moment - 0.3, 0.5)
        late = struck.advisories(lost + 0.2 + _SLACK, lost + size - _EDGE)
        found.holds('DEGRADED or INHIBITED by then', value=size < 0.3 or (
            Mode.ACTIVE not in struck.modes(lost + 0.2 + _SLACK, lost + size - _EDGE)))
        found.worst('IMMINENT while the pose is old', sum(
            advisory.level >= Level.IMMINENT for _, advisory in late), most=0)
    return found


def _clock(bench: Bench, level: tuple[str, float]) -> Findings:
    whose, offset = level
    found = Findings()
    drift = 0.0
    if whose == 'drift of one':
        offset, drift = 0.0, offset
    for drive in (*bench.threats(), bench.calm()):
        clean = bench.clean(drive)
        struck = _struck(drive)
        everybody = whose == 'everybody'
        reach = Reach(frozenset() if everybody else frozenset({struck}))
        trial = bench.run(drive, [ClockError(offset, drift, reach)])
        common(found, trial, clean)
        if everybody and abs(offset) >= 0.5:
            reason = trial.reason_with('clock')
            found.holds('DEGRADED for the clock', value=bool(reason))
            found.note('reason', reason)
        if offset > _FUTURE + 0.05:
            found.least('rejected as future', trial.rejected.get('future', 0), least=1)
            found.holds('none of the future used', value=(
                not trial.tracked(struck)))
        elif drive.name != 'leader' and drive.scene is not None and not everybody and (
            offset >= -0.55
        ):
            speed = 50.0 / 3.6
            late = _settled(trial, clean, struck, 1.5)
            found.worst('position error [m]', late, most=0.01 * speed + 0.3)
    return found


def _struck(drive: Drive) -> str:
    """Return the id of whom the fault strikes: the threat, else the first road user."""
    if 'threat' in drive.names:
        return drive.names['threat']
    return next(iter(drive.names.values()), '')


def _settled(trial: Any, clean: Any, subject: str, after: float) -> float:
    """Return the greatest error of position after a correction had time to settle [m]."""
    kept = [cycle for cycle in trial.cycles if trial.time(cycle) >= after]
    late = dataclasses.replace(trial, cycles=tuple(kept))
    return float(late.position_error(clean, subject))


def _jumps(bench: Bench, level: str) -> Findings:
    found = Findings()
    drive = bench.threats()[0]
    clean = bench.clean(drive)
    found.holds('clean run warns', value=bool(bench.threatened(drive)))
    if level == 'bag loop':
        trial = bench.run(drive, again=1)
        half = len(clean.cycles)
        second = dataclasses.replace(trial, cycles=trial.cycles[half:])
        same = [
            [(a.level, a.subject_ids, round(a.time_to_conflict, 6)) for a in cycle.advisories]
            for cycle in second.cycles
        ] == [
            [(a.level, a.subject_ids, round(a.time_to_conflict, 6)) for a in cycle.advisories]
            for cycle in clean.cycles]
        found.holds('second pass as the first', value=same)
        found.worst('R [s]', second.since(Mode.ACTIVE, 0.0), most=1.0)
        found.worst('advice possible after [s]', _spoken(second, second.cycles[0]), most=1.0)
    else:
        shift = 10.0 if level == 'forward 10 s' else -5.0
        trial = bench.run(_shifted(drive, 2.0, shift))
        after = dataclasses.replace(
            trial, cycles=tuple(_after_jump(trial, 2.0, shift)))
        first = after.cycles[0]
        found.worst('R [s]', after.since(Mode.ACTIVE, after.time(first)), most=1.5)
        found.worst('advice possible after [s]', _spoken(after, first), most=1.0)
        found.worst('mixed epochs', sum(
            not 0 < advisory.valid_until - cycle.stamp <= 300_000_000
            for cycle in trial.cycles for advisory in cycle.advisories), most=0)
        found.holds('warns afterwards', value=bool(
            {name for name in after.subjects(Level.WARNING) if name}))
    common(found, trial, clean)
    return found


def _spoken(trial: Trial, first: Cycle) -> float:
    """Return how long after a cycle advice was possible again [s]."""
    begin = trial.time(first)
    return min(trial.since(mode, begin) for mode in (Mode.ACTIVE, Mode.DEGRADED))


def _after_jump(trial: Any, moment: float, shift: float) -> list[Any]:
    if shift > 0.0:
        return [cycle for cycle in trial.cycles if trial.time(cycle) >= moment + shift]
    back = next(
        index for index, (before, cycle) in enumerate(
            zip(trial.cycles, trial.cycles[1:], strict=False))
        if cycle.stamp < before.stamp)
    return list(trial.cycles[back + 1:])


def _shifted(drive: Drive, moment: float, shift: float) -> Drive:
    """Return a drive during which the own clock is set; senders keep theirs set alike."""
    start = drive.timed[0][0]
    change = round(shift * _SECOND)
    timed: list[tuple[int, Any]] = []
    for log_time, record in drive.timed:
        if (log_time - start) / _SECOND < moment:
            timed.append((log_time, record))
            continue
        moved: Any = _at_another_time(record, change)
        if isinstance(record, FrameBatch):
            moved = next(iter(degrade([(log_time, moved)], [ClockError(shift)])))[1]
        timed.append((log_time + change, moved))
    return dataclasses.replace(drive, timed=tuple(timed))


def _at_another_time(record: Any, change: int) -> Any:
    """Return a record all of whose instants are moved [ns]."""
    moved: dict[str, Any] = {
        name: getattr(record, name) + change
        for name in ('stamp', 'reception_time', 'generation_time', 'time')
        if hasattr(record, name)}
    if isinstance(record, FrameBatch) and record.scope is not None:
        moved['scope'] = record.scope.later(change)
    return dataclasses.replace(record, **moved)


def _replay(bench: Bench, how: float | str) -> Findings:
    found = Findings()
    drive = bench.calm()
    clean = bench.clean(drive)
    if isinstance(how, str):
        reason = 'out_of_reach'
        trial = compare_calm(bench, found, [], also=_frames_of(elsewhere(_FAR), drive))
    else:
        reason = 'stale'
        trial = compare_calm(bench, found, [Replay(how)])
    replayed = trial.frames - clean.frames
    rejected = trial.rejected.get(reason, 0) - clean.rejected.get(reason, 0)
    found.note('replayed', replayed)
    found.holds(f'all of them rejected as {reason}', value=rejected == replayed > 0)
    found.least('security events', len(list(SecurityWatch().look(
        'bench: radio frames', {f'rejected.{reason}': str(rejected)}, trial.start))), least=1)
    return found


def _frames_of(scene: Scene, drive: Drive) -> list[tuple[int, FrameBatch]]:
    """Return the frames of a scene as they would be heard during a drive."""
    begin = drive.timed[0][0]
    return [
        (log_time, record) for log_time, record in inputs(scene.placed(start=begin))
        if isinstance(record, FrameBatch)]


def _wraps(bench: Bench, moment: str) -> Findings:
    found = Findings()
    for name in ('junction', 'calm') if bench.thorough else ('junction',):
        usual, moved = scripted(name), scripted(name, _MOMENTS[moment])
        clean, trial = bench.clean(usual), bench.run(moved)
        if name == 'junction':
            found.holds('clean run warns', value=bool(bench.threatened(usual)))
        common(found, trial, clean)
        found.worst('dT [s]', abs(
            min(trial.first(Level.WARNING), 1e9) - min(clean.first(Level.WARNING), 1e9)),
            most=0.0)
        found.holds('same advisories', value=(
            trial.said(absolute=False) == clean.said(absolute=False)))
    return found


TIME_ROWS = (
    Row(8, 'own pose (lost [s], jumps [m])', 'FA 0; H; R <= 1.5 s',
        (('lost for', 0.2), ('lost for', 1.0), ('lost for', 5.0), ('along by', 10.0),
         ('aside by', 10.0)), _ego, ('lost for', 1.0)),
    Row(9, 'clock (whose, ahead by [s])', 'FA 0; position error as in row 3 after correction; '
        'nothing used that is more than 0.2 s in the future',
        (('one', 0.1), ('one', -0.1), ('one', 0.5), ('one', -0.5), ('one', 1.0), ('one', -1.0),
         ('everybody', 0.1), ('everybody', 0.5), ('everybody', -0.5), ('everybody', 1.0),
         ('everybody', -1.0), ('drift of one', 1e-4)), _clock, ('one', -0.5)),
    Row(10, 'time jumps', 'alive; advisory within 1 s; epochs not mixed',
        ('bag loop', 'forward 10 s', 'back 5 s'), _jumps, 'bag loop'),
    Row(16, 'signed frames replayed (after [s], or at once elsewhere)',
        'all rejected; FA 0; event logged',
        (10.0, 60.0, f'{_FAR / 1000:g} km away'), _replay, 10.0, any_drive=True),
    Row(29, 'wraps of time', 'dT 0, the same advisories',
        tuple(_MOMENTS), _wraps, 'year'),
)
