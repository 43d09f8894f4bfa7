# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Publishes road events: at every instant while there are some, else now and then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.nodes import qos
from icv_v2x.translate.road_events import no_road_events

if TYPE_CHECKING:
    from icv_v2x.nodes.managed_node import ManagedNode
    from icv_v2x.translate.road_events import RoadEvents

# Instants between two messages that say that there is nothing.
_SELDOM = 10


class RoadEventSpeaker:
    """Speaks on `v2x/road_events`."""

    def __init__(self, node: ManagedNode) -> None:
        """Make the publisher."""
        self._node = node
        self._publish = node.speak(
            'v2x/road_events', 'icv_v2x_msgs/msg/RoadEventArray', qos.output())
        self._silent = _SELDOM

    def show(self, events: RoadEvents, instant: int) -> None:
        """Publish the events; none are told at once, and then seldom.

        Args:
            events: The events.
            instant: Stamp of the message [ns since the Unix epoch].
        """
        self._silent = 0 if len(events) else self._silent + 1
        if len(events) or self._silent == 1 or self._silent >= _SELDOM:
            self._silent = min(self._silent, 1)
            self._publish(self._node.encoder.road_event_array(events, instant))

    def withdraw(self, stamp: int) -> None:
        """Publish that there are none; `stamp` in ns since the Unix epoch."""
        self._publish(self._node.encoder.road_event_array(no_road_events(), stamp))
        self._silent = _SELDOM
