# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Processes that were started end with their starter, even one that is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

STARTER = (
    'from icv_v2x.nodes.child_process import start_child\n'
    'import sys\n'
    'child = start_child([sys.executable, "-c", "import time; time.sleep(60)"])\n'
    'print(child.pid, flush=True)\n'
    'child.wait()\n')


@pytest.mark.skipif(sys.platform != 'linux', reason='only Linux tells of the end of a parent')
def test_a_hard_kill_of_the_starter_ends_what_it_started() -> None:
    with subprocess.Popen([sys.executable, '-c', STARTER], stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        child = int(starter.stdout.readline())
        assert running(child)
        os.kill(starter.pid, signal.SIGKILL)
    deadline = time.monotonic() + 5.0
    while running(child):
        assert time.monotonic() < deadline, 'the child outlived its starter'
        time.sleep(0.01)


def running(process: int) -> bool:
    """Returns whether a process runs, neither ended nor waiting to be buried."""
    try:
        state = Path(f'/proc/{process}/stat').read_text().rpartition(')')[2].split()[0]
    except FileNotFoundError:
        return False
    return state != 'Z'
