# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A process that publishes poses in another frame, and offers and asks what does not match."""

from __future__ import annotations

import sys
import time

import rclpy
from hostile import odometry
from nav_msgs.msg import Odometry
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

from icv_v2x_msgs.msg import AdvisoryArray, ObuFrames

PAUSE = 0.02


def main() -> None:
    """Publishes until it is killed; writes down when the middleware had matched it [ns]."""
    rclpy.init()
    node = rclpy.create_node('strangers')
    best_effort = QoSProfile(depth=10, reliability=ReliabilityPolicy.BEST_EFFORT)
    standing = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    poses = node.create_publisher(Odometry, '/localization/kinematic_state', best_effort)
    frames = node.create_publisher(ObuFrames, '/obu/rx', best_effort)
    node.create_subscription(AdvisoryArray, '/v2x/advisories', lambda _: None, standing)
    # How long processes take to find each other is the middleware's affair, and varies.
    while not poses.get_subscription_count():
        time.sleep(PAUSE)
    sys.stdout.write(f'{time.time_ns()}')
    sys.stdout.flush()
    while True:
        pose = odometry()
        pose.header.frame_id = 'odom'
        poses.publish(pose)
        frames.publish(ObuFrames())
        time.sleep(PAUSE)


if __name__ == '__main__':
    main()
