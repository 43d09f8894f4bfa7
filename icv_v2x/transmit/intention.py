# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the own vehicle intends and asks others for (VIR)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from icv_v2x.message_set.records.common import VehicleClassification
from icv_v2x.message_set.records.map_common import NodeReference
from icv_v2x.message_set.records.position_offset import PositionOffset
from icv_v2x.message_set.records.vir import (
    ClearTheWayRequest,
    DriveBehavior,
    DriveRequest,
    IntentionAndRequests,
    LaneChangeRequest,
    ParkingAreaRequest,
    ParkingRequest,
    PathPlanningPoint,
    RequestStatus,
    SignalPriorityRequest,
    VehicleIntentionAndRequest,
)
from icv_v2x.transmit.outgoing import OutgoingFrame, frame_of_record
from icv_v2x.transmit.stamp import position_of, stamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.message_set.records.map_extended import MovementEx
    from icv_v2x.message_set.records.pam import ParkingType
    from icv_v2x.message_set.records.rsi import ReferencePath
    from icv_v2x.transmit.identity import TemporaryIdentity
    from icv_v2x.transmit.own_state import OwnState

VIR = 'VehIntentionAndRequest'
MOST_REQUESTS = 8
MOST_POINTS = 100
_REQUEST_IDS = 256

Information = (
    LaneChangeRequest | ClearTheWayRequest | SignalPriorityRequest | ParkingAreaRequest)


class Requests:
    """The requests under way, each under one number from its first message to its last.

    T/CSAE 157-2020: ReqStatus request, then confirmed, cancel or complete with the same reqID.
    """

    def __init__(self) -> None:
        """Start without any."""
        self._next = 0
        self._open: dict[int, DriveRequest] = {}

    def open(
        self, information: Information, *, priority: int | None = None,
        target_vehicle: int | None = None, target_roadside_unit: int | None = None,
        life_time: float = math.nan,
    ) -> int:
        """Begin to ask for something.

        Args:
            information: What for.
            priority: 0..7, the larger the more urgent; None: not sent.
            target_vehicle: Vehicle that is asked; None: whoever it concerns.
            target_roadside_unit: Roadside unit that is asked, likewise.
            life_time: How long the request holds after its message [s]; NaN: not sent.

        Returns:
            The number of the request.

        Raises:
            ValueError: More requests than one message holds.
        """
        if len(self._open) >= MOST_REQUESTS:
            raise ValueError(
                f'{len(self._open)} requests are under way, a message holds {MOST_REQUESTS}')
        while self._next in self._open:
            self._next = (self._next + 1) % _REQUEST_IDS
        number = self._next
        self._next = (number + 1) % _REQUEST_IDS
        self._open[number] = DriveRequest(
            request_id=number, status=RequestStatus.REQUEST, priority=priority,
            target_vehicle=target_vehicle, target_roadside_unit=target_roadside_unit,
            information=information, life_time=life_time)
        return number

    def advance(self, number: int, status: RequestStatus) -> None:
        """Let a request go on.

        Args:
            number: Of the request.
            status: CONFIRMED, or CANCEL or COMPLETE, with which it ends once told.

        Raises:
            KeyError: There is no such request under way.
        """
        self._open[number] = replace(self._open[number], status=status)

    def renew(self, number: int, information: Information) -> None:
        """Say anew what a request is for, as where the vehicle has come nearer.

        Args:
            number: Of the request.
            information: What for, as of now.

        Raises:
            KeyError: There is no such request under way.
        """
        self._open[number] = replace(self._open[number], information=information)

    def told(self) -> tuple[DriveRequest, ...]:
        """Return the requests for the next message; those that ended are told of once."""
        told = tuple(self._open.values())
        ended = (RequestStatus.CANCEL, RequestStatus.COMPLETE)
        self._open = {
            number: request for number, request in self._open.items()
            if request.status not in ended}
        return told


def lane_change(
    upstream: NodeReference, downstream: NodeReference, target_lane: int,
) -> LaneChangeRequest:
    """Ask to be let into a lane of the link from one node to the next."""
    return LaneChangeRequest(upstream, downstream, target_lane)


def clear_the_way(
    upstream: NodeReference, downstream: NodeReference, target_lane: int | None, *,
    path: ReferencePath | None = None,
) -> ClearTheWayRequest:
    """Ask that a lane of a link be cleared, None: all of them; from now on, without an end."""
    return ClearTheWayRequest(upstream, downstream, target_lane, path, None, None)


def signal_priority(
    intersection: NodeReference, movement: MovementEx, *, arrival: float = math.nan,
    distance: float = math.nan,
) -> SignalPriorityRequest:
    """Ask a signal for priority.

    Args:
        intersection: Its node.
        movement: The way through it.
        arrival: In how much time the vehicle is there [s]; NaN: not sent.
        distance: To the intersection [m]; NaN: not sent.

    Returns:
        The request.
    """
    return SignalPriorityRequest(intersection, movement, arrival, distance)


def parking(
    vehicle_class: int, wanted: ParkingRequest, *, kind: ParkingType | None = None,
    slot: int | None = None,
) -> ParkingAreaRequest:
    """Ask a parking area for something.

    Args:
        vehicle_class: BasicVehicleClass number.
        wanted: What for.
        kind: Kind of slot, None: any.
        slot: Number of the slot, None: any.

    Returns:
        The request.
    """
    return ParkingAreaRequest(VehicleClassification(vehicle_class, None), wanted, kind, slot)


def path_point(
    state: OwnState, latitude: float, longitude: float, *, speed: float = math.nan,
    heading: float = math.nan, time: float = math.nan,
) -> PathPlanningPoint:
    """Give a point of the planned path.

    Args:
        state: Of the message, which the point counts from.
        latitude: Of the point, in the datum of the messages [deg].
        longitude: [deg].
        speed: Planned there [m/s]; NaN: not sent.
        heading: Clockwise from north [rad]; NaN: not sent.
        time: After the message [s]; NaN: not sent.

    Returns:
        The point.
    """
    return PathPlanningPoint(
        position_in_map=None,
        position=PositionOffset(latitude - state.latitude, longitude - state.longitude),
        position_confidence=None, speed=speed, speed_confidence=math.nan, heading=heading,
        heading_confidence=math.nan, accelerations=None, acceleration_confidence=None,
        estimated_time=time, time_confidence=math.nan)


def intention_frame(
    identity: TemporaryIdentity, state: OwnState, *, behavior: DriveBehavior | None = None,
    path: Sequence[PathPlanningPoint] = (), requests: Sequence[DriveRequest] = (), aid: int = 0,
) -> OutgoingFrame:
    """Tell what the vehicle intends and asks for.

    Args:
        identity: Of the sender.
        state: What it does.
        behavior: What it does next, None: not sent.
        path: Points ahead, nearest first; those behind the hundredth are left out.
        requests: What it asks for, as `Requests.told` gives them.
        aid: Application id; no standard names one for this message.

    Returns:
        The frame.

    Raises:
        MessageError: A value has no encoding.
    """
    head = stamp(identity, VIR, state.time)
    record = VehicleIntentionAndRequest(
        message_count=head.message_count, id=head.id, second=head.second,
        reference_position=position_of(state),
        intention=IntentionAndRequests(
            current_position=None, planned_path=tuple(path[:MOST_POINTS]),
            current_behavior=behavior, requests=tuple(requests)))
    return frame_of_record(record, head.time, aid=aid)
