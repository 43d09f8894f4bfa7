# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The one encoder of ROS messages: records to messages of whatever library makes the classes."""

from __future__ import annotations

import array
import dataclasses
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from icv_v2x.consumer.checksum import crc32
from icv_v2x.inputs import CertificateScope
from icv_v2x.interchange.from_message import SECOND, ConversionError
from icv_v2x.interchange.heartbeat import heartbeat_fields
from icv_v2x.interchange.lane_message import lane_arrays
from icv_v2x.interchange.merge_message import merge_plan_fields, merge_request_fields
from icv_v2x.interchange.platoon_message import (
    platoon_arrays,
    platoon_plan_fields,
    platoon_request_fields,
)
from icv_v2x.interchange.road_event_message import road_event_arrays
from icv_v2x.interchange.signal_message import signal_arrays, stated_signals
from icv_v2x.translate.reports import ObjectReports
from icv_v2x.world.tracks import Tracks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from icv_v2x.advisory.merge_plan import MergePlan
    from icv_v2x.advisory.types import Advisory, Mode
    from icv_v2x.inputs import (
        FrameBatch,
        MergeRequest,
        ObuStatus,
        Odometry,
        PlannedPath,
        PlatoonRequest,
        VehicleStatus,
    )
    from icv_v2x.interchange.heartbeat import Heartbeat
    from icv_v2x.platooning import PlatoonPlan
    from icv_v2x.roads import RoadModel
    from icv_v2x.signals import Signals
    from icv_v2x.translate.platoon_statements import PlatoonStatement
    from icv_v2x.translate.road_events import RoadEvents
    from icv_v2x.translate.signal_reports import SignalReports

NAN = float('nan')

_OBJECT_ARRAYS = {
    field.name: field.name for field in dataclasses.fields(Tracks) if field.name != 'stamp'
}
_FRAME_ARRAYS = (
    'reception_time', 'length', 'verification', 'signer', 'aid', 'rssi', 'payload',
    'generation_time', 'signer_role',
)
# Column of a scope to the array of ObuFrames.
_SCOPE_ARRAYS = {
    'begin': 'certificate_begin', 'end': 'certificate_end', 'latitude': 'region_latitude',
    'longitude': 'region_longitude', 'radius': 'region_radius',
}


class Place(NamedTuple):
    """A point with a direction, as geometry_msgs/Pose wants it."""

    x: float
    y: float
    z: float
    yaw: float


class MessageEncoder:
    """Makes messages from records, field types and ranges checked in this one place.

    The classes may be those of rclpy or those of a rosbags type store: both take their fields as
    keyword arguments. rclpy wants `array.array` for sequences of numbers, rosbags numpy arrays.
    """

    def __init__(self, types: Callable[[str], type]) -> None:
        """Keep the source of message classes.

        Args:
            types: Gives the class of a full type name such as `nav_msgs/msg/Odometry`.
        """
        self._types = types

    def advisory_array(
        self,
        stamp: int,
        sequence: int,
        mode: Mode,
        mode_reason: str,
        advisories: Iterable[Advisory],
        limits_hash: int = 0,
    ) -> Any:
        """Return an icv_v2x_msgs/AdvisoryArray with its checksum.

        Args:
            stamp: Instant that the advisories hold for [ns since the Unix epoch].
            sequence: Number of the message.
            mode: State of the package.
            mode_reason: Why the mode is not ACTIVE.
            advisories: What is advised.
            limits_hash: Of the parameters in force, 0: not told.

        Returns:
            The message.
        """
        message = self._new(
            'icv_v2x_msgs/msg/AdvisoryArray',
            header=self._header(stamp, 'map'),
            sequence=int(sequence),
            mode=int(mode),
            mode_reason=str(mode_reason),
            crc32=0,
            advisories=[self.advisory(advisory) for advisory in advisories],
            limits_hash=int(limits_hash),
        )
        message.crc32 = crc32(message)
        return message

    def advisory(self, advisory: Advisory) -> Any:
        """Return an icv_v2x_msgs/Advisory; a number that is not finite becomes NaN."""
        numbers = {
            name: _finite_or_nan(getattr(advisory, name))
            for name in (
                'time_to_conflict', 'time_to_conflict_end', 'post_encroachment_time', 'distance',
                'gap', 'closing_speed', 'required_deceleration', 'speed_min', 'speed_max',
                'probability', 'data_age',
            )
        }
        name = 'icv_v2x_msgs/msg/Advisory'
        return self._new(
            name,
            id=int(advisory.id) & 0xFFFFFFFF,
            scenario=int(advisory.scenario),
            application=int(advisory.application),
            level=int(advisory.level),
            action=int(advisory.action),
            subject_ids=[str(subject) for subject in advisory.subject_ids],
            conflict_point=self._new(
                'geometry_msgs/msg/Point', x=_finite_or_nan(advisory.conflict_x),
                y=_finite_or_nan(advisory.conflict_y), z=_finite_or_nan(advisory.conflict_z)),
            lane_id=int(advisory.lane_id),
            valid_until=self._time(advisory.valid_until),
            verified=bool(advisory.verified),
            corroborated=bool(advisory.corroborated),
            reason=str(advisory.reason),
            stop_profile_time=self._sequence(name, np.asarray(
                advisory.stop_profile_time, np.float64)),
            stop_profile_speed=self._sequence(name, np.asarray(
                advisory.stop_profile_speed, np.float64)),
            rule=str(advisory.rule),
            source_kinds=[str(kind) for kind in advisory.source_kinds],
            source_ages=self._sequence(name, np.asarray(advisory.source_ages, np.float64)),
            **numbers,
        )

    def object_array(self, objects: Tracks | ObjectReports, stamp: int | None = None) -> Any:
        """Return an icv_v2x_msgs/ObjectArray in frame `map`.

        Args:
            objects: Tracks, or reports that all hold for one instant.
            stamp: That instant [ns since the Unix epoch]; of tracks their own is taken.

        Returns:
            The message; what reports do not carry is left empty.

        Raises:
            ConversionError: Reports without a stamp, or for several instants.
        """
        if isinstance(objects, Tracks):
            stamp = objects.stamp
        elif stamp is None or bool((objects.time != stamp).any()):
            raise ConversionError(f'reports are not all given for the instant {stamp} ns')
        name = 'icv_v2x_msgs/msg/ObjectArray'
        arrays = {
            field: self._sequence(name, getattr(objects, field, _absent(field)))
            for field in _OBJECT_ARRAYS
        }
        return self._new(name, header=self._header(stamp, 'map'), **arrays)

    def decoded_objects(self, reports: ObjectReports, stamp: int) -> Any:
        """Return reports in frame `map` as a unit that decodes by itself gives them.

        Args:
            reports: Of whatever instants; their ages tell.
            stamp: Of the message [ns since the Unix epoch].
        """
        name = 'icv_v2x_msgs/msg/ObjectArray'
        arrays = {
            field: self._sequence(name, getattr(reports, field, _absent(field)))
            for field in _OBJECT_ARRAYS
        }
        arrays['age'] = self._sequence(name, (stamp - reports.time) / SECOND)
        return self._new(name, header=self._header(stamp, 'map'), **arrays)

    def signal_reports(self, reports: SignalReports, stamp: int) -> Any:
        """Return statements on signals as a unit that decodes by itself gives them.

        Args:
            reports: Of whatever instants; their ages tell.
            stamp: Of the message [ns since the Unix epoch].
        """
        return self.signal_array(stated_signals(reports, stamp))

    def lane_array(self, model: RoadModel, stamp: int) -> Any:
        """Return an icv_v2x_msgs/LaneArray in frame `map`.

        Args:
            model: The road.
            stamp: Instant of the message [ns since the Unix epoch].
        """
        name = 'icv_v2x_msgs/msg/LaneArray'
        return self._new(name, header=self._header(stamp, 'map'), **{
            field: self._sequence(name, values)
            for field, values in lane_arrays(model, stamp).items()})

    def merge_plan(self, plan: MergePlan) -> Any:
        """Return an icv_v2x_msgs/MergePlan."""
        name = 'icv_v2x_msgs/msg/MergePlan'
        return self._new(name, header=self._header(plan.stamp, 'map'), **{
            field: self._sequence(name, value) if isinstance(value, np.ndarray) else value
            for field, value in merge_plan_fields(plan).items()})

    def heartbeat(self, beat: Heartbeat) -> Any:
        """Return an icv_v2x_msgs/Heartbeat."""
        name = 'icv_v2x_msgs/msg/Heartbeat'
        return self._new(name, header=self._header(beat.stamp, ''), **{
            field: self._sequence(name, value) if isinstance(value, np.ndarray) else value
            for field, value in heartbeat_fields(beat).items()})

    def merge_request(self, request: MergeRequest) -> Any:
        """Return an icv_v2x_msgs/MergeRequest."""
        name = 'icv_v2x_msgs/msg/MergeRequest'
        return self._new(name, header=self._header(request.stamp, 'map'), **{
            field: self._sequence(name, value) if isinstance(value, np.ndarray) else value
            for field, value in merge_request_fields(request).items()})

    def platoon_plan(self, plan: PlatoonPlan) -> Any:
        """Return an icv_v2x_msgs/PlatoonPlan."""
        name = 'icv_v2x_msgs/msg/PlatoonPlan'
        return self._new(name, header=self._header(plan.stamp, 'map'), **{
            field: self._sequence(name, value) if isinstance(value, np.ndarray) else value
            for field, value in platoon_plan_fields(plan).items()})

    def platoon_request(self, request: PlatoonRequest) -> Any:
        """Return an icv_v2x_msgs/PlatoonRequest."""
        name = 'icv_v2x_msgs/msg/PlatoonRequest'
        return self._new(name, header=self._header(request.stamp, 'map'), **{
            field: self._sequence(name, value) if isinstance(value, np.ndarray) else value
            for field, value in platoon_request_fields(request).items()})

    def platoon_array(self, statements: Sequence[PlatoonStatement], stamp: int) -> Any:
        """Return an icv_v2x_msgs/PlatoonArray.

        Args:
            statements: Newest of each sender.
            stamp: Instant of the message [ns since the Unix epoch].
        """
        name = 'icv_v2x_msgs/msg/PlatoonArray'
        return self._new(name, header=self._header(stamp, 'map'), **{
            field: self._sequence(name, values)
            for field, values in platoon_arrays(statements).items()})

    def road_event_array(self, events: RoadEvents, stamp: int) -> Any:
        """Return an icv_v2x_msgs/RoadEventArray in frame `map`.

        Args:
            events: Events, signs and statements about lanes.
            stamp: Instant of the message [ns since the Unix epoch].
        """
        name = 'icv_v2x_msgs/msg/RoadEventArray'
        return self._new(name, header=self._header(stamp, 'map'), **{
            field: values if isinstance(values, list) else self._sequence(name, values)
            for field, values in road_event_arrays(events, stamp).items()})

    def signal_array(self, signals: Signals) -> Any:
        """Return an icv_v2x_msgs/SignalArray in frame `map`.

        Args:
            signals: All signals at their instant.
        """
        name = 'icv_v2x_msgs/msg/SignalArray'
        return self._new(name, header=self._header(signals.stamp, 'map'), **{
            field: self._sequence(name, values)
            for field, values in signal_arrays(signals).items()})

    def obu_frames(self, batch: FrameBatch) -> Any:
        """Return an icv_v2x_msgs/ObuFrames."""
        name = 'icv_v2x_msgs/msg/ObuFrames'
        scope = CertificateScope.not_given(0) if batch.scope is None else batch.scope
        return self._new(
            name,
            header=self._header(batch.stamp, ''),
            standard=int(batch.standard),
            encoding=int(batch.encoding),
            **{field: self._sequence(name, getattr(batch, field)) for field in _FRAME_ARRAYS},
            **{
                field: self._sequence(name, getattr(scope, column))
                for column, field in _SCOPE_ARRAYS.items()},
        )

    def odometry(self, odometry: Odometry) -> Any:
        """Return a nav_msgs/Odometry with child frame `base_link`; unknown variances become 0.

        Raises:
            ConversionError: Pose or velocity is not finite.
        """
        for field in ('x', 'y', 'yaw', 'velocity_x', 'velocity_y', 'yaw_rate'):
            if not math.isfinite(getattr(odometry, field)):
                raise ConversionError(f'odometry {field} = {getattr(odometry, field)}')
        place = np.zeros(36)
        for index, value in (
            (0, odometry.variance_xx), (1, odometry.variance_xy), (6, odometry.variance_xy),
            (7, odometry.variance_yy), (35, odometry.variance_yaw),
        ):
            place[index] = _finite_or_zero(value)
        turn = np.zeros(36)
        turn[0] = _finite_or_zero(odometry.variance_speed)
        pose = self._pose(Place(odometry.x, odometry.y, odometry.z, odometry.yaw))
        return self._new(
            'nav_msgs/msg/Odometry',
            header=self._header(odometry.stamp, odometry.frame_id),
            child_frame_id='base_link',
            pose=self._new('geometry_msgs/msg/PoseWithCovariance', pose=pose, covariance=place),
            twist=self._new(
                'geometry_msgs/msg/TwistWithCovariance',
                twist=self._new(
                    'geometry_msgs/msg/Twist',
                    linear=self._vector(odometry.velocity_x, odometry.velocity_y, 0.0),
                    angular=self._vector(0.0, 0.0, odometry.yaw_rate)),
                covariance=turn),
        )

    def obu_status(self, status: ObuStatus) -> Any:
        """Return an icv_v2x_msgs/ObuStatus."""
        return self._new(
            'icv_v2x_msgs/msg/ObuStatus',
            header=self._header(status.stamp, ''),
            security_module=int(status.security_module),
            time_synchronised=int(status.time_synchronised),
            certificates=int(status.certificates),
        )

    def vehicle_status(self, status: VehicleStatus) -> Any:
        """Return an icv_v2x_msgs/VehicleStatus."""
        return self._new(
            'icv_v2x_msgs/msg/VehicleStatus',
            header=self._header(status.stamp, 'base_link'),
            indicator=int(status.indicator),
            gear=int(status.gear),
            brake=0 if status.brake is None else 1 + int(status.brake),
            longitudinal_acceleration=_finite_or_nan(status.acceleration),
            steering_wheel_angle=_finite_or_nan(status.steering_wheel_angle),
            lights=int(status.lights),
        )

    def path(self, path: PlannedPath) -> Any:
        """Return a nav_msgs/Path in `map` whose poses carry their own stamps."""
        rows = zip(
            path.time.tolist(), path.x.tolist(), path.y.tolist(), path.yaw.tolist(), strict=True)
        return self._new(
            'nav_msgs/msg/Path',
            header=self._header(path.stamp, 'map'),
            poses=[
                self._new(
                    'geometry_msgs/msg/PoseStamped', header=self._header(time, 'map'),
                    pose=self._pose(Place(x, y, 0.0, yaw)))
                for time, x, y, yaw in rows
            ],
        )

    def way(
        self, x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64], stamp: int
    ) -> Any:
        """Return a nav_msgs/Path in `map` without times; headings are those of the line.

        Args:
            x: (M,) [m].
            y: (M,) [m].
            z: (M,) [m], NaN where unknown, which becomes 0.
            stamp: Of all poses [ns since the Unix epoch].
        """
        header = self._header(stamp, 'map')
        ahead = np.arctan2(np.diff(y), np.diff(x))
        yaw = np.append(ahead, ahead[-1:]) if len(ahead) else np.zeros(len(x))
        rows = zip(x.tolist(), y.tolist(), np.nan_to_num(z).tolist(), yaw.tolist(), strict=True)
        return self._new('nav_msgs/msg/Path', header=header, poses=[
            self._new(
                'geometry_msgs/msg/PoseStamped', header=header, pose=self._pose(Place(*row)))
            for row in rows])

    def _new(self, type_name: str, **fields: Any) -> Any:
        return self._types(type_name)(**fields)

    def _time(self, nanoseconds: int) -> Any:
        seconds, rest = divmod(int(nanoseconds), SECOND)
        return self._new('builtin_interfaces/msg/Time', sec=seconds, nanosec=rest)

    def _header(self, stamp: int, frame_id: str) -> Any:
        return self._new('std_msgs/msg/Header', stamp=self._time(stamp), frame_id=str(frame_id))

    def _vector(self, x: float, y: float, z: float) -> Any:
        return self._new('geometry_msgs/msg/Vector3', x=float(x), y=float(y), z=float(z))

    def _pose(self, place: Place) -> Any:
        return self._new(
            'geometry_msgs/msg/Pose',
            position=self._new(
                'geometry_msgs/msg/Point', x=float(place.x), y=float(place.y),
                z=float(place.z)),
            orientation=self._new(
                'geometry_msgs/msg/Quaternion', x=0.0, y=0.0, z=math.sin(0.5 * place.yaw),
                w=math.cos(0.5 * place.yaw)),
        )

    def _sequence(self, type_name: str, values: NDArray[Any]) -> Any:
        if not hasattr(self._types(type_name), 'get_fields_and_field_types'):
            return np.ascontiguousarray(values)
        if values.dtype == np.bool_:
            return values.tolist()
        sequence = array.array(_TYPE_CODES[values.dtype.name])
        sequence.frombytes(np.ascontiguousarray(values).tobytes())
        return sequence


_TYPE_CODES = {
    'uint8': 'B', 'uint16': 'H', 'uint32': 'I', 'uint64': 'Q',
    'int32': 'i', 'int64': 'q', 'float32': 'f', 'float64': 'd',
}
_ABSENT_TYPES = {
    'updates': np.uint16, 'corroborated': np.bool_, 'age': np.float64, 'period': np.float64,
    'trust': np.uint8, 'identity': np.uint32,
}


def _absent(field: str) -> NDArray[Any]:
    return np.zeros(0, _ABSENT_TYPES.get(field, np.float64))


def _finite_or_nan(value: float) -> float:
    number = float(value)
    return number if math.isfinite(number) else NAN


def _finite_or_zero(value: float) -> float:
    number = float(value)
    return number if math.isfinite(number) else 0.0
