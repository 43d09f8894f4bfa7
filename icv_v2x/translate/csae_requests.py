# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Adapter of the Chinese message set: what vehicles ask others for (VIR)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from icv_v2x.clock import NANOSECONDS
from icv_v2x.message_set.records.vir import ClearTheWayRequest, RequestStatus
from icv_v2x.translate.readable import received, records_of
from icv_v2x.translate.validity import OPEN, date_times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.inputs import FrameBatch
    from icv_v2x.message_set.records.vir import DriveRequest, VehicleIntentionAndRequest
    from icv_v2x.parameters import Parameters
    from icv_v2x.translate.refusals import Refusal

NO_LANE = -1
"""Lane of a request that names none."""

_ENDED = (RequestStatus.CANCEL, RequestStatus.COMPLETE)
_LATEST = 2**62


@dataclass(frozen=True)
class ClearTheWay:
    """A request to clear the way.

    Attributes:
        sender_id: Temporary id of the vehicle that asks, as in its BSM.
        request_id: The sender's number of the request.
        begin: From when it holds [ns since the Unix epoch].
        end: Until when [ns since the Unix epoch]; not after `begin` where it is withdrawn.
        lane_id: Lane that is to be cleared, `NO_LANE`: not named.
        verification: Value of `inputs.Verification` of the message.
        signer: Certificate digest of the message, 0: none given.
    """

    sender_id: int
    request_id: int
    begin: int
    end: int
    lane_id: int = NO_LANE
    verification: int = 0
    signer: int = 0


def requests_from_vir(
    messages: Sequence[tuple[int, dict[str, Any]]], batch: FrameBatch, parameters: Parameters,
) -> tuple[list[ClearTheWay], tuple[Refusal, ...]]:
    """Return the requests to clear the way, those withdrawn included.

    A request holds from its begin, else from its message on, until its end or the end of its life
    time; and no longer than `evw.request_hold` after the last message that repeats it. Requests
    to another vehicle and of other kinds are left out.

    Args:
        messages: Frame index and VehIntentionAndRequest value (convention of `codec`) of each.
        batch: The frames that they came in.
        parameters: Limits of the clock, own temporary id, hold of requests.

    Returns:
        The requests, and the refusals in the order of the frames.
    """
    found: list[ClearTheWay] = []
    refusals: list[Refusal] = []
    for frame, record in records_of('VehIntentionAndRequest', messages, refusals):
        refusal, moment = received(
            record.second, frame, batch, parameters, roadside=False,
            position=record.reference_position)
        if refusal is not None:
            refusals.append(refusal)
            continue
        found += [
            _request(record, request, request.information, moment, frame, batch, parameters)
            for request in record.intention.requests
            if isinstance(request.information, ClearTheWayRequest)
            and _concerns(request, parameters)
        ]
    return found, tuple(sorted(refusals))


def _concerns(request: DriveRequest, parameters: Parameters) -> bool:
    """Whether a request is to everybody or to the ego."""
    own = parameters.vehicle.temporary_id
    asked = request.target_vehicle
    return asked is None or (bool(own) and asked == int(own, 16))


def _request(
    record: VehicleIntentionAndRequest,
    request: DriveRequest,
    asked: ClearTheWayRequest,
    moment: int,
    frame: int,
    batch: FrameBatch,
    parameters: Parameters,
) -> ClearTheWay:
    begin, end = date_times(asked.begin, asked.end, moment)
    ends = [moment + round(parameters.evw.request_hold * NANOSECONDS)]
    if end != OPEN:
        ends.append(end)
    if math.isfinite(request.life_time):
        ends.append(moment + round(request.life_time * NANOSECONDS))
    begin = moment if begin == OPEN else begin
    return ClearTheWay(
        sender_id=record.id,
        request_id=request.request_id,
        begin=begin,
        end=begin if request.status in _ENDED else min(*ends, _LATEST),
        lane_id=NO_LANE if asked.target_lane is None else asked.target_lane,
        verification=int(batch.verification[frame]),
        signer=int(batch.signer[frame]),
    )
