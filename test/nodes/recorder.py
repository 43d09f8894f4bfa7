# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A process that writes down what the planning stack hears, one JSON object per message."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.executors import SingleThreadedExecutor

from icv_v2x.advisory.types import Application, Level, Mode
from icv_v2x.interchange import crc32
from icv_v2x.interchange.from_message import nanoseconds
from icv_v2x_msgs.msg import AdvisoryArray


def main() -> None:
    """Records until it is killed; the output is complete after every line."""
    rclpy.init()
    node = rclpy.create_node('recorder')

    def write(value: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(value) + '\n')
        sys.stdout.flush()

    def take(message: AdvisoryArray) -> None:
        write({
            'kind': 'advisories',
            'stamp': nanoseconds(message.header.stamp),
            'arrival': time.time_ns(),
            'sequence': message.sequence,
            'sound': crc32(message) == message.crc32,
            'mode': Mode(message.mode).name,
            'mode_reason': message.mode_reason,
            'limits_hash': message.limits_hash,
            'advisories': [{
                'id': a.id, 'application': Application(a.application).name,
                'level': Level(a.level).name, 'subject_ids': list(a.subject_ids),
                'valid_until': nanoseconds(a.valid_until), 'reason': a.reason,
                'rule': a.rule,
            } for a in message.advisories],
        })

    def diagnose(message: DiagnosticArray) -> None:
        write({'kind': 'diagnostics', 'arrival': time.time_ns(), 'status': {
            status.name: {
                'level': status.level[0], 'message': status.message,
                **{entry.key: entry.value for entry in status.values},
            } for status in message.status}})

    node.create_subscription(AdvisoryArray, '/v2x/advisories', take, 10)
    node.create_subscription(DiagnosticArray, '/diagnostics', diagnose, 10)
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    write({'kind': 'ready'})
    executor.spin()


if __name__ == '__main__':
    main()
