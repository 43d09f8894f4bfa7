# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Starts nodes, player and recorder as processes with a hard end, and reads what was recorded."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from icv_v2x.advisory.types import NAN, Application, Level
from icv_v2x.nodes.child_process import start_child

HERE = Path(__file__).resolve().parent
PATIENCE = 60.0
NEEDED = ('/obu/rx', '/localization/kinematic_state')


def due(seconds: float) -> int:
    """Returns a whole second some ten minutes ago that is due again after so many seconds [ns].

    A bag is played from its second of the minute on, as messages state theirs.
    """
    return (int(time.time() + seconds) + 1 - 600) * 1_000_000_000


@dataclass(frozen=True)
class Heard:
    """One recorded advisory, with what grouping into situations needs."""

    application: Application
    level: Level
    subject_ids: tuple[str, ...]
    reason: str
    valid_until: int
    id: int
    time_to_conflict: float = NAN
    gap: float = NAN
    closing_speed: float = NAN
    required_deceleration: float = NAN
    verified: bool = True
    corroborated: bool = False
    rule: str = ''

    @property
    def scenario(self) -> Any:
        return self.application.scenario


@dataclass(frozen=True)
class Recorded:
    """One recorded message."""

    stamp: int
    arrival: int
    sequence: int
    sound: bool
    mode: str
    mode_reason: str
    advisories: tuple[Heard, ...]
    limits_hash: int = 0


@dataclass
class Live:
    """Processes of one middleware domain, all ended with it."""

    folder: Path
    domain: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        """Starts a process; its output goes to files."""
        variables = {
            **os.environ, 'ROS_DOMAIN_ID': str(self.domain), 'ROS_PYTHON_CHECK_FIELDS': '1',
            'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST', 'ROS_LOG_DIR': str(self.folder / 'log'),
        }
        with self.out(name).open('wb') as out, self.err(name).open('wb') as err:
            self.processes[name] = start_child(command, env=variables, stdout=out, stderr=err)
        return self.processes[name]

    def node(
        self, name: str, parameters: Path | None, *settings: str,
    ) -> subprocess.Popen[bytes]:
        """Starts a node of the package; `settings` are NAME:=VALUE."""
        command = [sys.executable, '-m', 'icv_v2x.nodes.commands', name, '--ros-args']
        if parameters is not None:
            command += ['--params-file', str(parameters)]
        for setting in settings:
            command += ['-p', setting]
        return self.start(name, command)

    def record(self) -> None:
        """Starts the recorder and waits until it listens."""
        self.start('recorder', [sys.executable, str(HERE / 'recorder.py')])
        self.wait(lambda: self.lines('ready'), 'recorder')

    def play(self, bag: Path, *options: str) -> int:
        """Plays a bag to its end and returns the log time of its first message, shifted."""
        start = self.folder / 'start'
        player = self.publisher(
            'player', 'bag_player.py', str(bag), '--start', str(start), *options)
        assert player.wait(timeout=90.0) == 0, self.err('player').read_text()
        return int(start.read_text())

    def publisher(self, name: str, script: str, *options: str) -> subprocess.Popen[bytes]:
        """Starts a script that publishes, and lets it begin when every node hears it.

        Publisher and subscriber find each other one after the other: a message that is sent
        between is lost, and only the subscriber knows.
        """
        gate = self.folder / 'gate'
        gate.unlink(missing_ok=True)
        before, listening = len(self.lines('diagnostics')), self.inputs()
        process = self.start(name, [
            sys.executable, str(HERE / script), *options, '--gate', str(gate)])
        self.wait(
            lambda: self.inputs(before) >= listening and self.connected(before),
            f'every node to hear the {name}')
        gate.touch()
        return process

    def wait(self, condition: Any, what: str) -> None:
        """Waits for a condition, and no longer than it is bearable."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f'waited in vain for {what}; {self.errors()}'
            time.sleep(0.05)

    def inputs(self, since: int = 0) -> set[str]:
        """Returns node and topic of every input that the diagnostics tell of."""
        return {name for name in self.diagnostics(since) if ': input ' in name}

    def connected(self, since: int) -> bool:
        """Returns whether every node hears all publishers there are of its inputs.

        Args:
            since: How many diagnostics to pass over: what was true of an earlier publisher.
        """
        inputs: dict[str, list[tuple[int, int]]] = {}
        for name, figures in self.diagnostics(since).items():
            _, found, topic = name.partition(': input ')
            if found:
                there = int(figures['publishers'])
                connected = int(figures.get('connected publishers', there))
                inputs.setdefault(topic, []).append((connected, there))
        return all(
            topic in inputs and all(there for _, there in inputs[topic]) for topic in NEEDED
        ) and all(
            connected >= there for pairs in inputs.values() for connected, there in pairs)

    def lines(self, kind: str) -> list[dict[str, Any]]:
        """Returns what was recorded of one kind so far."""
        complete = self.out('recorder').read_text().rpartition('\n')[0]
        values = (json.loads(line) for line in complete.splitlines())
        return [value for value in values if value['kind'] == kind]

    def advisories(self) -> list[Recorded]:
        """Returns the advisories heard so far."""
        return [Recorded(
            value['stamp'], value['arrival'], value['sequence'], value['sound'], value['mode'],
            value['mode_reason'],
            tuple(Heard(
                Application[a['application']], Level[a['level']], tuple(a['subject_ids']),
                a['reason'], a['valid_until'], a['id'], rule=a['rule'])
                for a in value['advisories']),
            value['limits_hash'],
        ) for value in self.lines('advisories')]

    def diagnostics(self, since: int = 0) -> dict[str, dict[str, Any]]:
        """Returns the newest diagnostics of every name, passing over the first `since`."""
        newest: dict[str, dict[str, Any]] = {}
        for line in self.lines('diagnostics')[since:]:
            newest.update(line['status'])
        return newest

    def end(self, name: str, number: signal.Signals = signal.SIGINT) -> tuple[int, float]:
        """Ends a process and returns its exit status and how long it took [s]."""
        process = self.processes.pop(name)
        begin = time.monotonic()
        process.send_signal(number)
        status = process.wait(timeout=15.0)
        return status, time.monotonic() - begin

    def errors(self) -> str:
        """Returns what the processes said on stderr."""
        return '\n'.join(
            f'{name}: {self.err(name).read_text()}' for name in self.processes)

    def out(self, name: str) -> Path:
        return self.folder / f'{name}.out'

    def err(self, name: str) -> Path:
        return self.folder / f'{name}.err'


@contextlib.contextmanager
def live(folder: Path, domain: int) -> Iterator[Live]:
    """Yields a set of processes and kills what is left of it."""
    setting = Live(folder, domain)
    try:
        yield setting
    finally:
        for process in setting.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
