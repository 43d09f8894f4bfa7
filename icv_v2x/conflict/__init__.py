# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Conflicts between moving footprints: when, where, how close, and what braking avoids them."""

from icv_v2x.conflict.braking import (
    required_deceleration_following,
    required_deceleration_stopping,
    time_to_contact_following,
)
from icv_v2x.conflict.footprint import Footprint, corners
from icv_v2x.conflict.swept import Contact, first_contact
from icv_v2x.conflict.zone import ZoneTimes, zone_times

__all__ = [
    'Contact',
    'Footprint',
    'ZoneTimes',
    'corners',
    'first_contact',
    'required_deceleration_following',
    'required_deceleration_stopping',
    'time_to_contact_following',
    'zone_times',
]
