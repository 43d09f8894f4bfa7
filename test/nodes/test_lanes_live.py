# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The road reaches who comes late: maps on the air, then a first look at /v2x/lanes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from live import HERE, Live
from strategies.road_maps import crossing_links, map_frame

from icv_v2x.interchange.map_plans import map_octets
from icv_v2x.message_set import decode
from icv_v2x.tools.import_road_map import write_map

pytestmark = pytest.mark.middleware

LATE = """
import time
import rclpy
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from icv_v2x_msgs.msg import LaneArray

rclpy.init()
node = rclpy.create_node('late')
heard = []
node.create_subscription(LaneArray, '/v2x/lanes', heard.append, QoSProfile(
    depth=1, reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL))
end = time.monotonic() + 45
while time.monotonic() < end and not heard:
    rclpy.spin_once(node, timeout_sec=0.2)
print(len(heard[0].lane_id), len(heard[0].connection_lane), set(heard[0].verification))
"""


def test_a_late_listener_hears_the_road_until_it_is_withdrawn(
    processes: Live, tmp_path: Path,
) -> None:
    source, bag = tmp_path / 'map.json', tmp_path / 'bag'
    source.write_text(json.dumps(decode(map_octets(crossing_links(arm=40.0), map_frame()))))
    imported = write_map(source, bag)
    assert imported.lanes == 8
    processes.record()
    processes.node('v2x_translator', imported.parameters)
    processes.play(bag)
    late = processes.start('late', [sys.executable, '-c', LATE])
    assert late.wait(timeout=60.0) == 0, processes.err('late').read_text()
    assert processes.out('late').read_text().split() == ['8', '16', '{1}']
    deactivated = processes.start('control', [
        sys.executable, str(HERE / 'control.py'), '/v2x_translator', 'change', '4'])
    assert deactivated.wait(timeout=60.0) == 0, processes.err('control').read_text()
    later = processes.start('later', [sys.executable, '-c', LATE])
    assert later.wait(timeout=60.0) == 0, processes.err('later').read_text()
    assert processes.out('later').read_text().split() == ['0', '0', 'set()']
