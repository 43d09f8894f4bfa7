# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Adapter of the Chinese message set: events, signs (RSI) and lane coordination (RSC)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from icv_v2x.clock import NANOSECONDS, age, unwrap_minute_of_year, unwrap_second
from icv_v2x.frames import to_wgs84
from icv_v2x.inputs import SignerRole
from icv_v2x.message_set.records.convert import to_record
from icv_v2x.translate import plausibility
from icv_v2x.translate.certificate_scope import claimed_outside
from icv_v2x.translate.readable import records_of
from icv_v2x.translate.refusals import Refusal, RefusalReason, Sieve
from icv_v2x.translate.road_events import (
    NOT_GIVEN,
    RoadEventKind,
    RoadEvents,
    column_type,
    no_road_events,
    printable,
)
from icv_v2x.translate.validity import date_times, minutes_of_year

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.frames import MapFrame
    from icv_v2x.inputs import FrameBatch
    from icv_v2x.message_set.records.common import Position
    from icv_v2x.message_set.records.position_offset import PositionOffset
    from icv_v2x.message_set.records.rsc import LaneCoordination, RoadsideCoordination
    from icv_v2x.message_set.records.rsi import (
        ReferenceLink,
        ReferencePath,
        RoadSideInformation,
        RoadTrafficEvent,
        RoadTrafficSign,
    )
    from icv_v2x.parameters import Parameters

    Messages = Sequence[tuple[int, dict[str, Any]]]

_NAN = math.nan
# The minute that a message states has begun up to this long ago [s].
_MINUTE = 60.0
# Units whose last message is remembered.
_REMEMBERED = 64


@dataclass
class _Rows:
    """Rows of `RoadEvents` while they are gathered; places as latitude, longitude, elevation."""

    frame: list[int] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=dict)
    places: list[tuple[float, float, float]] = field(default_factory=list)
    paths: list[tuple[int, float, list[tuple[float, float, float]]]] = field(
        default_factory=list)
    links: list[tuple[int, int, int, int, int]] = field(default_factory=list)

    def add(
        self, frame: int, around: Position, place: PositionOffset | None,
        paths: Sequence[ReferencePath], links: Sequence[ReferenceLink], **values: Any,
    ) -> None:
        """Add one row; values by the names of `RoadEvents`."""
        row = len(self.frame)
        self.frame.append(frame)
        self.places.append(_placed(place, around))
        for path in paths:
            points = [_placed(point, around) for point in path.active_path]
            self.paths.append((row, path.path_radius, points))
        for link in links:
            region = link.downstream_node_id.region
            self.links.append((
                row, NOT_GIVEN if region is None else region, link.upstream_node_id.id,
                link.downstream_node_id.id, int(link.reference_lanes or 0)))
        for name, value in values.items():
            self.columns.setdefault(name, []).append(value)


class RsiMemory:
    """What units told last in SI, as they repeat the same events and signs every second."""

    def __init__(self) -> None:
        """Remember nothing."""
        self._told: dict[str, tuple[dict[str, Any], RoadSideInformation]] = {}

    def record(self, message: dict[str, Any]) -> RoadSideInformation:
        """Return the record of a message; its count may be that of an earlier one.

        Raises:
            KeyError: A value of a later edition, which has no record.
            ValueError: The same.
            TypeError: The same.
        """
        content = {name: value for name, value in message.items() if name != 'msgCnt'}
        known = self._told.pop(message['id'], None)
        record = known[1] if known is not None and known[0] == content else (
            to_record('RoadSideInformation', message))
        if len(self._told) >= _REMEMBERED:
            del self._told[next(iter(self._told))]
        self._told[message['id']] = content, record
        return record


def events_from_rsi(
    messages: Messages, batch: FrameBatch, map_frame: MapFrame, parameters: Parameters,
    memory: RsiMemory | None = None,
) -> tuple[RoadEvents, NDArray[np.int64], tuple[Refusal, ...]]:
    """Return what roadside information tells, in the map frame.

    Args:
        messages: Frame index and RoadSideInformation value (convention of `codec`) of each.
        batch: The frames that they came in.
        map_frame: The map.
        parameters: Datum of roadside units, limits of the clock.
        memory: Of what was told before, None for none.

    Returns:
        Events and signs, the frame of each, and the refusals of whole messages and of single
        events in the order of the frames.
    """
    rows = _Rows()
    refusals: list[Refusal] = []
    read = None if memory is None else memory.record
    for frame, record in records_of('RoadSideInformation', messages, refusals, read):
        refusal = _refused(record, frame, batch, parameters, _moment_of(record, frame, batch))
        if refusal is not None:
            refusals.append(refusal)
            continue
        told = _reference(frame, batch)
        for event in record.events:
            _add_event(rows, frame, record, event, told)
        for sign in record.signs:
            _add_sign(rows, frame, record, sign, told)
    return _finished(rows, refusals, batch, map_frame, parameters)


def events_from_rsc(
    messages: Messages, batch: FrameBatch, map_frame: MapFrame, parameters: Parameters
) -> tuple[RoadEvents, NDArray[np.int64], tuple[Refusal, ...]]:
    """Return what roadside coordination tells of lanes; as `events_from_rsi`."""
    rows = _Rows()
    refusals: list[Refusal] = []
    for frame, record in records_of('RoadsideCoordination', messages, refusals):
        second = unwrap_second(
            [record.second], batch.reception_time[[frame]], batch.generation_time[[frame]])
        moment = int(second.time[0]) if second.stated[0] else None
        refusal = _refused(record, frame, batch, parameters, moment)
        if refusal is not None:
            refusals.append(refusal)
            continue
        told = _reference(frame, batch)
        for place, lane in enumerate(record.lane_coordinates):
            _add_lane(rows, frame, record, place, lane, told)
    return _finished(rows, refusals, batch, map_frame, parameters)


def _moment_of(record: RoadSideInformation, frame: int, batch: FrameBatch) -> int | None:
    """Return the latest instant of the minute that a message states [ns], None without one."""
    if math.isnan(record.time_of_year):
        return None
    reception = batch.reception_time[[frame]]
    begin = int(unwrap_minute_of_year([record.time_of_year / _MINUTE], [_NAN], reception).time[0])
    return min(begin + round(_MINUTE) * NANOSECONDS, max(int(reception[0]), begin))


def _reference(frame: int, batch: FrameBatch) -> int:
    generation = int(batch.generation_time[frame])
    return generation if generation > 0 else int(batch.reception_time[frame])


def _refused(
    record: RoadSideInformation | RoadsideCoordination, frame: int, batch: FrameBatch,
    parameters: Parameters, moment: int | None,
) -> Refusal | None:
    """Return why a message is not used: the certificate, or the times that it states."""
    sieve = Sieve(1)
    sieve.refuse_by_certificate(batch, np.array([frame]))
    role = batch.signer_role[[frame]]
    vehicle = (role == int(SignerRole.VEHICLE)) | (role == int(SignerRole.EMERGENCY))
    sieve.refuse(vehicle, RefusalReason.NOT_PERMITTED)
    sieve.refuse(
        claimed_outside(record.reference_position, frame, batch, parameters.datum.roadside),
        RefusalReason.OUTSIDE_REGION)
    reception = int(batch.reception_time[frame])
    generation = int(batch.generation_time[frame])
    for instant in (generation if generation > 0 else None, moment):
        if instant is not None:
            old = np.atleast_1d(age(instant, reception))
            sieve.refuse(old > parameters.clock.age_maximum, RefusalReason.STALE)
            sieve.refuse(old < -parameters.clock.future_maximum, RefusalReason.FUTURE)
    found = sieve.refusals(np.array([frame]))
    return found[0] if found else None


def _add_event(
    rows: _Rows, frame: int, record: RoadSideInformation, event: RoadTrafficEvent, told: int
) -> None:
    times = event.time_details
    begin, end = (0, 0) if times is None else minutes_of_year(times.start, times.end, told)
    rows.add(
        frame, record.reference_position, event.event_position, event.reference_paths,
        event.reference_links,
        sender_id=record.id, event_id=event.event_id, kind=RoadEventKind.EVENT,
        code=event.event_type, origin=event.event_source, vehicle_types=0, speed=_NAN,
        behavior=0, information=0, radius=event.event_radius, priority=event.priority or 0,
        confidence=event.event_confidence, begin=begin, end=end,
        description=printable(event.description or ''))


def _add_sign(
    rows: _Rows, frame: int, record: RoadSideInformation, sign: RoadTrafficSign, told: int
) -> None:
    times = sign.time_details
    begin, end = (0, 0) if times is None else minutes_of_year(times.start, times.end, told)
    beside = sign.auxiliary_sign
    rows.add(
        frame, record.reference_position, sign.sign_position, sign.reference_paths,
        sign.reference_links,
        sender_id=record.id, event_id=sign.sign_id, kind=RoadEventKind.SIGN,
        code=sign.sign_type, origin=0,
        vehicle_types=0 if beside is None else int(beside.sign_with_vehicle_type or 0),
        speed=_NAN, behavior=0, information=0, radius=_NAN, priority=sign.priority or 0,
        confidence=_NAN, begin=begin, end=end, description=printable(sign.description or ''))


def _add_lane(
    rows: _Rows, frame: int, record: RoadsideCoordination, place: int, lane: LaneCoordination,
    told: int,
) -> None:
    begin, end = date_times(lane.begin, lane.end, told)
    paths = () if lane.related_path is None else (lane.related_path,)
    rows.add(
        frame, record.reference_position, None, paths, (lane.target_lane,),
        sender_id=record.id, event_id=place, kind=RoadEventKind.LANE, code=0, origin=0,
        vehicle_types=0, speed=lane.recommended_speed,
        behavior=int(lane.recommended_behavior or 0), information=int(lane.information or 0),
        radius=_NAN, priority=0, confidence=_NAN, begin=begin, end=end,
        description=printable(lane.description or ''))


def _placed(place: PositionOffset | None, around: Position) -> tuple[float, float, float]:
    """Return latitude, longitude [deg] and elevation [m] of a place, NaN where unavailable."""
    if place is None:
        return _NAN, _NAN, _NAN
    elevation = place.elevation + (0.0 if place.elevation_absolute else around.elevation)
    if place.absolute:
        return place.latitude, place.longitude, elevation
    return (
        around.latitude + place.latitude, around.longitude + place.longitude, elevation)


def _finished(
    rows: _Rows, refusals: list[Refusal], batch: FrameBatch, map_frame: MapFrame,
    parameters: Parameters,
) -> tuple[RoadEvents, NDArray[np.int64], tuple[Refusal, ...]]:
    """Return the rows in the map, those that lie nowhere or too far away refused."""
    count = len(rows.frame)
    frame = np.array(rows.frame, dtype=np.int64)
    if not count:
        return no_road_events(), frame, tuple(sorted(refusals))
    points = [point for _, _, points in rows.paths for point in points]
    latitude, longitude, elevation = np.array([*rows.places, *points], dtype=np.float64).T
    latitude, longitude = to_wgs84(latitude, longitude, parameters.datum.roadside)
    x, y, z = map_frame.to_map(latitude, longitude, elevation)

    path_event = np.array([row for row, _, _ in rows.paths], dtype=np.int64)
    lengths = np.array([len(points) for _, _, points in rows.paths], dtype=np.int64)
    point_event = np.repeat(path_event, lengths)
    links = np.array(rows.links, dtype=np.int64).reshape(-1, 5)
    columns: dict[str, Any] = {
        name: np.array(values, dtype=column_type(name))
        for name, values in rows.columns.items() if name != 'description'
    }
    made = RoadEvents(
        **columns,
        x=x[:count], y=y[:count], z=z[:count],
        description=tuple(rows.columns['description']),
        time=batch.reception_time[frame],
        verification=batch.verification[frame],
        signer=batch.signer[frame],
        corroborated=np.zeros(count, dtype=np.bool_),
        path_event=path_event,
        path_half_width=np.array([width for _, width, _ in rows.paths], dtype=np.float64),
        path_begin=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        path_x=x[count:],
        path_y=y[count:],
        link_event=links[:, 0],
        link_region=links[:, 1].astype(np.int32),
        link_upstream=links[:, 2].astype(np.int32),
        link_downstream=links[:, 3].astype(np.int32),
        link_lanes=links[:, 4].astype(np.uint16),
    )
    sieve = Sieve(count)
    lost = np.bincount(point_event[~np.isfinite(made.path_x)], minlength=count) > 0
    somewhere = np.isfinite(made.x)
    somewhere[path_event] = True
    somewhere[made.link_event] = True
    sieve.refuse(lost | ~somewhere, RefusalReason.NO_POSITION)
    away = np.hypot(made.x, made.y) > plausibility.AREA_RADIUS
    outside = np.hypot(made.path_x, made.path_y) > plausibility.AREA_RADIUS
    away |= np.bincount(point_event[outside], minlength=count) > 0
    sieve.refuse(away, RefusalReason.OUT_OF_AREA)
    return made.take(sieve.good), frame[sieve.good], tuple(
        sorted([*refusals, *sieve.refusals(frame)]))
