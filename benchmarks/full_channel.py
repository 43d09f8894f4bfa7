# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A full radio channel over the middleware: `./dev run python benchmarks/full_channel.py`.

This process is the driver: it publishes 5,000 frames a second, batched for 5 ms, and odometry at
100 Hz, and hears advisories and diagnostics. `v2x_stack` runs as a process of its own. Printed
are frames sent and received, the processor time of the stack, the time from the start of a cycle
to the reception of its advisories, and the memory; beside them how long a fixed piece of work
takes here meanwhile, since a machine that works slowly for a tenth of a second now and then lets
no cycle keep to its time. The exit status is 0 where all limits are met.

`--executor single_threaded` runs the stack with the executor that every distribution has;
`--profile FILE` writes where its time goes; `--frames FILE` keeps the frames for the next run.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

import rclpy
from channel_traffic import MINUTE, MIX, ORIGIN, batches, ego_state, minute
from diagnostic_msgs.msg import DiagnosticArray
from nav_msgs.msg import Odometry as OdometryMessage
from rich.console import Console
from rich.table import Table

from icv_v2x.inputs import FrameBatch, Odometry
from icv_v2x.interchange.from_message import nanoseconds
from icv_v2x.interchange.parameter_text import parameter_text
from icv_v2x.nodes import qos
from icv_v2x.nodes.child_process import start_child
from icv_v2x.nodes.message_classes import encoder
from icv_v2x.nodes.run import make_executor
from icv_v2x.scenes import Scene
from icv_v2x_msgs.msg import AdvisoryArray, ObuFrames

WINDOW = 5_000_000
ODOMETRY = 10_000_000
SETTLING = 10.0
"""Time before anything is counted but frames [s]: tracks begin, caches fill."""
_PATIENCE = 60.0
# Turns of the piece of work that is timed a hundred times a second, some tenths of a millisecond.
_TURNS = 15_000
_RADIO = 'radio frames'


@dataclasses.dataclass
class Limits:
    """What has to be met."""

    core: float = 60.0
    p99: float = 20.0
    maximum: float = 60.0
    memory: float = 5.0


class Driver:
    """Publishes the channel and the own motion, and hears what comes of it."""

    def __init__(self, frames: list[tuple[int, str, Any]]) -> None:
        """Make the messages of a minute and the node."""
        self._encoder = encoder()
        self._batches = list(batches(frames, WINDOW, 0))
        self.sent = 0
        self.delays: list[tuple[int, float]] = []
        self.pieces: list[float] = []
        self.status: dict[str, dict[str, str]] = {}
        self._node = rclpy.create_node('channel_driver')
        self._radio = self._node.create_publisher(ObuFrames, '/obu/rx', qos.radio_output())
        self._pose = self._node.create_publisher(
            OdometryMessage, '/localization/kinematic_state', 10)
        self._node.create_subscription(AdvisoryArray, '/v2x/advisories', self._hear, 10)
        self._node.create_subscription(DiagnosticArray, '/diagnostics', self._diagnose, 50)
        self._executor = make_executor()
        self._executor.add_node(self._node)

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the stack is active and hears this process."""
        deadline = time.monotonic() + _PATIENCE
        while not self._connected():
            if time.monotonic() > deadline or process.poll() is not None:
                raise RuntimeError('the stack did not come up')
            self._executor.spin_once(timeout_sec=0.1)

    def run(self, seconds: float, observe: Any) -> None:
        """Publish for so long; `observe` is called once a second."""
        begin = time.time_ns() // MINUTE * MINUTE
        now = time.time_ns()
        end = now + round(seconds * 1e9)
        place = next(
            (row for row, (until, _) in enumerate(self._batches) if begin + until > now),
            len(self._batches))
        pose = now // ODOMETRY * ODOMETRY
        second = now
        while now < end:
            if place == len(self._batches):
                begin, place = begin + MINUTE, 0
            until, batch = self._batches[place]
            if now >= pose:
                self._tell_pose(pose)
                pose = now // ODOMETRY * ODOMETRY + ODOMETRY
            if now >= begin + until:
                self._send(batch, begin)
                place += 1
            if now >= second:
                observe()
                second += 1_000_000_000
            wait = min(begin + until, pose) - time.time_ns()
            self._executor.spin_once(timeout_sec=max(wait, 0) * 1e-9)
            now = time.time_ns()

    def settle(self, seconds: float) -> None:
        """Only listen for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._executor.spin_once(timeout_sec=0.1)

    @property
    def radio(self) -> dict[str, str]:
        """Counters of the radio frames, as the stack told them last."""
        return next((v for k, v in self.status.items() if k.endswith(_RADIO)), {})

    def _send(self, batch: FrameBatch, begin: int) -> None:
        self._radio.publish(self._encoder.obu_frames(dataclasses.replace(
            batch, stamp=batch.stamp + begin, reception_time=batch.reception_time + begin,
            generation_time=batch.generation_time + begin)))
        self.sent += len(batch)

    def _tell_pose(self, at: int) -> None:
        x, y, yaw, speed, rate = ego_state(at % (1000 * MINUTE) * 1e-9)
        self._pose.publish(self._encoder.odometry(Odometry(
            at, 'map', x, y, ORIGIN[2], yaw, speed, 0.0, rate, 0.01, 0.0, 0.01, 1e-4, 0.01)))
        begin = time.perf_counter()
        sum(range(_TURNS))
        self.pieces.append(1e3 * (time.perf_counter() - begin))

    def _hear(self, message: AdvisoryArray) -> None:
        stamp = nanoseconds(message.header.stamp)
        self.delays.append((stamp, (time.time_ns() - stamp) * 1e-6))

    def _diagnose(self, message: DiagnosticArray) -> None:
        for status in message.status:
            self.status[status.name] = {entry.key: entry.value for entry in status.values}

    def _connected(self) -> bool:
        inputs = {
            name.rpartition(' ')[2]: values for name, values in self.status.items()
            if ': input ' in name}
        return all(
            int(inputs.get(topic, {}).get('connected publishers', 0)) > 0
            for topic in ('/obu/rx', '/localization/kinematic_state'))


@dataclasses.dataclass
class Watched:
    """Processor time and memory of a process, as /proc tells them."""

    pid: int
    memory: list[float] = dataclasses.field(default_factory=list)

    def processor(self) -> float:
        """Return the processor time used so far [s]."""
        fields = Path(f'/proc/{self.pid}/stat').read_text().rpartition(')')[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def look(self) -> None:
        """Note the resident memory [MB]."""
        pages = int(Path(f'/proc/{self.pid}/statm').read_text().split()[1])
        self.memory.append(pages * os.sysconf('SC_PAGE_SIZE') / 2**20)


def frames_of_a_minute(path: Path | None) -> list[tuple[int, str, Any]]:
    """Return the frames, from a file where it holds them."""
    if path is not None and path.exists():
        with path.open('rb') as file:
            kept: list[tuple[int, str, Any]] = pickle.load(file)
            return kept
    frames = minute()
    if path is not None:
        with path.open('wb') as file:
            pickle.dump(frames, file)
    return frames


def stack(folder: Path, arguments: argparse.Namespace) -> subprocess.Popen[bytes]:
    """Start v2x_stack."""
    scene = Scene(1.0, origin=ORIGIN)
    scene.ego(8.0)
    parameters = folder / 'parameters.yaml'
    parameters.write_text(parameter_text({
        **scene.parameter_values(), 'tracking.maximum': 1500,
        'executor': arguments.executor}), encoding='utf-8')
    command = [sys.executable, '-m', 'icv_v2x.nodes.v2x_stack']
    if arguments.profile:
        command[1:2] = ['-m', 'cProfile', '-o', str(arguments.profile), '-m']
    return start_child(
        [*command, '--ros-args', '--params-file', str(parameters), '--log-level', 'warn'])


def report(driver: Driver, watched: Watched, core: float, seconds: float) -> bool:
    """Print the table and return whether all limits are met."""
    limits = Limits()
    delay = np.array([value for _, value in driver.delays])
    piece = np.array(driver.pieces) / np.min(driver.pieces)
    received = int(driver.radio.get('received', 0))
    rejected = {
        key.removeprefix('rejected.'): value for key, value in driver.radio.items()
        if key.startswith('rejected.')}
    first = round(min(60.0, 0.5 * len(watched.memory)))
    growth = max(watched.memory[first:], default=0.0) - watched.memory[min(
        first, len(watched.memory) - 1)]
    stamps = np.array([stamp for stamp, _ in driver.delays])
    left_out = int(np.sum(np.round(np.diff(stamps) / 5e7) - 1)) if len(stamps) > 1 else 0
    rows = [
        ('frames sent', f'{driver.sent}', '', True),
        ('frames received', f'{received}', 'all', received == driver.sent),
        ('processor time of the stack', f'{core:.1f} % of a core', f'{limits.core:g}',
         core <= limits.core),
        ('cycle to advisories, median', f'{np.median(delay):.1f} ms', '', True),
        ('cycle to advisories, p99', f'{np.percentile(delay, 99):.1f} ms', f'{limits.p99:g}',
         bool(np.percentile(delay, 99) <= limits.p99)),
        ('cycle to advisories, longest', f'{delay.max():.1f} ms', f'{limits.maximum:g}',
         bool(delay.max() < limits.maximum)),
        ('cycles heard, left out', f'{len(delay)}, {left_out}', '', True),
        ('memory at the end', f'{watched.memory[-1]:.0f} MB', '', True),
        ('growth after the settling', f'{growth:.1f} MB', f'{limits.memory:g}',
         growth <= limits.memory),
        ('fixed work here, times its least: median, p99, longest',
         f'{np.median(piece):.1f}, {np.percentile(piece, 99):.1f}, {piece.max():.1f}', '', True),
    ]
    table = Table(title=f'{sum(MIX.values())} frames a second for {seconds:.0f} s')
    for column in ('', 'measured', 'limit', 'met'):
        table.add_column(column, justify='left' if not column else 'right')
    for name, measured, limit, met in rows:
        table.add_row(name, measured, limit, '' if not limit else 'yes' if met else 'NO')
    console = Console(width=100)
    console.print(table)
    console.print(f'rejected by reason: {rejected or "none"}')
    return all(met for *_, met in rows)


def main() -> int:
    """Return 0 where all limits are met, 1 where not, 2 where nothing could be measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--seconds', type=float, default=60.0)
    parser.add_argument(
        '--executor', default='auto', choices=('auto', 'single_threaded'))
    parser.add_argument('--profile', type=Path, help='file for the profile of the stack')
    parser.add_argument('--frames', type=Path, help='file that keeps the frames')
    arguments = parser.parse_args()
    os.environ.setdefault('ROS_DOMAIN_ID', str(1 + os.getpid() % 100))
    os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    frames = frames_of_a_minute(arguments.frames)
    with tempfile.TemporaryDirectory() as folder:
        process = stack(Path(folder), arguments)
        try:
            rclpy.init()
            driver, watched = Driver(frames), Watched(process.pid)
            driver.wait(process)
            driver.run(SETTLING, lambda: None)
            driver.delays.clear()
            driver.pieces.clear()
            before, begin = watched.processor(), time.monotonic()
            driver.run(arguments.seconds, watched.look)
            core = 100.0 * (watched.processor() - before) / (time.monotonic() - begin)
            driver.settle(3.0)
            return int(not report(driver, watched, core, arguments.seconds))
        except RuntimeError as error:
            print(error, file=sys.stderr)
            return 2
        finally:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=20.0)
            except subprocess.TimeoutExpired:
                process.kill()
            rclpy.try_shutdown()


if __name__ == '__main__':
    sys.exit(main())
