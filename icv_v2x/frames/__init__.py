# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Geodesy: datums, the map frame, and headings in it."""

from icv_v2x.frames.angles import wrap_angle
from icv_v2x.frames.datum import (
    Datum,
    cgcs2000_to_wgs84,
    from_wgs84,
    gcj02_to_wgs84,
    to_wgs84,
    wgs84_to_cgcs2000,
    wgs84_to_gcj02,
)
from icv_v2x.frames.ground import ground_distance
from icv_v2x.frames.map_frame import MapFrame, Projection

__all__ = [
    'Datum', 'MapFrame', 'Projection', 'cgcs2000_to_wgs84', 'from_wgs84', 'gcj02_to_wgs84',
    'ground_distance', 'to_wgs84', 'wgs84_to_cgcs2000', 'wgs84_to_gcj02', 'wrap_angle',
]
