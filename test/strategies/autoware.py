# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Classes of Autoware's messages: made up with the fields that are used, or the real ones."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

_PERCEPTION, _PLANNING = 'autoware_perception_msgs', 'autoware_internal_planning_msgs'


def _new(**fields: Any) -> Callable[..., Any]:
    """Returns what makes an object with fields; functions make those anew for each."""
    def make(**values: Any) -> Any:
        made = {name: value() if callable(value) else value for name, value in fields.items()}
        return SimpleNamespace(**{**made, **values})

    return make


_time = _new(sec=0, nanosec=0)
_header = _new(stamp=_time, frame_id='')
_point = _new(x=0.0, y=0.0, z=0.0)
_quaternion = _new(x=0.0, y=0.0, z=0.0, w=1.0)
_pose = _new(position=_point, orientation=_quaternion)
_limit = {
    'stamp': _time, 'max_velocity': 0.0, 'use_constraints': False, 'sender': '',
    'constraints': _new(min_acceleration=0.0, max_jerk=0.0, min_jerk=0.0)}
_clear = {'stamp': _time, 'command': False, 'sender': ''}
_kinematics = _new(
    pose_with_covariance=_new(pose=_pose, covariance=list),
    has_position_covariance=False, orientation_availability=0, AVAILABLE=2,
    twist_with_covariance=_new(twist=_new(linear=_point, angular=_point), covariance=list),
    has_twist=False, has_twist_covariance=False)
_FAKES: dict[str, Callable[..., Any]] = {
    'builtin_interfaces/msg/Time': _time,
    f'{_PLANNING}/msg/VelocityLimit': _new(**_limit),
    'tier4_planning_msgs/msg/VelocityLimit': _new(**_limit),
    f'{_PLANNING}/msg/VelocityLimitClearCommand': _new(**_clear),
    'tier4_planning_msgs/msg/VelocityLimitClearCommand': _new(**_clear),
    f'{_PERCEPTION}/msg/TrafficLightGroupArray': _new(stamp=_time, traffic_light_groups=list),
    f'{_PERCEPTION}/msg/TrafficLightGroup': _new(
        traffic_light_group_id=0, elements=list, predictions=list),
    f'{_PERCEPTION}/msg/TrafficLightElement': _new(
        color=0, shape=0, status=0, confidence=0.0, UNKNOWN=0, RED=1, AMBER=2, GREEN=3,
        CIRCLE=1, LEFT_ARROW=2, SOLID_OFF=1, SOLID_ON=2, FLASHING=3),
    f'{_PERCEPTION}/msg/PredictedTrafficLightState': _new(
        predicted_stamp=_time, simultaneous_elements=list, reliability=0.0,
        information_source='', INFORMATION_SOURCE_V2I='V2I'),
    f'{_PERCEPTION}/msg/DetectedObjects': _new(header=_header, objects=list),
    f'{_PERCEPTION}/msg/DetectedObject': _new(
        existence_probability=0.0, classification=list, kinematics=_kinematics,
        shape=_new(type=0, BOUNDING_BOX=0, dimensions=_point)),
    f'{_PERCEPTION}/msg/ObjectClassification': _new(label=0, probability=0.0, UNKNOWN=0, CAR=1),
    f'{_PLANNING}/msg/PlanningFactorArray': _new(header=_header, factors=list),
    f'{_PLANNING}/msg/PlanningFactor': _new(
        module='', is_driving_forward=False, control_points=list, behavior=0, detail='',
        SLOW_DOWN=2, STOP=3,
        safety_factors=_new(header=_header, factors=list, is_safe=True, detail='')),
    f'{_PLANNING}/msg/ControlPoint': _new(
        pose=_pose, velocity=0.0, shift_length=0.0, distance=0.0),
    f'{_PLANNING}/msg/SafetyFactor': _new(
        type=0, OBJECT=2, ttc_begin=0.0, ttc_end=0.0, points=list, is_safe=True),
}


def fake_types() -> Callable[[str], Any]:
    """Returns classes that have the fields of the messages, as far as they are used."""
    return _FAKES.__getitem__


def real_types() -> Callable[[str], Any]:
    """Returns the classes of the packages; skips where one of them is not installed."""
    for package in (_PERCEPTION, _PLANNING, 'tier4_planning_msgs'):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f'{package} is not installed here')

    def find(name: str) -> Any:
        package, kind, message = name.split('/')
        return getattr(importlib.import_module(f'{package}.{kind}'), message)

    return find
