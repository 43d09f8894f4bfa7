# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A process that publishes a scripted drive as a vehicle would, minute after minute."""

from __future__ import annotations

import argparse
import bisect
import time
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import rclpy
from rosgraph_msgs.msg import Clock

from icv_v2x.faults import Flood, Mutate, degrade
from icv_v2x.inputs import FrameBatch, Odometry
from icv_v2x.interchange.topics import OBU_FRAMES, ODOMETRY, OWN_DETECTIONS, READ_TOPICS
from icv_v2x.nodes import qos
from icv_v2x.nodes.message_classes import encoder, message_class
from icv_v2x.scenes import Scene, inputs
from icv_v2x.tools.fault_bench.drives import junction_scene
from icv_v2x.translate.reports import ObjectReports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.faults import Operator

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
REPEAT = 10 * SECOND
"""The drive with a threat begins anew so often."""
SIMULATED = 30_000_000 * MINUTE
"""When simulated time begins."""

# What is later than this is left out, as after a jump.
_LATE = SECOND // 10
_PAUSE = 0.005
_INSTANTS = ('stamp', 'reception_time', 'generation_time', 'time')


@dataclass
class FeederClock:
    """The time of the drive: that of the system, or simulated time that runs and jumps as told.

    Attributes:
        rate: Of simulated time, 0: the time of the system.
        jumps: When after the begin [s of real time], and by how much [s].
    """

    rate: float
    jumps: list[tuple[float, float]]

    def __post_init__(self) -> None:
        self._begin = time.monotonic_ns()

    def now(self) -> int:
        """Return the time [ns]."""
        if not self.rate:
            return time.time_ns()
        passed = time.monotonic_ns() - self._begin
        shift = sum(by for after, by in self.jumps if passed >= after * SECOND)
        return SIMULATED + round(passed * self.rate) + round(shift * SECOND)


def standing(senders: int, start: int) -> Scene:
    """Return a minute among vehicles that stand beside the road."""
    scene = Scene(duration=59.98, start=start)
    scene.ego(0.0)
    for number in range(senders):
        scene.car(
            f'car{number}', speed=0.0, x=-200.0 + 9.0 * (number // 2),
            y=12.0 if number % 2 else -12.0)
    return scene


def minute(
    kind: str, senders: int, operators: Sequence[Operator], start: int,
) -> list[tuple[int, Any]]:
    """Return the timed inputs of one minute that begins at an instant [ns]."""
    if kind == 'threat':
        timed: list[tuple[int, Any]] = []
        for begin in range(start, start + MINUTE, REPEAT):
            timed += inputs(junction_scene().placed(start=begin))
    else:
        timed = list(inputs(standing(senders, start)))
    return list(degrade(timed, operators))


def later(record: Any, shift: int) -> Any:
    """Return a record with all its instants moved [ns]."""
    changes: dict[str, Any] = {}
    for name in _INSTANTS:
        if name in {field.name for field in fields(record)}:
            value = getattr(record, name)
            changes[name] = (
                np.where(value > 0, value + shift, 0) if isinstance(value, np.ndarray)
                else value + shift)
    if isinstance(record, FrameBatch) and record.scope is not None:
        changes['scope'] = record.scope.later(shift)
    return replace(record, **changes)


class Feeder:
    """Publishes what is due."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Make the minute and the publishers."""
        operators: list[Operator] = [Mutate(options.bad)] if options.bad else []
        if options.flood:
            operators.append(Flood(options.flood[0], options.flood[1]))
        simulated = options.clock > 0.0
        start = SIMULATED if simulated else time.time_ns() // MINUTE * MINUTE
        self._timed = minute(options.kind, options.senders, operators, start)
        self._times = [log_time for log_time, _ in self._timed]
        self._start = start
        self._node = rclpy.create_node('fault_feeder', namespace=options.namespace)
        self._made = encoder()
        self._publishers = {
            topic: self._node.create_publisher(
                message_class(READ_TOPICS[topic]), topic.lstrip('/'),
                qos.radio_input() if options.best_effort else qos.radio_output())
            for topic in (OBU_FRAMES, ODOMETRY, OWN_DETECTIONS)
            if topic != OBU_FRAMES or not options.silent}
        self._ticks = self._node.create_publisher(Clock, '/clock', 10) if simulated else None
        self._clock = FeederClock(options.clock, options.jump or [])
        self._last = self._clock.now()

    def step(self) -> None:
        """Publish all that has become due since the last step."""
        now = self._clock.now()
        if self._ticks is not None:
            tick = Clock()
            tick.clock.sec, tick.clock.nanosec = divmod(now, SECOND)
            self._ticks.publish(tick)
        since = max(self._last, now - _LATE) if now >= self._last else now
        while since < now:
            turn = (since - self._start) // MINUTE * MINUTE
            until = min(now, self._start + turn + MINUTE)
            first = bisect.bisect_left(self._times, since - turn)
            for _, record in self._timed[first:bisect.bisect_left(self._times, until - turn)]:
                self._publish(later(record, turn))
            since = until
        self._last = now

    def _publish(self, record: Any) -> None:
        if isinstance(record, FrameBatch):
            if OBU_FRAMES not in self._publishers:
                return
            self._publishers[OBU_FRAMES].publish(self._made.obu_frames(record))
        elif isinstance(record, Odometry):
            self._publishers[ODOMETRY].publish(self._made.odometry(record))
        elif isinstance(record, ObjectReports) and len(record):
            self._publishers[OWN_DETECTIONS].publish(
                self._made.object_array(record, int(record.time[0])))


def main(arguments: Sequence[str] | None = None) -> None:
    """Publish until the end comes from outside."""
    parser = argparse.ArgumentParser()
    parser.add_argument('kind', choices=('threat', 'standing'))
    parser.add_argument('--senders', type=int, default=10)
    parser.add_argument('--bad', type=float, default=0.0)
    parser.add_argument('--flood', type=int, nargs=2, metavar=('FRAMES', 'SENDERS'))
    parser.add_argument('--namespace', default='')
    parser.add_argument('--best-effort', action='store_true', help='offer no more than that')
    parser.add_argument('--silent', action='store_true', help='without a driver of the radio')
    parser.add_argument(
        '--clock', type=float, default=0.0, help='publish simulated time that runs at this rate')
    parser.add_argument(
        '--jump', type=float, nargs=2, action='append', metavar=('AFTER', 'BY'))
    options = parser.parse_args(arguments)
    rclpy.init(args=[])
    feeder = Feeder(options)
    while rclpy.ok():
        feeder.step()
        time.sleep(_PAUSE)


if __name__ == '__main__':
    main()
