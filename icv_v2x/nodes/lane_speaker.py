# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Publishes the road for everyone who comes later too, anew only when it has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.nodes import qos
from icv_v2x.roads import road_model

if TYPE_CHECKING:
    from icv_v2x.nodes.managed_node import ManagedNode
    from icv_v2x.roads import RoadModel


class LaneSpeaker:
    """Speaks on `v2x/lanes`."""

    def __init__(self, node: ManagedNode) -> None:
        """Make the publisher."""
        self._node = node
        self._publish = node.speak(
            'v2x/lanes', 'icv_v2x_msgs/msg/LaneArray', qos.standing_output())
        self._shown: RoadModel | None = None

    def show(self, road: RoadModel, instant: int) -> None:
        """Publish the road if it is not the one shown last.

        Args:
            road: The road.
            instant: Stamp of the message [ns since the Unix epoch].
        """
        if road is not self._shown:
            self._shown = road
            self._publish(self._node.encoder.lane_array(road, instant))

    def withdraw(self, stamp: int) -> None:
        """Publish that no road is known, in the place of what late subscribers still get.

        Args:
            stamp: The instant [ns since the Unix epoch].
        """
        if self._shown is not None:
            self._publish(self._node.encoder.lane_array(road_model(()), stamp))
            self._shown = None
