# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Publishes the way to a slot or out of a parking area, and once that there is none any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.nodes import qos
from icv_v2x.nodes.shadow import topic_of

if TYPE_CHECKING:
    from icv_v2x.nodes.managed_node import ManagedNode
    from icv_v2x.parking import Guidance

# A way that only grows shorter is published this often [ns].
_PERIOD = 200_000_000


class ParkingSpeaker:
    """Speaks on `v2x/parking_path` for a node."""

    def __init__(self, node: ManagedNode) -> None:
        """Create the publisher."""
        self._node = node
        self._say = node.speak(
            topic_of(node, 'parking_path'), 'nav_msgs/msg/Path', qos.output())
        self._shown: tuple[int, tuple[int, ...]] | None = None
        self._stamp = 0

    def show(self, guidance: Guidance | None, stamp: int) -> None:
        """Publish the way: at once where it is another one, else now and then.

        Args:
            guidance: Of the instant, None for nowhere.
            stamp: The instant [ns since the Unix epoch].
        """
        route = None if guidance is None else guidance.route
        if guidance is None or route is None:
            if self._shown is not None:
                nothing = np.zeros(0)
                self._say(self._node.encoder.way(nothing, nothing, nothing, stamp))
            self._shown = None
            return
        shown = (guidance.slot, route.drives)
        if shown != self._shown or not 0 <= stamp - self._stamp < _PERIOD:
            self._say(self._node.encoder.way(route.x, route.y, route.z, stamp))
            self._shown, self._stamp = shown, stamp
