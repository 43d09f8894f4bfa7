# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What bounds what may be said, from the stages as processes to the arbiter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from icv_v2x.advisory.mode import ALL_WELL, worst
from icv_v2x.interchange.condition_message import TYPE, condition_fields, conditions_of
from icv_v2x.nodes import qos

if TYPE_CHECKING:
    from icv_v2x.advisory.mode import Condition
    from icv_v2x.nodes.managed_node import ManagedNode

TOPIC = 'v2x/conditions'
# What a node said bounds for so long at most [ns]; it says it again at every instant.
_FRESH = 500_000_000
_NODES = 64


class ConditionSpeaker:
    """Speaks at every instant while something holds, and once when nothing does any more.

    Attributes:
        state: The worst of what was said last, for the heartbeat.
    """

    def __init__(self, node: ManagedNode) -> None:
        """Make the publisher."""
        self._name = node.get_fully_qualified_name()
        self._publish = node.speak(TOPIC, TYPE, qos.conditions())
        self._holding = False
        self.state = ALL_WELL

    def show(self, conditions: list[Condition], instant: int) -> None:
        """Publish what holds at an instant [ns since the Unix epoch]."""
        self.state = worst(ALL_WELL, conditions)
        if not conditions and not self._holding:
            return
        self._holding = bool(conditions)
        message = DiagnosticArray(status=[
            DiagnosticStatus(name=name, message=reason, hardware_id='icv_v2x', values=[
                KeyValue(key=key, value=value) for key, value in values.items()])
            for name, reason, values in condition_fields(conditions)])
        message.header.frame_id = self._name
        message.header.stamp.sec, message.header.stamp.nanosec = divmod(instant, 10**9)
        self._publish(message)


class ConditionKeeper:
    """Keeps what each node said last."""

    def __init__(self, node: ManagedNode) -> None:
        """Subscribe."""
        self._said: dict[str, tuple[int, tuple[Condition, ...]]] = {}
        # nothing is said while nothing holds
        node.listen(TOPIC, TYPE, qos.conditions(), self._hear, silent_after=float('inf'))

    def clear(self) -> None:
        """Forget everything."""
        self._said.clear()

    def holding(self, now: int) -> list[Condition]:
        """Return what holds at an instant [ns since the Unix epoch]."""
        return [
            condition for stamp, conditions in self._said.values()
            if abs(now - stamp) <= _FRESH for condition in conditions]

    def _hear(self, message: Any) -> None:
        name, stamp, conditions = conditions_of(message)
        if name in self._said or len(self._said) < _NODES:
            self._said[name] = (stamp, conditions)
