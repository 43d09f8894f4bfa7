# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Publishes objects, and once that nobody is told of any more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.nodes import qos

if TYPE_CHECKING:
    from icv_v2x.nodes.managed_node import ManagedNode
    from icv_v2x.world.tracks import Tracks


class ObjectSpeaker:
    """Speaks on `v2x/objects`."""

    def __init__(self, node: ManagedNode) -> None:
        """Make the publisher."""
        self._node = node
        self._publish = node.speak('v2x/objects', 'icv_v2x_msgs/msg/ObjectArray', qos.output())
        self._shown: Tracks | None = None

    def show(self, tracks: Tracks) -> None:
        """Publish the objects of an instant."""
        self._shown = tracks
        self._publish(self._node.encoder.object_array(tracks))

    def withdraw(self, stamp: int) -> None:
        """Publish that there are none, where some instant was told of.

        Args:
            stamp: The instant [ns since the Unix epoch].
        """
        if self._shown is not None:
            nobody = self._shown.take(np.zeros(len(self._shown), np.bool_))
            self._publish(self._node.encoder.object_array(
                replace(nobody, stamp=max(stamp, nobody.stamp))))
            self._shown = None
