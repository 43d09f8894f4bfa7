# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""When a basic safety message is due: ten times a second, at once where an event begins."""

from __future__ import annotations

import math

from icv_v2x.clock import NANOSECONDS
from icv_v2x.message_set.enumerations import VehicleEvent

PERIOD = 100_000_000
"""Between two basic safety messages of an unhindered sender, and while an event lasts [ns]."""

# GB/T 45315-2025 annex C: period [s] by channel busy ratio and speed [km/h]
_SPEEDS = (5.0, 10.0, 25.0)
_LOADS = ((0.6, (0.1, 0.1, 0.1, 0.1)), (0.8, (1.0, 0.5, 0.2, 0.1)), (1.0, (1.0, 0.5, 0.4, 0.1)))
_HELD_MESSAGES = 10
_KILOMETRES_PER_HOUR = 3.6


def period_under_load(channel_busy_ratio: float, speed: float) -> int:
    """Return the period that annex C of GB/T 45315-2025 allows (table of channel busy ratios).

    Args:
        channel_busy_ratio: Share of the channel in use, 0..1; NaN where nobody measures it.
        speed: Of the vehicle, either way [m/s].

    Returns:
        [ns].
    """
    if math.isnan(channel_busy_ratio):
        return PERIOD
    periods = next(
        (periods for most, periods in _LOADS if channel_busy_ratio <= most), _LOADS[-1][1])
    pace = abs(speed) * _KILOMETRES_PER_HOUR
    at = sum(pace > limit for limit in _SPEEDS)
    return round(periods[at] * NANOSECONDS)


class CongestionControl:
    """The period in force, which is kept for ten messages at least before it changes.

    Attributes:
        period: Between two regular messages [ns].
    """

    def __init__(self) -> None:
        """Start with the unhindered period."""
        self.period = PERIOD
        self._sent = _HELD_MESSAGES

    def sent(self, channel_busy_ratio: float, speed: float) -> None:
        """Take note of a message and of the state it was sent in, as `period_under_load`."""
        self._sent += 1
        wanted = period_under_load(channel_busy_ratio, speed)
        if wanted != self.period and self._sent >= _HELD_MESSAGES:
            self.period = wanted
            self._sent = 0


class BsmSchedule:
    """Says at every call whether a message is due now.

    A message is due at once when sending becomes possible, a period after the one before, and at
    once when an event begins, which cancels the pending one. Being called late makes one message
    late, not the ones after it.
    """

    def __init__(self) -> None:
        """Start without having sent."""
        self._next: int | None = None
        self._last: int | None = None
        self._events = VehicleEvent(0)

    def stop(self) -> None:
        """Take note that nothing can be sent now."""
        self._next = None
        self._events = VehicleEvent(0)

    def due(self, now: int, events: VehicleEvent, period: int = PERIOD) -> bool:
        """Tell whether a message is due; if so it counts as sent.

        Args:
            now: [ns since the Unix epoch], not decreasing.
            events: Events under way.
            period: Between two regular messages [ns].

        Returns:
            Whether to send now.
        """
        if events:
            period = PERIOD
        begun = events & ~self._events
        self._events = events
        if self._next is None:
            self._next = now if self._last is None else max(now, self._last + PERIOD)
        if self._last is not None:
            self._next = min(self._next, self._last + period)
        if begun:
            self._next = now
        if now < self._next:
            return False
        on_time = now - self._next < period
        self._next = (self._next if on_time else now) + period
        self._last = now
        return True
