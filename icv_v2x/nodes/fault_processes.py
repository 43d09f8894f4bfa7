# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Processes of one middleware domain that are killed, stopped and started, and what is heard."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

from icv_v2x.advisory.types import Level, Mode
from icv_v2x.interchange.from_message import nanoseconds
from icv_v2x.interchange.parameter_text import parameter_text
from icv_v2x.nodes import qos
from icv_v2x.nodes.child_process import start_child
from icv_v2x.nodes.discovery import discovery_variables
from icv_v2x.nodes.fault_feeder import REPEAT
from icv_v2x.nodes.message_classes import message_class
from icv_v2x.tools.fault_bench.drives import junction_scene

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# Of this process alone, among those that ordinary ports allow.
_DOMAIN = 30 + os.getpid() % 70
_SECOND = 1_000_000_000
_PAGE = 4096
_END = 20.0
_ERROR = 2
PATIENCE = 60.0
"""How long something is waited for [s]."""
RESPAWN_DELAY = 0.1
"""The launch file starts a node again after this [s]."""
STACK = 'v2x_stack'
SERVICES = (
    'v2x_translator', 'collision_warning', 'road_services', 'merge_planner', 'advisory_arbiter')


class Word(NamedTuple):
    """One message of the advisories.

    Attributes:
        arrival: On the steady clock [ns].
        system: Likewise on the clock of the system [ns].
        stamp: Of the message [ns].
        message: Itself.
    """

    arrival: int
    system: int
    stamp: int
    message: Any


class Processes:
    """Processes of one domain, and what the planning stack hears of them.

    Attributes:
        words: Advisories heard, each with its times.
        beats: Full name of a node to the arrivals of its heartbeats on the steady clock [ns] and
            the messages.
        diagnostics: Name of an entry to severity, text and figures.
        first_error: When the diagnostics first told of an input that is of no use, None: never.
        objects: Arrivals of object arrays on the steady clock [ns], and how many were in each.
    """

    def __init__(self, folder: Path) -> None:
        """Begin to listen."""
        self._folder = folder
        # The middleware reads it when the first context of this process begins. It stands for
        # the planning stack, which is found as the nodes are.
        os.environ.update(discovery_variables(os.environ))
        self._context = rclpy.Context()
        rclpy.init(context=self._context, args=[], domain_id=_DOMAIN,
                   signal_handler_options=SignalHandlerOptions.NO)
        self.node = rclpy.create_node('fault_bench', context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._begun = time.monotonic(), self._others()
        self._commands: dict[str, list[str]] = {}
        self.words: list[Word] = []
        self.beats: dict[str, list[tuple[int, Any]]] = {}
        self.diagnostics: dict[str, tuple[int, str, dict[str, str]]] = {}
        self.objects: list[tuple[int, int]] = []
        self.first_error: int | None = None
        self._listen('icv_v2x_msgs/msg/AdvisoryArray', '/v2x/advisories', self._take)
        self._listen('icv_v2x_msgs/msg/Heartbeat', '/v2x/heartbeat', self._feel)
        self._listen('icv_v2x_msgs/msg/ObjectArray', '/v2x/objects', self._see)
        self.node.create_subscription(DiagnosticArray, '/diagnostics', self._diagnose, 10)
        self.parameters = folder / 'bench.params.yaml'
        self.parameters.write_text(
            parameter_text(junction_scene().parameter_values()), encoding='utf-8')

    @property
    def folder(self) -> Path:
        """Where files of the processes may go."""
        return self._folder

    def start(self, module: str, *words: str, **settings: str) -> None:
        """Start a module of the nodes; settings are parameters, `__` for the dot."""
        command = [sys.executable, '-m']
        if module == 'fault_feeder':
            command += [f'icv_v2x.nodes.{module}', *words]
        else:
            # As its executable starts it.
            command += ['icv_v2x.nodes.commands', module, *words]
            command += ['--ros-args', '--params-file', str(self.parameters)]
            for name, value in settings.items():
                command += ['-p', f'{name.replace("__", ".")}:={value}']
        self.run(module, command)

    def run(self, name: str, command: list[str]) -> None:
        """Start a command under a name."""
        variables = {
            **os.environ, 'ROS_DOMAIN_ID': str(_DOMAIN), 'ROS_LOG_DIR': str(self._folder),
            # As an installation has it: modules that are compiled anew at every start would take
            # a third of a restart.
            'PYTHONDONTWRITEBYTECODE': ''}
        self._commands[name] = command
        self._processes[name] = start_child(
            command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start_all(self, *names: str) -> None:
        """Start nodes of the package."""
        for name in names:
            self.start(name)

    def again(self, name: str) -> None:
        """Start what was ended once more, as it was, after the delay of the launch file."""
        self.spin(RESPAWN_DELAY)
        self.run(name, self._commands[name])

    def send(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process."""
        self._processes[name].send_signal(number)

    def end(self, name: str, number: signal.Signals) -> int:
        """End a process and return its exit status."""
        process = self._processes.pop(name)
        process.send_signal(number)
        return process.wait(timeout=_END)

    def alive(self, *names: str) -> bool:
        """Return whether processes live on."""
        return all(self._processes[name].poll() is None for name in names)

    def spin(self, seconds: float) -> None:
        """Listen for a while."""
        self.wait(lambda: False, seconds)

    def wait(self, condition: Callable[[], bool], patience: float = PATIENCE) -> float:
        """Listen until a condition holds; return how long that took [s], infinite for never."""
        begin = time.monotonic()
        while time.monotonic() - begin < patience:
            if condition():
                return time.monotonic() - begin
            self._executor.spin_once(timeout_sec=0.02)
        return float('inf')

    def gap(self, since: int) -> float:
        """Return the longest time between advisories that arrived since word `since` [s]."""
        return longest([word.arrival for word in self.words[since:]])

    def beat_gap(self, node: str, since: int) -> float:
        """Return the longest time between heartbeats of a node since a steady time [ns], [s]."""
        return longest([
            arrival for arrival, _ in self.beats.get(f'/{node}', []) if arrival >= since])

    def warned(self, since: int = 0) -> bool:
        """Return whether a WARNING was heard since word `since`."""
        return any(
            advisory.level >= Level.WARNING for word in self.words[since:]
            for advisory in word.message.advisories)

    def onsets(self, since: int = 0, subject: str = '') -> dict[int, float]:
        """Return when in each repetition of the drive a WARNING was first heard.

        Args:
            since: Number of the first word that counts.
            subject: About whom, '': anybody.

        Returns:
            Number of the repetition to the time of the drive [s].
        """
        found: dict[int, float] = {}
        for word in self.words[since:]:
            if any(advisory.level >= Level.WARNING and (
                    not subject or subject in advisory.subject_ids)
                    for advisory in word.message.advisories):
                number, within = divmod(word.stamp, REPEAT)
                found.setdefault(number, within / _SECOND)
        return found

    def false_alarms(self, threat: str) -> int:
        """Return how many messages held IMMINENT about another one than the threat."""
        return sum(
            advisory.level >= Level.IMMINENT and threat not in advisory.subject_ids
            for word in self.words for advisory in word.message.advisories)

    def expired(self) -> bool:
        """Return whether every advisory said that it ends within 0.3 s."""
        return all(
            0 < nanoseconds(advisory.valid_until) - word.stamp <= 300_000_000
            for word in self.words for advisory in word.message.advisories)

    def modes(self, since: int = 0) -> set[Mode]:
        """Return the modes that were said since word `since`."""
        return {Mode(word.message.mode) for word in self.words[since:]}

    def balanced(self) -> bool:
        """Return whether the newest counts of frames hold received = accepted + rejected."""
        counts = [
            figures for name, (_, _, figures) in self.diagnostics.items()
            if name.endswith('radio frames')]
        return bool(counts) and all(
            int(one['received']) == int(one['accepted']) + int(one['rejected'])
            for one in counts)

    def received(self, which: str = 'received') -> int:
        """Return the newest count of radio frames: all, or those of one outcome."""
        return sum(
            int(figures.get(which, 0)) for name, (_, _, figures) in self.diagnostics.items()
            if name.endswith('radio frames'))

    def resident(self, name: str) -> float:
        """Return the resident memory of a process [MB]."""
        pages = Path(f'/proc/{self._processes[name].pid}/statm').read_text(encoding='ascii')
        return int(pages.split()[1]) * _PAGE / 1e6

    @property
    def load_of_others(self) -> float:
        """How many processors were busy with the work of others on average, NaN: not known."""
        begin, before = self._begun
        return (self._others() - before) / max(time.monotonic() - begin, 1e-3)

    def _others(self) -> float:
        """Return the processor time that others have used up to now [s], NaN: not known."""
        busy = _busy()
        own = time.process_time() + sum(
            getattr(resource.getrusage(resource.RUSAGE_CHILDREN), name)
            for name in ('ru_utime', 'ru_stime'))
        living = [process.pid for process in self._processes.values() if process.poll() is None]
        return busy - own - sum(map(_spent, living))

    def close(self) -> None:
        """End everything."""
        for process in self._processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._executor.shutdown()
        self.node.destroy_node()
        rclpy.try_shutdown(context=self._context)

    def _listen(self, type_name: str, topic: str, take: Callable[[Any], None]) -> None:
        self.node.create_subscription(message_class(type_name), topic, take, qos.heartbeat())

    def _take(self, message: Any) -> None:
        self.words.append(Word(
            time.monotonic_ns(), time.time_ns(), nanoseconds(message.header.stamp), message))

    def _feel(self, message: Any) -> None:
        self.beats.setdefault(message.node, []).append((time.monotonic_ns(), message))

    def _see(self, message: Any) -> None:
        self.objects.append((time.monotonic_ns(), len(message.x)))

    def _diagnose(self, message: Any) -> None:
        for status in message.status:
            if status.level[0] == _ERROR and 'input' in status.name and self.first_error is None:
                self.first_error = time.monotonic_ns()
            self.diagnostics[status.name] = status.level[0], status.message, {
                entry.key: entry.value for entry in status.values}


def _busy() -> float:
    """Return how long the processors of the machine have been busy in all [s], NaN: not known."""
    try:
        line = Path('/proc/stat').read_text(encoding='ascii').splitlines()[0]
    except OSError:
        return float('nan')
    user, nice, system, _, _, interrupts, soft, *_ = map(int, line.split()[1:])
    return (user + nice + system + interrupts + soft) / os.sysconf('SC_CLK_TCK')


def _spent(process: int) -> float:
    """Return the processor time that a process has used [s]."""
    try:
        text = Path(f'/proc/{process}/stat').read_text(encoding='ascii')
    except OSError:
        return 0.0
    user, system = text.rpartition(')')[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf('SC_CLK_TCK')


def longest(arrivals: Sequence[int]) -> float:
    """Return the longest time between arrivals [ns] that follow each other [s]."""
    if len(arrivals) < 2:
        return float('inf')
    return float(np.diff(arrivals).max()) / _SECOND


@contextlib.contextmanager
def processes() -> Iterator[Processes]:
    """Yield a domain without any process; end all that were started."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Processes(Path(folder))
        try:
            yield bench
        finally:
            bench.close()
