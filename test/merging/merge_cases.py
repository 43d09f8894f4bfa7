# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Lanes in a row and settings for the tests of the merge planner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from icv_v2x.merging import LaneTraffic, Own, Settings, Stretch
from icv_v2x.parameters import Parameters, build
from icv_v2x.scenarios.merge_scene import settings_of

LENGTH, WIDTH = 4.6, 1.8


def parameters(**changes: Any) -> Parameters:
    """Return the defaults, those of the group merging changed as told."""
    return build(Parameters, {
        'map_origin.latitude': 39.9, 'map_origin.longitude': 116.4, 'vehicle.length': LENGTH,
        'vehicle.width': WIDTH, 'vehicle.base_link_to_center': 0.0,
        **{f'merging.{name}': value for name, value in changes.items()}})


_DEFAULTS = settings_of(parameters())


def settings(**changes: Any) -> Settings:
    """Return the default settings, changed as told."""
    return replace(_DEFAULTS, **changes)


def lane(
    station: Sequence[float], speed: float | Sequence[float] = 25.0,
    acceleration: float | Sequence[float] = 0.0,
) -> LaneTraffic:
    """Return cars on a lane, the foremost first."""
    count = len(station)
    none = np.zeros(count)
    return LaneTraffic(
        np.array(station, float), none + speed, none + acceleration, none + LENGTH, none,
        np.arange(count), np.zeros(count, bool), none + 1.7, np.zeros(count, bool)).ordered()


def stretch(begin: float = -1.0, end: float = 300.0, desired: float = 30.0) -> Stretch:
    """Return a merging lane that has just begun."""
    return Stretch(begin, end, desired, 22.2)


def own(speed: float = 25.0, acceleration: float = 0.0) -> Own:
    """Return the ego."""
    return Own(speed, acceleration, LENGTH, WIDTH)
