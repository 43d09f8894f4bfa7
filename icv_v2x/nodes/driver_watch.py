# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Whether anybody drives the radio: without a driver, silence is not an empty road."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.advisory.mode import Condition
from icv_v2x.advisory.types import Level, Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from icv_v2x.nodes.health import InputHealth


class DriverWatch:
    """Looks at the publishers of everything that comes from the on-board unit."""

    def __init__(
        self, inputs: Sequence[InputHealth], publishers: Callable[[str], int],
    ) -> None:
        """Begin without a driver.

        Args:
            inputs: Counts of the topics of the unit, that of the frames first.
            publishers: Gives the number of publishers of a topic, where the middleware does not
                tell of connections.
        """
        self._inputs = inputs
        self._publishers = publishers
        self._seen = False

    def conditions(self) -> tuple[Condition, ...]:
        """Return what the absence of a driver means for what may be said."""
        if any(map(self._there, self._inputs)):
            self._seen = True
            return ()
        frames = self._inputs[0]
        self._seen = self._seen or any(each.received for each in self._inputs)
        if self._seen:
            return (Condition(
                Mode.DEGRADED, f'no driver of the radio on {frames.topic} any more',
                Level.IMMINENT),)
        why = ': a publisher offers another quality of service' if frames.mismatches else ''
        return (Condition(
            Mode.INIT, f'no driver of the radio on {frames.topic} yet{why}', Level.NONE),)

    def _there(self, health: InputHealth) -> bool:
        connected = health.connected
        return (self._publishers(health.topic) if connected is None else connected) > 0
