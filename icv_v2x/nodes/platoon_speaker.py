# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Publishes plans of platoons and what is said of them, and once that there is none any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.nodes import qos
from icv_v2x.nodes.shadow import topic_of
from icv_v2x.platooning import PlatoonPlan, State

if TYPE_CHECKING:
    from icv_v2x.nodes.managed_node import ManagedNode
    from icv_v2x.translate.platoon_statements import PlatoonStatement


class PlatoonPlanSpeaker:
    """Speaks on `v2x/platoon_plan` for a node."""

    def __init__(self, node: ManagedNode) -> None:
        """Create the publisher."""
        self._node = node
        self._say = node.speak(
            topic_of(node, 'platoon_plan'), 'icv_v2x_msgs/msg/PlatoonPlan', qos.output())
        self._shown = False

    def show(self, plan: PlatoonPlan | None, stamp: int) -> None:
        """Publish a plan.

        Args:
            plan: Of the instant, None where no platoon is wanted nor left.
            stamp: The instant [ns since the Unix epoch].
        """
        if plan is not None:
            self._say(self._node.encoder.platoon_plan(plan))
        elif self._shown:
            self._say(self._node.encoder.platoon_plan(
                PlatoonPlan(stamp, State.FREE, 'no platoon is wanted')))
        self._shown = plan is not None


class PlatoonSpeaker:
    """Speaks on `v2x/platoons` for a node."""

    def __init__(self, node: ManagedNode) -> None:
        """Create the publisher."""
        self._node = node
        self._say = node.speak('v2x/platoons', 'icv_v2x_msgs/msg/PlatoonArray', qos.output())
        self._shown = False

    def show(self, statements: tuple[PlatoonStatement, ...], stamp: int) -> None:
        """Publish what is said of platoons at an instant [ns since the Unix epoch]."""
        if statements or self._shown:
            self._say(self._node.encoder.platoon_array(statements, stamp))
        self._shown = bool(statements)
