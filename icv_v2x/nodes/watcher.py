# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The present by the topics of the running package, for a program that is no node of it."""

from __future__ import annotations

import math
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

from icv_v2x.inputs import BatchError, Indicator, Odometry
from icv_v2x.interchange import from_message
from icv_v2x.interchange.from_message import ConversionError
from icv_v2x.interchange.topics import ODOMETRY
from icv_v2x.nodes import qos
from icv_v2x.nodes.message_classes import message_class
from icv_v2x.report.live_view import Health, InputLine, LiveView, ego_text, track_lines
from icv_v2x.world.ego import EgoState

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from icv_v2x.advisory.types import Advisory, Mode
    from icv_v2x.world.tracks import Tracks

# What was heard counts for so long [s].
_FRESH = 1.0
_TRACKS = 200
_HEALTH = {
    DiagnosticStatus.OK: Health.GOOD, DiagnosticStatus.WARN: Health.WARN,
    DiagnosticStatus.ERROR: Health.BAD, DiagnosticStatus.STALE: Health.WARN,
}
# Diagnostics come once a second.
_TOLD = 3.0


def watch(namespace: str, period: float) -> Generator[LiveView, None, None]:
    """Yield the present until an interruption.

    Args:
        namespace: Of the package.
        period: How often [s].

    Raises:
        KeyboardInterrupt: After SIGINT, everything closed.
    """
    context = rclpy.Context()
    rclpy.init(context=context, signal_handler_options=SignalHandlerOptions.NO, args=[])
    stopped = threading.Event()
    # An interrupt that is raised within a callback of the middleware gets lost.
    before = signal.signal(signal.SIGINT, lambda *_: stopped.set())
    node = rclpy.create_node(
        'icv_v2x_watch', context=context, namespace=namespace or None)
    executor = SingleThreadedExecutor(context=context)
    try:
        executor.add_node(node)
        heard = _Heard(node)
        due = time.monotonic()
        while not stopped.is_set():
            executor.spin_once(timeout_sec=0.05)
            if time.monotonic() >= due:
                due = time.monotonic() + period
                yield heard.view()
    finally:
        signal.signal(signal.SIGINT, before)
        executor.shutdown()
        node.destroy_node()
        rclpy.try_shutdown(context=context)
    raise KeyboardInterrupt


class _Heard:
    """The newest of every topic, and when it came."""

    def __init__(self, node: Any) -> None:
        self._newest: dict[str, tuple[float, Any]] = {}
        self._inputs: dict[str, tuple[float, InputLine]] = {}
        self._unreadable: dict[str, str] = {}
        messages = 'icv_v2x_msgs/msg'
        listened: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
            ('v2x/objects', f'{messages}/ObjectArray', from_message.tracks),
            ('v2x/advisories', f'{messages}/AdvisoryArray', _said),
            ('v2x/shadow/advisories', f'{messages}/AdvisoryArray', _said),
            (ODOMETRY.lstrip('/'), 'nav_msgs/msg/Odometry', from_message.odometry),
        )
        for topic, kind, decode in listened:
            node.create_subscription(
                message_class(kind), topic, self._keeper(topic, decode), qos.newest_input())
        node.create_subscription(DiagnosticArray, '/diagnostics', self._diagnose, 50)

    def view(self) -> LiveView:
        """Return the present."""
        now = time.monotonic()
        mode, reason, said = self._fresh('v2x/advisories', now) or (
            None, 'no advisories are heard', ())
        withheld = self._fresh('v2x/shadow/advisories', now)
        if withheld is not None:
            _, _, said = withheld
        tracks: Tracks | None = self._fresh('v2x/objects', now)
        odometry = self._fresh(ODOMETRY.lstrip('/'), now)
        ego = None if odometry is None else _ego(odometry, tracks)
        lines = sorted(
            (line for came, line in self._inputs.values() if now - came <= _TOLD),
            key=lambda line: (-line.health, line.name))
        lines += [
            InputLine(topic, Health.BAD, text) for topic, text in self._unreadable.items()]
        return LiveView(
            time=time.strftime('%H:%M:%S'), mode=mode, reason=reason, ego=ego_text(ego),
            advisories=said,
            tracks=() if tracks is None else track_lines(tracks, ego, said, _TRACKS),
            count=0 if tracks is None else len(tracks), inputs=tuple(lines))

    def _keeper(self, topic: str, decode: Callable[[Any], Any]) -> Callable[[Any], None]:
        def keep(message: Any) -> None:
            try:
                self._newest[topic] = (time.monotonic(), decode(message))
                self._unreadable.pop(topic, None)
            except (BatchError, ConversionError) as error:
                self._unreadable[topic] = str(error)

        return keep

    def _fresh(self, topic: str, now: float) -> Any:
        came, value = self._newest.get(topic, (-math.inf, None))
        return value if now - came <= _FRESH else None

    def _diagnose(self, message: Any) -> None:
        for status in message.status:
            if status.hardware_id != 'icv_v2x':
                continue
            node, _, what = status.name.partition(': ')
            health = _HEALTH.get(status.level, Health.BAD)
            # Of what is well only the inputs are of interest.
            if what.startswith('input ') or health != Health.GOOD:
                name = f'{node.rsplit("/", 1)[-1]} {what.removeprefix("input ")}'
                self._inputs[status.name] = (
                    time.monotonic(), InputLine(name, health, status.message))
            else:
                self._inputs.pop(status.name, None)


def _said(message: Any) -> tuple[Mode, str, tuple[Advisory, ...]]:
    _, mode, advisories = from_message.advisory_array(message)
    return mode, str(message.mode_reason), advisories


def _ego(odometry: Odometry, tracks: Tracks | None) -> EgoState:
    """Return where the ego is, as far as one message tells; its size does not matter here."""
    stamp = odometry.stamp if tracks is None else tracks.stamp
    return EgoState(
        stamp=stamp, x=odometry.x, y=odometry.y, z=odometry.z, heading=odometry.yaw,
        speed=odometry.velocity_x, acceleration=0.0, yaw_rate=odometry.yaw_rate, length=0.0,
        width=0.0, height=math.nan, position_deviation=math.nan,
        age=max(0.0, (stamp - odometry.stamp) / 1e9), indicator=Indicator.NONE)
