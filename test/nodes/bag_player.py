# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A process that publishes a bag as a vehicle would: each message when it is due."""

from __future__ import annotations

import argparse
import socket
import sys
import time
from pathlib import Path
from typing import Any

import rclpy
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message
from rosbags.rosbag2 import Reader
from rosgraph_msgs.msg import Clock

from icv_v2x.interchange import READ_TOPICS
from icv_v2x.interchange.topics import OBU_FRAMES
from icv_v2x.nodes.message_classes import message_class

MINUTE = 60_000_000_000
TICK = 10_000_000
"""Simulated time steps by this much [ns]."""
LEAD_IN = 1_000_000_000
"""Simulated time runs for so long before the first message [ns]."""
PACE = 2
"""Simulated time runs so many times slower, which asks less of a slow computer."""
PATIENCE = 60.0


def arguments() -> argparse.Namespace:
    """Returns the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument('bag', type=Path)
    parser.add_argument('--sim', action='store_true', help='publish /clock, keep the stamps')
    parser.add_argument('--udp', type=int, help='send the frames to this port instead')
    parser.add_argument('--start', type=Path, required=True,
                        help='file for the shifted log time of the first message')
    parser.add_argument('--gate', type=Path, required=True,
                        help='begin when this file is there')
    return parser.parse_args()


def shifted_time(message: Any, shift: int) -> None:
    """Moves a builtin_interfaces/Time."""
    total = message.sec * 1_000_000_000 + message.nanosec + shift
    message.sec, message.nanosec = divmod(total, 1_000_000_000)


def load(bag: Path) -> list[tuple[int, str, Any]]:
    """Returns log time, topic and message of everything that is read from a bag."""
    with Reader(bag) as reader:
        connections = [c for c in reader.connections if c.topic in READ_TOPICS]
        return [
            (log_time, connection.topic,
             deserialize_message(bytes(octets), message_class(READ_TOPICS[connection.topic])))
            for connection, log_time, octets in reader.messages(connections)
        ]


def shift_message(topic: str, message: Any, shift: int) -> None:
    """Moves every absolute time in a message."""
    shifted_time(message.header.stamp, shift)
    if topic == OBU_FRAMES:
        for name in ('reception_time', 'generation_time'):
            values = getattr(message, name)
            for index, value in enumerate(values):
                if value:
                    values[index] = value + shift
    for pose in getattr(message, 'poses', ()):
        shifted_time(pose.header.stamp, shift)


def wait_for_listeners(publishers: dict[str, Any], clock: Any, gate: Path) -> None:
    """Waits until every topic has somebody who listens, and whoever starts this says so."""
    deadline = time.monotonic() + PATIENCE
    waiting = [*publishers.values(), *([clock] if clock else [])]
    while not all(p.get_subscription_count() for p in waiting) or not gate.exists():
        if time.monotonic() > deadline:
            sys.exit('nobody listens')
        time.sleep(0.02)


def main() -> None:
    """Plays the bag once."""
    options = arguments()
    messages = load(options.bag)
    first = messages[0][0]
    rclpy.init()
    node = rclpy.create_node('bag_player')
    qos = QoSProfile(depth=100, reliability=ReliabilityPolicy.RELIABLE)
    topics = {topic for _, topic, _ in messages}
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM) if options.udp else None
    publishers = {
        topic: node.create_publisher(message_class(READ_TOPICS[topic]), topic, qos)
        for topic in topics if not (link and topic == OBU_FRAMES)
    }
    clock = node.create_publisher(Clock, '/clock', qos) if options.sim else None
    wait_for_listeners(publishers, clock, options.gate)
    shift = 0
    if not options.sim:
        shift = -((first - time.time_ns() - 300_000_000) // MINUTE) * MINUTE
        for _, topic, message in messages:
            shift_message(topic, message, shift)
    options.start.write_text(str(first + shift))
    lead_in = LEAD_IN if clock else 0
    begin = time.time_ns() + PACE * lead_in
    ticked = first - lead_in
    for log_time, topic, message in messages:
        while clock is not None and ticked <= log_time:
            pause(begin + PACE * (ticked - first))
            tick = Clock()
            tick.clock.sec, tick.clock.nanosec = divmod(ticked, 1_000_000_000)
            clock.publish(tick)
            ticked += TICK
        pause(begin + PACE * (log_time - first) if options.sim else log_time + shift)
        if link and topic == OBU_FRAMES:
            send(link, message, options.udp)
        else:
            publishers[topic].publish(message)
    time.sleep(0.5)


def pause(until: int) -> None:
    """Waits for an instant of the system's clock [ns]."""
    remaining = (until - time.time_ns()) * 1e-9
    if remaining > 0.0:
        time.sleep(remaining)


def send(link: socket.socket, message: Any, port: int) -> None:
    """Sends the frames of a batch, one datagram each."""
    payload, begin = bytes(message.payload), 0
    for length in message.length:
        link.sendto(payload[begin:begin + length], ('127.0.0.1', port))
        begin += length


if __name__ == '__main__':
    main()
