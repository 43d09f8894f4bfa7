# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The one decoder of ROS messages: from anything with the fields of a message to a record."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any, get_args, get_type_hints

import numpy as np
from numpy.typing import NDArray

from icv_v2x.advisory.types import Action, Advisory, Application, Level, Mode
from icv_v2x.consumer.checksum import crc32
from icv_v2x.inputs import (
    BatchError,
    CertificateScope,
    FrameBatch,
    Gear,
    Health,
    Indicator,
    ObuStatus,
    Odometry,
    PlannedPath,
    VehicleStatus,
)
from icv_v2x.translate.reports import DecodedReports, ObjectReports, Source
from icv_v2x.world.tracks import Tracks

NAN = float('nan')
SECOND = 1_000_000_000
# Objects of one message, and ages, that are believed.
_OBJECTS = 4096
_OLDEST = 3600.0

# Optional array of ObuFrames to its type and the value that an empty one stands for.
_OPTIONAL: dict[str, tuple[type[np.generic], float]] = {
    'verification': (np.uint8, 0),
    'signer': (np.uint64, 0),
    'aid': (np.uint32, 0),
    'rssi': (np.float32, NAN),
    'generation_time': (np.int64, 0),
    'signer_role': (np.uint8, 0),
}

# Array of ObuFrames to the column of a scope, its type and the value of an empty one.
_SCOPE: dict[str, tuple[str, type[np.generic], float]] = {
    'certificate_begin': ('begin', np.int64, 0),
    'certificate_end': ('end', np.int64, 0),
    'region_latitude': ('latitude', np.float64, NAN),
    'region_longitude': ('longitude', np.float64, NAN),
    'region_radius': ('radius', np.float32, NAN),
}
_REGION = tuple(name for name in _SCOPE if name.startswith('region_'))

# Array of ObjectArray to its type and the value that an empty one stands for.
_OBJECT_FIELDS: dict[str, tuple[type[np.generic], float]] = {
    'sender_id': (np.uint64, 0),
    'z': (np.float64, NAN),
    'acceleration': (np.float64, NAN),
    'yaw_rate': (np.float64, NAN),
    'length': (np.float64, NAN),
    'width': (np.float64, NAN),
    'height': (np.float64, NAN),
    'object_class': (np.uint8, 0),
    'variance_xx': (np.float64, NAN),
    'variance_xy': (np.float64, NAN),
    'variance_yy': (np.float64, NAN),
    'speed_deviation': (np.float64, NAN),
    'heading_deviation': (np.float64, NAN),
    'verification': (np.uint8, 0),
    'signer': (np.uint64, 0),
    'events': (np.uint16, 0),
    'lights': (np.uint16, 0),
    'emergency': (np.uint8, 0),
    'path_radius': (np.float64, NAN),
    'path_confidence': (np.float64, NAN),
}

# Array of tracks to its type, as the annotations of the record state them.
_TRACK_FIELDS: dict[str, type[np.generic]] = {
    name: get_args(get_args(hint)[1])[0]
    for name, hint in get_type_hints(Tracks).items() if name != 'stamp'
}
# Arrays of tracks that hold a number for every object.
_TRACK_NUMBERS = (
    'x', 'y', 'heading', 'speed', 'length', 'width', 'variance_xx', 'variance_xy', 'variance_yy',
    'speed_deviation', 'heading_deviation', 'age', 'existence',
)

_ADVISORY_NUMBERS = (
    'time_to_conflict', 'time_to_conflict_end', 'post_encroachment_time', 'distance', 'gap',
    'closing_speed', 'required_deceleration', 'speed_min', 'speed_max', 'probability', 'data_age',
)
_SUBJECT = re.compile(r'[0-9A-F]{1,16}(:[0-9]{1,10})?')


class ConversionError(ValueError):
    """A message whose content cannot become a record; the text names the field and its value."""


def nanoseconds(stamp: Any) -> int:
    """Return a builtin_interfaces/Time as nanoseconds since the Unix epoch."""
    return int(stamp.sec) * SECOND + int(stamp.nanosec)


def frame_batch(message: Any) -> FrameBatch:
    """Return the radio frames of an icv_v2x_msgs/ObuFrames.

    Args:
        message: Object with the fields of the message.

    Returns:
        The batch, its optional arrays filled.

    Raises:
        BatchError: The arrays do not agree with each other.
    """
    reception_time = _array(message.reception_time, np.int64)
    length = _array(message.length, np.uint32)
    payload = _array(message.payload, np.uint8)
    claimed = max(len(reception_time), len(length), 1)
    if len(reception_time) != len(length):
        raise BatchError(
            f'reception_time has {len(reception_time)} entries, length has {len(length)}', claimed)
    octets = int(length.sum(dtype=np.int64))
    if octets != len(payload):
        raise BatchError(
            f'lengths add up to {octets} octets, payload has {len(payload)}', claimed)
    optional = {}
    for name, (dtype, fill) in _OPTIONAL.items():
        values = _array(getattr(message, name), dtype)
        if len(values) not in (0, len(length)):
            raise BatchError(
                f'{name} has {len(values)} entries, expected 0 or {len(length)}', claimed)
        optional[name] = values if len(values) else np.full(len(length), fill, dtype)
    return FrameBatch(
        stamp=nanoseconds(message.header.stamp), standard=int(message.standard),
        encoding=int(message.encoding), reception_time=reception_time, length=length,
        payload=payload, scope=_scope(message, len(length), claimed), **optional)


def _scope(message: Any, count: int, claimed: int) -> CertificateScope | None:
    """Return when and where the certificates hold; messages of before they told do without."""
    given = {name: getattr(message, name, ()) for name in _SCOPE}
    if not any(len(values) for values in given.values()):
        return None
    region = {name: len(given[name]) for name in _REGION}
    if len(set(region.values())) > 1:
        sizes = ', '.join(f'{name} has {size}' for name, size in region.items())
        raise BatchError(f'{sizes} entries, expected as many of each', claimed)
    columns = {}
    for name, (column, dtype, fill) in _SCOPE.items():
        values = _array(given[name], dtype)
        if len(values) not in (0, count):
            raise BatchError(f'{name} has {len(values)} entries, expected 0 or {count}', claimed)
        columns[column] = values if len(values) else np.full(count, fill, dtype)
    return CertificateScope(**columns)


def odometry(message: Any) -> Odometry:
    """Return a nav_msgs/Odometry; what is not finite stays so, for the ego estimator to judge.

    A variance that is not positive counts as unknown, as REP-105 drivers leave it at 0 or -1.

    Args:
        message: Object with the fields of the message.

    Returns:
        The record; `yaw` is NaN where the quaternion is none of unit length.
    """
    pose, twist = message.pose.pose, message.twist.twist
    place, turn = message.pose.covariance, message.twist.covariance
    known = place[0] > 0.0 and place[7] > 0.0
    return Odometry(
        stamp=nanoseconds(message.header.stamp),
        frame_id=str(message.header.frame_id),
        x=float(pose.position.x),
        y=float(pose.position.y),
        z=float(pose.position.z),
        yaw=yaw_of(pose.orientation),
        velocity_x=float(twist.linear.x),
        velocity_y=float(twist.linear.y),
        yaw_rate=float(twist.angular.z),
        variance_xx=_variance(place[0]),
        variance_xy=float(place[1]) if known else NAN,
        variance_yy=_variance(place[7]),
        variance_yaw=_variance(place[35]),
        variance_speed=_variance(turn[0]),
    )


def yaw_of(quaternion: Any) -> float:
    """Return the yaw [rad] of a geometry_msgs/Quaternion, NaN unless it has unit length."""
    x, y = float(quaternion.x), float(quaternion.y)
    z, w = float(quaternion.z), float(quaternion.w)
    if not abs(x * x + y * y + z * z + w * w - 1.0) < 0.02:
        return NAN
    return math.atan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z))


def obu_status(message: Any) -> ObuStatus:
    """Return an icv_v2x_msgs/ObuStatus.

    Args:
        message: Object with the fields of the message.

    Returns:
        The record.

    Raises:
        ConversionError: Unknown health.
    """
    try:
        module, clock = (
            Health(int(message.security_module)), Health(int(message.time_synchronised)))
    except ValueError as error:
        raise ConversionError(f'status of the unit: {error}') from error
    return ObuStatus(
        nanoseconds(message.header.stamp), module, clock, max(int(message.certificates), -1))


def vehicle_status(message: Any) -> VehicleStatus:
    """Return an icv_v2x_msgs/VehicleStatus.

    Args:
        message: Object with the fields of the message.

    Returns:
        The record.

    Raises:
        ConversionError: Unknown indicator, gear or brake value.
    """
    brake = int(message.brake)
    if brake not in (0, 1, 2):
        raise ConversionError(f'brake = {brake}, expected 0 (unavailable), 1 (off) or 2 (on)')
    try:
        indicator, gear = Indicator(int(message.indicator)), Gear(int(message.gear))
    except ValueError as error:
        raise ConversionError(f'vehicle status: {error}') from error
    return VehicleStatus(
        stamp=nanoseconds(message.header.stamp),
        indicator=indicator,
        gear=gear,
        brake=None if brake == 0 else brake == 2,
        acceleration=float(message.longitudinal_acceleration),
        steering_wheel_angle=float(message.steering_wheel_angle),
        lights=int(message.lights),
    )


def planned_path(message: Any) -> PlannedPath:
    """Return a nav_msgs/Path in `map` whose poses carry their own stamps.

    Args:
        message: Object with the fields of the message.

    Returns:
        The record.

    Raises:
        ConversionError: Another frame, times that do not increase, or a pose that is not finite.
    """
    frame = str(message.header.frame_id)
    if frame != 'map':
        raise ConversionError(f'path in frame {frame!r}, expected map')
    poses = message.poses
    time = np.array([nanoseconds(pose.header.stamp) for pose in poses], np.int64)
    if len(time) > 1 and not (np.diff(time) > 0).all():
        raise ConversionError('path whose poses carry no increasing stamps')
    x = np.array([float(pose.pose.position.x) for pose in poses])
    y = np.array([float(pose.pose.position.y) for pose in poses])
    yaw = np.array([yaw_of(pose.pose.orientation) for pose in poses])
    if not (np.isfinite(x).all() and np.isfinite(y).all() and np.isfinite(yaw).all()):
        raise ConversionError('path with a pose that is not finite')
    return PlannedPath(stamp=nanoseconds(message.header.stamp), time=time, x=x, y=y, yaw=yaw)


def object_reports(
    message: Any, reception_time: int, *, source: Source = Source.OWN_DETECTION,
) -> ObjectReports:
    """Return the objects of an icv_v2x_msgs/ObjectArray in frame `map`.

    Args:
        message: Object with the fields of the message.
        reception_time: When it came [ns since the Unix epoch].
        source: What an empty `source` array stands for.

    Returns:
        One report per object, all at the message's stamp.

    Raises:
        BatchError: Another frame, or arrays of unequal length.
    """
    count = len(message.x)
    if str(message.header.frame_id) != 'map':
        raise BatchError(
            f'objects in frame {str(message.header.frame_id)!r}, expected map', max(count, 1))
    return _reports(message, reception_time, source)


def _reports(message: Any, reception_time: int, source: Source) -> ObjectReports:
    x = _array(message.x, np.float64)
    count = len(x)
    columns: dict[str, NDArray[Any]] = {'x': x}
    for name in ('y', 'heading', 'speed'):
        columns[name] = _array(getattr(message, name), np.float64)
    for name, (dtype, fill) in _OBJECT_FIELDS.items():
        values = _array(getattr(message, name), dtype)
        columns[name] = values if len(values) else np.full(count, fill, dtype)
    number = _array(message.object_id, np.int32)
    columns['object_id'] = number if len(number) else np.arange(count, dtype=np.int32)
    origin = _array(message.source, np.uint16)
    columns['source'] = origin if len(origin) else np.full(count, int(source), np.uint16)
    for name, values in columns.items():
        if len(values) != count:
            raise BatchError(f'{name} has {len(values)} entries, x has {count}', max(count, 1))
    stamp = nanoseconds(message.header.stamp)
    return ObjectReports(
        frame=np.zeros(count, np.int64),
        time=np.full(count, stamp, np.int64),
        reception_time=np.full(count, reception_time, np.int64),
        message_count=np.zeros(count, np.uint8),
        subject_id=np.zeros(count, np.uint64),
        **columns)


def decoded_reports(message: Any, reception_time: int) -> DecodedReports:
    """Return the objects of an icv_v2x_msgs/ObjectArray of a unit that decodes by itself.

    An object's state is that of the message's stamp less its `age`. Without `object_id` the
    objects are the senders themselves.

    Args:
        message: Object with the fields of the message, in frame `map` or `wgs84`.
        reception_time: When it came [ns since the Unix epoch].

    Returns:
        The reports, those of one sender and instant with one number of `frame`.

    Raises:
        BatchError: Another frame, arrays of unequal length, no senders, or too many objects.
    """
    count = len(message.x)
    frame_id = str(message.header.frame_id)
    if count > _OBJECTS:
        raise BatchError(f'{count} objects, at most {_OBJECTS} are used', count)
    if len(message.sender_id) != count:
        raise BatchError(
            f'sender_id has {len(message.sender_id)} entries, x has {count}', max(count, 1))
    if frame_id not in ('map', 'wgs84'):
        raise BatchError(f'objects in frame {frame_id!r}, expected map or wgs84', max(count, 1))
    reports = _reports(message, reception_time, Source.BSM)
    if not len(message.object_id):
        reports = replace(reports, object_id=np.full(count, -1, np.int32))
    past = _array(message.age, np.float64)
    if len(past) not in (0, count):
        raise BatchError(f'age has {len(past)} entries, x has {count}', max(count, 1))
    if len(past):
        usable = np.where(np.abs(past) <= _OLDEST, past, _OLDEST)
        reports = replace(
            reports, time=reports.time - np.rint(usable * SECOND).astype(np.int64))
    senders = np.stack([reports.sender_id.view(np.int64), reports.time])
    _, frame = np.unique(senders, axis=1, return_inverse=True)
    return DecodedReports(
        replace(reports, frame=frame.reshape(-1).astype(np.int64)), frame_id == 'wgs84')


def tracks(message: Any) -> Tracks:
    """Return the tracks of an icv_v2x_msgs/ObjectArray as this package publishes it.

    Args:
        message: Object with the fields of the message.

    Returns:
        The tracks, as `MessageEncoder.object_array` took them.

    Raises:
        BatchError: Another frame, arrays of unequal length, or a state that is not finite.
    """
    count = len(message.x)
    if str(message.header.frame_id) != 'map':
        raise BatchError(
            f'objects in frame {str(message.header.frame_id)!r}, expected map', max(count, 1))
    columns: dict[str, NDArray[Any]] = {}
    for name, dtype in _TRACK_FIELDS.items():
        values = columns[name] = _array(getattr(message, name), dtype)
        if len(values) != count:
            raise BatchError(f'{name} has {len(values)} entries, x has {count}', max(count, 1))
    for name in _TRACK_NUMBERS:
        if not np.isfinite(columns[name]).all():
            raise BatchError(f'{name} of an object is not finite', count)
    return Tracks(nanoseconds(message.header.stamp), **columns)


def advisory_array(message: Any) -> tuple[int, Mode, tuple[Advisory, ...]]:
    """Return the content of an icv_v2x_msgs/AdvisoryArray.

    Args:
        message: Object with the fields of the message.

    Returns:
        Instant [ns since the Unix epoch], mode and advisories.

    Raises:
        ConversionError: The checksum is wrong, or a value is none that the message allows.
    """
    expected = crc32(message)
    if int(message.crc32) != expected:
        raise ConversionError(f'crc32 = {int(message.crc32):#010x}, expected {expected:#010x}')
    try:
        advisories = tuple(_advisory(entry) for entry in message.advisories)
        return nanoseconds(message.header.stamp), Mode(int(message.mode)), advisories
    except ValueError as error:
        raise ConversionError(f'advisories: {error}') from error


def _advisory(message: Any) -> Advisory:
    application = Application(int(message.application))
    if int(message.scenario) != application.scenario:
        raise ConversionError(f'scenario = {int(message.scenario)} of {application.name}')
    subjects = tuple(str(subject) for subject in message.subject_ids)
    for subject in subjects:
        if not _SUBJECT.fullmatch(subject):
            raise ConversionError(f'subject id {subject!r}, expected HEX or HEX:number')
    point = message.conflict_point
    numbers: dict[str, Any] = {
        name: float(getattr(message, name)) for name in _ADVISORY_NUMBERS
    }
    return Advisory(
        application=application,
        level=Level(int(message.level)),
        action=Action(int(message.action)),
        subject_ids=subjects,
        reason=str(message.reason),
        conflict_x=float(point.x),
        conflict_y=float(point.y),
        conflict_z=float(point.z),
        lane_id=int(message.lane_id),
        verified=bool(message.verified),
        corroborated=bool(message.corroborated),
        stop_profile_time=tuple(float(value) for value in message.stop_profile_time),
        stop_profile_speed=tuple(float(value) for value in message.stop_profile_speed),
        # Recordings of before these were told do without.
        rule=str(getattr(message, 'rule', '')),
        source_kinds=tuple(str(kind) for kind in getattr(message, 'source_kinds', ())),
        source_ages=tuple(float(value) for value in getattr(message, 'source_ages', ())),
        id=int(message.id),
        valid_until=nanoseconds(message.valid_until),
        **numbers,
    )


def _array(values: Any, dtype: type[np.generic]) -> NDArray[Any]:
    return np.asarray(values, dtype)


def _variance(value: Any) -> float:
    number = float(value)
    return number if number > 0.0 and math.isfinite(number) else NAN
