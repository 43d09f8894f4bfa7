# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Adapter of the Chinese message set: talk about lane changes (VIR) and what RSC suggests."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.clock import NANOSECONDS
from icv_v2x.frames import to_wgs84
from icv_v2x.message_set.records.vir import LaneChangeRequest, RequestStatus
from icv_v2x.translate.readable import received, records_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from icv_v2x.frames import MapFrame
    from icv_v2x.inputs import FrameBatch
    from icv_v2x.message_set.records.position_offset import PositionOffset
    from icv_v2x.parameters import Parameters

_ENDED = (RequestStatus.CANCEL, RequestStatus.COMPLETE)


@dataclass(frozen=True)
class LaneChangeTalk:
    """A request for room, or an answer to the own one.

    An answer repeats the number of the request to whoever asked and names nothing that is asked
    for; it is confirmed or cancelled. T/CSAE 157-2020 has the status and names no answer.

    Attributes:
        sender_id: Temporary id, as in the BSM of the sender.
        request_id: Number of the request.
        answer: Whether it answers a request of the ego.
        agreed: Of an answer: whether room is made; of a request: whether it goes on.
        instant: Of the message [ns since the Unix epoch].
        end: Until when it holds [ns since the Unix epoch].
        time: Until the change begins [s], NaN where it is not told.
    """

    sender_id: int
    request_id: int
    answer: bool
    agreed: bool
    instant: int
    end: int
    time: float = math.nan


@dataclass(frozen=True)
class Suggestion:
    """Where a road-side unit suggests that the ego changes lane, and when.

    Attributes:
        instant: When to be there [ns since the Unix epoch].
        end: Until when the suggestion holds [ns since the Unix epoch].
        x: Where [m].
        y: [m].
        speed: How fast, NaN: not told [m/s].
    """

    instant: int
    end: int
    x: float
    y: float
    speed: float


def talks_from_vir(
    messages: Sequence[tuple[int, dict[str, Any]]], batch: FrameBatch, parameters: Parameters,
    own: int, hold: float,
) -> list[LaneChangeTalk]:
    """Return what vehicles say to the ego about changes of lane; others are left out.

    Args:
        messages: Frame index and VehIntentionAndRequest value of each.
        batch: The frames that they came in.
        parameters: Limits of the clock.
        own: Temporary id of the ego.
        hold: How long a message holds that gives no life time [s].
    """
    found = []
    for record, instant in _usable(
            'VehIntentionAndRequest', messages, batch, parameters, roadside=False):
        path = record.intention.planned_path
        for request in record.intention.requests:
            if request.target_vehicle != own or not own:
                continue
            asked = request.information
            if asked is not None and not isinstance(asked, LaneChangeRequest):
                continue
            if asked is None and request.status not in (
                    RequestStatus.CONFIRMED, RequestStatus.CANCEL):
                continue
            life = request.life_time if math.isfinite(request.life_time) else hold
            found.append(LaneChangeTalk(
                record.id, request.request_id, asked is None,
                request.status not in _ENDED, instant,
                instant + round(min(life, hold) * NANOSECONDS),
                path[-1].estimated_time if path else math.nan))
    return found


def suggestions_from_rsc(
    messages: Sequence[tuple[int, dict[str, Any]]], batch: FrameBatch, parameters: Parameters,
    map_frame: MapFrame, own: int, hold: float,
) -> list[Suggestion]:
    """Return what road-side units suggest to the ego; the last point of a path is the change.

    Args:
        messages: Frame index and RoadsideCoordination value of each.
        batch: The frames that they came in.
        parameters: Limits of the clock, datum.
        map_frame: Of the coordinates.
        own: Temporary id of the ego.
        hold: How long a suggestion holds that gives no life time [s].
    """
    found = []
    for record, instant in _usable(
            'RoadsideCoordination', messages, batch, parameters, roadside=True):
        for one in record.coordinates:
            if one.vehicle_id != own or not own or not one.path_guidance:
                continue
            point = one.path_guidance[-1]
            if not math.isfinite(point.estimated_time):
                continue
            life = one.drive_suggestion.life_time if one.drive_suggestion else math.nan
            latitude, longitude = _place(record.reference_position, point.position)
            x, y, _ = map_frame.to_map(*to_wgs84(
                latitude, longitude, parameters.datum.roadside), 0.0)
            found.append(Suggestion(
                instant + round(point.estimated_time * NANOSECONDS),
                instant + round((life if math.isfinite(life) else hold) * NANOSECONDS),
                float(np.ravel(x)[0]), float(np.ravel(y)[0]), point.speed))
    return found


def _place(reference: Any, offset: PositionOffset) -> tuple[float, float]:
    if offset.absolute:
        return offset.latitude, offset.longitude
    return reference.latitude + offset.latitude, reference.longitude + offset.longitude


def _usable(
    name: str, messages: Sequence[tuple[int, dict[str, Any]]], batch: FrameBatch,
    parameters: Parameters, *, roadside: bool,
) -> Iterator[tuple[Any, int]]:
    """Yield record and instant of every message of a proper sender and of now."""
    for frame, record in records_of(name, messages, []):
        refusal, instant = received(
            record.second, frame, batch, parameters, roadside=roadside,
            position=record.reference_position)
        if refusal is None:
            yield record, instant
