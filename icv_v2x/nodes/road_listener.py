# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What a node keeps of the road and its signals, as the translator tells of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from icv_v2x.interchange.lane_message import road_maps
from icv_v2x.interchange.signal_message import signals
from icv_v2x.nodes import qos
from icv_v2x.roads import road_model
from icv_v2x.signals.signals import Signals, no_signals

if TYPE_CHECKING:
    from icv_v2x.nodes.managed_node import ManagedNode
    from icv_v2x.roads import RoadModel

# Signals are known for their own instant only; one cycle may be lost [ns].
_SIGNALS_LATE = 100_000_000


class RoadListener:
    """Hears lanes, which are told once, and signals, which are told every cycle.

    Attributes:
        roads: The road as far as it is known, None before the first map.
    """

    def __init__(self, node: ManagedNode) -> None:
        """Listen; both may be silent, where no road-side unit is."""
        self.roads: RoadModel | None = None
        self._versions = 0
        self._signals = no_signals(0)
        node.listen(
            'v2x/signals', 'icv_v2x_msgs/msg/SignalArray', qos.stage_input(),
            self._hear_signals, required=False, silent_after=3600.0)
        node.listen(
            'v2x/lanes', 'icv_v2x_msgs/msg/LaneArray', qos.standing_output(), self._hear_lanes,
            required=False, silent_after=3600.0)

    def signals(self, stamp: int) -> Signals:
        """Return the signals at an instant [ns], none where they were told of at another one."""
        late = abs(stamp - self._signals.stamp) > _SIGNALS_LATE
        return no_signals(stamp) if late else self._signals

    def clear(self) -> None:
        """Forget the road and its signals."""
        self.roads = None
        self._signals = no_signals(0)

    def _hear_signals(self, message: Any) -> None:
        self._signals = signals(message)

    def _hear_lanes(self, message: Any) -> None:
        self._versions += 1
        self.roads = road_model(road_maps(message).maps, self._versions)
