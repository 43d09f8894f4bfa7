# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Publishes signals: at every instant while some are known, else now and then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.nodes import qos
from icv_v2x.signals import no_signals

if TYPE_CHECKING:
    from icv_v2x.nodes.managed_node import ManagedNode
    from icv_v2x.signals import Signals

# Instants between two messages that say that there is nothing.
_SELDOM = 10


class SignalSpeaker:
    """Speaks on `v2x/signals`."""

    def __init__(self, node: ManagedNode) -> None:
        """Make the publisher."""
        self._node = node
        self._publish = node.speak('v2x/signals', 'icv_v2x_msgs/msg/SignalArray', qos.output())
        self._silent = _SELDOM

    def show(self, signals: Signals) -> None:
        """Publish the signals; none are told at once, and then seldom."""
        self._silent = 0 if len(signals) else self._silent + 1
        if len(signals) or self._silent == 1 or self._silent >= _SELDOM:
            self._silent = min(self._silent, 1)
            self._publish(self._node.encoder.signal_array(signals))

    def withdraw(self, stamp: int) -> None:
        """Publish that there are none; `stamp` in ns since the Unix epoch."""
        self._publish(self._node.encoder.signal_array(no_signals(stamp)))
        self._silent = _SELDOM
