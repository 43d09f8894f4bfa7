# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Publishes merge plans, and once that there is none any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.advisory.merge_plan import without_gaps
from icv_v2x.merging import State
from icv_v2x.nodes import qos
from icv_v2x.nodes.shadow import topic_of

if TYPE_CHECKING:
    from icv_v2x.advisory.merge_plan import MergePlan
    from icv_v2x.nodes.managed_node import ManagedNode


class MergePlanSpeaker:
    """Speaks on `v2x/merge_plan` for a node."""

    def __init__(self, node: ManagedNode) -> None:
        """Create the publisher."""
        self._node = node
        self._say = node.speak(
            topic_of(node, 'merge_plan'), 'icv_v2x_msgs/msg/MergePlan', qos.output())
        self._shown = False

    def show(self, plan: MergePlan | None, stamp: int) -> None:
        """Publish a plan.

        Args:
            plan: Of the instant, None where nothing is asked.
            stamp: The instant [ns since the Unix epoch].
        """
        if plan is None and self._shown:
            self._say(self._node.encoder.merge_plan(
                without_gaps(stamp, State.NONE, 'nothing is asked')))
        elif plan is not None:
            self._say(self._node.encoder.merge_plan(plan))
        self._shown = plan is not None
