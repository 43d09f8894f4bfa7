# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Records as messages of Autoware; of its message packages nothing but names is known here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.advisory.types import Action, Advisory
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.parameters import ParameterError
from icv_v2x.translate.signal_reports import Light

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from icv_v2x.consumer import SpeedCap
    from icv_v2x.signals import Signals
    from icv_v2x.world.tracks import Tracks

VELOCITY_LIMITS = (
    'autoware_internal_planning_msgs/msg/VelocityLimit', 'tier4_planning_msgs/msg/VelocityLimit')
CLEAR_COMMANDS = tuple(f'{name}ClearCommand' for name in VELOCITY_LIMITS)
SIGNALS = 'autoware_perception_msgs/msg/TrafficLightGroupArray'
OBJECTS = 'autoware_perception_msgs/msg/DetectedObjects'
FACTORS = 'autoware_internal_planning_msgs/msg/PlanningFactorArray'

RELEASED = 100.0
"""A limit that limits nothing [m/s]: what a late subscriber gets once one is cleared."""

_SECOND = 1_000_000_000
# Labels of ObjectClassification.
_LABELS = {
    ObjectClass.UNKNOWN: 'UNKNOWN', ObjectClass.CAR: 'CAR', ObjectClass.VAN: 'CAR',
    ObjectClass.TRUCK: 'TRUCK', ObjectClass.BUS: 'BUS', ObjectClass.MOTORCYCLE: 'MOTORCYCLE',
    ObjectClass.CYCLIST: 'BICYCLE', ObjectClass.PEDESTRIAN: 'PEDESTRIAN',
    ObjectClass.EMERGENCY: 'CAR', ObjectClass.SPECIAL: 'TRUCK',
    ObjectClass.TRICYCLE: 'MOTORCYCLE', ObjectClass.ANIMAL: 'ANIMAL',
    ObjectClass.OBSTACLE: 'HAZARD', ObjectClass.TRAILER: 'TRAILER',
}
# Colour and status of TrafficLightElement.
_LIGHTS = {
    Light.UNAVAILABLE: ('UNKNOWN', 'UNKNOWN'), Light.DARK: ('UNKNOWN', 'SOLID_OFF'),
    Light.FLASHING_RED: ('RED', 'FLASHING'), Light.RED: ('RED', 'SOLID_ON'),
    Light.FLASHING_GREEN: ('GREEN', 'FLASHING'), Light.PERMISSIVE_GREEN: ('GREEN', 'SOLID_ON'),
    Light.PROTECTED_GREEN: ('GREEN', 'SOLID_ON'), Light.YELLOW: ('AMBER', 'SOLID_ON'),
    Light.FLASHING_YELLOW: ('AMBER', 'FLASHING'),
}
_SHAPES = (
    'circle', 'left_arrow', 'right_arrow', 'up_arrow', 'up_left_arrow', 'up_right_arrow',
    'down_arrow', 'down_left_arrow', 'down_right_arrow', 'cross',
)
_STOPPING = (Action.STOP, Action.BRAKE, Action.YIELD)
_VERIFIED = 1
_PREDICTIONS = 4


@dataclass(frozen=True)
class SignalEntry:
    """Which regulatory element a phase rules.

    Attributes:
        region: -1 where none is given.
        node: Number of the intersection.
        phase: Phase or signal group.
        element: Id of the regulatory element in the lanelet map.
        shape: Name of the light's shape.
    """

    region: int
    node: int
    phase: int
    element: int
    shape: str


def signal_table(text: str) -> tuple[SignalEntry, ...]:
    """Return the table that a parameter gives.

    Args:
        text: Entries `REGION:NODE:PHASE=ELEMENT[:SHAPE]`, parted by spaces.

    Raises:
        ParameterError: An entry that cannot be read.
    """
    table = []
    for entry in text.split():
        try:
            phase, _, element = entry.partition('=')
            region, node, number = phase.split(':')
            identity, _, shape = element.partition(':')
            made = SignalEntry(
                -1 if region.strip() == '-' else int(region), int(node), int(number),
                int(identity), shape.strip().lower() or _SHAPES[0])
            if made.shape not in _SHAPES:
                raise ValueError(made.shape)
        except ValueError as error:
            raise ParameterError(
                f'parameter autoware.signal_table: {entry!r} is not allowed; it takes '
                'REGION:NODE:PHASE=ELEMENT, as in 7:1234:3=5512, and behind another colon one of '
                f'{", ".join(_SHAPES)}') from error
        table.append(made)
    return tuple(table)


class AutowareEncoder:
    """Makes messages of Autoware from records.

    The classes come from whoever has them: rclpy, or a type store.
    """

    def __init__(self, types: Callable[[str], Any]) -> None:
        """Keep the source of message classes.

        Args:
            types: Gives the class of a full type name.
        """
        self._types = types

    def velocity_limit(
        self, type_name: str, cap: SpeedCap | None, stamp: int, *, sender: str, jerk: float,
    ) -> Any:
        """Return a VelocityLimit; without a cap one that limits nothing.

        Args:
            type_name: One of `VELOCITY_LIMITS`.
            cap: The cap.
            stamp: [ns since the Unix epoch].
            sender: Under whose name.
            jerk: Strongest [m/s3].
        """
        message = self._types(type_name)()
        message.stamp = self._time(stamp)
        message.sender = sender
        message.max_velocity = float(RELEASED if cap is None else min(cap.speed, RELEASED))
        message.use_constraints = cap is not None and math.isfinite(cap.deceleration)
        if cap is not None and math.isfinite(cap.deceleration):
            constraints = message.constraints
            constraints.min_acceleration = -float(cap.deceleration)
            constraints.min_jerk, constraints.max_jerk = -float(jerk), float(jerk)
            # the older package has no upper bound
            if hasattr(constraints, 'max_acceleration'):
                constraints.max_acceleration = 1.0
        return message

    def clear_command(self, type_name: str, stamp: int, sender: str) -> Any:
        """Return a VelocityLimitClearCommand, `type_name` one of `CLEAR_COMMANDS`."""
        message = self._types(type_name)()
        message.stamp, message.command, message.sender = self._time(stamp), True, sender
        return message

    def traffic_signals(
        self, signals: Signals, table: Sequence[SignalEntry], stamp: int, *, trusted: bool,
    ) -> Any:
        """Return what signals show as a TrafficLightGroupArray, without those nobody heard of.

        A light in doubt, or that nobody vouches for, is UNKNOWN.

        Args:
            signals: At their instant.
            table: Which of them are which elements.
            stamp: [ns since the Unix epoch].
            trusted: Whether lights of senders that nobody checked count.
        """
        groups: dict[int, Any] = {}
        for entry in table:
            row = signals.row(entry.region, entry.node, entry.phase)
            if row is None:
                continue
            group = groups.get(entry.element)
            if group is None:
                group = self._types('autoware_perception_msgs/msg/TrafficLightGroup')()
                group.traffic_light_group_id = entry.element
                groups[entry.element] = group
            known = trusted or int(signals.verification[row]) == _VERIFIED
            light = Light(int(signals.light[row])) if known else Light.UNAVAILABLE
            certainty = float(signals.confidence[row])
            group.elements = [*group.elements, self._element(light, entry.shape, 1.0)]
            if hasattr(group, 'predictions') and known:
                group.predictions = [
                    *group.predictions,
                    *self._predictions(signals, row, entry.shape, certainty)]
        message = self._types(SIGNALS)()
        message.stamp = self._time(stamp)
        message.traffic_light_groups = list(groups.values())
        return message

    def detected_objects(self, tracks: Tracks) -> Any:
        """Return objects as DetectedObjects in frame `map`."""
        message = self._types(OBJECTS)()
        message.header.frame_id = 'map'
        message.header.stamp = self._time(tracks.stamp)
        message.objects = [self._object(tracks, row) for row in range(len(tracks))]
        return message

    def planning_factors(
        self, advisories: Sequence[Advisory], stamp: int, module: str,
    ) -> Any:
        """Return why something is asked for as a PlanningFactorArray in frame `map`.

        Args:
            advisories: Those in force.
            stamp: [ns since the Unix epoch].
            module: Name of the module.
        """
        message = self._types(FACTORS)()
        message.header.frame_id = 'map'
        message.header.stamp = self._time(stamp)
        message.factors = [self._factor(one, stamp, module) for one in advisories]
        return message

    def _factor(self, advisory: Advisory, stamp: int, module: str) -> Any:
        factor = self._types('autoware_internal_planning_msgs/msg/PlanningFactor')()
        factor.module = module
        factor.is_driving_forward = True
        factor.behavior = int(
            factor.STOP if advisory.action in _STOPPING else factor.SLOW_DOWN)
        factor.detail = f'{advisory.application.name}: {advisory.reason}'
        if math.isfinite(advisory.conflict_x) and math.isfinite(advisory.conflict_y):
            point = self._types('autoware_internal_planning_msgs/msg/ControlPoint')()
            place = point.pose.position
            place.x, place.y = float(advisory.conflict_x), float(advisory.conflict_y)
            place.z = float(advisory.conflict_z) if math.isfinite(advisory.conflict_z) else 0.0
            point.pose.orientation.w = 1.0
            point.velocity = float(_or_zero(advisory.speed_max))
            point.distance = float(_or_zero(advisory.distance))
            factor.control_points = [point]
            cause = self._types('autoware_internal_planning_msgs/msg/SafetyFactor')()
            cause.type = int(cause.OBJECT)
            cause.is_safe = False
            cause.ttc_begin = float(advisory.time_to_conflict)
            cause.ttc_end = float(advisory.time_to_conflict_end)
            cause.points = [place]
            factor.safety_factors.factors = [cause]
        factor.safety_factors.header.frame_id = 'map'
        factor.safety_factors.header.stamp = self._time(stamp)
        factor.safety_factors.is_safe = False
        factor.safety_factors.detail = advisory.reason
        return factor

    def _element(self, light: Light, shape: str, confidence: float) -> Any:
        element = self._types('autoware_perception_msgs/msg/TrafficLightElement')()
        color, status = _LIGHTS[light]
        element.color = int(getattr(element, color))
        element.status = int(getattr(element, status))
        element.shape = int(getattr(element, shape.upper()))
        element.confidence = float(confidence)
        return element

    def _predictions(
        self, signals: Signals, row: int, shape: str, certainty: float,
    ) -> list[Any]:
        made = []
        for step in range(1, _PREDICTIONS):
            light = Light(int(signals.step_light[row, step]))
            start = float(signals.step_start[row, step])
            if light == Light.UNAVAILABLE or not 0.0 <= start < 3600.0:
                break
            state = self._types('autoware_perception_msgs/msg/PredictedTrafficLightState')()
            state.predicted_stamp = self._time(signals.stamp + round(start * _SECOND))
            state.simultaneous_elements = [self._element(light, shape, 1.0)]
            state.reliability = certainty if math.isfinite(certainty) else 0.5
            state.information_source = str(state.INFORMATION_SOURCE_V2I)
            made.append(state)
        return made

    def _object(self, tracks: Tracks, row: int) -> Any:
        made = self._types('autoware_perception_msgs/msg/DetectedObject')()
        made.existence_probability = float(tracks.existence[row])
        label = self._types('autoware_perception_msgs/msg/ObjectClassification')()
        number = int(tracks.object_class[row])
        kind = ObjectClass(number) if number < len(ObjectClass) else ObjectClass.UNKNOWN
        # a package of before ANIMAL and HAZARD has them not
        label.label = int(getattr(label, _LABELS[kind], label.UNKNOWN))
        label.probability = 1.0
        made.classification = [label]
        kinematics = made.kinematics
        pose = kinematics.pose_with_covariance
        pose.pose.position.x = float(tracks.x[row])
        pose.pose.position.y = float(tracks.y[row])
        pose.pose.position.z = float(np.nan_to_num(tracks.z[row]))
        yaw = float(tracks.heading[row])
        pose.pose.orientation.z = math.sin(0.5 * yaw)
        pose.pose.orientation.w = math.cos(0.5 * yaw)
        covariance = np.zeros(36)
        covariance[0], covariance[7] = tracks.variance_xx[row], tracks.variance_yy[row]
        covariance[1] = covariance[6] = tracks.variance_xy[row]
        covariance[35] = tracks.heading_deviation[row] ** 2
        pose.covariance = covariance
        kinematics.has_position_covariance = True
        kinematics.orientation_availability = int(kinematics.AVAILABLE)
        twist = kinematics.twist_with_covariance
        twist.twist.linear.x = float(tracks.speed[row])
        twist.twist.angular.z = float(np.nan_to_num(tracks.yaw_rate[row]))
        covariance = np.zeros(36)
        covariance[0] = tracks.speed_deviation[row] ** 2
        twist.covariance = covariance
        kinematics.has_twist = kinematics.has_twist_covariance = True
        made.shape.type = int(made.shape.BOUNDING_BOX)
        size = made.shape.dimensions
        size.x, size.y = float(tracks.length[row]), float(tracks.width[row])
        size.z = float(np.nan_to_num(tracks.height[row], nan=1.5))
        return made

    def _time(self, nanoseconds: int) -> Any:
        seconds, rest = divmod(int(nanoseconds), _SECOND)
        return self._types('builtin_interfaces/msg/Time')(sec=seconds, nanosec=rest)


def _or_zero(value: float) -> float:
    return value if math.isfinite(value) else 0.0
