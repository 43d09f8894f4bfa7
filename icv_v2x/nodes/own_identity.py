# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The temporary id that the own transmitter sends under, for whoever drops the own echo."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from icv_v2x.inputs import BatchError
from icv_v2x.nodes import qos
from icv_v2x.parameters import ParameterError
from icv_v2x.world.own_echo import parse_temporary_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from icv_v2x.nodes.managed_node import ManagedNode
    from icv_v2x.parameters import Parameters

TOPIC = 'v2x_transmitter/temporary_id'


class OwnIdentity:
    """Puts the id that v2x_transmitter publishes in the place of `vehicle.temporary_id`.

    Where no transmitter of the package runs, the parameter holds.
    """

    def __init__(self, node: ManagedNode, configure: Callable[[Parameters], None]) -> None:
        """Subscribe.

        Args:
            node: Whose parameters are in force.
            configure: Takes them with the id in force.
        """
        self._node = node
        self._configure = configure
        self._id = ''
        # it comes once in minutes, so that silence tells nothing
        node.listen(
            TOPIC, 'std_msgs/msg/String', qos.standing_output(), self._take,
            silent_after=math.inf)

    def applied(self, parameters: Parameters) -> Parameters:
        """Return parameters with the id in force."""
        if not self._id:
            return parameters
        return replace(
            parameters, vehicle=replace(parameters.vehicle, temporary_id=self._id))

    def _take(self, message: Any) -> None:
        text = str(message.data)
        try:
            parse_temporary_id(text)
        except ParameterError as error:
            raise BatchError(str(error), 1) from error
        self._id = text
        self._configure(self.applied(self._node.parameters))
