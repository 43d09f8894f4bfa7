# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Requests to a parking area (VIR): for a slot or the way out, confirmed, changed, completed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from icv_v2x.advisory.types import Action, Application
from icv_v2x.clock import NANOSECONDS
from icv_v2x.message_set.records.vir import ParkingRequest, RequestStatus
from icv_v2x.scenarios.gspa import goal_of_name
from icv_v2x.translate.parking_areas import NOT_GIVEN
from icv_v2x.transmit.intention import Requests, intention_frame, parking

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icv_v2x.advisory.types import Advisory
    from icv_v2x.message_set.records.pam import ParkingType
    from icv_v2x.transmit.identity import TemporaryIdentity
    from icv_v2x.transmit.outgoing import OutgoingFrame
    from icv_v2x.transmit.own_state import OwnState

PERIOD = 1_000_000_000
"""A request that goes on is repeated so often [ns]."""

# A request outlives the loss of so many of its messages.
_LIVES = 3


class ParkingWish(NamedTuple):
    """What is wanted of a parking area.

    Attributes:
        request: Enter and park, or exit.
        slot: Number of the slot, None: any.
        kind: Kind of slot, None: any.
        confirmed: The area gave this slot to this vehicle.
        arrived: The vehicle is where it wanted to be.
    """

    request: ParkingRequest
    slot: int | None = None
    kind: ParkingType | None = None
    confirmed: bool = False
    arrived: bool = False


ENTER = ParkingRequest.ENTER | ParkingRequest.PARK
"""Asks to be let in and for a slot."""


def wish_of(advisories: Iterable[Advisory]) -> ParkingWish | None:
    """Return what to ask for while these advisories are in force, None for nothing."""
    for advisory in advisories:
        goal = goal_of_name(advisory.subject_ids[0]) if (
            advisory.application == Application.GSPA and advisory.subject_ids) else None
        if goal is None:
            continue
        placed = goal.slot != NOT_GIVEN
        return ParkingWish(
            ParkingRequest.EXIT if goal.leaving else ENTER,
            goal.slot if placed else None,
            confirmed=len(advisory.subject_ids) > 1,
            arrived=advisory.action == Action.NONE and math.isfinite(advisory.conflict_x))
    return None


class ParkingSender:
    """Asks for one thing after the other, each under one number until it is settled.

    Attributes:
        sent: Messages given out.
    """

    def __init__(self, vehicle_class: int) -> None:
        """Start without a request.

        Args:
            vehicle_class: BasicVehicleClass number of the vehicle.
        """
        self._vehicle_class = vehicle_class
        self.sent = 0
        self.clear()

    def clear(self) -> None:
        """Begin anew, as where time ran back."""
        self._requests = Requests()
        self._number: int | None = None
        self._asked: tuple[ParkingRequest, int | None, ParkingType | None] | None = None
        self._settled: tuple[ParkingRequest, int | None, ParkingType | None] | None = None
        self._confirmed = False
        self._told: int | None = None

    def step(
        self, identity: TemporaryIdentity, state: OwnState, wish: ParkingWish | None
    ) -> OutgoingFrame | None:
        """Give a message where one is due: a new request, its repetition, or its end.

        A request for another slot withdraws the one before in the same message, so that no slot
        stays reserved for nobody.

        Args:
            identity: Of the vehicle.
            state: What it does now.
            wish: What it wants, None for nothing.

        Returns:
            The frame, or None.

        Raises:
            MessageError: A value has no encoding.
        """
        asked = None if wish is None else (wish.request, wish.slot, wish.kind)
        if asked != self._settled:
            self._settled = None
        changed = False
        if self._number is not None and asked != self._asked:
            self._end(RequestStatus.CANCEL)
            changed = True
        if wish is not None and asked is not None and self._settled is None:
            if self._number is None and not wish.arrived:
                self._number = self._requests.open(
                    parking(
                        self._vehicle_class, wish.request, kind=wish.kind, slot=wish.slot),
                    life_time=_LIVES * PERIOD / NANOSECONDS)
                self._asked, self._confirmed, changed = asked, False, True
            if self._number is not None and wish.confirmed and not self._confirmed:
                self._requests.advance(self._number, RequestStatus.CONFIRMED)
                self._confirmed = changed = True
            if self._number is not None and wish.arrived:
                self._end(RequestStatus.COMPLETE)
                self._settled, changed = asked, True
        due = self._told is None or not 0 <= state.time - self._told < PERIOD
        if not changed and (self._number is None or not due):
            return None
        self._told = state.time
        frame = intention_frame(identity, state, requests=self._requests.told())
        self.sent += 1
        return frame

    def _end(self, status: RequestStatus) -> None:
        assert self._number is not None
        self._requests.advance(self._number, status)
        self._number = self._asked = None
