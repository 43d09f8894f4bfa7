# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Road users that roadside sensors report (RSM), in SI units as a struct of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from icv_v2x.message_set.enumerations import Transmission
from icv_v2x.message_set.quantities import ABSENT, QUANTITIES, Raw, Real, level_to_si
from icv_v2x.message_set.records.bsm import LEVEL_COLUMNS, Mask, Octet
from icv_v2x.message_set.records.bsm_values import code_of, offset_codes, position_codes


@dataclass(frozen=True)
class RsmColumns:
    """Codes of many roadside safety messages.

    Attributes:
        columns: By column name, (n,).
        participants: By column name, (m,), with the message's `frame`.
    """

    columns: dict[str, Raw]
    participants: dict[str, Raw]


PARTICIPANT_COLUMNS: dict[str, tuple[tuple[str, ...], str]] = {
    'participant_type': (('ptcType',), 'ParticipantType'),
    'participant_id': (('ptcId',), ''),
    'source': (('source',), 'SourceType'),
    'second': (('secMark',), 'DSecond'),
    'position_confidence': (('posConfidence', 'pos'), 'PositionConfidence'),
    'elevation_confidence': (('posConfidence', 'elevation'), 'ElevationConfidence'),
    'transmission': (('transmission',), 'TransmissionState'),
    'speed': (('speed',), 'Speed'),
    'heading': (('heading',), 'Heading'),
    'steering_wheel_angle': (('angle',), 'SteeringWheelAngle'),
    'speed_confidence': (('motionCfd', 'speedCfd'), 'SpeedConfidence'),
    'heading_confidence': (('motionCfd', 'headingCfd'), 'HeadingConfidence'),
    'steering_wheel_angle_confidence': (
        ('motionCfd', 'steerCfd'), 'SteeringWheelAngleConfidence'),
    'longitudinal_acceleration': (('accelSet', 'long'), 'Acceleration'),
    'lateral_acceleration': (('accelSet', 'lat'), 'Acceleration'),
    'vertical_acceleration': (('accelSet', 'vert'), 'VerticalAcceleration'),
    'yaw_rate': (('accelSet', 'yaw'), 'YawRate'),
    'width': (('size', 'width'), 'VehicleWidth'),
    'length': (('size', 'length'), 'VehicleLength'),
    'height': (('size', 'height'), 'VehicleHeight'),
    'vehicle_class': (('vehicleClass', 'classification'), 'BasicVehicleClass'),
    'fuel_type': (('vehicleClass', 'fuelType'), 'FuelType'),
}
"""Column name, place in ParticipantData and type; position and ids come on top."""
OTHER_COLUMNS = ('frame', 'id_high', 'id_low', 'latitude', 'longitude', 'elevation')
HEAD_COLUMNS = (
    'frame', 'message_count', 'id_high', 'id_low', 'latitude', 'longitude', 'elevation')


@dataclass(frozen=True)
class Participants:
    """Participants of all messages end to end; units SI, axes as sent.

    Source: T/CSAE 53-2020 ParticipantData. Positions are absolute: reference plus offset.

    Attributes:
        participant_type: `ParticipantType`, (m,).
        participant_id: Id that the roadside unit gave, 0 = the unit itself, (m,).
        source: `DetectionSource`, (m,).
        temporary_id: Id of the participant's own messages, big-endian, (m,).
        temporary_id_available: Mask, (m,).
        second: Time of the position in its minute, (m,) [s]; NaN unavailable.
        latitude: (m,) [deg]; NaN unavailable.
        longitude: (m,) [deg]; NaN unavailable.
        elevation: Above the ellipsoid, (m,) [m]; NaN unavailable.
        position_confidence: 95 % radius, (m,) [m]; NaN unavailable.
        elevation_confidence: 95 %, (m,) [m]; NaN unavailable.
        transmission: `Transmission`, (m,).
        speed: (m,) [m/s]; NaN unavailable.
        heading: Clockwise from north, (m,) [rad]; NaN unavailable.
        steering_wheel_angle: Right positive, (m,) [rad]; NaN unavailable.
        speed_confidence: 95 %, (m,) [m/s]; NaN unavailable.
        heading_confidence: 95 %, (m,) [rad]; NaN unavailable.
        steering_wheel_angle_confidence: 95 %, (m,) [rad]; NaN unavailable.
        longitudinal_acceleration: Forward positive, (m,) [m/s2]; NaN unavailable.
        lateral_acceleration: Right positive, (m,) [m/s2]; NaN unavailable.
        vertical_acceleration: Downward positive, (m,) [m/s2]; NaN unavailable.
        yaw_rate: Clockwise positive, (m,) [rad/s]; NaN absent.
        width: (m,) [m]; NaN where 0 was sent.
        length: (m,) [m]; NaN where 0 was sent.
        height: (m,) [m]; NaN where absent or 0.
        vehicle_class: BasicVehicleClass as sent, (m,); 0 unknown or absent.
        fuel_type: FuelType as sent, (m,); 0 unknown or absent.
    """

    participant_type: Octet
    participant_id: NDArray[np.uint16]
    source: Octet
    temporary_id: NDArray[np.uint64]
    temporary_id_available: Mask
    second: Real
    latitude: Real
    longitude: Real
    elevation: Real
    position_confidence: Real
    elevation_confidence: Real
    transmission: Octet
    speed: Real
    heading: Real
    steering_wheel_angle: Real
    speed_confidence: Real
    heading_confidence: Real
    steering_wheel_angle_confidence: Real
    longitudinal_acceleration: Real
    lateral_acceleration: Real
    vertical_acceleration: Real
    yaw_rate: Real
    width: Real
    length: Real
    height: Real
    vehicle_class: Octet
    fuel_type: Octet


@dataclass(frozen=True)
class RoadsideSafetyMessages:
    """Roadside safety messages of a batch, one row each, in the order of the frames.

    Attributes:
        frame: Index of the frame in the batch, (n,).
        message_count: Counter of the sender, 0..127, (n,).
        roadside_id: Id of the roadside unit, big-endian, (n,).
        latitude: Reference position, (n,) [deg]; NaN unavailable.
        longitude: Reference position, (n,) [deg]; NaN unavailable.
        elevation: Reference position, above the ellipsoid, (n,) [m]; NaN unavailable.
        offsets: Participants of message i are ``offsets[i]:offsets[i + 1]``, (n + 1,).
        participants: Participants of all messages.
    """

    frame: NDArray[np.int64]
    message_count: Octet
    roadside_id: NDArray[np.uint64]
    latitude: Real
    longitude: Real
    elevation: Real
    offsets: NDArray[np.int64]
    participants: Participants

    def __len__(self) -> int:
        """Give the number of messages."""
        return int(self.frame.size)


def identifiers(high: Raw, low: Raw) -> NDArray[np.uint64]:
    """Join the halves of ids of eight octets.

    Args:
        high: The first four octets, (n,); `ABSENT` counts as 0.
        low: The last four, (n,).

    Returns:
        The ids, big-endian, (n,).
    """
    return np.maximum(high, 0).astype(np.uint64) << np.uint64(32) | np.maximum(low, 0).astype(
        np.uint64)


def participants_from_columns(columns: dict[str, Raw]) -> Participants:
    """Turn codes of participants into SI.

    Args:
        columns: By column name, (m,).

    Returns:
        The participants.
    """
    made: dict[str, Any] = {
        'temporary_id': identifiers(columns['id_high'], columns['id_low']),
        'temporary_id_available': columns['id_high'] != ABSENT,
        'participant_id': columns['participant_id'].astype(np.uint16),
        'latitude': QUANTITIES['Latitude'].to_si(columns['latitude']),
        'longitude': QUANTITIES['Longitude'].to_si(columns['longitude']),
        'elevation': QUANTITIES['Elevation'].to_si(columns['elevation']),
    }
    for name, (_, kind) in PARTICIPANT_COLUMNS.items():
        if name in LEVEL_COLUMNS:
            made[name] = level_to_si(kind, columns[name])
        elif kind in QUANTITIES:
            made[name] = QUANTITIES[kind].to_si(columns[name])
        elif name == 'transmission':
            gear = columns[name]
            made[name] = np.where(gear == ABSENT, Transmission.UNAVAILABLE, gear).astype(np.uint8)
        elif name != 'participant_id':
            made[name] = np.maximum(columns[name], 0).astype(np.uint8)
    return Participants(**made)


def from_columns(raw: RsmColumns) -> RoadsideSafetyMessages:
    """Turn codes into SI records.

    Args:
        raw: The codes, rows and participants in the order of `frame`.

    Returns:
        The records.
    """
    columns = raw.columns
    frame = columns['frame']
    return RoadsideSafetyMessages(
        frame=frame,
        message_count=columns['message_count'].astype(np.uint8),
        roadside_id=identifiers(columns['id_high'], columns['id_low']),
        latitude=QUANTITIES['Latitude'].to_si(columns['latitude']),
        longitude=QUANTITIES['Longitude'].to_si(columns['longitude']),
        elevation=QUANTITIES['Elevation'].to_si(columns['elevation']),
        offsets=np.searchsorted(
            raw.participants['frame'], np.append(frame, np.iinfo(np.int64).max)).astype(np.int64),
        participants=participants_from_columns(raw.participants),
    )


def columns_from_values(messages: Sequence[tuple[int, dict[str, Any]]]) -> RsmColumns:
    """Collect the codes of decoded messages.

    Args:
        messages: Frame index and RoadsideSafetyMessage value of each.

    Returns:
        The columns, in the order given.
    """
    heads: list[tuple[int, ...]] = []
    rows: list[list[int]] = []
    for frame, message in messages:
        reference = position_codes(message['refPos'])
        heads.append((frame, message['msgCnt'], int(message['id'][:8], 16),
                      int(message['id'][8:], 16), *reference))
        rows += [participant_row(frame, entry, reference) for entry in message['participants']]
    head = np.array(heads, dtype=np.int64).reshape(-1, len(HEAD_COLUMNS))
    names = (*OTHER_COLUMNS, *PARTICIPANT_COLUMNS)
    table = np.array(rows, dtype=np.int64).reshape(-1, len(names))
    return RsmColumns(
        {name: np.ascontiguousarray(head[:, at]) for at, name in enumerate(HEAD_COLUMNS)},
        {name: np.ascontiguousarray(table[:, at]) for at, name in enumerate(names)},
    )


def participant_row(
    frame: int, entry: dict[str, Any], reference: tuple[int, int, int],
) -> list[int]:
    """Collect the codes of one participant.

    Args:
        frame: Index of its frame.
        entry: ParticipantData value.
        reference: Codes of the position that its offset counts from.

    Returns:
        The codes of `OTHER_COLUMNS` and `PARTICIPANT_COLUMNS`.
    """
    identifier = entry.get('id')
    row = [frame, ABSENT, ABSENT] if identifier is None else [
        frame, int(identifier[:8], 16), int(identifier[8:], 16)]
    row += offset_codes(entry['pos'], reference)
    for path, kind in PARTICIPANT_COLUMNS.values():
        value: Any = entry
        for name in path:
            value = value.get(name) if value is not None else None
        row.append(ABSENT if value is None else code_of(kind, value) if kind else value)
    return row


def merged(parts: list[RsmColumns]) -> RsmColumns:
    """Join columns from several decoders into the order of the frames.

    Args:
        parts: Columns with disjoint frames.

    Returns:
        One set of columns, rows and participants sorted by frame.
    """
    if not parts:
        return columns_from_values([])
    if len(parts) == 1:
        return parts[0]

    def joined(tables: list[dict[str, Raw]]) -> dict[str, Raw]:
        table = {name: np.concatenate([part[name] for part in tables]) for name in tables[0]}
        order = np.argsort(table['frame'], kind='stable')
        return {name: column[order] for name, column in table.items()}

    return RsmColumns(joined([part.columns for part in parts]),
                      joined([part.participants for part in parts]))
