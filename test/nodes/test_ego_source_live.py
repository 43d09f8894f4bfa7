# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The pose from a satellite receiver as a process: fixes, headings and velocities to odometry."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import pytest
from live import Live

pytestmark = [pytest.mark.middleware, pytest.mark.slow]

RECEIVER = """
import json, math, time
import rclpy
from geometry_msgs.msg import TwistStamped
from nav_msgs.msg import Odometry
from sensor_msgs.msg import Imu, NavSatFix

rclpy.init()
node = rclpy.create_node('receiver')
heard = []
node.create_subscription(Odometry, '/localization/kinematic_state', heard.append, 10)
fixes = node.create_publisher(NavSatFix, '/gnss/fix', 10)
headings = node.create_publisher(Imu, '/gnss/heading', 10)
velocities = node.create_publisher(TwistStamped, '/gnss/velocity', 10)
end = time.monotonic() + 45
number = 0
while time.monotonic() < end and len(heard) < 10:
    number += 1
    stamp = node.get_clock().now().to_msg()
    heading, velocity, fix = Imu(), TwistStamped(), NavSatFix()
    for message in (heading, velocity, fix):
        message.header.stamp = stamp
    heading.orientation.z, heading.orientation.w = math.sin(0.25), math.cos(0.25)
    velocity.twist.linear.x, velocity.twist.linear.y = 10 * math.cos(0.5), 10 * math.sin(0.5)
    fix.latitude, fix.longitude, fix.altitude = 39.795, 116.506, 12.0
    fix.status.status = 0 if number % 4 else -1
    fix.position_covariance_type = 2
    fix.position_covariance[0] = fix.position_covariance[4] = 0.25
    headings.publish(heading)
    velocities.publish(velocity)
    time.sleep(0.02)
    fixes.publish(fix)
    rclpy.spin_once(node, timeout_sec=0.05)
pose = heard[-1]
print(json.dumps([
    pose.header.frame_id, pose.child_frame_id, pose.pose.pose.position.x,
    pose.pose.pose.position.y, 2 * math.asin(pose.pose.pose.orientation.z),
    pose.twist.twist.linear.x, pose.pose.covariance[0]]))
"""


def test_a_receiver_gives_the_pose(processes: Live, parameters: Path) -> None:
    processes.record()
    processes.node('ego_source', parameters)
    receiver = processes.start('receiver', [sys.executable, '-c', RECEIVER])
    assert receiver.wait(timeout=60.0) == 0, processes.err('receiver').read_text()
    frame, child, x, y, yaw, speed, variance = json.loads(processes.out('receiver').read_text())
    assert (frame, child) == ('map', 'base_link')
    assert math.hypot(x, y) < 0.01
    assert yaw == pytest.approx(0.5, abs=1e-6)
    assert (speed, variance) == (pytest.approx(10.0), 0.25)
    fixes = '/ego_source: input /gnss/fix'
    processes.wait(
        lambda: int(processes.diagnostics().get(fixes, {}).get('rejected.no_fix', 0)) > 0,
        'the refusals')
