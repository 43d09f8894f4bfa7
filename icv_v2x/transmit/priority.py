# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Signal priority that a special vehicle on duty asks for (VIR): which signal, when, how long."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from icv_v2x.clock import NANOSECONDS
from icv_v2x.message_set.records.map_common import Maneuver, NodeReference
from icv_v2x.message_set.records.map_extended import MovementEx
from icv_v2x.message_set.records.vir import RequestStatus
from icv_v2x.transmit.intention import Requests, intention_frame, signal_priority

if TYPE_CHECKING:
    from icv_v2x.parameters.transmit_group import Transmit
    from icv_v2x.roads.ego import EgoRoad
    from icv_v2x.transmit.identity import TemporaryIdentity
    from icv_v2x.transmit.outgoing import OutgoingFrame
    from icv_v2x.transmit.own_state import OwnState

PERIOD = 1_000_000_000
"""A request that goes on is repeated so often [ns]."""

# A request outlives the loss of so many of its messages.
_LIVES = 3
# Slower than this the arrival is not foreseen [m/s].
_CREEPING = 1.0
# The wire counts to 655.33 s after the message [s].
_LATEST = 600.0
_HIGHEST = 7


@dataclass(frozen=True)
class SignalAhead:
    """The next signal on the way, and the movement through it.

    Attributes:
        intersection: Its node.
        movement: The way through it.
        distance: From the front to the stop line [m].
    """

    intersection: NodeReference
    movement: MovementEx
    distance: float


def next_signal(road: EgoRoad | None, ego_length: float) -> SignalAhead | None:
    """Return the next signal on the way, None where there is none or the movement is open.

    Args:
        road: Where the ego is on the road, None without a map.
        ego_length: Of the vehicle [m].
    """
    if road is None or road.route is None:
        return None
    route, ways = road.route, road.model.lanes.connections
    for place in range(len(route)):
        distance = float(route.stop[place]) - 0.5 * ego_length
        connection = int(route.connection[place])
        if not route.at_node[place] or distance < 0.0:
            continue
        if connection < 0 or not route.certain[place] or route.phase[place] < 0:
            return None
        maneuver = int(ways.maneuver[connection])
        known = maneuver in Maneuver._value2member_map_
        return SignalAhead(
            _node(int(route.region[place]), int(route.node[place])),
            MovementEx(
                _node(int(ways.region[connection]), int(ways.node[connection])),
                int(route.phase[place]), Maneuver(maneuver) if known else None),
            distance)
    return None


class PrioritySender:
    """Asks for priority at one signal after the other, each under one number until it is passed.

    Attributes:
        sent: Messages given out.
    """

    def __init__(self, transmit: Transmit) -> None:
        """Start without a request."""
        self.sent = 0
        self.clear()
        self.configure(transmit)

    def configure(self, transmit: Transmit) -> None:
        """Take changed parameters over."""
        self._distance = transmit.priority_distance

    def clear(self) -> None:
        """Begin anew, as where time ran back."""
        self._requests = Requests()
        self._number: int | None = None
        self._asked: tuple[NodeReference, MovementEx] | None = None
        self._told: int | None = None

    def step(
        self, identity: TemporaryIdentity, state: OwnState, ahead: SignalAhead | None, *,
        on_duty: bool,
    ) -> OutgoingFrame | None:
        """Give a message where one is due: a new request, its repetition, or its end.

        Args:
            identity: Of the vehicle.
            state: What it does now.
            ahead: The next signal on its way.
            on_duty: Whether it drives with its lights or siren on.

        Returns:
            The frame, or None.

        Raises:
            MessageError: A value has no encoding.
        """
        wanted = ahead if on_duty and ahead and ahead.distance <= self._distance else None
        place = None if wanted is None else (wanted.intersection, wanted.movement)
        if self._number is not None and place != self._asked:
            # Off duty it is withdrawn; behind the signal it is done.
            self._requests.advance(
                self._number, RequestStatus.COMPLETE if on_duty else RequestStatus.CANCEL)
            self._number = self._asked = None
            return self._frame(identity, state)
        if wanted is None:
            return None
        due = self._told is None or not 0 <= state.time - self._told < PERIOD
        if self._number is not None and not due:
            return None
        arrival = math.nan
        if state.speed > _CREEPING:
            arrival = min(wanted.distance / state.speed, _LATEST)
        asked = signal_priority(
            wanted.intersection, wanted.movement, arrival=arrival, distance=wanted.distance)
        if self._number is None:
            self._number = self._requests.open(
                asked, priority=_HIGHEST, life_time=_LIVES * PERIOD / NANOSECONDS)
            self._asked = place
        else:
            self._requests.renew(self._number, asked)
        return self._frame(identity, state)

    def _frame(self, identity: TemporaryIdentity, state: OwnState) -> OutgoingFrame:
        self._told = state.time
        frame = intention_frame(identity, state, requests=self._requests.told())
        self.sent += 1
        return frame


def _node(region: int, node: int) -> NodeReference:
    return NodeReference(None if region < 0 else region, node)
