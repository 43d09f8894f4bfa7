# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the diagnostics say, and how soon, of inputs that do not fit and of processes that die."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from live import HERE, Live

pytestmark = [pytest.mark.middleware, pytest.mark.slow]

SECOND = 1_000_000_000
SOON = 2 * SECOND
"""Within this an input that does not fit is reported, once the middleware matched it [ns]."""
AT_ONCE = SECOND
"""Within this the death of a process is reported [ns]."""


def first(
    processes: Live, name: str, fits: Callable[[dict[str, Any]], bool], since: int = 0,
) -> int:
    """Returns when a state was reported first since an instant [ns], waiting for it."""
    def found() -> list[int]:
        return [
            line['arrival'] for line in processes.lines('diagnostics')
            if line['arrival'] >= since and name in line['status']
            and fits(line['status'][name])]

    processes.wait(found, f'{name} to say so')
    return found()[0]


def test_what_does_not_fit_and_who_died_is_told_soon_and_with_a_remedy(
    processes: Live, parameters: Path,
) -> None:
    processes.record()
    processes.node(
        'v2x_stack', parameters, 'qos_overrides./obu/rx.subscription.reliability:=reliable')
    processes.node('obu_udp_driver', None, 'udp.bind_port:=0')
    processes.wait(
        lambda: processes.diagnostics().get('/v2x_stack: other nodes', {}).get('message')
        == '1 others live', 'the nodes to know each other')
    others = '/v2x_stack: other nodes'
    # who ends in order is not mourned
    processes.end('obu_udp_driver', signal.SIGTERM)
    processes.wait(
        lambda: processes.diagnostics()[others]['message'] == '0 others live', 'the farewell')
    assert processes.diagnostics()[others]['level'] == 0
    processes.node('obu_udp_driver', None, 'udp.bind_port:=0')
    processes.wait(
        lambda: processes.diagnostics()[others]['message'] == '1 others live', 'the driver again')
    strangers = processes.start('strangers', [sys.executable, str(HERE / 'strangers.py')])
    processes.wait(lambda: processes.out('strangers').read_text(), 'the strangers')
    begin = int(processes.out('strangers').read_text())

    pose = '/v2x_stack: input /localization/kinematic_state'
    wrong_frame = first(processes, pose, lambda s: 'rejected: wrong_frame' in s['message'])
    radio = '/v2x_stack: input /obu/rx'
    mismatch = first(processes, radio, lambda s: 'quality of service' in s['message'])
    output = '/v2x_stack: output /v2x/advisories'
    deaf = first(processes, output, lambda s: 'durability' in s['message'])
    assert max(wrong_frame, mismatch, deaf) - begin < SOON
    states = processes.diagnostics()
    assert (states[pose]['level'], states[radio]['level'], states[output]['level']) == (2, 2, 1)
    assert 'frame map' in states[pose]['what to do']
    assert 'qos_overrides./obu/rx.subscription.reliability' in states[radio]['what to do']

    strangers.send_signal(signal.SIGSTOP)
    stopped = time.time_ns()
    silent = first(processes, pose, lambda s: s['message'].startswith('silent'), stopped)
    assert silent - stopped < SOON
    strangers.send_signal(signal.SIGCONT)

    killed = time.time_ns()
    processes.end('obu_udp_driver', signal.SIGKILL)
    dead = first(processes, others, lambda s: s['level'] == 2, killed)
    assert dead - killed < AT_ONCE
    assert '/obu_udp_driver' in processes.diagnostics()[others]['message']
