# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A process that publishes what no driver and no localisation should ever publish."""

from __future__ import annotations

import argparse
import array
import json
import math
import random
import socket
import sys
import time
from pathlib import Path

import rclpy
from nav_msgs.msg import Odometry
from rclpy.qos import QoSProfile, ReliabilityPolicy

from icv_v2x_msgs.msg import ObjectArray, ObuFrames

BATCHES, FRAMES = 20, 25
PAUSE = 0.02


def batch(source: random.Random) -> ObuFrames:
    """Returns frames of random octets."""
    lengths = [source.randrange(1, 200) for _ in range(FRAMES)]
    message = ObuFrames()
    message.standard, message.encoding = 1, 0
    message.reception_time = array.array('q', [time.time_ns()] * FRAMES)
    message.length = array.array('I', lengths)
    message.payload = array.array('B', source.randbytes(sum(lengths)))
    return message


def unequal(source: random.Random) -> ObuFrames:
    """Returns frames whose arrays do not agree."""
    message = batch(source)
    message.verification = array.array('B', [1, 1])
    return message


def odometry(**values: float) -> Odometry:
    """Returns a pose of the present."""
    message = Odometry()
    stamp = time.time_ns()
    message.header.stamp.sec, message.header.stamp.nanosec = divmod(stamp, 1_000_000_000)
    message.header.frame_id = 'map'
    message.pose.pose.orientation.w = 1.0
    message.pose.pose.position.x = values.get('x', 0.0)
    message.twist.twist.linear.x = values.get('speed', 0.0)
    return message


def main() -> None:
    """Publishes and writes down how much of what."""
    parser = argparse.ArgumentParser()
    parser.add_argument('--udp', type=int)
    parser.add_argument('--poses', action='store_true', help='good poses, and only those')
    parser.add_argument('--gate', type=Path, help='begin when this file is there')
    options = parser.parse_args()
    source = random.Random(1)
    if options.udp:
        link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for size in (0, 1, 3, 200, 60_000, *range(1, 50)):
            link.sendto(source.randbytes(size), ('127.0.0.1', options.udp))
            time.sleep(0.002)
        sys.stdout.write(json.dumps({'datagrams': 5 + 49, 'too_short': 1, 'too_long': 1}))
        return
    rclpy.init()
    node = rclpy.create_node('hostile')
    qos = QoSProfile(depth=100, reliability=ReliabilityPolicy.RELIABLE)
    frames = node.create_publisher(ObuFrames, '/obu/rx', qos)
    poses = node.create_publisher(Odometry, '/localization/kinematic_state', qos)
    while options.poses:
        poses.publish(odometry(x=1.0))
        time.sleep(PAUSE)
    objects = node.create_publisher(ObjectArray, '/perception/objects', qos)
    while not options.gate.exists():
        time.sleep(0.02)
    lost = ObjectArray()
    lost.header.frame_id = 'map'
    lost.x = array.array('d', [1.0, 2.0])
    abroad = odometry()
    abroad.header.frame_id = 'odom'
    for _ in range(BATCHES):
        frames.publish(batch(source))
        frames.publish(unequal(source))
        poses.publish(odometry(x=math.nan))
        poses.publish(odometry(speed=math.inf))
        poses.publish(abroad)
        objects.publish(lost)
        time.sleep(PAUSE)
    for _ in range(30):
        poses.publish(odometry(x=1.0))
        time.sleep(PAUSE)
    sys.stdout.write(json.dumps({
        'frames': 2 * BATCHES * FRAMES, 'unequal': BATCHES * FRAMES,
        'not_finite': 2 * BATCHES, 'wrong_frame': BATCHES, 'objects': BATCHES}))
    time.sleep(0.3)


if __name__ == '__main__':
    main()
