# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A process that drives a vehicle for some seconds and writes down what is sent for it."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import rclpy
from nav_msgs.msg import Odometry
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import String

from icv_v2x_msgs.msg import ObjectArray, ObuFrames, VehicleStatus

PERIOD = 0.02
SPEED = 15.0


def main() -> None:
    """Drives east, brakes hard in the middle of the time, and writes the frames as JSON."""
    seconds = float(sys.argv[1])
    rclpy.init()
    node = rclpy.create_node('vehicle')
    odometry = node.create_publisher(Odometry, '/localization/kinematic_state', 10)
    status = node.create_publisher(VehicleStatus, '/vehicle/status', 10)
    objects = node.create_publisher(ObjectArray, '/perception/objects', 10)
    heard: list[dict[str, Any]] = []
    ids: list[str] = []

    def take(message: ObuFrames) -> None:
        heard.append({
            'arrival': time.time_ns(), 'generation': message.generation_time[0],
            'aid': message.aid[0], 'octets': bytes(message.payload).hex(),
            'frames': len(message.length)})

    node.create_subscription(ObuFrames, '/obu/tx', take, 50)
    node.create_subscription(
        String, '/v2x_transmitter/temporary_id', lambda message: ids.append(message.data),
        QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL))
    begin: list[float] = []
    braked: list[int] = []

    def drive() -> None:
        if not odometry.get_subscription_count():
            return
        begin[:] = begin or [time.monotonic()]
        t = time.monotonic() - begin[0]
        stamp = node.get_clock().now()
        pose = Odometry()
        pose.header.stamp, pose.header.frame_id = stamp.to_msg(), 'map'
        pose.pose.pose.position.x = SPEED * t
        pose.pose.pose.orientation.w = 1.0
        pose.twist.twist.linear.x = SPEED
        odometry.publish(pose)
        state = VehicleStatus(gear=VehicleStatus.GEAR_FORWARD)
        state.header.stamp = stamp.to_msg()
        braking = 0.5 * seconds < t < 0.75 * seconds
        state.longitudinal_acceleration = -6.0 if braking else 0.0
        if braking and not braked:
            braked.append(stamp.nanoseconds)
        status.publish(state)
        seen = ObjectArray(x=[SPEED * t + 20.0], y=[3.0], heading=[0.0], speed=[5.0])
        seen.header.stamp, seen.header.frame_id = stamp.to_msg(), 'map'
        objects.publish(seen)

    node.create_timer(PERIOD, drive)
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    deadline = time.monotonic() + 30.0
    while time.monotonic() < deadline and not (
            begin and time.monotonic() - begin[0] > seconds):
        executor.spin_once(timeout_sec=0.1)
    sys.stdout.write(json.dumps({'frames': heard, 'ids': ids, 'braked': braked}))


if __name__ == '__main__':
    main()
