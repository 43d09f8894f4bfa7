# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Decentralised environmental notifications (DENM), kept while they are valid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.clock import NANOSECONDS
from icv_v2x.frames import to_wgs84
from icv_v2x.message_set.records.rsi import EventSource
from icv_v2x.translate import plausibility
from icv_v2x.translate.refusals import Refusal, RefusalReason, Sieve
from icv_v2x.translate.road_events import RoadEventKind, RoadEvents, column_type, no_road_events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.frames import MapFrame
    from icv_v2x.parameters import Parameters
    from icv_v2x.translate.etsi.envelope import Envelope

# CauseCodeType (TS 102 894-2) to an event of GB/T 29100-2012 and words.
CAUSES: dict[int, tuple[int, str]] = {
    1: (707, 'traffic condition'),
    2: (101, 'accident'),
    3: (501, 'road works'),
    5: (801, 'impassability'),
    6: (408, 'slippery by weather'),
    7: (407, 'aquaplaning'),
    9: (408, 'bad road surface'),
    10: (401, 'obstacle on the road'),
    11: (401, 'animal on the road'),
    12: (701, 'people on the road'),
    14: (904, 'wrong way driver'),
    15: (101, 'rescue work'),
    17: (301, 'extreme weather'),
    18: (301, 'poor visibility'),
    19: (301, 'precipitation'),
    26: (902, 'slow vehicle'),
    27: (707, 'end of a queue'),
    91: (903, 'broken down vehicle'),
    92: (101, 'crashed vehicle'),
    93: (903, 'driver unwell'),
    94: (903, 'standing vehicle'),
    95: (701, 'emergency vehicle approaching'),
    96: (701, 'dangerous curve'),
    97: (701, 'collision risk'),
    98: (701, 'signal violation'),
    99: (701, 'dangerous situation'),
}
# RelevanceDistance [m].
_DISTANCES = (50.0, 100.0, 200.0, 500.0, 1000.0, 5000.0, 10_000.0, 20_000.0)
_USUAL_RADIUS = 200.0
_NO_LATITUDE, _NO_LONGITUDE, _NO_ALTITUDE, _NO_DELTA = (
    900_000_001, 1_800_000_001, 800_001, 131_072)
# Half of what a trace covers across: the lanes of one direction [m].
_HALF_WIDTH = 7.5
_EVENTS = 256
_HIGHEST_QUALITY = 7.0


@dataclass(frozen=True)
class _Event:
    """One notification in the map frame; times in ns since the Unix epoch."""

    station: int
    number: int
    code: int
    text: str
    x: float
    y: float
    z: float
    radius: float
    confidence: float
    begin: int
    end: int
    told: int
    verification: int
    traces: tuple[Any, ...]


class EventBoard:
    """Holds the notifications that are valid, at most so many, the oldest going first.

    A sender may be silent while its notification is valid; road events count only while they are
    told. So the board tells of them all again.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._events: dict[tuple[int, int], _Event] = {}

    def clear(self) -> None:
        """Forget everything."""
        self._events.clear()

    def take(
        self, messages: Sequence[Any], envelope: Envelope, map_frame: MapFrame,
        parameters: Parameters,
    ) -> tuple[Refusal, ...]:
        """Take DENM of EN 302 637-3 in: new ones, updates, cancellations and negations.

        Args:
            messages: n messages of etsi_its_denm_msgs.
            envelope: What came with them.
            map_frame: The map.
            parameters: Datums and limits of the clock.

        Returns:
            The refused messages in their order.
        """
        refusals = []
        for row, message in enumerate(messages):
            management = message.denm.management
            action = management.action_id
            key = (int(action.originating_station_id.value), int(action.sequence_number.value))
            known = self._events.get(key)
            reference = int(envelope.instants([management.reference_time.value])[0])
            if known is not None and reference < known.told:
                refusals.append(Refusal(row, RefusalReason.STALE))
                continue
            if management.termination_is_present:
                self._events.pop(key, None)
                continue
            event = _event(message, key, row, envelope, map_frame, parameters)
            if isinstance(event, RefusalReason):
                refusals.append(Refusal(row, event))
                continue
            self._events.pop(key, None)
            while len(self._events) >= _EVENTS:
                self._events.pop(next(iter(self._events)))
            self._events[key] = event
        return tuple(refusals)

    def snapshot(self, now: int) -> RoadEvents:
        """Return what is valid at an instant [ns since the Unix epoch]; the rest is forgotten."""
        self._events = {
            key: event for key, event in self._events.items() if event.end > now}
        return _records(list(self._events.values()), now)


def _event(
    message: Any, key: tuple[int, int], row: int, envelope: Envelope, map_frame: MapFrame,
    parameters: Parameters,
) -> _Event | RefusalReason:
    management = message.denm.management
    received = int(envelope.reception_time[row])
    begin, told = envelope.instants(
        [management.detection_time.value, management.reference_time.value]).tolist()
    end = begin + int(management.validity_duration.value) * NANOSECONDS
    place = management.event_position
    x, y, z = _placed([(
        _known(place.latitude.value, _NO_LATITUDE) * 1e-7,
        _known(place.longitude.value, _NO_LONGITUDE) * 1e-7,
        _known(place.altitude.altitude_value.value, _NO_ALTITUDE) * 0.01,
    )], map_frame, parameters)[0]
    sieve = Sieve(1)
    sieve.refuse_unverified(np.array([envelope.verification], np.uint8))
    sieve.refuse(np.array([not math.isfinite(x + y)]), RefusalReason.NO_POSITION)
    sieve.refuse(
        np.array([not math.hypot(x, y) <= plausibility.AREA_RADIUS]), RefusalReason.OUT_OF_AREA)
    sieve.refuse(np.array([end <= received]), RefusalReason.STALE)
    sieve.refuse(
        np.array([told - received > parameters.clock.future_maximum * NANOSECONDS]),
        RefusalReason.FUTURE)
    refused = sieve.refusals(np.zeros(1, np.int64))
    if refused:
        return refused[0].reason
    code, text, confidence = 0, '', math.nan
    if message.denm.situation_is_present:
        situation = message.denm.situation
        cause = int(situation.event_type.cause_code.value)
        code, text = CAUSES.get(cause, (0, f'cause {cause}'))
        quality = int(situation.information_quality.value)
        confidence = quality / _HIGHEST_QUALITY if quality else math.nan
    distance = int(management.relevance_distance.value)
    stated = management.relevance_distance_is_present and distance < len(_DISTANCES)
    return _Event(
        station=key[0], number=key[1], code=code, text=text, x=x, y=y, z=z,
        radius=_DISTANCES[distance] if stated else _USUAL_RADIUS, confidence=confidence,
        begin=begin, end=end, told=told, verification=envelope.verification,
        traces=_traces(message, map_frame, parameters))


def _traces(message: Any, map_frame: MapFrame, parameters: Parameters) -> tuple[Any, ...]:
    """Return ways that lead to the event, in travel direction, (M, 3) [m] each."""
    if not message.denm.location_is_present:
        return ()
    origin = message.denm.management.event_position
    traces = []
    for trace in message.denm.location.traces.array:
        latitude, longitude = origin.latitude.value, origin.longitude.value
        points = [(latitude * 1e-7, longitude * 1e-7, math.nan)]
        for point in trace.array:
            step = point.path_position
            if _NO_DELTA in (step.delta_latitude.value, step.delta_longitude.value):
                break
            latitude += step.delta_latitude.value
            longitude += step.delta_longitude.value
            points.append((latitude * 1e-7, longitude * 1e-7, math.nan))
        if len(points) > 1:
            # each point lies behind the one before
            traces.append(_placed(points, map_frame, parameters)[::-1])
    return tuple(traces)


def _known(code: int, none: int) -> float:
    return math.nan if code == none else float(code)


def _placed(
    points: Sequence[tuple[float, float, float]], map_frame: MapFrame, parameters: Parameters,
) -> Any:
    array = np.array(points, np.float64)
    latitude, longitude = to_wgs84(array[:, 0], array[:, 1], parameters.datum.roadside)
    return np.column_stack(map_frame.to_map(latitude, longitude, array[:, 2]))


def _records(events: list[_Event], now: int) -> RoadEvents:
    if not events:
        return no_road_events()
    lines = [(row, line) for row, event in enumerate(events) for line in event.traces]
    count = len(events)

    def column(name: str, values: Any) -> Any:
        return np.array(values, column_type(name))

    none = np.zeros(0, np.int64)
    return RoadEvents(
        sender_id=column('sender_id', [event.station for event in events]),
        event_id=column('event_id', [event.number for event in events]),
        kind=column('kind', [int(RoadEventKind.EVENT)] * count),
        code=column('code', [event.code for event in events]),
        origin=column('origin', [int(EventSource.DETECTION)] * count),
        vehicle_types=column('vehicle_types', [0] * count),
        speed=column('speed', [math.nan] * count),
        behavior=column('behavior', [0] * count),
        information=column('information', [0] * count),
        x=column('x', [event.x for event in events]),
        y=column('y', [event.y for event in events]),
        z=column('z', [event.z for event in events]),
        radius=column('radius', [event.radius for event in events]),
        priority=column('priority', [0] * count),
        confidence=column('confidence', [event.confidence for event in events]),
        begin=column('begin', [event.begin for event in events]),
        end=column('end', [event.end for event in events]),
        description=tuple(event.text for event in events),
        time=np.full(count, now, np.int64),
        verification=column('verification', [event.verification for event in events]),
        signer=column('signer', [0] * count),
        corroborated=column('corroborated', [False] * count),
        path_event=np.array([row for row, _ in lines], np.int64),
        path_half_width=np.full(len(lines), _HALF_WIDTH),
        path_begin=np.cumsum([0, *(len(line) for _, line in lines)]).astype(np.int64),
        path_x=np.concatenate([np.zeros(0), *(line[:, 0] for _, line in lines)]),
        path_y=np.concatenate([np.zeros(0), *(line[:, 1] for _, line in lines)]),
        link_event=none, link_region=none.astype(np.int32),
        link_upstream=none.astype(np.int32), link_downstream=none.astype(np.int32),
        link_lanes=none.astype(np.uint16))
