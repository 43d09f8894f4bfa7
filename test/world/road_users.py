# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Reports and egos for the tests of the world, every field sensible unless a test changes it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from icv_v2x.parameters import Parameters, build
from icv_v2x.translate.reports import ObjectReports, Source
from icv_v2x.world.ego import EgoState
from icv_v2x.world.track_table import empty_reports

SECOND = 1_000_000_000
START = 1_763_798_400 * SECOND

_USUAL: dict[str, Any] = {
    'sender_id': 1, 'object_id': -1, 'source': Source.BSM, 'time': START, 'z': np.nan,
    'speed': 10.0, 'acceleration': 0.0, 'yaw_rate': 0.0, 'length': 4.6, 'width': 1.8,
    'height': 1.5, 'object_class': 1, 'variance_xx': 1.0, 'variance_yy': 1.0,
    'speed_deviation': 0.28, 'heading_deviation': 0.05, 'verification': 1,
    'path_radius': np.nan, 'path_confidence': np.nan,
}


def reports(**columns: Any) -> ObjectReports:
    """Return reports of cars driving east at 10 m/s from the origin, changed as told."""
    values = {**_USUAL, **columns}
    values.setdefault('reception_time', values['time'])
    rows = max(np.size(value) for value in values.values())
    made = empty_reports(rows)
    return ObjectReports(**{
        field.name: np.broadcast_to(
            np.asarray(values.get(field.name, 0), dtype=getattr(made, field.name).dtype), rows
        ).copy()
        for field in fields(ObjectReports)
    })


def ego(**changes: Any) -> EgoState:
    """Return a car standing as far away as radio reaches, changed as told."""
    return EgoState(**{
        'stamp': START, 'x': 1000.0, 'y': 1000.0, 'z': float('nan'), 'heading': 0.0,
        'speed': 0.0, 'acceleration': 0.0, 'yaw_rate': 0.0, 'length': 4.8, 'width': 1.9,
        'height': 1.6, 'position_deviation': 0.1, 'age': 0.0, **changes,
    })


def parameters(**changes: Any) -> Parameters:
    """Return the defaults with an ego car, changed as told, `__` for the dot."""
    return build(Parameters, {
        'map_origin.latitude': 39.9, 'map_origin.longitude': 116.4, 'vehicle.length': 4.8,
        'vehicle.width': 1.9, 'vehicle.base_link_to_center': 1.4,
        **{name.replace('__', '.'): value for name, value in changes.items()},
    })


def after(seconds: float) -> int:
    """Return the instant so many seconds after START [ns]."""
    return START + round(seconds * SECOND)
