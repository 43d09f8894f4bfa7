# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A process with the node that draws, a driver of its inputs, and viewers that come and go."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numpy as np
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from strategies.road_maps import crossing, model_of
from strategies.runs import make_advisory, make_tracks
from visualization_msgs.msg import MarkerArray

from icv_v2x.advisory.types import Level, Mode
from icv_v2x.inputs import Odometry
from icv_v2x.nodes.message_classes import encoder, message_class
from icv_v2x.nodes.v2x_markers import V2xMarkers

MESSAGES = encoder()
STANDING = QoSProfile(
    depth=1, reliability=ReliabilityPolicy.RELIABLE, durability=DurabilityPolicy.TRANSIENT_LOCAL)


class Drive:
    """Publishes what the stack would, one car coming towards the ego."""

    def __init__(self, node: Any) -> None:
        def publisher(kind: str, topic: str, qos: Any = 10) -> Any:
            return node.create_publisher(message_class(kind), topic, qos)

        self.node = node
        self.odometry = publisher('nav_msgs/msg/Odometry', '/localization/kinematic_state')
        self.objects = publisher('icv_v2x_msgs/msg/ObjectArray', '/v2x/objects')
        self.advisories = publisher('icv_v2x_msgs/msg/AdvisoryArray', '/v2x/advisories')
        lanes = publisher('icv_v2x_msgs/msg/LaneArray', '/v2x/lanes', STANDING)
        lanes.publish(MESSAGES.lane_array(model_of(crossing(arm=60.0)), self.now))
        self.begin = time.monotonic()
        self.count = 0

    @property
    def now(self) -> int:
        return int(self.node.get_clock().now().nanoseconds)

    def step(self) -> None:
        """Publishes one instant."""
        now, x = self.now, 10.0 * (time.monotonic() - self.begin)
        self.count += 1
        self.odometry.publish(MESSAGES.odometry(Odometry(
            stamp=now, frame_id='map', x=x, y=0.0, z=0.0, yaw=0.0, velocity_x=10.0,
            velocity_y=0.0, yaw_rate=0.0)))
        tracks = make_tracks(
            now, x=[300.0 - x, 50.0], y=[0.0, 8.0], heading=[np.pi, 0.0], speed=[10.0, 0.0])
        self.objects.publish(MESSAGES.object_array(tracks))
        self.advisories.publish(MESSAGES.advisory_array(
            now, self.count, Mode.ACTIVE, '',
            (make_advisory(Level.WARNING, subject_ids=(tracks.name(0),)),)))


def main() -> None:
    """Runs through the acts and writes what happened as JSON."""
    rclpy.init()
    markers, helper = V2xMarkers(), rclpy.create_node('helper')
    executor = SingleThreadedExecutor()
    executor.add_node(markers)
    executor.add_node(helper)
    drive = Drive(helper)

    def act(seconds: float) -> None:
        end, due = time.monotonic() + seconds, 0.0
        while time.monotonic() < end:
            if time.monotonic() >= due:
                drive.step()
                due = time.monotonic() + 0.05
            executor.spin_once(timeout_sec=0.01)

    def view() -> tuple[Any, list[tuple[float, MarkerArray]]]:
        seen: list[tuple[float, MarkerArray]] = []
        subscription = helper.create_subscription(
            MarkerArray, '/v2x/markers', lambda m: seen.append((time.monotonic(), m)), 10)
        return subscription, seen

    told: dict[str, Any] = {}
    act(1.5)
    told['listeners before'] = helper.count_subscribers('/v2x/objects')
    first, seen = view()
    act(3.0)
    told['listeners while viewed'] = helper.count_subscribers('/v2x/objects')
    second, late = view()
    began = time.monotonic()
    act(1.5)
    told['arrivals'] = [came for came, _ in seen]
    told['namespaces'] = sorted({m.ns for _, array in seen for m in array.markers})
    told['late'] = sorted({m.ns for _, array in late for m in array.markers})
    told['late after'] = late[0][0] - began if late else None
    told['sizes'] = [len(array.markers) for _, array in seen]
    told['lanes sent'] = sum(m.ns == 'lanes' for _, array in seen for m in array.markers)
    told['parked sent'] = sum(
        m.ns == 'objects' and abs(m.pose.position.y - 8.0) < 0.1
        for _, array in seen for m in array.markers)
    told['life'] = sorted({m.lifetime.sec for _, array in seen for m in array.markers
                           if m.action == m.ADD})
    ids = {m.id for _, array in seen for m in array.markers
           if m.ns == 'objects' and abs(m.pose.position.y) < 0.1}
    told['ids of one car'] = len(ids)
    for subscription in (first, second):
        helper.destroy_subscription(subscription)
    act(1.5)
    told['listeners after'] = helper.count_subscribers('/v2x/objects')
    told['exceptions'] = markers.exceptions
    third, last = view()
    act(0.8)
    markers.trigger_deactivate()
    act(0.5)
    told['last action'] = [m.action for m in last[-1][1].markers]
    del third
    sys.stdout.write(json.dumps(told))


if __name__ == '__main__':
    main()
