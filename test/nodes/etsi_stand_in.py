# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A process that publishes European messages that are installed, and hears what they become."""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from pathlib import Path
from typing import Any

import rclpy

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from strategies import etsi

from icv_v2x.nodes.etsi_adapter import TYPES
from icv_v2x.nodes.message_classes import message_class
from icv_v2x_msgs.msg import LaneArray, ObjectArray, RoadEventArray, SignalArray

CONTENT: dict[str, Any] = {
    'cam': etsi.cam, 'vam': etsi.vam, 'cpm': lambda: etsi.cpm(etsi.seen(1, 100.0, 0.0)),
    'denm': etsi.denm, 'spatem': etsi.spatem, 'mapem': etsi.mapem}
HEARD = {
    'objects': ObjectArray, 'road_events': RoadEventArray, 'signals': SignalArray,
    'lanes': LaneArray}
PERIOD = 0.1


def main() -> None:
    """Publishes for some seconds and writes down the last of what was heard."""
    rclpy.init()
    node = rclpy.create_node('etsi_stand_in')
    types = {
        kind: names[0] for kind, names in TYPES.items()
        if importlib.util.find_spec(names[0].split('/')[0]) is not None}
    speak = {
        kind: node.create_publisher(message_class(name), f'/etsi/{kind}', 10)
        for kind, name in types.items()}
    heard: dict[str, dict[str, Any]] = {}

    def keep(kind: str, message: Any) -> None:
        if kind == 'objects':
            for row, sender in enumerate(message.sender_id):
                heard[f'object {sender}'] = {
                    'x': message.x[row], 'y': message.y[row], 'heading': message.heading[row],
                    'speed': message.speed[row], 'age': message.age[row],
                    'verification': message.verification[row]}
        elif kind == 'signals':
            heard[kind] = {'light': list(message.light), 'phase': list(message.phase_id)}
        elif kind == 'lanes':
            heard[kind] = {'lanes': list(message.lane_id)}
        elif len(message.code):
            heard[kind] = {'code': list(message.code)}

    for kind, message_type in HEARD.items():
        node.create_subscription(
            message_type, f'/obu/{kind}', lambda message, kind=kind: keep(kind, message), 10)
    while not all(node.count_subscribers(f'/etsi/{kind}') for kind in types):
        rclpy.spin_once(node, timeout_sec=0.05)
    end = time.monotonic() + float(sys.argv[1])
    while time.monotonic() < end:
        etsi.GENERATED = time.time_ns()
        etsi.TIMESTAMP = etsi.GENERATED // 1_000_000 - etsi.BEGIN + 1000 * etsi.LEAP_SECONDS
        for kind, name in types.items():
            speak[kind].publish(etsi.real(name, CONTENT[kind]()))
        until = time.monotonic() + PERIOD
        while time.monotonic() < until:
            rclpy.spin_once(node, timeout_sec=0.02)
    sys.stdout.write(json.dumps({'kinds': sorted(types), 'heard': heard}))


if __name__ == '__main__':
    main()
