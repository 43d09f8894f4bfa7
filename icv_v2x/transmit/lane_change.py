# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Requests for room to change lane, and answers to those of others (VIR)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from icv_v2x.clock import NANOSECONDS
from icv_v2x.message_set.records.map_common import NodeReference
from icv_v2x.message_set.records.vir import DriveBehavior, DriveRequest, RequestStatus
from icv_v2x.transmit.intention import Requests, intention_frame, lane_change, path_point

if TYPE_CHECKING:
    from icv_v2x.message_set.records.vir import LaneChangeRequest
    from icv_v2x.transmit.identity import TemporaryIdentity
    from icv_v2x.transmit.outgoing import OutgoingFrame
    from icv_v2x.transmit.own_state import OwnState

PERIOD = 200_000_000
"""A request that goes on is repeated so often [ns]."""

# A request outlives the loss of so many of its messages.
_LIVES = 5
_PRIORITY = 4
_MOST_TIME = 600.0
# Stands for a node that no map names: the values below 256 are for tests (T/CSAE 53-2020).
_NO_NODE = NodeReference(None, 0)
_LANES = 255


class LaneChangeRequester:
    """Asks one vehicle after the other for room, each under one number until it ends."""

    def __init__(self) -> None:
        """Start without a request."""
        self.sent = 0
        self.clear()

    def clear(self) -> None:
        """Begin anew, as where time ran back."""
        self._requests = Requests()
        self._partner = 0
        self._told: int | None = None
        self.number: int | None = None

    @property
    def partner(self) -> int:
        """Temporary id of the vehicle that is asked, 0: none."""
        return self._partner

    def step(
        self, identity: TemporaryIdentity, state: OwnState, partner: int, *, time: float,
        lane_id: int = -1, done: bool = False, behavior: DriveBehavior | None = None,
    ) -> OutgoingFrame | None:
        """Give a message where one is due: a new request, its repetition, or its end.

        Args:
            identity: Of the vehicle.
            state: What it does now.
            partner: Temporary id of the vehicle that is to make room, 0: none.
            time: Until the change begins [s].
            lane_id: Of the target lane, -1 where not known.
            done: Whether the change is over, where none is asked any more.
            behavior: What the vehicle is about to do.

        Returns:
            The frame, or None.

        Raises:
            MessageError: A value has no encoding.
        """
        ended = self.number is not None and partner != self._partner
        if ended:
            assert self.number is not None
            self._requests.advance(
                self.number, RequestStatus.COMPLETE if done else RequestStatus.CANCEL)
            self.number, self._partner = None, 0
        asked: LaneChangeRequest = lane_change(
            _NO_NODE, _NO_NODE, lane_id if 0 <= lane_id <= _LANES else 0)
        if partner and self.number is None:
            self.number = self._requests.open(
                asked, priority=_PRIORITY, target_vehicle=partner,
                life_time=_LIVES * PERIOD / NANOSECONDS)
            self._partner = partner
        elif not ended:
            due = self._told is None or not 0 <= state.time - self._told < PERIOD
            if self.number is None or not due:
                return None
        self._told = state.time
        self.sent += 1
        path = () if not math.isfinite(time) else (path_point(
            state, state.latitude, state.longitude, speed=state.speed,
            time=min(max(time, 0.0), _MOST_TIME)),)
        return intention_frame(
            identity, state, behavior=behavior, path=path, requests=self._requests.told())


def answer_frame(
    identity: TemporaryIdentity, state: OwnState, asker: int, number: int, *, agreed: bool,
) -> OutgoingFrame:
    """Answer a request for room.

    Args:
        identity: Of the vehicle that was asked.
        state: What it does now.
        asker: Temporary id of the vehicle that asked.
        number: Of its request.
        agreed: Whether room is made.

    Returns:
        The frame.

    Raises:
        MessageError: A value has no encoding.
    """
    answer = DriveRequest(
        request_id=number,
        status=RequestStatus.CONFIRMED if agreed else RequestStatus.CANCEL,
        priority=None, target_vehicle=asker, target_roadside_unit=None, information=None,
        life_time=_LIVES * PERIOD / NANOSECONDS)
    return intention_frame(
        identity, state, behavior=DriveBehavior.SLOW_DOWN if agreed else None,
        requests=(answer,))
