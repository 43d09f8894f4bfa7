# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Merging, lane changes and diverging: gaps, speed profiles and the choice between them."""

from icv_v2x.merging.choice import Gaps, Incumbent, MergeChoice, State
from icv_v2x.merging.limits import ComfortLimits
from icv_v2x.merging.planner import plan
from icv_v2x.merging.profiles import Profile
from icv_v2x.merging.task import Own, Settings, Stretch
from icv_v2x.merging.traffic import LanePrediction, LaneTraffic, predict_lane

__all__ = [
    'ComfortLimits',
    'Gaps',
    'Incumbent',
    'LanePrediction',
    'LaneTraffic',
    'MergeChoice',
    'Own',
    'Profile',
    'Settings',
    'State',
    'Stretch',
    'plan',
    'predict_lane',
]
