# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A consumer of /v2x/advisories that any stack can begin with: a speed cap, and nothing unsafe.

It shows the four duties of docs/safety.md: use an advisory until it expires, take silence as no
advice, check every message, and bound what rests on radio alone. The cap is published ten times a
second on ~/speed_cap as a Float64; infinite means that nothing bounds the speed.

./dev run python examples/cautious_consumer.py --ros-args -p radio_deceleration:=2.0
"""

from __future__ import annotations

import math
import time

import rclpy
from nav_msgs.msg import Odometry
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from std_msgs.msg import Float64

from icv_v2x.consumer import AdvisoryGuard, Limits, speed_cap
from icv_v2x_msgs.msg import AdvisoryArray

BEST_EFFORT = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
RELIABLE = QoSProfile(depth=1, reliability=ReliabilityPolicy.RELIABLE)


class CautiousConsumer(Node):
    """Turns advisories into the greatest speed that may be driven now."""

    def __init__(self) -> None:
        """Listen to advisories and to the own speed."""
        super().__init__('cautious_consumer')
        bound = self.declare_parameter('radio_deceleration', 3.0).value
        self._guard = AdvisoryGuard(Limits(radio_deceleration=float(bound)))
        self._speed = math.nan
        self._text = ''
        self.create_subscription(AdvisoryArray, 'v2x/advisories', self._advise, RELIABLE)
        self.create_subscription(
            Odometry, 'localization/kinematic_state', self._move, BEST_EFFORT)
        self._cap = self.create_publisher(Float64, '~/speed_cap', RELIABLE)
        self.create_timer(0.1, self._plan)

    def _advise(self, message: AdvisoryArray) -> None:
        # Two clocks: advisories expire by ROS time, the heartbeat by one that never jumps.
        refusal = self._guard.take(
            message, now=self.get_clock().now().nanoseconds, steady=time.monotonic_ns())
        if refusal is not None:
            self.get_logger().warning(f'refused: {refusal.value}', throttle_duration_sec=1.0)

    def _move(self, message: Odometry) -> None:
        self._speed = message.twist.twist.linear.x

    def _plan(self) -> None:
        # Asked anew whenever the planner plans: what was in force a moment ago may be over.
        now, steady = self.get_clock().now().nanoseconds, time.monotonic_ns()
        in_force = self._guard.in_force(now=now, steady=steady)
        cap = None
        if math.isfinite(self._speed):
            cap = speed_cap(
                in_force, self._guard, self._speed, margin=3.0, brake=False, advice=False)
        self._cap.publish(Float64(data=math.inf if cap is None else float(cap.speed)))
        text = 'no cap' if cap is None else f'{cap.speed:.1f} m/s: {cap.advisory.reason}'
        if not self._guard.alive(steady):
            text = 'no cap: /v2x/advisories is silent'
        if text.partition(':')[0] != self._text.partition(':')[0]:
            self.get_logger().info(text)
        self._text = text


def main() -> None:
    """Run until interrupted."""
    rclpy.init()
    node = CautiousConsumer()
    try:
        rclpy.spin(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        node.destroy_node()
        rclpy.try_shutdown()


if __name__ == '__main__':
    main()
