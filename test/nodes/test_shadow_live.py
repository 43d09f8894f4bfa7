# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Shadow mode over the middleware: the heartbeat goes on, warnings go aside; watched live."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from live import Live, due

from icv_v2x.advisory.types import Level
from icv_v2x.scenes import Scene, kmh, write

pytestmark = pytest.mark.middleware

ASIDE = """
import time
import rclpy
from icv_v2x_msgs.msg import AdvisoryArray

rclpy.init()
node = rclpy.create_node('aside')
levels = []

def take(message):
    if not levels:
        print('hears', flush=True)
        levels.append(0)
    levels.extend(advisory.level for advisory in message.advisories)

node.create_subscription(AdvisoryArray, '/v2x/shadow/advisories', take, 10)
end = time.monotonic() + 90
while time.monotonic() < end and max(levels, default=0) < 3:
    rclpy.spin_once(node, timeout_sec=0.2)
print(max(levels, default=0))
"""


def test_warnings_go_aside_and_the_heartbeat_goes_on(processes: Live, tmp_path: Path) -> None:
    scene = Scene(duration=4.0, start=due(15.0))
    scene.ego(kmh(50))
    scene.car('leader', ahead=55.0, speed=0.0)
    write(scene, tmp_path / 'drive')
    processes.record()
    processes.node('v2x_stack', tmp_path / 'drive.params.yaml', 'shadow:=true')
    aside = processes.start('aside', [sys.executable, '-c', ASIDE])
    watch = processes.start('watch', [sys.executable, '-u', '-m', 'icv_v2x.tools.cli', 'watch'])
    # The stack speaks before the drive begins: whoever looks on hears it by then.
    processes.wait(lambda: 'hears' in processes.out('aside').read_text(), 'the one aside')
    processes.wait(lambda: 'mode' in processes.out('watch').read_text(), 'watch')
    processes.play(tmp_path / 'drive')
    assert aside.wait(timeout=90.0) == 0, processes.err('aside').read_text()
    assert int(processes.out('aside').read_text().split()[-1]) >= Level.WARNING
    heard = processes.advisories()
    assert len(heard) > 40
    assert {one.mode for one in heard} == {'INHIBITED'}
    assert [one for one in heard if one.advisories] == []
    numbers = [one.sequence for one in heard]
    assert numbers == sorted(set(numbers))
    # What is watched is what is withheld, with the mode that a consumer hears.
    status, _ = processes.end('watch')
    assert status == 0, processes.err('watch').read_text()
    lines = processes.out('watch').read_text()
    assert 'mode INHIBITED: shadow mode' in lines
    assert f'FCW WARNING SLOW_DOWN {scene.subject("leader")}' in lines
    assert watch.returncode == 0
