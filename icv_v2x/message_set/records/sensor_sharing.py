# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What others share of their detections (SSM), in SI units as a struct of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from icv_v2x.message_set.quantities import ABSENT, LEVELS, QUANTITIES, Raw, Real, level_to_si
from icv_v2x.message_set.records.bsm import Octet, bits_of
from icv_v2x.message_set.records.bsm_values import code_of, offset_codes, position_codes
from icv_v2x.message_set.records.participants import (
    OTHER_COLUMNS,
    PARTICIPANT_COLUMNS,
    Participants,
    identifiers,
    participant_row,
    participants_from_columns,
)

Events = tuple[tuple[int, tuple[dict[str, Any], ...]], ...]


@dataclass(frozen=True)
class SsmColumns:
    """Codes of many sensor sharing messages.

    Attributes:
        columns: By column name, (n,).
        participants: By column name, (m,), with the message's `frame`.
        obstacles: By column name, (k,), with the message's `frame`.
        events: Frame and RTEData values (plain convention) of messages that tell of events.
    """

    columns: dict[str, Raw]
    participants: dict[str, Raw]
    obstacles: dict[str, Raw]
    events: Events = ()


HEAD_COLUMNS = (
    'frame', 'message_count', 'id_high', 'id_low', 'equipment_type', 'second', 'latitude',
    'longitude', 'elevation')
_SIZE_CONFIDENCE_COLUMNS: dict[str, tuple[tuple[str, ...], str]] = {
    f'{name}_confidence': (('objSizeConfidence', f'{name}Conf'), 'SizeValueConfidence')
    for name in ('width', 'length', 'height')
}
DETECTION_COLUMNS: dict[str, tuple[tuple[str, ...], str]] = {
    **_SIZE_CONFIDENCE_COLUMNS,
    'detected_type': (('detectedPTCType',), 'DetectedPTCType'),
    'type_confidence': (('typeConfidence',), 'Confidence'),
    'longitudinal_acceleration_confidence': (
        ('acc4WayConfidence', 'lonAccConfidence'), 'AccConfidence'),
    'lateral_acceleration_confidence': (
        ('acc4WayConfidence', 'latAccConfidence'), 'AccConfidence'),
    'vertical_acceleration_confidence': (
        ('acc4WayConfidence', 'vertAccConfidence'), 'AccConfidence'),
    'yaw_rate_confidence': (('acc4WayConfidence', 'yawRateCon'), 'AngularVConfidence'),
    'status_duration': (('statusDuration',), 'TimeOffset'),
    'tracking': (('tracking',), 'DetectedPTCData.tracking'),
    'lights': (('type-relatedExt', 'motorExt', 'lights'), 'ExteriorLights'),
}
"""Column name, place in DetectedPTCData and type; those of `ptc` come on top."""
OBSTACLE_COLUMNS: dict[str, tuple[tuple[str, ...], str]] = {
    'obstacle_type': (('obsType',), 'ObstacleType'),
    'type_confidence': (('objTypeConfidence',), 'Confidence'),
    'obstacle_id': (('obsId',), ''),
    'source': (('source',), 'SourceType'),
    'second': (('secMark',), 'DSecond'),
    'position_confidence': (('posConfidence', 'pos'), 'PositionConfidence'),
    'elevation_confidence': (('posConfidence', 'elevation'), 'ElevationConfidence'),
    'speed': (('speed',), 'Speed'),
    'speed_confidence': (('speedCfd',), 'SpeedConfidence'),
    'heading': (('heading',), 'Heading'),
    'heading_confidence': (('headingCfd',), 'HeadingConfidence'),
    'vertical_speed': (('verSpeed',), 'Speed'),
    'vertical_speed_confidence': (('verSpeedConfidence',), 'SpeedConfidence'),
    'longitudinal_acceleration': (('accelSet', 'long'), 'Acceleration'),
    'lateral_acceleration': (('accelSet', 'lat'), 'Acceleration'),
    'vertical_acceleration': (('accelSet', 'vert'), 'VerticalAcceleration'),
    'yaw_rate': (('accelSet', 'yaw'), 'YawRate'),
    'width': (('size', 'width'), 'SizeValue'),
    'length': (('size', 'length'), 'SizeValue'),
    'height': (('size', 'height'), 'SizeValue'),
    **_SIZE_CONFIDENCE_COLUMNS,
    'tracking': (('tracking',), 'DetectedObstacleData.tracking'),
}
"""Column name, place in DetectedObstacleData and type; frame and position come on top."""
PLACE_COLUMNS = ('frame', 'latitude', 'longitude', 'elevation')
PARTICIPANT_NAMES = (*OTHER_COLUMNS, *PARTICIPANT_COLUMNS, *DETECTION_COLUMNS)
OBSTACLE_NAMES = (*PLACE_COLUMNS, *OBSTACLE_COLUMNS)


@dataclass(frozen=True)
class DetectedParticipants:
    """Detected participants of all messages end to end; units SI, axes as sent.

    Source: T/CSAE 157-2020 DetectedPTCData. Polygons, path histories, plans and attitudes are
    left out.

    Attributes:
        states: What each one does, m of them.
        width_confidence: 95 %, (m,) [m]; NaN unavailable.
        length_confidence: 95 %, (m,) [m]; NaN unavailable.
        height_confidence: 95 %, (m,) [m]; NaN unavailable.
        detected_type: `DetectedParticipantType`, (m,); 0 unknown or absent.
        type_confidence: 0..1, (m,); NaN absent.
        longitudinal_acceleration_confidence: 95 %, (m,) [m/s2]; NaN unavailable.
        lateral_acceleration_confidence: 95 %, (m,) [m/s2]; NaN unavailable.
        vertical_acceleration_confidence: 95 %, (m,) [m/s2]; NaN unavailable.
        yaw_rate_confidence: 95 %, (m,) [rad/s]; NaN unavailable.
        status_duration: How long it has been in its state, (m,) [s]; NaN unavailable.
        tracking: How long it has been tracked, (m,) [s]; NaN absent.
        lights: `ExteriorLight` bits, (m,); 0 where absent.
    """

    states: Participants
    width_confidence: Real
    length_confidence: Real
    height_confidence: Real
    detected_type: Octet
    type_confidence: Real
    longitudinal_acceleration_confidence: Real
    lateral_acceleration_confidence: Real
    vertical_acceleration_confidence: Real
    yaw_rate_confidence: Real
    status_duration: Real
    tracking: Real
    lights: NDArray[np.uint16]


@dataclass(frozen=True)
class DetectedObstacles:
    """Detected obstacles of all messages end to end; units SI, axes as sent.

    Source: T/CSAE 157-2020 DetectedObstacleData. Positions are absolute: reference plus offset.

    Attributes:
        latitude: (k,) [deg]; NaN unavailable.
        longitude: (k,) [deg]; NaN unavailable.
        elevation: Above the ellipsoid, (k,) [m]; NaN unavailable.
        obstacle_type: `ObstacleType`, (k,).
        type_confidence: 0..1, (k,); NaN absent.
        obstacle_id: Number that the sender gave, (k,).
        source: `DetectionSource`, (k,).
        second: Time of the position in its minute, (k,) [s]; NaN unavailable.
        position_confidence: 95 % radius, (k,) [m]; NaN unavailable.
        elevation_confidence: 95 %, (k,) [m]; NaN unavailable.
        speed: (k,) [m/s]; NaN unavailable.
        speed_confidence: 95 %, (k,) [m/s]; NaN unavailable.
        heading: Clockwise from north, (k,) [rad]; NaN unavailable.
        heading_confidence: 95 %, (k,) [rad]; NaN unavailable.
        vertical_speed: (k,) [m/s]; NaN unavailable.
        vertical_speed_confidence: 95 %, (k,) [m/s]; NaN unavailable.
        longitudinal_acceleration: Forward positive, (k,) [m/s2]; NaN unavailable.
        lateral_acceleration: Right positive, (k,) [m/s2]; NaN unavailable.
        vertical_acceleration: Downward positive, (k,) [m/s2]; NaN unavailable.
        yaw_rate: Clockwise positive, (k,) [rad/s]; NaN absent.
        width: (k,) [m].
        length: (k,) [m].
        height: (k,) [m]; NaN absent.
        width_confidence: 95 %, (k,) [m]; NaN unavailable.
        length_confidence: 95 %, (k,) [m]; NaN unavailable.
        height_confidence: 95 %, (k,) [m]; NaN unavailable.
        tracking: How long it has been tracked, (k,) [s]; NaN absent.
    """

    latitude: Real
    longitude: Real
    elevation: Real
    obstacle_type: Octet
    type_confidence: Real
    obstacle_id: NDArray[np.uint16]
    source: Octet
    second: Real
    position_confidence: Real
    elevation_confidence: Real
    speed: Real
    speed_confidence: Real
    heading: Real
    heading_confidence: Real
    vertical_speed: Real
    vertical_speed_confidence: Real
    longitudinal_acceleration: Real
    lateral_acceleration: Real
    vertical_acceleration: Real
    yaw_rate: Real
    width: Real
    length: Real
    height: Real
    width_confidence: Real
    length_confidence: Real
    height_confidence: Real
    tracking: Real


@dataclass(frozen=True)
class SensorSharingMessages:
    """Sensor sharing messages of a batch, one row each, in the order of the frames.

    Source: T/CSAE 157-2020 SensorSharingMsg; the detected region is left out.

    Attributes:
        frame: Index of the frame in the batch, (n,).
        message_count: Counter of the sender, 0..127, (n,).
        sender_id: Id of the sender, big-endian, (n,).
        equipment_type: `EquipmentType` of the sender, (n,).
        second: Time of the message in its minute, (n,) [s]; NaN unavailable.
        latitude: Position of the sensor, which offsets count from, (n,) [deg]; NaN unavailable.
        longitude: Likewise, (n,) [deg]; NaN unavailable.
        elevation: Likewise, above the ellipsoid, (n,) [m]; NaN unavailable.
        offsets: Participants of message i are ``offsets[i]:offsets[i + 1]``, (n + 1,).
        participants: Participants of all messages.
        obstacle_offsets: Obstacles of message i likewise, (n + 1,).
        obstacles: Obstacles of all messages.
        events: Frame and RTEData values (plain convention) of messages that tell of events.
    """

    frame: NDArray[np.int64]
    message_count: Octet
    sender_id: NDArray[np.uint64]
    equipment_type: Octet
    second: Real
    latitude: Real
    longitude: Real
    elevation: Real
    offsets: NDArray[np.int64]
    participants: DetectedParticipants
    obstacle_offsets: NDArray[np.int64]
    obstacles: DetectedObstacles
    events: Events

    def __len__(self) -> int:
        """Give the number of messages."""
        return int(self.frame.size)


def from_columns(raw: SsmColumns) -> SensorSharingMessages:
    """Turn codes into SI records.

    Args:
        raw: The codes, rows, participants and obstacles in the order of `frame`.

    Returns:
        The records.
    """
    columns = raw.columns
    frame = columns['frame']
    ends = np.append(frame, np.iinfo(np.int64).max)
    return SensorSharingMessages(
        frame=frame,
        message_count=columns['message_count'].astype(np.uint8),
        sender_id=identifiers(columns['id_high'], columns['id_low']),
        equipment_type=columns['equipment_type'].astype(np.uint8),
        second=QUANTITIES['DSecond'].to_si(columns['second']),
        **_place(columns),
        offsets=np.searchsorted(raw.participants['frame'], ends).astype(np.int64),
        participants=DetectedParticipants(
            states=participants_from_columns(raw.participants),
            lights=bits_of(raw.participants['lights'], 9),
            **_converted(raw.participants, DETECTION_COLUMNS)),
        obstacle_offsets=np.searchsorted(raw.obstacles['frame'], ends).astype(np.int64),
        obstacles=DetectedObstacles(
            **_place(raw.obstacles),
            obstacle_id=raw.obstacles['obstacle_id'].astype(np.uint16),
            **_converted(raw.obstacles, OBSTACLE_COLUMNS)),
        events=raw.events,
    )


def _place(columns: dict[str, Raw]) -> dict[str, Any]:
    return {name: QUANTITIES[name.capitalize()].to_si(columns[name])
            for name in ('latitude', 'longitude', 'elevation')}


def _converted(
    columns: dict[str, Raw], table: dict[str, tuple[tuple[str, ...], str]],
) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, (_, kind) in table.items():
        if kind in LEVELS:
            made[name] = level_to_si(kind, columns[name])
        elif kind in QUANTITIES:
            made[name] = QUANTITIES[kind].to_si(columns[name])
        elif kind not in ('', 'ExteriorLights'):
            made[name] = np.maximum(columns[name], 0).astype(np.uint8)
    return made


def columns_from_values(messages: Sequence[tuple[int, dict[str, Any]]]) -> SsmColumns:
    """Collect the codes of decoded messages.

    Args:
        messages: Frame index and SensorSharingMsg value of each.

    Returns:
        The columns, in the order given.
    """
    heads: list[tuple[int, ...]] = []
    participants: list[list[int]] = []
    obstacles: list[list[int]] = []
    events: list[tuple[int, tuple[dict[str, Any], ...]]] = []
    for frame, message in messages:
        reference = position_codes(message['sensorPos'])
        heads.append((
            frame, message['msgCnt'], int(message['id'][:8], 16), int(message['id'][8:], 16),
            code_of('EquipmentType', message['equipmentType']), message['secMark'], *reference))
        participants += [
            participant_row(frame, entry['ptc'], reference) + _codes(entry, DETECTION_COLUMNS)
            for entry in message.get('participants', ())]
        obstacles += [
            [frame, *offset_codes(entry['pos'], reference), *_codes(entry, OBSTACLE_COLUMNS)]
            for entry in message.get('obstacles', ())]
        if 'rtes' in message:
            events.append((frame, tuple(message['rtes'])))
    return SsmColumns(
        _table(heads, HEAD_COLUMNS), _table(participants, PARTICIPANT_NAMES),
        _table(obstacles, OBSTACLE_NAMES), tuple(events))


def _codes(entry: dict[str, Any], table: dict[str, tuple[tuple[str, ...], str]]) -> list[int]:
    row = []
    for path, kind in table.values():
        value: Any = entry
        for name in path:
            value = value.get(name) if value is not None else None
        numeric = isinstance(value, int)
        row.append(ABSENT if value is None else value if numeric else code_of(kind, value))
    return row


def _table(rows: Sequence[Sequence[int]], names: Sequence[str]) -> dict[str, Raw]:
    table = np.array(rows, dtype=np.int64).reshape(-1, len(names))
    return {name: np.ascontiguousarray(table[:, at]) for at, name in enumerate(names)}


def merged(parts: list[SsmColumns]) -> SsmColumns:
    """Join columns from several decoders into the order of the frames.

    Args:
        parts: Columns with disjoint frames.

    Returns:
        One set of columns, everything sorted by frame.
    """
    if not parts:
        return columns_from_values([])
    if len(parts) == 1:
        return parts[0]
    return SsmColumns(
        _joined([part.columns for part in parts]),
        _joined([part.participants for part in parts]),
        _joined([part.obstacles for part in parts]),
        tuple(sorted((event for part in parts for event in part.events),
                     key=lambda event: event[0])))


def _joined(tables: list[dict[str, Raw]]) -> dict[str, Raw]:
    table = {name: np.concatenate([part[name] for part in tables]) for name in tables[0]}
    order = np.argsort(table['frame'], kind='stable')
    return {name: column[order] for name, column in table.items()}
