# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The rows of the fault matrix that take processes, hard kills and the middleware."""

from __future__ import annotations

import functools
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from icv_v2x.advisory.types import Level, Mode
from icv_v2x.interchange.from_message import nanoseconds
from icv_v2x.nodes.fault_feeder import REPEAT
from icv_v2x.nodes.fault_processes import (
    PATIENCE,
    SERVICES,
    STACK,
    Processes,
    longest,
    processes,
)
from icv_v2x.recorder import archive
from icv_v2x.tools.fault_bench.drives import junction_scene, scripted
from icv_v2x.tools.fault_bench.matrix import Findings, Row
from icv_v2x.tools.fault_bench.trial import run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from icv_v2x.nodes.fault_processes import Word

_SECOND = 1_000_000_000
_GAP = 0.3
_RESTART = 2.0
_FEEDER = 'fault_feeder'
_RECORDER = 'event_recorder'
_SPEAKING = (Mode.ACTIVE, Mode.DEGRADED)
_FIRST_MINUTE = 60.0
_ENOUGH = 1.0
_CYCLE_MOST = 0.1
_BUSY = 'while True: pass'


@functools.cache
def _reference() -> tuple[str, float]:
    """Return the threat of the drive, and when it is warned of without any fault [s]."""
    drive = scripted('junction')
    assert drive.scene is not None
    trial = run(drive)
    threat = drive.names['threat']
    late = (trial.start - drive.scene.start) / _SECOND
    return threat, trial.first(Level.WARNING, threat) + late


def _common(found: Findings, bench: Processes) -> None:
    """Judge what holds in every run: nothing lost, no false brake, expiry.

    Times are those of the machine alone only where others left it alone, which is noted.
    """
    found.holds('L', value=bench.balanced())
    found.worst('FA', bench.false_alarms(_reference()[0]), most=0)
    found.holds('H', value=bench.expired())
    found.note('processors busy with other work', round(bench.load_of_others, 2))


def _lateness(found: Findings, onsets: dict[int, float], most: float) -> None:
    """Judge by how much later than without a fault the threat is warned of."""
    found.least('warned of', len(onsets), least=1)
    for onset in onsets.values():
        found.worst('dT [s]', round(onset - _reference()[1], 3), most=most)


def _whole_drives(
    bench: Processes, found: Findings, since: int, most: float, *, count: int = 1,
    pace: float = 1.0,
) -> None:
    """Judge how late the threat is warned of in drives heard from their begin.

    The driver speaks by the clock, so that the drive under way at first has no whole lead time.

    Args:
        bench: The processes.
        found: Takes the figures.
        since: Number of the word at which the drive under way is left out.
        most: By how much later at most [s].
        count: How many drives are waited for.
        pace: Of simulated time, which may run slower than real time.
    """
    bench.wait(lambda: len(bench.words) > since)
    first = bench.words[since].stamp // REPEAT
    # A drive in which nobody is warned must not keep the others waiting for ever.
    bench.wait(
        lambda: bench.words[-1].stamp // REPEAT > first + count,
        (count + 2) * REPEAT / _SECOND / pace)
    drives = range(first + 1, first + count + 1)
    onsets = bench.onsets(since, _reference()[0])
    found.worst('M', sum(drive not in onsets for drive in drives), most=0)
    _lateness(found, {drive: onsets[drive] for drive in drives if drive in onsets}, most)


def _active(bench: Processes, *names: str) -> None:
    """Wait until nodes are active."""
    bench.wait(lambda: all(
        beats and beats[-1][1].mode != Mode.READY
        for beats in (bench.beats.get(f'/{name}', []) for name in names)))


def _time_steps(_: Any, level: str) -> Findings:
    found = Findings()
    jumps = {
        'back 5 s': ((16.0, -5.0),), 'forward 10 s': ((12.0, 10.0),),
        'bag loop': ((9.0, -9.0), (18.0, -9.0))}[level]
    words = [word for after, by in jumps for word in ('--jump', str(after), str(by))]
    with processes() as bench:
        bench.start(STACK, use_sim_time='true')
        _active(bench, STACK)
        bench.start(_FEEDER, 'threat', '--clock', '1.0', *words)
        bench.wait(lambda: bool(bench.words))
        # Until then the middleware still connects the stack to who listens here, and hands out its
        # heartbeats late and several at once.
        begin = time.monotonic_ns()

        def after() -> list[int]:
            stamps = np.array([word.stamp for word in bench.words])
            steps = np.diff(stamps) / _SECOND
            return (np.flatnonzero((steps < -0.1) | (steps > 1.0)) + 1).tolist()

        bench.wait(lambda: len(after()) >= len(jumps), 45.0)
        bench.wait(lambda: bool(bench.onsets(after()[-1], _reference()[0])) if after() else False,
                   9.0)
        steps = after()
        found.holds('epochs not mixed', value=len(steps) == len(jumps))
        for first in steps:
            before = bench.words[first - 1].arrival
            speaks = [word.arrival for word in bench.words[first:]
                      if word.message.mode in _SPEAKING]
            found.worst('advice possible after [s]', (
                (speaks[0] - before) / _SECOND if speaks else float('inf')), most=1.0)
        if steps:
            _lateness(found, bench.onsets(steps[-1], _reference()[0]), 0.2)
        found.worst('heartbeat gap [s]', bench.beat_gap(STACK, begin), most=_GAP)
        found.holds('A', value=bench.alive(STACK))
        _common(found, bench)
    return found


def _stack_killed(bench: Processes, found: Findings, number: signal.Signals) -> None:
    bench.start(STACK)
    _active(bench, STACK)
    bench.start(_FEEDER, 'threat')
    found.holds('warned before', value=bench.wait(bench.warned) < PATIENCE)
    killed, system = time.monotonic_ns(), time.time_ns()
    status = bench.end(STACK, number)
    bench.again(STACK)
    _expiry(found, bench.words[-10:], system)
    if number == signal.SIGTERM:
        found.worst('exit status', status, most=0)
        found.worst('said at last', len(bench.words[-1].message.advisories), most=0)
    since = len(bench.words)
    _back(bench, found, STACK, killed)
    _resumed(bench, found, since)


def _expiry(found: Findings, words: Sequence[Word], system: int) -> None:
    """Judge how long the advisories of some words are valid after an instant [ns]."""
    valid = [
        nanoseconds(advisory.valid_until) for word in words
        for advisory in word.message.advisories]
    found.worst('expired after [s]', (max(valid, default=system) - system) / _SECOND, most=_GAP)


def _back(bench: Processes, found: Findings, name: str, killed: int) -> None:
    """Judge how soon after a kill a node beats again."""
    bench.wait(lambda: bench.beats[f'/{name}'][-1][0] > killed + _SECOND // 10)
    arrival = next(
        (at for at, _ in bench.beats[f'/{name}'] if at > killed + _SECOND // 10), None)
    found.worst('restart [s]', (
        float('inf') if arrival is None else (arrival - killed) / _SECOND), most=_RESTART)


def _resumed(bench: Processes, found: Findings, since: int) -> None:
    """Judge how a restarted package comes back to its work."""
    seen = len(bench.objects)
    bench.wait(lambda: any(word.message.mode in _SPEAKING for word in bench.words[since:]))
    # Between two drives nobody sends anything that ids could be had from.
    sending = (junction_scene().duration - _ENOUGH) * _SECOND
    bench.wait(lambda: time.time_ns() % REPEAT < sending)
    begin = time.monotonic_ns()
    bench.wait(lambda: any(count for _, count in bench.objects[seen:]))
    found.worst('ids again after [s]', (time.monotonic_ns() - begin) / _SECOND, most=0.5)
    _whole_drives(bench, found, since, 0.2)


def _service_killed(bench: Processes, found: Findings, name: str) -> None:
    bench.start_all(*SERVICES)
    _active(bench, *SERVICES)
    bench.start(_FEEDER, 'threat')
    found.holds('warned before', value=bench.wait(bench.warned) < PATIENCE)
    since, killed, system = len(bench.words), time.monotonic_ns(), time.time_ns()
    bench.end(name, signal.SIGKILL)
    bench.again(name)
    before = len(bench.words)
    _back(bench, found, name, killed)
    if name == SERVICES[-1]:
        _expiry(found, bench.words[:before][-10:], system)
    else:
        found.worst('gap of the advisories [s]', bench.gap(since - 1), most=_GAP)
        found.holds('DEGRADED stated', value=Mode.DEGRADED in bench.modes(since) or (
            Mode.INHIBITED in bench.modes(since)))
        found.note('reason', next((
            word.message.mode_reason for word in bench.words[since:]
            if word.message.mode == Mode.DEGRADED), ''))
    _resumed(bench, found, before)


def _driver_killed(bench: Processes, found: Findings) -> None:
    bench.start(STACK)
    _active(bench, STACK)
    bench.start(_FEEDER, 'threat')
    found.holds('warned before', value=bench.wait(bench.warned) < PATIENCE)
    bench.end(_FEEDER, signal.SIGKILL)
    killed = time.monotonic_ns()
    bench.spin(2.0)
    late = [word for word in bench.words if word.arrival > killed + 0.7 * _SECOND]
    found.worst('advisories 0.7 s after', sum(
        len(word.message.advisories) for word in late), most=0)
    found.holds('INHIBITED', value={Mode(word.message.mode) for word in late} == {Mode.INHIBITED})
    found.worst('heartbeat gap [s]', bench.beat_gap(STACK, killed), most=_GAP)
    since = len(bench.words)
    bench.again(_FEEDER)
    _resumed(bench, found, since)


def _parted(bench: Processes, found: Findings) -> None:
    """Neither side hears the other for 5 s: the driver stands still, then the stack does."""
    bench.start(STACK)
    _active(bench, STACK)
    bench.start(_FEEDER, 'threat')
    found.holds('warned before', value=bench.wait(bench.warned) < PATIENCE)
    bench.send(_FEEDER, signal.SIGSTOP)
    stopped, since = time.monotonic_ns(), len(bench.words)
    bench.spin(5.0)
    late = [word for word in bench.words if word.arrival > stopped + 0.7 * _SECOND]
    found.worst('advisories 0.7 s after', sum(
        len(word.message.advisories) for word in late), most=0)
    found.worst('heartbeat gap [s]', bench.beat_gap(STACK, stopped), most=_GAP)
    bench.send(_FEEDER, signal.SIGCONT)
    _resumed(bench, found, since=len(bench.words))
    bench.wait(bench.warned)
    since = len(bench.words)
    bench.send(STACK, signal.SIGSTOP)
    system = time.time_ns()
    bench.spin(5.0)
    _expiry(found, bench.words[since - 10:], system)
    since = len(bench.words)
    bench.send(STACK, signal.SIGCONT)
    found.worst('heard again after [s]', bench.wait(lambda: len(bench.words) > since), most=0.5)


def _recorder_killed(bench: Processes, found: Findings) -> None:
    bench.start(STACK)
    bench.start(_RECORDER, recorder__folder=str(bench.folder / 'events'))
    _active(bench, STACK, _RECORDER)
    bench.start(_FEEDER, 'threat')
    found.holds('warned before', value=bench.wait(bench.warned) < PATIENCE)
    bench.spin(1.0)
    killed, since = time.monotonic_ns(), len(bench.words)
    bench.end(_RECORDER, signal.SIGKILL)
    bench.again(_RECORDER)
    _back(bench, found, _RECORDER, killed)
    bench.wait(lambda: len(bench.onsets(since)) > 1, 25.0)
    bench.spin(1.0)
    bench.end(_RECORDER, signal.SIGTERM)
    folder = bench.folder / 'events'
    found.worst('breaks of the chain', sum(
        not finding.torn for finding in archive.verify(folder)), most=0)
    found.least('events kept', sum(1 for _ in archive.events(folder)), least=2)
    found.worst('gap of the advisories [s]', bench.gap(since - 1), most=_GAP)


def _kill(_: Any, level: str) -> Findings:
    found = Findings()
    name, _, how = level.partition(' ')
    with processes() as bench:
        if name == 'stack':
            _stack_killed(
                bench, found, signal.SIGKILL if how == 'kill -9' else signal.SIGTERM)
        elif name == 'driver':
            _driver_killed(bench, found)
        elif name == 'partition':
            _parted(bench, found)
        elif name == _RECORDER:
            _recorder_killed(bench, found)
        else:
            _service_killed(bench, found, name)
        _common(found, bench)
    return found


def _flood(_: Any, level: tuple[int, int]) -> Findings:
    found = Findings()
    with processes() as bench:
        bench.start(STACK)
        _active(bench, STACK)
        bench.start(_FEEDER, 'threat', '--flood', *map(str, level))
        found.holds('warned', value=bench.wait(bench.warned) < PATIENCE)
        memory, begin = bench.resident(STACK), time.monotonic_ns()
        since, before = len(bench.words), bench.received()
        _whole_drives(bench, found, since, 0.2, count=2)
        bench.spin(1.0)
        passed = (time.monotonic_ns() - begin) / _SECOND
        beats = bench.beats[f'/{STACK}']
        found.worst('longest cycle [ms]', 1e3 * max(
            message.cycle_time_worst for at, message in beats if at > begin),
            most=1e3 * _CYCLE_MOST)
        found.worst('heartbeat gap [s]', bench.beat_gap(STACK, begin), most=_GAP)
        found.worst('memory growth [MB]', bench.resident(STACK) - memory, most=100.0)
        # Frames come for 6.4 s of every 10 s only.
        found.note('frames a second, pauses included', round((bench.received() - before) / passed))
        found.note('rate limited', bench.received('rejected.rate_limit'))
        _common(found, bench)
    return found


def _load(_: Any, level: str) -> Findings:
    found = Findings()
    with processes() as bench:
        slow = level == 'clock at half speed'
        bench.start(STACK, **({'use_sim_time': 'true'} if slow else {}))
        words = ('--clock', '0.5') if slow else ()
        if level == 'disk full':
            bench.run(_RECORDER, ['sh', '-c', ' '.join((
                # Compiled modules would be cut off as well, and break who reads them.
                'ulimit -f 8; exec env PYTHONDONTWRITEBYTECODE=1', sys.executable,
                '-m icv_v2x.nodes.event_recorder --ros-args',
                '--params-file', str(bench.parameters), '-p',
                f'recorder.folder:={bench.folder / "full"}'))])
            _active(bench, _RECORDER)
        elif level == 'recorder stands still':
            bench.start(_RECORDER, recorder__folder=str(bench.folder / 'events'))
            _active(bench, _RECORDER)
            bench.send(_RECORDER, signal.SIGSTOP)
        _active(bench, STACK)
        bench.start(_FEEDER, 'threat', *words)
        found.holds('warned', value=bench.wait(bench.warned) < PATIENCE)
        since, begin = len(bench.words), time.monotonic_ns()
        if level == 'processors busy':
            for number in range(2 * (os.cpu_count() or 1)):
                bench.run(f'busy {number}', [sys.executable, '-c', _BUSY])
        _whole_drives(bench, found, since, 0.1, pace=0.5 if slow else 1.0)
        found.worst('heartbeat gap [s]', bench.beat_gap(STACK, begin), most=_GAP)
        found.holds('A', value=bench.alive(STACK))
        if level == 'disk full':
            bench.spin(1.5)
            found.note('recorder says', next((
                f'{text}, {figures.get("dropped", "")} dropped'
                for name, (_, text, figures) in bench.diagnostics.items()
                if name.endswith(': events')), ''))
        _common(found, bench)
    return found


def _absent(_: Any, level: str) -> Findings:
    found = Findings()
    with processes() as bench:
        if level == 'other quality of service':
            text = yaml.safe_load(bench.parameters.read_text(encoding='utf-8'))
            text['/**']['ros__parameters']['qos_overrides'] = {
                topic: {'subscription': {'reliability': 'reliable'}}
                for topic in ('/obu/rx', '/localization/kinematic_state')}
            bench.parameters.write_text(yaml.safe_dump(text), encoding='utf-8')
        if level != 'absent':
            bench.start(_FEEDER, 'threat', *{
                'wrong namespace': ('--namespace', 'elsewhere'),
                'only the pose': ('--silent',),
                'other quality of service': ('--best-effort',)}[level])
        bench.start(STACK)
        _active(bench, STACK)

        def error() -> list[str]:
            return [
                f'{name}: {text}' for name, (severity, text, _) in bench.diagnostics.items()
                if severity == 2 and 'input' in name]

        bench.wait(lambda: bench.first_error is not None, 10.0)
        born = bench.beats[f'/{STACK}'][0][0]
        found.worst('ERROR after [s]', (
            float('inf') if bench.first_error is None else (bench.first_error - born) / _SECOND),
            most=2.0)
        bench.spin(4.0)
        found.note('diagnostics', next(iter(error()), ''))
        found.holds('not ACTIVE', value=Mode.ACTIVE not in bench.modes(), why=str(bench.modes()))
        found.note('reason', bench.words[-1].message.mode_reason if bench.words else '')
        found.worst('advisories', sum(
            len(word.message.advisories) for word in bench.words), most=0)
    return found


def _soak(_: Any, level: float) -> Findings:
    found = Findings()
    with processes() as bench:
        bench.start(STACK)
        bench.start(_FEEDER, 'standing', '--senders', '100', '--bad', '0.05')
        found.holds('active', value=bench.wait(
            lambda: Mode.ACTIVE in bench.modes(len(bench.words) - 1), 120.0) < 120.0)
        bench.spin(min(_FIRST_MINUTE, level))
        first, memory = len(bench.words), bench.resident(STACK)
        begin = time.monotonic_ns()
        # The machine may have other work: the figures of ten parts show what came from there.
        growth, parts = [], []
        for _ in range(10):
            bench.spin(level / 10.0)
            growth.append(bench.resident(STACK) - memory)
            parts.append(len(bench.words))
        found.note('memory growth by tenths [MB]', tuple(round(one, 2) for one in growth))
        found.worst('memory growth [MB]', max(growth), most=5.0)
        middle = parts[4]
        early, late = (
            float(np.percentile([(word.system - word.stamp) / 1e6 for word in part], 99))
            for part in (bench.words[first:middle], bench.words[middle:]))
        found.note('latency p99 by tenths [ms]', tuple(
            round(float(np.percentile([
                (word.system - word.stamp) / 1e6 for word in bench.words[lower:upper]], 99)), 1)
            for lower, upper in zip([first, *parts[:-1]], parts, strict=True)))
        found.note('latency p99, first half [ms]', round(early, 1))
        found.note('latency p99, second half [ms]', round(late, 1))
        found.worst('drift of it [%]', 100.0 * (late / early - 1.0), most=10.0)
        found.note('heartbeat gap [s]', longest([
            at for at, _ in bench.beats[f'/{STACK}'] if at > begin]))
        found.note('frames a second', round(bench.received() / (
            (time.monotonic_ns() - begin) / _SECOND + min(_FIRST_MINUTE, level))))
        found.note('rejected', bench.received('rejected'))
        _common(found, bench)
    return found


def rows(soak: float) -> tuple[Row, ...]:
    """Return the rows.

    Args:
        soak: How long row 30 lasts after its first minute [s].
    """
    def row(
        number: int, fault: str, asked: str, levels: tuple[Any, ...],
        judge: Callable[[Any, Any], Findings],
    ) -> Row:
        def measured(bench: Any, level: Any) -> Findings:
            # Beforehand: while it is computed nobody listens.
            _reference()
            return judge(bench, level)

        return Row(number, f'live: {fault}', asked, levels, measured, levels[0])

    return (
        row(10, 'time jumps', 'alive; heartbeat gap <= 0.3 s; advice within 1 s', (
            'back 5 s', 'forward 10 s', 'bag loop'), _time_steps),
        row(11, 'hard end of processes',
            'expired within 0.3 s; restart within 2 s; ids again within 0.5 s; chain whole', (
                'stack kill -9', 'stack SIGTERM', *(f'{name} kill -9' for name in SERVICES),
                'event_recorder kill -9', 'driver kill -9', 'partition 5 s'), _kill),
        row(15, 'flood (frames for each one heard, senders)',
            'dT <= 0.2 s; cycle <= 100 ms; memory bounded; heartbeat gap <= 0.3 s',
            ((330, 1), (330, 100)), _flood),
        row(26, 'disk and processor', 'advisories unaffected, dT <= 0.1 s', (
            'disk full', 'recorder stands still', 'processors busy', 'clock at half speed'),
            _load),
        row(28, 'driver', 'ERROR within 2 s, never ACTIVE', (
            'absent', 'only the pose', 'wrong namespace', 'other quality of service'), _absent),
        row(30, 'soak at 1000 messages a second, 5 % bad [s]',
            'memory grows < 5 MB; latency p99 drifts < 10 %', (soak,), _soak),
    )
