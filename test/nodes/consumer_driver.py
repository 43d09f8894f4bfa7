# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A process that advises well, then damaged, then not at all, and hears the example's cap."""

from __future__ import annotations

import json
import sys
import time

import rclpy
from nav_msgs.msg import Odometry
from std_msgs.msg import Float64

from icv_v2x.advisory.types import Action, Advisory, Application, Level, Mode
from icv_v2x.inputs import Odometry as Pose
from icv_v2x.nodes import qos
from icv_v2x.nodes.message_classes import encoder
from icv_v2x_msgs.msg import AdvisoryArray

PERIOD = 0.05
PHASE = 1.2
"""Seconds of each of: sound, damaged, sound again, silent."""


def main() -> None:
    """Plays the phases and writes the caps heard in each."""
    rclpy.init()
    node = rclpy.create_node('consumer_driver')
    make = encoder()
    heard: dict[str, list[float]] = {}
    phase = ''
    node.create_subscription(
        Float64, '/cautious_consumer/speed_cap',
        lambda message: heard.setdefault(phase, []).append(message.data), 10)
    advisories = node.create_publisher(AdvisoryArray, '/v2x/advisories', qos.output())
    poses = node.create_publisher(Odometry, '/localization/kinematic_state', 10)
    while not (advisories.get_subscription_count() and poses.get_subscription_count()
               and node.count_publishers('/cautious_consumer/speed_cap')):
        rclpy.spin_once(node, timeout_sec=0.05)
    sequence = 0
    for phase in ('sound', 'damaged', 'sound again', 'silent'):
        end = time.monotonic() + PHASE
        while time.monotonic() < end:
            now = time.time_ns()
            poses.publish(make.odometry(Pose(
                stamp=now, frame_id='map', x=0.0, y=0.0, z=0.0, yaw=0.0, velocity_x=15.0,
                velocity_y=0.0, yaw_rate=0.0)))
            if phase != 'silent':
                sequence += 1
                message = make.advisory_array(now, sequence, Mode.ACTIVE, '', [Advisory(
                    application=Application.FCW, level=Level.WARNING, action=Action.SLOW_DOWN,
                    subject_ids=('01',), reason='leader brakes', gap=20.0, closing_speed=5.0,
                    required_deceleration=3.5, verified=True, id=1,
                    valid_until=now + 250_000_000)])
                if phase == 'damaged':
                    message.crc32 ^= 1
                advisories.publish(message)
            until = time.monotonic() + PERIOD
            while time.monotonic() < until:
                rclpy.spin_once(node, timeout_sec=0.01)
    sys.stdout.write(json.dumps(heard))


if __name__ == '__main__':
    main()
