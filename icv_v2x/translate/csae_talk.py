# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Adapter of the Chinese message set: talk about lane changes (VIR), what RSC suggests to do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.clock import NANOSECONDS
from icv_v2x.frames import to_wgs84
from icv_v2x.inputs import Verification
from icv_v2x.message_set.records.rsc import CoordinationInfo
from icv_v2x.message_set.records.vir import LaneChangeRequest, RequestStatus
from icv_v2x.translate.readable import received, records_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from icv_v2x.frames import MapFrame
    from icv_v2x.inputs import FrameBatch
    from icv_v2x.message_set.records.position_offset import PositionOffset
    from icv_v2x.message_set.records.rsc import RoadsideCoordination, VehicleCoordination
    from icv_v2x.message_set.records.vir import PathPlanningPoint
    from icv_v2x.parameters import Parameters

    FloatArray = NDArray[np.float64]

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


@dataclass(frozen=True)
class Passing:
    """A time slot of a junction without signals that a road-side unit gives the ego: n points.

    Attributes:
        sender_id: Of the unit.
        verified: Whether its message was.
        received: Instant of the message [ns since the Unix epoch].
        end: Until when it holds [ns since the Unix epoch].
        instant: When to be at each point, in their order, (n,) [ns since the Unix epoch].
        x: Where, (n,) [m].
        y: (n,) [m].
    """

    sender_id: int
    verified: bool
    received: int
    end: int
    instant: NDArray[np.int64]
    x: FloatArray
    y: FloatArray


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
    for _, record, instant in _usable(
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
    for _, record, instant, one in _addressed(messages, batch, parameters, own):
        point = one.path_guidance[-1]
        if _of_junction(one) or not math.isfinite(point.estimated_time):
            continue
        x, y = _places(record, (point,), parameters, map_frame)
        found.append(Suggestion(
            instant + round(point.estimated_time * NANOSECONDS), _end(one, instant, hold),
            float(x[0]), float(y[0]), point.speed))
    return found


def passings_from_rsc(
    messages: Sequence[tuple[int, dict[str, Any]]], batch: FrameBatch, parameters: Parameters,
    map_frame: MapFrame, own: int, hold: float,
) -> list[Passing]:
    """Return the time slots of junctions that road-side units give the ego.

    Points without a time are left out, and so is a slot whose times do not ascend.

    Args:
        messages: As for `suggestions_from_rsc`.
        batch: Likewise.
        parameters: Likewise.
        map_frame: Likewise.
        own: Likewise.
        hold: Likewise.
    """
    found = []
    for frame, record, instant, one in _addressed(messages, batch, parameters, own):
        points = tuple(
            point for point in one.path_guidance if math.isfinite(point.estimated_time))
        times = np.array([point.estimated_time for point in points])
        if not _of_junction(one) or not points or np.any(np.diff(times) <= 0.0):
            continue
        x, y = _places(record, points, parameters, map_frame)
        found.append(Passing(
            record.id, bool(batch.verification[frame] == Verification.VERIFIED), instant,
            _end(one, instant, hold),
            instant + np.round(times * NANOSECONDS).astype(np.int64), x, y))
    return found


def _addressed(
    messages: Sequence[tuple[int, dict[str, Any]]], batch: FrameBatch, parameters: Parameters,
    own: int,
) -> Iterator[tuple[int, RoadsideCoordination, int, VehicleCoordination]]:
    """Yield frame, message, instant and part of all paths that are given to the ego."""
    for frame, record, instant in _usable(
            'RoadsideCoordination', messages, batch, parameters, roadside=True):
        for one in record.coordinates:
            if own and one.vehicle_id == own and one.path_guidance:
                yield frame, record, instant, one


def _of_junction(one: VehicleCoordination) -> bool:
    return one.information is not None and bool(
        one.information & CoordinationInfo.NO_SIGNAL_INTERSECTION_PASSING)


def _end(one: VehicleCoordination, instant: int, hold: float) -> int:
    life = one.drive_suggestion.life_time if one.drive_suggestion else math.nan
    return instant + round((life if math.isfinite(life) else hold) * NANOSECONDS)


def _places(
    record: RoadsideCoordination, points: tuple[PathPlanningPoint, ...], parameters: Parameters,
    map_frame: MapFrame,
) -> tuple[FloatArray, FloatArray]:
    places = np.array([_place(record.reference_position, point.position) for point in points])
    x, y, _ = map_frame.to_map(*to_wgs84(
        places[:, 0], places[:, 1], parameters.datum.roadside), 0.0)
    return np.ravel(x), np.ravel(y)


def _place(reference: Any, offset: PositionOffset) -> tuple[float, float]:
    if offset.absolute:
        return offset.latitude, offset.longitude
    return reference.latitude + offset.latitude, reference.longitude + offset.longitude


def _usable(
    name: str, messages: Sequence[tuple[int, dict[str, Any]]], batch: FrameBatch,
    parameters: Parameters, *, roadside: bool,
) -> Iterator[tuple[int, Any, int]]:
    """Yield frame, record and instant of every message of a proper sender and of now."""
    for frame, record in records_of(name, messages, []):
        refusal, instant = received(
            record.second, frame, batch, parameters, roadside=roadside,
            position=record.reference_position)
        if refusal is None:
            yield frame, record, instant
