# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Basic safety messages read field by field from many frames at once.

A frame that is not exactly one valid message, or that holds extensions (added fields, extended
sizes), is left to the codec, which knows every form and every reason to refuse.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icv_v2x.message_set.batched.bit_cursor import BitCursor
from icv_v2x.message_set.batched.columns import ColumnReader, Mask
from icv_v2x.message_set.batched.initial_position import InitialShift, read_full_position
from icv_v2x.message_set.batched.offsets import Offsets, read_offset
from icv_v2x.message_set.quantities import ABSENT, Raw
from icv_v2x.message_set.records.bsm import CRUMB_COLUMNS, BsmColumns

_HIGHEST_LATITUDE = 1800000001
_HIGHEST_LONGITUDE = 3600000000


def decode_columns(cursor: BitCursor, frame: Raw, end: Raw) -> tuple[BsmColumns, Mask]:
    """Read basic safety messages.

    Args:
        cursor: At the first bit of each frame; every frame begins a BSM, (n,).
        frame: Index of each frame in the batch, ascending, (n,).
        end: Bit behind each frame, (n,).

    Returns:
        The columns of the rows that were read, and the mask of those rows, (n,).
    """
    rows = ColumnReader(cursor)
    rows.columns['frame'] = frame
    has_safety, has_emergency = _vehicle(rows)
    crumbs = _safety(rows, has_safety)
    _emergency(rows, has_emergency)
    # the frame ends in the octet of its last bit: neither too short nor too long
    rows.refused |= (cursor.position + 7) >> 3 != end >> 3
    if not rows.refused.any():
        return BsmColumns(rows.columns, crumbs), ~rows.refused
    kept = ~rows.refused
    kept_crumbs = np.isin(crumbs['frame'], frame[kept], assume_unique=False)
    return BsmColumns(
        {name: column[kept] for name, column in rows.columns.items()},
        {name: column[kept_crumbs] for name, column in crumbs.items()},
    ), kept


def _vehicle(rows: ColumnReader) -> tuple[Raw, Raw]:
    """Read everything in front of the extensions; tell which rows have them."""
    cursor, columns = rows.cursor, rows.columns
    # 4 bits of frame choice were looked at by the caller
    (_, extended, has_time, has_accuracy, has_confidence, has_angle, has_motion, has_safety,
     has_emergency, columns['message_count'], columns['id_high']) = cursor.read_run(
         4, 1, 1, 1, 1, 1, 1, 1, 1, 7, 32)
    columns['id_low'], columns['second'] = cursor.read_run(32, 16)
    rows.refused |= extended != 0
    rows.refuse_above(rows.optional('time_confidence', has_time, 6), 39)

    has_elevation, latitude = cursor.read_run(1, 31)
    rows.refuse_above(latitude, _HIGHEST_LATITUDE)
    columns['latitude'] = latitude - 900000000
    longitude = cursor.read(32)
    rows.refuse_above(longitude, _HIGHEST_LONGITUDE)
    columns['longitude'] = longitude - 1799999999
    rows.optional('elevation', has_elevation, 16, -4096)

    rows.optional('semi_major', has_accuracy, 8)
    rows.optional('semi_minor', has_accuracy, 8)
    rows.optional('semi_major_orientation', has_accuracy, 16)
    rows.optional_position_confidence(has_confidence)

    columns['transmission'], columns['speed'], heading = cursor.read_run(3, 13, 15)
    rows.refuse_above(heading, 28800)
    columns['heading'] = heading
    rows.steering(has_angle, has_motion)
    rows.accelerations()
    _brakes(rows)
    rows.size()
    rows.vehicle_class()
    return has_safety, has_emergency


def _brakes(rows: ColumnReader) -> None:
    present = rows.cursor.read_run(1, 1, 1, 1, 1, 1, 1)
    rows.refuse_above(rows.optional('brake_pedal', present[0], 2), 2)
    rows.optional('wheel_brakes', present[1], 5)
    rows.optional('traction', present[2], 2)
    rows.optional('abs', present[3], 2)
    rows.optional('stability', present[4], 2)
    rows.refuse_above(rows.optional('brake_boost', present[5], 2), 2)
    rows.optional('auxiliary_brakes', present[6], 2)


def _initial_position(rows: ColumnReader, present: Raw) -> InitialShift | None:
    active = np.flatnonzero(present)
    if not active.size:
        return None
    reader = ColumnReader(rows.cursor.rows(active))
    read_full_position(reader)
    rows.cursor.position[active] = reader.cursor.position
    rows.refused[active] |= reader.refused
    return InitialShift(rows.columns, reader.columns, active)


def _safety(rows: ColumnReader, has_safety: Raw) -> dict[str, Raw]:
    """Read VehicleSafetyExtensions; give the points of the path histories."""
    cursor, columns = rows.cursor, rows.columns
    head = cursor.read_where(has_safety, 5)
    head[has_safety == 0] = 0
    rows.refused |= head >> 4 != 0
    has_events, has_history, has_prediction, has_lights = (
        head >> 3 & 1, head >> 2 & 1, head >> 1 & 1, head & 1)
    _extensible_bits(rows, 'events', has_events, 13)

    history = cursor.read_where(has_history, 3)
    history[has_history == 0] = 0
    rows.refused |= history >> 2 != 0
    shift = _initial_position(rows, has_history & (history >> 1 & 1))
    rows.optional('gnss_status', has_history & (history & 1), 8)
    crumbs = _crumbs(rows, has_history, shift)

    prediction = cursor.read_where(has_prediction, 1)
    rows.refused |= prediction > 0
    rows.optional('path_radius', has_prediction, 16, -32767)
    rows.refuse_above(rows.optional('path_confidence', has_prediction, 8), 200)
    rows.refuse_above(columns['path_radius'], 32767)
    _extensible_bits(rows, 'lights', has_lights, 9)
    return crumbs


def _extensible_bits(rows: ColumnReader, name: str, present: Raw, size: int) -> None:
    value = rows.cursor.read_where(present, size + 1)
    rows.refused |= value >= 1 << size
    rows.columns[name] = value


def _emergency(rows: ColumnReader, has_emergency: Raw) -> None:
    head = rows.cursor.read_where(has_emergency, 4)
    head[has_emergency == 0] = 0
    rows.refused |= head >> 3 != 0
    # four bits: one that says that the value is an extension, three of the index
    rows.refuse_above(rows.optional('response_type', head >> 2 & 1, 4), 6)
    rows.optional('siren', head >> 1 & 1, 2)
    rows.optional('light_bar', head & 1, 3)


def _crumbs(
    rows: ColumnReader, has_history: Raw, shift: InitialShift | None,
) -> dict[str, Raw]:
    """Read the points: the first of every row, then the second of those that have one, ..."""
    count = rows.cursor.read_where(has_history, 5) + 1
    count[has_history == 0] = 0
    rows.refused |= count > 23
    count[rows.refused] = 0
    active = np.flatnonzero(count)
    if not active.size:
        return {name: np.empty(0, dtype=np.int64) for name in CRUMB_COLUMNS}
    first = np.cumsum(count) - count
    crumbs = {name: np.empty(int(count.sum()), dtype=np.int64) for name in CRUMB_COLUMNS}
    crumbs['frame'] = np.repeat(rows.columns['frame'], count)
    cursor = rows.cursor.rows(active)
    point = 0
    while active.size:
        _crumb(rows, cursor, active, first[active] + point, crumbs, shift)
        point += 1
        more = count[active] > point
        if not more.all():
            rows.cursor.position[active] = cursor.position
            active = active[more]
            cursor = rows.cursor.rows(active)
    return crumbs


def _crumb(
    rows: ColumnReader, cursor: BitCursor, active: NDArray[np.intp], at: Raw,
    crumbs: dict[str, Raw], shift: InitialShift | None,
) -> None:
    extended, has_speed, has_confidence, has_heading, has_vertical, form = cursor.read_run(
        1, 1, 1, 1, 1, 3)
    refused = (extended != 0) | (form > 6)
    offsets = read_offset(cursor, form, has_vertical)
    latitude, longitude, elevation = _relative(rows, active, offsets)
    if shift is not None:
        latitude, longitude, elevation = shift.applied(
            active, offsets, latitude, longitude, elevation)
    time_offset = cursor.read(16) + 1
    speed = cursor.read_where(has_speed, 13)
    confidence = cursor.read_where(has_confidence, 5)
    cursor.read_where(has_confidence & (confidence >> 4 & 1), 4)
    confidence[has_confidence != 0] &= 15
    heading = cursor.read_where(has_heading, 8)
    refused |= offsets.invalid | (time_offset > 65535) | (heading > 240)
    if refused.any():
        rows.refused[active] |= refused
    for name, value in (
            ('latitude', latitude), ('longitude', longitude), ('elevation', elevation),
            ('time_offset', time_offset), ('speed', speed), ('heading', heading),
            ('position_confidence', confidence)):
        crumbs[name][at] = value


def _relative(
    rows: ColumnReader, active: NDArray[np.intp], offsets: Offsets,
) -> tuple[Raw, Raw, Raw]:
    """Count places that were sent as such from the message's own position."""
    latitude, longitude, elevation = offsets.latitude, offsets.longitude, offsets.elevation
    if offsets.absolute.any():
        own = rows.columns['latitude'][active], rows.columns['longitude'][active]
        unknown = offsets.absolute & (
            (own[0] == 900000001) | (own[1] == 1800000001) | (latitude == ABSENT))
        latitude = np.where(offsets.absolute, latitude - own[0], latitude)
        longitude = np.where(offsets.absolute, longitude - own[1], longitude)
        latitude[unknown] = ABSENT
        longitude[unknown] = ABSENT
    if offsets.elevation_absolute.any():
        height = rows.columns['elevation'][active]
        unknown = offsets.elevation_absolute & ((height <= -4096) | (elevation == ABSENT))
        elevation = np.where(offsets.elevation_absolute, elevation - height, elevation)
        elevation[unknown] = ABSENT
    return latitude, longitude, elevation
