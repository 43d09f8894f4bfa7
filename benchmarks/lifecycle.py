# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Leads nodes through the lifecycle many times: what stays behind, and who speaks while inactive.

./dev run python benchmarks/lifecycle.py --cycles 100 --params config/icv_v2x.yaml
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

import rclpy
from lifecycle_msgs.msg import State
from nav_msgs.msg import Odometry
from rclpy.executors import SingleThreadedExecutor
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile, ReliabilityPolicy

from icv_v2x.inputs import Odometry as Pose
from icv_v2x.nodes.message_classes import encoder, message_class
from icv_v2x.pipeline import Pipeline
from icv_v2x.scenes import Scene, run

NODES = {
    'v2x_stack': 'V2xStack', 'v2x_translator': 'V2xTranslator',
    'collision_warning': 'CollisionWarningNode', 'road_services': 'RoadServicesNode',
    'merge_planner': 'MergePlannerNode', 'advisory_arbiter': 'AdvisoryArbiter',
    'v2x_transmitter': 'V2xTransmitter', 'obu_udp_driver': 'ObuUdpDriver',
}
OBJECTS = 'icv_v2x_msgs/msg/ObjectArray'
EXEMPT = (
    '/diagnostics', '/v2x/heartbeat', '/icv_v2x/alive', '/rosout', '/parameter_events')
"""Topics that a node speaks on while inactive too."""
ACTIVE, INACTIVE = 0.12, 0.06
"""Seconds that a node is active, and that it has to be silent."""


class Ear:
    """Counts what goes out on any topic of a process, at the publisher itself.

    What a subscriber counts depends on how busy the machine is.
    """

    def __init__(self) -> None:
        """Begin to count."""
        self.said = 0
        self.others: list[Publisher] = []
        publish = Publisher.publish

        def counted(publisher: Publisher, message: Any) -> None:
            name = publisher.topic_name
            if publisher not in self.others and name not in EXEMPT and not name.endswith(
                '/transition_event'
            ):
                self.said += 1
            publish(publisher, message)

        Publisher.publish = counted


class Surroundings:
    """Publishes what a node needs and counts what it says."""

    def __init__(self, own: str) -> None:
        """Create publishers and subscriptions; objects come from here unless the node's own."""
        self.node = rclpy.create_node('surroundings')
        quality = QoSProfile(depth=50, reliability=ReliabilityPolicy.RELIABLE)
        self._poses = self.node.create_publisher(
            Odometry, 'localization/kinematic_state', quality)
        self._frames = self.node.create_publisher(
            message_class('icv_v2x_msgs/msg/ObuFrames'), 'obu/rx', quality)
        speaks = own in ('v2x_stack', 'v2x_translator')
        self._objects = None if speaks else self.node.create_publisher(
            message_class(OBJECTS), 'v2x/objects', quality)
        self._encoder = encoder()
        scene = Scene(0.5)
        scene.ego(10.0)
        scene.car('leader', ahead=40.0, speed=5.0)
        self._tracks = run(scene, Pipeline(scene.parameters()), rate=20.0)[-1].cycle.tracks

    def feed(self) -> None:
        """Publish one pose and, where the node wants them, one message of objects."""
        now = time.time_ns()
        self._poses.publish(self._encoder.odometry(Pose(
            stamp=now, frame_id='map', x=0.0, y=0.0, z=0.0, yaw=0.0, velocity_x=10.0,
            velocity_y=0.0, yaw_rate=0.0)))
        if self._objects is not None:
            message = self._encoder.object_array(self._tracks)
            message.header.stamp.sec, message.header.stamp.nanosec = divmod(now, 10**9)
            self._objects.publish(message)


def resident() -> float:
    """Return the memory of this process [MB]."""
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    return pages * 4096 / 1e6


def descriptors() -> int:
    """Return how many files this process holds open."""
    return len(list(Path('/proc/self/fd').iterdir()))


def spin(executor: Any, surroundings: Surroundings, duration: float) -> None:
    """Let everything happen for a while, fed at 50 Hz."""
    end = time.monotonic() + duration
    fed = 0.0
    while time.monotonic() < end:
        if time.monotonic() - fed > 0.02:
            surroundings.feed()
            fed = time.monotonic()
        executor.spin_once(timeout_sec=0.005)


def measure(name: str, cycles: int, ear: Ear) -> dict[str, Any]:
    """Lead one node through its cycles and return the figures."""
    node = getattr(importlib.import_module(f'icv_v2x.nodes.{name}'), NODES[name])()
    surroundings = Surroundings(name)
    ear.others = list(surroundings.node.publishers)
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    executor.add_node(surroundings.node)
    settled = max(2, cycles // 5)
    figures: dict[str, Any] = {'node': name, 'cycles': cycles, 'said while active': 0,
                               'said while inactive': 0, 'failed transitions': 0}
    begin = time.monotonic()
    for cycle in range(cycles):
        if cycle == settled:
            gc.collect()
            figures['before'] = (resident(), descriptors(), len(gc.get_objects()))
        for change, state in (
            (node.trigger_configure, State.PRIMARY_STATE_INACTIVE),
            (node.trigger_activate, State.PRIMARY_STATE_ACTIVE),
            (node.trigger_deactivate, State.PRIMARY_STATE_INACTIVE),
            (node.trigger_cleanup, State.PRIMARY_STATE_UNCONFIGURED),
        ):
            change()
            figures['failed transitions'] += node._state_machine.current_state[0] != state
            before = ear.said
            if state == State.PRIMARY_STATE_ACTIVE:
                spin(executor, surroundings, ACTIVE)
                figures['said while active'] += ear.said - before
                continue
            spin(executor, surroundings, INACTIVE)
            figures['said while inactive'] += ear.said - before
    gc.collect()
    after = (resident(), descriptors(), len(gc.get_objects()))
    for what, first, last in zip(
        ('memory [MB]', 'open files', 'objects'), figures.pop('before'), after, strict=True,
    ):
        figures[f'growth of {what}'] = round(last - first, 2)
    figures['exceptions'] = node.exceptions
    figures['seconds'] = round(time.monotonic() - begin, 1)
    executor.shutdown()
    node.destroy_node()
    surroundings.node.destroy_node()
    return figures


def main() -> None:
    """Measure the nodes named and write one JSON object for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--cycles', type=int, default=100)
    parser.add_argument('--nodes', nargs='+', default=list(NODES), choices=list(NODES))
    parser.add_argument('--params', type=Path, required=True)
    options = parser.parse_args()
    rclpy.init(args=[
        '--ros-args', '--params-file', str(options.params), '-p', 'autostart:=false',
        '-p', 'transmit.enabled:=true', '-p', 'udp.bind_port:=0'])
    ear = Ear()
    for name in options.nodes:
        sys.stdout.write(json.dumps(measure(name, options.cycles, ear)) + '\n')
        sys.stdout.flush()
    rclpy.shutdown()


if __name__ == '__main__':
    main()
