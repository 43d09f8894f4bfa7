# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The launch files with the real launch system: everything comes up, and ends cleanly."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
CONFIG = HERE.parents[1] / 'config' / 'icv_v2x.yaml'
PATIENCE = 40.0
END = 5.0
"""Seconds from Ctrl-C to the end of everything."""


@pytest.fixture(scope='module', autouse=True)
def launch_system() -> None:
    """Skips where there is no launch system; it is no part of the ROS 2 wheels."""
    for code, reason in (
        ('import launch_ros.actions', 'launch_ros is not installed here'),
        ('from ament_index_python import get_package_prefix as f; f("icv_v2x")',
         'the installed icv_v2x is not on AMENT_PREFIX_PATH'),
    ):
        probe = subprocess.run([sys.executable, '-c', code], capture_output=True, check=False)
        if probe.returncode:
            pytest.skip(reason)


class Launched:
    """A running launch file, killed with everything it started."""

    def __init__(self, folder: Path, name: str, *settings: str) -> None:
        self.log = folder / 'launch.log'
        variables = {**os.environ, 'ROS_LOG_DIR': str(folder), 'PYTHONUNBUFFERED': '1'}
        with self.log.open('wb') as log:
            self.process = subprocess.Popen(
                [sys.executable, str(HERE / 'bring_up.py'), name, *settings], env=variables,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True)

    def text(self) -> str:
        return re.sub(r'\x1b\[[0-9;]*m', '', self.log.read_text())

    def wait(self, pattern: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern, self.text()):
            assert time.monotonic() < deadline, self.text()
            time.sleep(0.1)

    def interrupt(self) -> tuple[int, float]:
        """Presses Ctrl-C; returns exit status and duration [s]."""
        begin = time.monotonic()
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(timeout=30.0), time.monotonic() - begin

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.mark.middleware
@pytest.mark.slow
@pytest.mark.parametrize(('settings', 'names'), [
    (('driver:=udp',),
     ('v2x_translator', 'collision_warning', 'road_services', 'merge_planner',
      'advisory_arbiter', 'obu_udp_driver')),
    (('composition:=single', 'namespace:=ego', 'obu_rx:=/radio/frames'), ('v2x_stack',)),
], ids=['processes', 'single'])
def test_all_nodes_come_up_and_end_cleanly(
    tmp_path: Path, settings: tuple[str, ...], names: tuple[str, ...],
) -> None:
    launched = Launched(
        tmp_path, 'icv_v2x.launch.py', f'params_file:={CONFIG}', 'log_level:=info', *settings)
    try:
        for name in names:
            launched.wait(rf'{name}\]: active')
        status, duration = launched.interrupt()
        text = launched.text()
        assert status == 0, text
        assert duration < END, text
        for name in names:
            assert re.search(rf'\[{name}-\d+\]: process has finished cleanly', text), text
        assert 'Traceback' not in text
    finally:
        launched.kill()


@pytest.mark.middleware
@pytest.mark.slow
def test_a_wrong_parameter_ends_the_launch(tmp_path: Path) -> None:
    wrong = tmp_path / 'wrong.yaml'
    wrong.write_text('/**:\n  ros__parameters:\n    collision: {horizon: 99.0}\n')
    launched = Launched(
        tmp_path, 'icv_v2x.launch.py', f'params_file:={wrong}', 'composition:=single')
    try:
        launched.process.wait(timeout=PATIENCE)
        assert 'collision.horizon = 99.0 is not allowed' in launched.text()
    finally:
        launched.kill()
