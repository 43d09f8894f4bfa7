# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Holds the built interfaces usable: a frame batch travels between processes, wrong types fail."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not installed')
messages = pytest.importorskip('icv_v2x_msgs.msg', reason='the interfaces are not built')

SENDER = """
import time
import rclpy
from icv_v2x_msgs.msg import ObuFrames

rclpy.init()
node = rclpy.create_node('sender')
publisher = node.create_publisher(ObuFrames, '/obu/rx', 50)
frames = ObuFrames(standard=ObuFrames.STANDARD_CSAE, length=[2, 3],
                   reception_time=[1_700_000_000_000_000_000, 1_700_000_000_100_000_000],
                   payload=[1, 2, 3, 4, 5])
end = time.monotonic() + 60
while time.monotonic() < end:
    publisher.publish(frames)
    time.sleep(0.1)
"""

RECEIVER = """
import time
import rclpy
from icv_v2x_msgs.msg import ObuFrames

rclpy.init()
node = rclpy.create_node('receiver')
received = []
node.create_subscription(ObuFrames, '/obu/rx', received.append, 50)
end = time.monotonic() + 45
while time.monotonic() < end and not received:
    rclpy.spin_once(node, timeout_sec=0.2)
frames = received[0]
print(frames.standard, list(frames.length), list(frames.reception_time), list(frames.payload))
"""


@pytest.mark.middleware
def test_frames_travel_between_processes(tmp_path) -> None:
    sender_file, receiver_file = tmp_path / 'sender.py', tmp_path / 'receiver.py'
    sender_file.write_text(SENDER)
    receiver_file.write_text(RECEIVER)
    sender = subprocess.Popen([sys.executable, str(sender_file)])
    try:
        received = subprocess.run([sys.executable, str(receiver_file)], capture_output=True,
                                  text=True, timeout=60, check=True)
    finally:
        sender.kill()
        sender.wait()
    assert received.stdout.split('\n')[0] == (
        '1 [2, 3] [1700000000000000000, 1700000000100000000] [1, 2, 3, 4, 5]')


def test_wrong_type_in_a_field_is_refused() -> None:
    with pytest.raises(AssertionError):
        messages.ObuFrames().standard = 1.5
    with pytest.raises(AssertionError):
        messages.Advisory().distance = 1
