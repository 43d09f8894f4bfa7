# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Basic safety messages from SI values: what import, scenes and a sending vehicle write."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from icv_v2x.message_set.codec import encode
from icv_v2x.message_set.enumerations import (
    AuxiliaryBrakes,
    BrakedWheel,
    ControlState,
    ExteriorLight,
    GnssStatus,
    LightBar,
    PedalState,
    ResponseType,
    Siren,
    Transmission,
    VehicleEvent,
)
from icv_v2x.message_set.errors import MessageError, RejectReason
from icv_v2x.message_set.quantities import QUANTITIES, level_code
from icv_v2x.message_set.schema import BitStringType, EnumeratedType, types

_NAN = math.nan
_FULL_CIRCLE = 2.0 * math.pi
_OFFSET_FORMS = (
    ('position-LL1', 1 << 11), ('position-LL2', 1 << 13), ('position-LL3', 1 << 15),
    ('position-LL4', 1 << 17), ('position-LL5', 1 << 21), ('position-LL6', 1 << 23),
)
_VERTICAL_FORMS = (
    ('offset1', 63), ('offset2', 127), ('offset3', 255), ('offset4', 511), ('offset5', 1023),
    ('offset6', 2047),
)


@dataclass(frozen=True)
class PathPoint:
    """A point of the path history, relative to the message's own position.

    Attributes:
        latitude: Point minus position [deg].
        longitude: Point minus position [deg].
        time_offset: How long before the message [s]; NaN unavailable.
        elevation: Point minus position [m]; NaN absent.
        speed: [m/s]; NaN absent.
        heading: Clockwise from north [rad]; NaN absent.
    """

    latitude: float
    longitude: float
    time_offset: float
    elevation: float = _NAN
    speed: float = _NAN
    heading: float = _NAN


@dataclass(frozen=True)
class BsmContent:
    """What one basic safety message says, in SI; axes as on the wire (see `BasicSafetyMessages`).

    NaN and None stand for unavailable. Values beyond what the wire can carry saturate.

    Attributes:
        temporary_id: The eight octets, big-endian.
        message_count: Counter, taken modulo 128.
        second: Time of the position in its minute [s].
        latitude: Centre of the vehicle's bounding rectangle [deg].
        longitude: [deg].
        elevation: Above the ellipsoid [m]; GB/T 45315 does not send it.
        semi_major: Error ellipse, 1 sigma [m].
        semi_minor: Error ellipse, 1 sigma [m].
        semi_major_orientation: Clockwise from north [rad].
        time_confidence: 95 % [s].
        position_confidence: 95 % [m].
        elevation_confidence: 95 % [m].
        transmission: Gear.
        speed: Not negative [m/s].
        heading: Clockwise from north [rad].
        steering_wheel_angle: Right positive [rad].
        speed_confidence: 95 % [m/s].
        heading_confidence: 95 % [rad].
        steering_wheel_angle_confidence: 95 % [rad].
        longitudinal_acceleration: Forward positive [m/s2].
        lateral_acceleration: Right positive [m/s2].
        vertical_acceleration: Downward positive [m/s2].
        yaw_rate: Clockwise positive [rad/s]; the wire has no unavailable code.
        brake_pedal: Pedal.
        wheel_brakes: Braked wheels, None unavailable.
        traction: Traction control.
        abs: Anti-lock brakes.
        stability: Stability control.
        brake_boost: Brake boost.
        auxiliary_brakes: Auxiliary brakes.
        width: [m].
        length: [m].
        height: [m].
        vehicle_class: BasicVehicleClass number (see `vehicle_class.wire_class`).
        fuel_type: FuelType number, None absent.
        events: Event flags, None where no field is to be sent.
        gnss_status: GNSS status; sent with a path history only.
        path_history: Points, newest first, at most 23.
        path_radius: Predicted path, right positive, inf straight [m].
        path_confidence: Of the predicted path, 0..1.
        lights: Exterior lights, None where no field is to be sent.
        response_type: Emergency response, None absent.
        siren: Siren, None absent.
        light_bar: Light bar, None absent.
    """

    temporary_id: int
    message_count: int = 0
    second: float = _NAN
    latitude: float = _NAN
    longitude: float = _NAN
    elevation: float = _NAN
    semi_major: float = _NAN
    semi_minor: float = _NAN
    semi_major_orientation: float = _NAN
    time_confidence: float = _NAN
    position_confidence: float = _NAN
    elevation_confidence: float = _NAN
    transmission: Transmission = Transmission.UNAVAILABLE
    speed: float = _NAN
    heading: float = _NAN
    steering_wheel_angle: float = _NAN
    speed_confidence: float = _NAN
    heading_confidence: float = _NAN
    steering_wheel_angle_confidence: float = _NAN
    longitudinal_acceleration: float = _NAN
    lateral_acceleration: float = _NAN
    vertical_acceleration: float = _NAN
    yaw_rate: float = 0.0
    brake_pedal: PedalState = PedalState.UNAVAILABLE
    wheel_brakes: BrakedWheel | None = None
    traction: ControlState = ControlState.UNAVAILABLE
    abs: ControlState = ControlState.UNAVAILABLE
    stability: ControlState = ControlState.UNAVAILABLE
    brake_boost: PedalState = PedalState.UNAVAILABLE
    auxiliary_brakes: AuxiliaryBrakes = AuxiliaryBrakes.UNAVAILABLE
    width: float = _NAN
    length: float = _NAN
    height: float = _NAN
    vehicle_class: int = 0
    fuel_type: int | None = None
    events: VehicleEvent | None = None
    gnss_status: GnssStatus | None = None
    path_history: tuple[PathPoint, ...] = ()
    path_radius: float = _NAN
    path_confidence: float = _NAN
    lights: ExteriorLight | None = None
    response_type: ResponseType | None = None
    siren: Siren | None = None
    light_bar: LightBar | None = None


def encode_bsm(content: BsmContent, *, profile: bool = True) -> bytes:
    """Encode a basic safety message to a UPER frame.

    Args:
        content: What it says.
        profile: Send what GB/T 45315-2025 makes mandatory also where it is unavailable, with the
            code that says so; else leave such fields out.

    Returns:
        The octets.

    Raises:
        MessageError: A value has no encoding: a negative speed, an unavailable yaw rate, a
            number outside its range, or more than 23 points.
    """
    return encode({'bsmFrame': bsm_value(content, profile=profile)})


def bsm_value(content: BsmContent, *, profile: bool = True) -> dict[str, Any]:
    """Make the BasicSafetyMessage value (value convention of `codec`).

    Args:
        content: What it says.
        profile: As in `encode_bsm`.

    Returns:
        The value.

    Raises:
        MessageError: As in `encode_bsm`.
    """
    if content.speed < 0.0:
        raise MessageError(
            RejectReason.OUT_OF_RANGE,
            f'speed is {content.speed} m/s, not negative; a reversing vehicle says so by its gear')
    if math.isnan(content.yaw_rate):
        raise MessageError(
            RejectReason.OUT_OF_RANGE, 'yaw_rate is NaN, the wire has no code for unavailable')
    value: dict[str, Any] = {
        'msgCnt': content.message_count % 128,
        'id': f'{content.temporary_id:016X}',
        'secMark': _code('DSecond', content.second),
        'pos': {
            'lat': _code('Latitude', content.latitude),
            'long': _code('Longitude', content.longitude),
        },
        'transmission': _name('TransmissionState', content.transmission),
        'speed': _code('Speed', content.speed),
        'heading': _heading('Heading', content.heading),
        'accelSet': {
            'long': _code('Acceleration', content.longitudinal_acceleration),
            'lat': _code('Acceleration', content.lateral_acceleration),
            'vert': _code('VerticalAcceleration', content.vertical_acceleration),
            'yaw': _code('YawRate', content.yaw_rate),
        },
        'brakes': _brakes(content, profile),
        'size': {
            'width': _code('VehicleWidth', content.width),
            'length': _code('VehicleLength', content.length),
        },
        'vehicleClass': {'classification': content.vehicle_class},
    }
    if not math.isnan(content.elevation):
        value['pos']['elevation'] = _code('Elevation', content.elevation)
    if not math.isnan(content.height):
        value['size']['height'] = _code('VehicleHeight', content.height)
    if content.fuel_type is not None:
        value['vehicleClass']['fuelType'] = content.fuel_type
    if profile or not math.isnan(content.steering_wheel_angle):
        value['angle'] = _code('SteeringWheelAngle', content.steering_wheel_angle)
    _add_accuracy(value, content, profile)
    safety = _safety(content)
    if safety:
        value['safetyExt'] = safety
    emergency = {
        field: _name(kind, sent)
        for field, kind, sent in (
            ('responseType', 'ResponseType', content.response_type),
            ('sirenUse', 'SirenInUse', content.siren),
            ('lightsUse', 'LightbarInUse', content.light_bar))
        if sent is not None
    }
    if emergency:
        value['emergencyExt'] = emergency
    return value


def _code(kind: str, value: float) -> int | None:
    return QUANTITIES[kind].code(value)


def _heading(kind: str, value: float) -> int | None:
    if not math.isfinite(value):
        return _code(kind, _NAN)
    turn = QUANTITIES[kind].limits[1] + 1
    return round(value / _FULL_CIRCLE * turn) % turn


def _name(kind: str, number: int) -> str:
    described = types()[kind]
    assert isinstance(described, EnumeratedType)
    return described.names[number]


def _level(kind: str, value: float) -> str:
    return _name(kind, level_code(kind, value))


def _bits(kind: str, flags: int) -> dict[str, Any]:
    described = types()[kind]
    assert isinstance(described, BitStringType)
    text = ''.join('1' if flags >> position & 1 else '0' for position in range(described.size))
    octets = (described.size + 7) // 8
    return {'value': f'{int(text.ljust(8 * octets, "0"), 2):0{2 * octets}X}',
            'length': described.size}


def _brakes(content: BsmContent, profile: bool) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if profile or content.brake_pedal:
        made['brakePadel'] = _name('BrakePedalStatus', content.brake_pedal)
    if profile or content.wheel_brakes is not None:
        wheels = BrakedWheel.UNAVAILABLE if content.wheel_brakes is None else content.wheel_brakes
        made['wheelBrakes'] = _bits('BrakeAppliedStatus', wheels)
    if profile or content.traction:
        made['traction'] = _name('TractionControlStatus', content.traction)
    for field, kind, state in (
            ('abs', 'AntiLockBrakeStatus', content.abs),
            ('scs', 'StabilityControlStatus', content.stability),
            ('brakeBoost', 'BrakeBoostApplied', content.brake_boost),
            ('auxBrakes', 'AuxiliaryBrakeStatus', content.auxiliary_brakes)):
        if state:
            made[field] = _name(kind, state)
    return made


def _add_accuracy(value: dict[str, Any], content: BsmContent, profile: bool) -> None:
    ellipse = (content.semi_major, content.semi_minor, content.semi_major_orientation)
    if profile or not all(math.isnan(part) for part in ellipse):
        value['posAccuracy'] = {
            'semiMajor': _code('SemiMajorAxisAccuracy', content.semi_major),
            'semiMinor': _code('SemiMinorAxisAccuracy', content.semi_minor),
            'orientation': _code(
                'SemiMajorAxisOrientation', content.semi_major_orientation % _FULL_CIRCLE),
        }
    if not math.isnan(content.time_confidence):
        value['timeConfidence'] = _level('TimeConfidence', content.time_confidence)
    if not (math.isnan(content.position_confidence) and math.isnan(content.elevation_confidence)):
        value['posConfidence'] = {
            'pos': _level('PositionConfidence', content.position_confidence)}
        if not math.isnan(content.elevation_confidence):
            value['posConfidence']['elevation'] = _level(
                'ElevationConfidence', content.elevation_confidence)
    motion = {
        field: _level(kind, part)
        for field, kind, part in (
            ('speedCfd', 'SpeedConfidence', content.speed_confidence),
            ('headingCfd', 'HeadingConfidence', content.heading_confidence),
            ('steerCfd', 'SteeringWheelAngleConfidence',
             content.steering_wheel_angle_confidence))
        if not math.isnan(part)
    }
    if motion:
        value['motionCfd'] = motion


def _safety(content: BsmContent) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if content.events is not None:
        made['events'] = _bits('VehicleEventFlags', content.events)
    if content.path_history:
        made['pathHistory'] = {'crumbData': [_crumb(point) for point in content.path_history]}
        if content.gnss_status is not None:
            made['pathHistory']['currGNSSstatus'] = _bits('GNSSstatus', content.gnss_status)
    if not math.isnan(content.path_radius):
        confidence = 0.0 if math.isnan(content.path_confidence) else content.path_confidence
        made['pathPrediction'] = {
            'radiusOfCurve': _code('RadiusOfCurvature', content.path_radius),
            'confidence': _code('Confidence', confidence),
        }
    if content.lights is not None:
        made['lights'] = _bits('ExteriorLights', content.lights)
    return made


def _crumb(point: PathPoint) -> dict[str, Any]:
    latitude, longitude = round(point.latitude * 1e7), round(point.longitude * 1e7)
    form = next((
        form for form, half in _OFFSET_FORMS
        if -half <= min(latitude, longitude) and max(latitude, longitude) < half
    ), None)
    if form is None:
        raise MessageError(
            RejectReason.OUT_OF_RANGE,
            f'path point at {point.latitude}, {point.longitude} deg is not within 0.83 deg')
    offset: dict[str, Any] = {'offsetLL': {form: {'lon': longitude, 'lat': latitude}}}
    if not math.isnan(point.elevation):
        height = max(-2047, min(2047, round(point.elevation * 10.0)))
        size = next(size for size, most in _VERTICAL_FORMS if abs(height) <= most)
        offset['offsetV'] = {size: height}
    made = {'llvOffset': offset, 'timeOffset': _code('TimeOffset', point.time_offset)}
    if not math.isnan(point.speed):
        made['speed'] = _code('Speed', point.speed)
    if not math.isnan(point.heading):
        made['heading'] = _heading('CoarseHeading', point.heading)
    return made
