# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Prediction of many objects at once: models that turn present states into motion in pieces."""

from icv_v2x.motion.models import (
    along_course,
    constant_acceleration,
    constant_turn_rate,
    constant_velocity,
    speed_profile,
)
from icv_v2x.motion.paths import path_following
from icv_v2x.motion.pieces import (
    BoolArray,
    FloatArray,
    IndexArray,
    MotionState,
    PiecewiseMotion,
    distance_travelled,
    on_common_grid,
    on_grid,
    piece_at,
    position_at,
    state_at,
)
from icv_v2x.motion.profile import LongitudinalProfile, longitudinal_profile
from icv_v2x.motion.straightening import straight_after
from icv_v2x.motion.uncertainty import MotionUncertainty, PositionCovariance, covariance_at

__all__ = [
    'BoolArray',
    'FloatArray',
    'IndexArray',
    'LongitudinalProfile',
    'MotionState',
    'MotionUncertainty',
    'PiecewiseMotion',
    'PositionCovariance',
    'along_course',
    'constant_acceleration',
    'constant_turn_rate',
    'constant_velocity',
    'covariance_at',
    'distance_travelled',
    'longitudinal_profile',
    'on_common_grid',
    'on_grid',
    'path_following',
    'piece_at',
    'position_at',
    'speed_profile',
    'state_at',
    'straight_after',
]
