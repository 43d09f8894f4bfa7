# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Conflicts between moving footprints: when, where, how close, and what braking avoids them."""

from icv_v2x.conflict.assessment import (
    ConflictAssessment,
    Encounter,
    assess_conflicts,
    encounters,
    spread,
)
from icv_v2x.conflict.braking import (
    required_deceleration_following,
    required_deceleration_stopping,
    time_to_contact_following,
)
from icv_v2x.conflict.broad_phase import WayCircles, near_the_way, way_circles
from icv_v2x.conflict.footprint import Footprint, corners
from icv_v2x.conflict.probability import overlap_probability
from icv_v2x.conflict.separation import (
    Separation,
    closest_approach,
    outline_distance,
    passes_clear,
)
from icv_v2x.conflict.stop_profile import Leader, StopProfile, stop_profile
from icv_v2x.conflict.swept import Contact, first_contact
from icv_v2x.conflict.zone import ZoneTimes, zone_times

__all__ = [
    'ConflictAssessment',
    'Contact',
    'Encounter',
    'Footprint',
    'Leader',
    'Separation',
    'StopProfile',
    'WayCircles',
    'ZoneTimes',
    'assess_conflicts',
    'closest_approach',
    'corners',
    'encounters',
    'first_contact',
    'near_the_way',
    'outline_distance',
    'overlap_probability',
    'passes_clear',
    'required_deceleration_following',
    'required_deceleration_stopping',
    'spread',
    'stop_profile',
    'time_to_contact_following',
    'way_circles',
    'zone_times',
]
