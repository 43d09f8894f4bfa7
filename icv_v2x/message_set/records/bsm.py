# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Basic safety messages in SI units, many at once, as a struct of arrays."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from icv_v2x.message_set.enumerations import Transmission
from icv_v2x.message_set.quantities import ABSENT, QUANTITIES, Raw, Real, level_to_si

Octet = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class BsmColumns:
    """Codes of many basic safety messages as they stand on the wire.

    Attributes:
        columns: By column name, (n,); `ABSENT` where a field was not sent.
        crumbs: Points of the path histories by column name, (m,), with the message's `frame`.
    """

    columns: dict[str, Raw]
    crumbs: dict[str, Raw]


MESSAGE_COLUMNS: dict[str, tuple[tuple[str, ...], str]] = {
    'message_count': (('msgCnt',), 'MsgCount'),
    'second': (('secMark',), 'DSecond'),
    'time_confidence': (('timeConfidence',), 'TimeConfidence'),
    'latitude': (('pos', 'lat'), 'Latitude'),
    'longitude': (('pos', 'long'), 'Longitude'),
    'elevation': (('pos', 'elevation'), 'Elevation'),
    'semi_major': (('posAccuracy', 'semiMajor'), 'SemiMajorAxisAccuracy'),
    'semi_minor': (('posAccuracy', 'semiMinor'), 'SemiMinorAxisAccuracy'),
    'semi_major_orientation': (('posAccuracy', 'orientation'), 'SemiMajorAxisOrientation'),
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
    'brake_pedal': (('brakes', 'brakePadel'), 'BrakePedalStatus'),
    'wheel_brakes': (('brakes', 'wheelBrakes'), 'BrakeAppliedStatus'),
    'traction': (('brakes', 'traction'), 'TractionControlStatus'),
    'abs': (('brakes', 'abs'), 'AntiLockBrakeStatus'),
    'stability': (('brakes', 'scs'), 'StabilityControlStatus'),
    'brake_boost': (('brakes', 'brakeBoost'), 'BrakeBoostApplied'),
    'auxiliary_brakes': (('brakes', 'auxBrakes'), 'AuxiliaryBrakeStatus'),
    'width': (('size', 'width'), 'VehicleWidth'),
    'length': (('size', 'length'), 'VehicleLength'),
    'height': (('size', 'height'), 'VehicleHeight'),
    'vehicle_class': (('vehicleClass', 'classification'), 'BasicVehicleClass'),
    'fuel_type': (('vehicleClass', 'fuelType'), 'FuelType'),
    'events': (('safetyExt', 'events'), 'VehicleEventFlags'),
    'gnss_status': (('safetyExt', 'pathHistory', 'currGNSSstatus'), 'GNSSstatus'),
    'path_radius': (('safetyExt', 'pathPrediction', 'radiusOfCurve'), 'RadiusOfCurvature'),
    'path_confidence': (('safetyExt', 'pathPrediction', 'confidence'), 'Confidence'),
    'lights': (('safetyExt', 'lights'), 'ExteriorLights'),
    'response_type': (('emergencyExt', 'responseType'), 'ResponseType'),
    'siren': (('emergencyExt', 'sirenUse'), 'SirenInUse'),
    'light_bar': (('emergencyExt', 'lightsUse'), 'LightbarInUse'),
}
"""Column name, place in BasicSafetyMessage and type; `frame`, `id_high`, `id_low` come on top."""

CRUMB_COLUMNS = (
    'frame', 'latitude', 'longitude', 'elevation', 'time_offset', 'speed', 'heading',
    'position_confidence',
)
"""Columns of path history points; offsets from the message's position in units of the wire."""


@dataclass(frozen=True)
class PathHistories:
    """Where vehicles came from: ragged lists of points, newest first, end to end.

    Offsets are taken from the message's own position, whatever form the sender chose.

    Attributes:
        offsets: Points of message i are ``offsets[i]:offsets[i + 1]``, (n + 1,).
        latitude: Point minus position, (m,) [deg].
        longitude: Point minus position, (m,) [deg].
        elevation: Point minus position, (m,) [m]; NaN unavailable.
        time_offset: How long before the message, (m,) [s]; saturates at 655.34; NaN unavailable.
        speed: (m,) [m/s]; NaN unavailable.
        heading: Clockwise from north, in steps of 1.5 deg, (m,) [rad]; NaN unavailable.
        position_confidence: 95 % radius, (m,) [m]; NaN unavailable.
    """

    offsets: NDArray[np.int64]
    latitude: Real
    longitude: Real
    elevation: Real
    time_offset: Real
    speed: Real
    heading: Real
    position_confidence: Real


@dataclass(frozen=True)
class BasicSafetyMessages:
    """Basic safety messages of a batch, one row each, in the order of the frames.

    Units are SI; axes stay as sent: headings clockwise from north, right, downward and clockwise
    positive. Source: T/CSAE 53-2020 BasicSafetyMessage, codes after GB/T 45315-2025.

    Attributes:
        frame: Index of the frame in the batch, (n,).
        message_count: Counter of the sender, 0..127, (n,).
        temporary_id: The eight octets, big-endian, (n,).
        second: Time of the position in its minute, below 61 in a leap second, (n,) [s]; NaN
            unavailable.
        time_confidence: 95 % accuracy of `second`, (n,) [s]; NaN unavailable.
        latitude: Centre of the vehicle's bounding rectangle, north positive, (n,) [deg]; NaN
            unavailable.
        longitude: East positive, (n,) [deg]; NaN unavailable.
        elevation: Above the ellipsoid, (n,) [m]; NaN unavailable.
        semi_major: Error ellipse, 1 sigma, (n,) [m]; saturates at 12.7; NaN unavailable.
        semi_minor: Error ellipse, 1 sigma, (n,) [m]; saturates at 12.7; NaN unavailable.
        semi_major_orientation: Clockwise from north, (n,) [rad]; NaN unavailable.
        position_confidence: 95 % radius, (n,) [m]; NaN unavailable.
        elevation_confidence: 95 %, (n,) [m]; NaN unavailable.
        transmission: `Transmission`, (n,).
        speed: (n,) [m/s]; NaN unavailable.
        heading: Clockwise from north, [0, 2 pi), (n,) [rad]; NaN unavailable.
        steering_wheel_angle: Right positive, saturates at 189 deg, (n,) [rad]; NaN unavailable.
        speed_confidence: 95 %, (n,) [m/s]; NaN unavailable.
        heading_confidence: 95 %, (n,) [rad]; NaN unavailable.
        steering_wheel_angle_confidence: 95 %, (n,) [rad]; NaN unavailable.
        longitudinal_acceleration: Forward positive, saturates at 20, (n,) [m/s2]; NaN unavailable.
        lateral_acceleration: Right positive, saturates at 20, (n,) [m/s2]; NaN unavailable.
        vertical_acceleration: Downward positive, (n,) [m/s2]; NaN unavailable.
        yaw_rate: Clockwise positive, (n,) [rad/s]; the wire has no unavailable code.
        brake_pedal: `PedalState`, (n,).
        wheel_brakes: `BrakedWheel` bits, (n,); 0 where not available.
        wheel_brakes_available: Mask, (n,): the field came without its bit unavailable.
        traction: `ControlState`, (n,).
        abs: `ControlState`, (n,).
        stability: `ControlState`, (n,).
        brake_boost: `PedalState`, (n,).
        auxiliary_brakes: `AuxiliaryBrakes`, (n,).
        width: Mirrors included, (n,) [m]; NaN where 0 was sent.
        length: (n,) [m]; NaN where 0 was sent.
        height: (n,) [m]; NaN where absent or 0.
        vehicle_class: BasicVehicleClass as sent, (n,); see `vehicle_class.object_class`.
        fuel_type: FuelType as sent, (n,); 0 unknown or absent.
        events: `VehicleEvent` bits, (n,); 0 where absent.
        events_available: Mask, (n,): the field came.
        gnss_status: `GnssStatus` bits, (n,); 0 where absent.
        gnss_status_available: Mask, (n,): the field came without its bit unavailable.
        path_radius: Predicted path, right turn positive, inf straight, (n,) [m]; NaN absent.
        path_confidence: Of the predicted path, 0..1, (n,); NaN absent.
        lights: `ExteriorLight` bits, (n,); 0 where absent.
        lights_available: Mask, (n,): the field came.
        response_type: `ResponseType`, (n,); 0 where absent.
        response_type_available: Mask, (n,): the field came.
        siren: `Siren`, (n,).
        light_bar: `LightBar`, (n,).
        path_history: Points of all messages.
    """

    frame: NDArray[np.int64]
    message_count: Octet
    temporary_id: NDArray[np.uint64]
    second: Real
    time_confidence: Real
    latitude: Real
    longitude: Real
    elevation: Real
    semi_major: Real
    semi_minor: Real
    semi_major_orientation: Real
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
    brake_pedal: Octet
    wheel_brakes: Octet
    wheel_brakes_available: Mask
    traction: Octet
    abs: Octet
    stability: Octet
    brake_boost: Octet
    auxiliary_brakes: Octet
    width: Real
    length: Real
    height: Real
    vehicle_class: Octet
    fuel_type: Octet
    events: NDArray[np.uint16]
    events_available: Mask
    gnss_status: Octet
    gnss_status_available: Mask
    path_radius: Real
    path_confidence: Real
    lights: NDArray[np.uint16]
    lights_available: Mask
    response_type: Octet
    response_type_available: Mask
    siren: Octet
    light_bar: Octet
    path_history: PathHistories = field(repr=False)

    def __len__(self) -> int:
        """Give the number of messages."""
        return int(self.frame.size)


@lru_cache(maxsize=4)
def _mirrored(size: int) -> NDArray[np.uint16]:
    """Give the table from bits as sent, first bit highest, to bit p worth 2**p."""
    raw = np.arange(1 << size, dtype=np.uint16)
    table = np.zeros_like(raw)
    for position in range(size):
        table |= (raw >> np.uint16(size - 1 - position) & np.uint16(1)) << np.uint16(position)
    return table


def bits_of(raw: Raw, size: int) -> NDArray[np.uint16]:
    """Turn bits as sent, the first one highest, into flags.

    Args:
        raw: The bits, (n,); `ABSENT` where the field was not sent.
        size: How many bits.

    Returns:
        Flags in which the bit at position p of the standard has the value 2**p, (n,); 0 absent.
    """
    return _mirrored(size)[np.maximum(raw, 0)]


def _octet(raw: Raw, when_absent: int = 0) -> Octet:
    return np.where(raw == ABSENT, when_absent, raw).astype(np.uint8)


LEVEL_COLUMNS = frozenset({
    'time_confidence', 'position_confidence', 'elevation_confidence', 'speed_confidence',
    'heading_confidence', 'steering_wheel_angle_confidence',
})


def from_columns(raw: BsmColumns) -> BasicSafetyMessages:
    """Turn codes into SI records.

    Args:
        raw: The codes, rows in the order of `frame`.

    Returns:
        The records.
    """
    made: dict[str, object] = {}
    columns = raw.columns
    for name, (_, kind) in MESSAGE_COLUMNS.items():
        if name in LEVEL_COLUMNS:
            made[name] = level_to_si(kind, columns[name])
        elif kind in QUANTITIES:
            made[name] = QUANTITIES[kind].to_si(columns[name])
        elif kind not in ('VehicleEventFlags', 'ExteriorLights'):
            made[name] = _octet(columns[name])
    made['transmission'] = _octet(columns['transmission'], Transmission.UNAVAILABLE)
    made['frame'] = columns['frame']
    made['temporary_id'] = (
        columns['id_high'].astype(np.uint64) << np.uint64(32)
    ) | columns['id_low'].astype(np.uint64)
    made['events'] = bits_of(columns['events'], 13)
    made['events_available'] = columns['events'] != ABSENT
    made['lights'] = bits_of(columns['lights'], 9)
    made['lights_available'] = columns['lights'] != ABSENT
    made['response_type_available'] = columns['response_type'] != ABSENT
    for name, size in (('wheel_brakes', 5), ('gnss_status', 8)):
        bits = bits_of(columns[name], size).astype(np.uint8)
        # position 0 of both says that the field tells nothing
        available = (columns[name] != ABSENT) & (bits & 1 == 0)
        made[name] = np.where(available, bits, np.uint8(0))
        made[f'{name}_available'] = available
    made['path_history'] = _path_histories(columns['frame'], raw.crumbs)
    return BasicSafetyMessages(**made)  # type: ignore[arg-type]


def _path_histories(frame: Raw, crumbs: dict[str, Raw]) -> PathHistories:
    offsets = np.searchsorted(crumbs['frame'], np.append(frame, np.iinfo(np.int64).max))
    absent_position = crumbs['latitude'] == ABSENT
    latitude = crumbs['latitude'] / 1e7
    longitude = crumbs['longitude'] / 1e7
    latitude[absent_position] = np.nan
    longitude[absent_position] = np.nan
    elevation = crumbs['elevation'] / 10.0
    elevation[crumbs['elevation'] == ABSENT] = np.nan
    return PathHistories(
        offsets=offsets.astype(np.int64),
        latitude=latitude,
        longitude=longitude,
        elevation=elevation,
        time_offset=QUANTITIES['TimeOffset'].to_si(crumbs['time_offset']),
        speed=QUANTITIES['Speed'].to_si(crumbs['speed']),
        heading=QUANTITIES['CoarseHeading'].to_si(crumbs['heading']),
        position_confidence=level_to_si('PositionConfidence', crumbs['position_confidence']),
    )


def empty_columns() -> BsmColumns:
    """Give the columns of no message.

    Returns:
        Columns of length 0.
    """
    names = ('frame', 'id_high', 'id_low', *MESSAGE_COLUMNS)
    return BsmColumns(
        {name: np.empty(0, dtype=np.int64) for name in names},
        {name: np.empty(0, dtype=np.int64) for name in CRUMB_COLUMNS},
    )


def merged(parts: list[BsmColumns]) -> BsmColumns:
    """Join columns from several decoders into the order of the frames.

    Args:
        parts: Columns with disjoint frames.

    Returns:
        One set of columns, rows and points sorted by frame.
    """
    if not parts:
        return empty_columns()
    if len(parts) == 1:
        return parts[0]
    columns = {
        name: np.concatenate([part.columns[name] for part in parts])
        for name in parts[0].columns
    }
    crumbs = {name: np.concatenate([part.crumbs[name] for part in parts])
              for name in CRUMB_COLUMNS}
    order = np.argsort(columns['frame'], kind='stable')
    crumb_order = np.argsort(crumbs['frame'], kind='stable')
    return BsmColumns(
        {name: column[order] for name, column in columns.items()},
        {name: column[crumb_order] for name, column in crumbs.items()},
    )


def selected(messages: BasicSafetyMessages, rows: NDArray[np.int64]) -> BasicSafetyMessages:
    """Take some of the messages.

    Args:
        messages: The records.
        rows: Indices of the rows to keep, in their new order, (k,).

    Returns:
        The records of those rows, path histories included.
    """
    history = messages.path_history
    counts = np.diff(history.offsets)[rows]
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    # point j of new row i stands at old offset + (j - new offset)
    points = np.repeat(history.offsets[:-1][rows] - offsets[:-1], counts) + np.arange(offsets[-1])
    kept = PathHistories(offsets, **{
        entry.name: getattr(history, entry.name)[points]
        for entry in fields(PathHistories) if entry.name != 'offsets'
    })
    return BasicSafetyMessages(
        path_history=kept,
        **{
            entry.name: getattr(messages, entry.name)[rows]
            for entry in fields(BasicSafetyMessages) if entry.name != 'path_history'
        },
    )
