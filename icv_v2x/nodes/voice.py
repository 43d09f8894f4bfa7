# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The voice towards the planning stack on `v2x/advisories`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from icv_v2x.advisory.mode import Condition
from icv_v2x.advisory.types import Level, Mode
from icv_v2x.nodes import qos
from icv_v2x.nodes.states import mode_status

if TYPE_CHECKING:
    from collections.abc import Callable

    from icv_v2x.advisory.types import Advisory
    from icv_v2x.nodes.health import Status
    from icv_v2x.nodes.managed_node import ManagedNode


class Voice:
    """Numbers what is published and keeps the mode that was said last.

    Attributes:
        stamp: [ns] of what was said last, 0 for nothing in this epoch of time.
        ceiling: The highest level that the mode allows.
    """

    def __init__(self, node: ManagedNode) -> None:
        """Begin in INIT, before anything is published.

        Args:
            node: That speaks.
        """
        self.stamp = 0
        self.ceiling = Level.NONE
        self._node = node
        self._sequence = 0
        self._mode = (Mode.INIT, 'not configured')
        self._say: Callable[[Any], None] | None = None

    def open(self) -> None:
        """Create the publisher."""
        self._say = self._node.speak(
            'v2x/advisories', 'icv_v2x_msgs/msg/AdvisoryArray', qos.output())

    def condition(self) -> Condition:
        """Return the mode that was said last."""
        return Condition(*self._mode, self.ceiling)

    def status(self) -> Status:
        """Return the mode for `/diagnostics`."""
        return mode_status(*self._mode)

    def say(
        self, stamp: int, mode: Mode, reason: str, advisories: tuple[Advisory, ...] = (),
    ) -> None:
        """Publish; a change of mode is logged and told in `/diagnostics` at once.

        Args:
            stamp: [ns] that the advisories are of.
            mode: Of the service.
            reason: Of the mode.
            advisories: Most urgent first.
        """
        assert self._say is not None
        self._sequence += 1
        self.stamp = stamp
        self._say(self._node.encoder.advisory_array(
            stamp, self._sequence, mode, reason, advisories, self._node.limits_hash))
        changed = mode != self._mode[0]
        self._mode = (mode, reason)
        if changed:
            self._node.get_logger().info(f'mode {mode.name}{f": {reason}" if reason else ""}')
            self._node.publish_diagnostics()

    def withdraw(self) -> None:
        """Say that nothing holds any more, as the node is deactivated."""
        now = self._node.get_clock().now().nanoseconds
        self.say(max(now, self.stamp), Mode.READY, 'deactivated')
