# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The rows of the fault matrix that take processes, hard kills and the middleware."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions
from rosgraph_msgs.msg import Clock

from icv_v2x.advisory.types import Level, Mode
from icv_v2x.interchange.from_message import nanoseconds
from icv_v2x.interchange.parameter_text import parameter_text
from icv_v2x.nodes import qos
from icv_v2x.nodes.message_classes import message_class
from icv_v2x.tools.fault_bench.drives import junction_scene
from icv_v2x.tools.fault_bench.matrix import Findings, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Of this process alone, among those that ordinary ports allow.
_DOMAIN = 30 + os.getpid() % 70
_SECOND = 1_000_000_000
_GAP = 0.3
_START = 60.0
_PAGE = 4096
_STACK = 'v2x_stack'


class _Bench:
    """Processes of one domain, and what the planning stack hears of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._context = rclpy.Context()
        rclpy.init(context=self._context, args=[], domain_id=_DOMAIN,
                   signal_handler_options=SignalHandlerOptions.NO)
        self.node = rclpy.create_node('fault_bench', context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.heard: list[tuple[int, int, Any]] = []
        self.diagnostics: dict[str, tuple[int, str]] = {}
        self.node.create_subscription(
            message_class('icv_v2x_msgs/msg/AdvisoryArray'), '/v2x/advisories', self._take,
            qos.stage_input())
        self.node.create_subscription(DiagnosticArray, '/diagnostics', self._diagnose, 10)
        self.parameters = folder / 'bench.params.yaml'
        self.parameters.write_text(
            parameter_text(junction_scene().parameter_values()), encoding='utf-8')

    def start(self, module: str, *words: str, **settings: str) -> None:
        """Start a module of the nodes; settings are parameters."""
        command = [sys.executable, '-m', f'icv_v2x.nodes.{module}', *words]
        if module != 'fault_feeder':
            command += ['--ros-args', '--params-file', str(self.parameters)]
            for name, value in settings.items():
                command += ['-p', f'{name.replace("__", ".")}:={value}']
        variables = {
            **os.environ, 'ROS_DOMAIN_ID': str(_DOMAIN), 'ROS_LOG_DIR': str(self._folder),
            'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST'}
        self.processes[module] = subprocess.Popen(
            command, env=variables, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self, module: str, number: signal.Signals) -> int:
        """End a process and return its exit status."""
        process = self.processes.pop(module)
        process.send_signal(number)
        return process.wait(timeout=20.0)

    def spin(self, seconds: float) -> None:
        """Listen for a while."""
        self.wait(lambda: False, seconds)

    def wait(self, condition: Callable[[], bool], patience: float = _START) -> float:
        """Listen until a condition holds; return how long that took [s], infinite for never."""
        begin = time.monotonic()
        while time.monotonic() - begin < patience:
            if condition():
                return time.monotonic() - begin
            self._executor.spin_once(timeout_sec=0.02)
        return float('inf')

    def gap(self, since: int) -> float:
        """Return the longest time between two heartbeats that arrived since then [s]."""
        arrivals = [arrival for arrival, _, _ in self.heard[since:]]
        return float(np.diff(arrivals).max(initial=0)) / _SECOND if len(arrivals) > 1 else np.inf

    def warned(self, since: int = 0) -> bool:
        """Return whether a WARNING was heard since then."""
        return any(
            advisory.level >= Level.WARNING for _, _, message in self.heard[since:]
            for advisory in message.advisories)

    def resident(self, module: str) -> float:
        """Return the resident memory of a process [MB]."""
        pages = Path(f'/proc/{self.processes[module].pid}/statm').read_text(encoding='ascii')
        return int(pages.split()[1]) * _PAGE / 1e6

    def close(self) -> None:
        """End everything."""
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._executor.shutdown()
        self.node.destroy_node()
        rclpy.try_shutdown(context=self._context)

    def _take(self, message: Any) -> None:
        self.heard.append((time.monotonic_ns(), time.time_ns(), message))

    def _diagnose(self, message: Any) -> None:
        for status in message.status:
            self.diagnostics[status.name] = status.level[0], status.message


@contextlib.contextmanager
def _bench() -> Iterator[_Bench]:
    with tempfile.TemporaryDirectory() as folder:
        bench = _Bench(Path(folder))
        try:
            yield bench
        finally:
            bench.close()


def _time_steps(_: Any, level: str) -> Findings:
    found = Findings()
    with _bench() as bench:
        bench.start(_STACK, use_sim_time='true')
        clock = bench.node.create_publisher(Clock, '/clock', 10)
        bench.wait(lambda: clock.get_subscription_count() > 0)
        stamp = 1_800_000_000 * _SECOND
        for stretch in range(2):
            begin = time.monotonic_ns()
            first = stamp
            while (passed := time.monotonic_ns() - begin) < 6 * _SECOND:
                stamp = first + passed
                message = Clock()
                message.clock.sec, message.clock.nanosec = divmod(stamp, _SECOND)
                clock.publish(message)
                bench.spin(0.01)
            if stretch == 0:
                since = len(bench.heard)
                stamp += {'back 5 s': -5, 'forward 10 s': 10}[level] * _SECOND
        found.least('heartbeats before', since, least=20)
        found.worst('heartbeat gap [s]', bench.gap(max(since - 5, 0)), most=_GAP)
        found.holds('A', value=bench.processes[_STACK].poll() is None)
    return found


def _kill(_: Any, level: str) -> Findings:
    found = Findings()
    with _bench() as bench:
        bench.start(_STACK)
        bench.start('fault_feeder', 'threat')
        found.holds('warned before', value=bench.wait(bench.warned) < _START)
        last = len(bench.heard)
        if level == 'driver kill -9':
            bench.end('fault_feeder', signal.SIGKILL)
            bench.spin(2.0)
            found.worst('advisories 0.7 s after', sum(
                len(message.advisories) for _, _, message in bench.heard[last + 20:]), most=0)
            found.holds('heartbeat goes on', value=bench.gap(last) <= _GAP)
            modes = {Mode(message.mode) for _, _, message in bench.heard[last + 20:]}
            found.holds('INHIBITED', value=modes == {Mode.INHIBITED})
            return found
        killed = time.time_ns()
        status = bench.end(
            _STACK, signal.SIGKILL if level == 'stack kill -9' else signal.SIGTERM)
        bench.spin(0.5)
        valid = [
            nanoseconds(advisory.valid_until) for _, _, message in bench.heard[last - 5:]
            for advisory in message.advisories]
        found.worst(
            'expired after [s]', (max(valid, default=killed) - killed) / _SECOND, most=_GAP)
        if level == 'stack SIGTERM':
            found.worst('exit status', status, most=0)
            found.worst('said at last', len(bench.heard[-1][2].advisories), most=0)
        since = len(bench.heard)
        bench.start(_STACK)
        heartbeat = bench.wait(lambda: len(bench.heard) > since)
        found.note('process to heartbeat [s]', round(heartbeat, 2))
        found.worst('heartbeat to ACTIVE or DEGRADED [s]', bench.wait(lambda: any(
            message.mode in (Mode.ACTIVE, Mode.DEGRADED)
            for _, _, message in bench.heard[since:])), most=2.0)
        found.worst('warns again after [s]', bench.wait(lambda: bench.warned(since)), most=15.0)
    return found


def _load(_: Any, level: str) -> Findings:
    found = Findings()
    with _bench() as bench:
        bench.start(_STACK)
        if level == 'recorder cannot write':
            bench.start('event_recorder', recorder__folder='/proc/icv_v2x')
        bench.start('fault_feeder', 'threat')
        found.holds('warned', value=bench.wait(bench.warned) < _START)
        since = len(bench.heard)
        bench.spin(10.0)
        found.holds('warns on', value=bench.warned(since))
        found.worst('heartbeat gap [s]', bench.gap(since), most=_GAP)
        found.holds('A', value=bench.processes[_STACK].poll() is None)
    return found


def _absent(_: Any, level: str) -> Findings:
    del level
    found = Findings()
    with _bench() as bench:
        bench.start(_STACK)
        found.holds('heartbeat', value=bench.wait(lambda: bool(bench.heard)) < _START)
        found.worst('ERROR after [s]', bench.wait(lambda: any(
            severity == 2 and 'input' in name
            for name, (severity, _) in bench.diagnostics.items()), 10.0), most=2.0)
        found.holds('INIT', value={Mode(m.mode) for _, _, m in bench.heard} == {Mode.INIT})
        found.note('reason', next((
            message for name, (severity, message) in bench.diagnostics.items()
            if severity == 2 and 'input' in name), ''))
    return found


def _soak(_: Any, level: float) -> Findings:
    found = Findings()
    with _bench() as bench:
        bench.start(_STACK)
        bench.start('fault_feeder', 'standing', '--senders', '100', '--bad', '0.05')
        found.holds('active', value=bench.wait(lambda: any(
            message.mode == Mode.ACTIVE for _, _, message in bench.heard), 120.0) < 120.0)
        bench.spin(min(60.0, level))
        first, memory = len(bench.heard), bench.resident(_STACK)
        bench.spin(level)
        middle = (first + len(bench.heard)) // 2
        found.worst('memory growth [MB]', bench.resident(_STACK) - memory, most=5.0)
        early, late = (
            float(np.percentile([
                (arrival - nanoseconds(message.header.stamp)) / 1e6
                for _, arrival, message in part], 99))
            for part in (bench.heard[first:middle], bench.heard[middle:]))
        found.note('latency p99, first half [ms]', round(early, 1))
        found.note('latency p99, second half [ms]', round(late, 1))
        found.worst('drift of it [%]', 100.0 * (late / early - 1.0), most=10.0)
    return found


def rows(soak: float) -> tuple[Row, ...]:
    """Return the rows.

    Args:
        soak: How long row 30 lasts after its first minute [s].
    """
    return (
        Row(10, 'time jumps, simulated time', 'heartbeat gap <= 0.3 s', (
            'back 5 s', 'forward 10 s'), _time_steps),
        Row(11, 'hard end of processes', 'expired within 0.3 s; restart goes on', (
            'stack kill -9', 'stack SIGTERM', 'driver kill -9'), _kill),
        Row(26, 'recorder cannot write', 'advisories unaffected', (
            'recorder cannot write',), _load),
        Row(28, 'driver absent', 'ERROR within 2 s, mode INIT', ('absent',), _absent),
        Row(30, 'soak at 1000 messages a second, 5 % bad [s]',
            'memory grows < 5 MB; latency p99 drifts < 10 %', (soak,), _soak),
    )


def measure_live(numbers: list[int] | None, soak: float) -> Iterator[tuple[Row, Any, Findings]]:
    """Measure the rows one after the other.

    Args:
        numbers: Of the rows, None: all.
        soak: How long row 30 lasts [s].

    Yields:
        Row, level and what was found.
    """
    # The processes started are ended also where the bench itself is.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    for row in rows(soak):
        if numbers is None or row.number in numbers:
            for level in row.levels:
                # No bench in process takes part.
                yield row, level, row.judge(None, level)  # type: ignore[arg-type]
