# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Where what could be acted on is published: aside in shadow mode, so that nobody acts on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.nodes import qos

if TYPE_CHECKING:
    from icv_v2x.advisory.arbiter import Verdict
    from icv_v2x.nodes.managed_node import ManagedNode


def in_shadow(node: ManagedNode) -> bool:
    """Return whether a node was started in shadow mode."""
    return bool(node.given.get('shadow', False))


def topic_of(node: ManagedNode, name: str) -> str:
    """Return the topic, relative to the namespace, of an output that could be acted on.

    Args:
        node: Which node.
        name: Last part of the topic, such as `merge_plan`.
    """
    return f'v2x/shadow/{name}' if in_shadow(node) else f'v2x/{name}'


class ShadowSpeaker:
    """Speaks on `v2x/shadow/advisories` of what is withheld; outside of shadow mode not at all."""

    def __init__(self, node: ManagedNode) -> None:
        """Create the publisher where there is something to withhold."""
        self._node = node
        self._sequence = 0
        self._say = None
        if in_shadow(node):
            self._say = node.speak(
                'v2x/shadow/advisories', 'icv_v2x_msgs/msg/AdvisoryArray', qos.output())

    def show(self, verdict: Verdict | None) -> None:
        """Publish what is withheld, None for nothing."""
        if self._say is None or verdict is None:
            return
        self._sequence += 1
        self._say(self._node.encoder.advisory_array(
            verdict.stamp, self._sequence, verdict.mode, verdict.mode_reason,
            verdict.advisories, self._node.limits_hash))
