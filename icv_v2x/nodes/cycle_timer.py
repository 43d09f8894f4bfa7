# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Cycles at whole multiples of a period of ROS time, so that nodes and replays agree on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rclpy.clock import Clock, ClockType

if TYPE_CHECKING:
    from collections.abc import Callable

    from rclpy.node import Node
    from rclpy.timer import Timer

STEP_BACK = 100_000_000
"""ROS time that goes back by more than this [ns] begins a new epoch."""

# Preparing begins so long before an instant at first, at least and at most, as a share of the
# period; by the step of [s] the time is adapted to what it takes.
_LEAD, _LEAD_MINIMUM, _LEAD_MAXIMUM = 0.3, 0.1, 0.6
_LEAD_STEP = 0.001
# How many of the preparations are to be ready at the instant.
_READY = 0.9

# A timer that fires this much [ns] early would find the instant before.
_MARGIN = 200_000


class Lead:
    """How long before an instant its preparation begins, as that has taken lately.

    Attributes:
        time: [s].
    """

    def __init__(self, period: float) -> None:
        """Begin with a guess; `period` of the cycle in s."""
        self._period = period
        self.time = _LEAD * period

    def learn(self, duration: float) -> None:
        """Follow the time that nine of ten preparations keep to; one took `duration` [s]."""
        step = _LEAD_STEP * (_READY if duration > self.time else _READY - 1.0)
        self.time = min(
            max(self.time + step, _LEAD_MINIMUM * self._period), _LEAD_MAXIMUM * self._period)


class CycleTimer:
    """Calls back once for every instant that is a multiple of the period.

    With simulated time the timer runs on it. Otherwise it runs on the steady clock and is set
    anew for every instant, so that a step of the system time neither stops nor bunches cycles.
    Instants that pass while the process is busy are left out and counted.

    Attributes:
        skipped: Instants that were left out.
    """

    def __init__(
        self, node: Node, period: int, callback: Callable[[int], None], *,
        offset: int = 0, guard: Callable[[Callable[[], None]], Callable[[], None]],
    ) -> None:
        """Start.

        Args:
            node: Whose clock counts.
            period: [ns].
            callback: Takes the instant [ns since the Unix epoch].
            offset: How long after each instant the callback comes [ns].
            guard: Wraps what the executor calls.
        """
        self.skipped = 0
        self._node = node
        self._period = period
        self._offset = offset
        self._callback = callback
        self._last: int | None = None
        self._call = guard(self._fire)
        self._timer: Timer | None = None
        self.restart()

    def restart(self) -> None:
        """Start anew, as after a step of time or a change between simulated and system time."""
        self.stop()
        self._last = None
        clock = self._node.get_clock()
        if not clock.ros_time_is_active:
            clock = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = self._node.create_timer(
            self._until_next() * 1e-9, self._call, clock=clock)

    def delay(self, offset: int) -> None:
        """Call back so long after each instant from the next one on [ns]."""
        self._offset = offset

    def stop(self) -> None:
        """End; no call comes any more."""
        if self._timer is not None:
            self._node.destroy_timer(self._timer)
            self._timer = None

    def _until_next(self) -> int:
        now = self._node.get_clock().now().nanoseconds
        return self._period - (now - self._offset) % self._period + _MARGIN

    def _fire(self) -> None:
        now = self._node.get_clock().now().nanoseconds
        try:
            # Simulated time is 0 until the first message on /clock.
            if now > 0:
                self._reach((now - self._offset) // self._period * self._period)
        finally:
            if self._timer is not None:
                self._timer.timer_period_ns = self._until_next()
                self._timer.reset()

    def _reach(self, instant: int) -> None:
        last = self._last
        if last is not None:
            if last - STEP_BACK < instant <= last:
                return
            self.skipped += max(0, (instant - last) // self._period - 1)
        self._last = instant
        self._callback(instant)
