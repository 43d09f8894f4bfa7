# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""From the nested records of a parking area map to nodes, drives and slots in the map frame."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icv_v2x.frames import to_wgs84
from icv_v2x.message_set.records.pam import SlotStatus
from icv_v2x.translate import plausibility
from icv_v2x.translate.lane_geometry import Place
from icv_v2x.translate.parking_areas import ParkingDrives, ParkingNodes, ParkingSlots
from icv_v2x.translate.parking_rules import Malformed, check, drives_of, turns_of
from icv_v2x.translate.refusals import RefusalReason

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.frames import MapFrame
    from icv_v2x.message_set.records.pam import ParkingAreaMap, ParkingDrive, ParkingSlot
    from icv_v2x.translate.parking_areas import Floats

# A drive and its end are no longer and no farther from its node than this [m].
_LONGEST = 2_000.0
# A line that ends farther from its node than this belongs to another one [m].
_END = 30.0
# Sides of slots that are believed, and how far a slot lies from its drive at most [m].
_SIDES, _BESIDE = (1.0, 40.0), 50.0
_CORNERS = 3
# The least usable first: two statements about one slot are read as the worse of them.
_WORST = (
    SlotStatus.OCCUPIED, SlotStatus.RESERVED, SlotStatus.UNKNOWN, SlotStatus.AVAILABLE)


class Drawing(NamedTuple):
    """The part of a parking area that its map decides, without what is given to vehicles."""

    nodes: ParkingNodes
    drives: ParkingDrives
    slots: ParkingSlots
    places: tuple[Place, ...]


def drawing_of(record: ParkingAreaMap, map_frame: MapFrame, datum: str) -> Drawing:
    """Return nodes and drives, still without slots.

    Args:
        record: The map.
        map_frame: The map.
        datum: Datum of the sender.

    Raises:
        Malformed: The map cannot be believed.
    """
    check(record)
    nodes, places = _nodes(record, map_frame, datum)
    return Drawing(nodes, _drives(record, nodes, places), _slots([]), places)


def _nodes(
    record: ParkingAreaMap, map_frame: MapFrame, datum: str
) -> tuple[ParkingNodes, tuple[Place, ...]]:
    given = [node.reference_position for node in record.nodes]
    latitude = np.array([one.latitude for one in given])
    longitude = np.array([one.longitude for one in given])
    elevation = np.array([one.elevation for one in given])
    x, y, z = map_frame.to_map(*to_wgs84(latitude, longitude, datum), elevation)
    if not np.isfinite(x + y).all():
        raise Malformed(RefusalReason.NO_POSITION, 'a node has no position')
    if not (np.hypot(x, y) <= plausibility.AREA_RADIUS).all():
        raise Malformed(RefusalReason.OUT_OF_AREA, 'a node lies too far from the map origin')
    places = tuple(
        Place(one.latitude, one.longitude, one.elevation, float(x[row]), float(y[row]),
              map_frame, datum)
        for row, one in enumerate(given))
    return ParkingNodes(
        number=np.array([node.id for node in record.nodes], np.int64), x=x, y=y, z=z,
        floor=np.array([
            math.nan if node.floor is None else node.floor for node in record.nodes], float),
        attributes=np.array([int(node.attributes or 0) for node in record.nodes], np.int64),
    ), places


def _drives(
    record: ParkingAreaMap, nodes: ParkingNodes, places: tuple[Place, ...]
) -> ParkingDrives:
    row_of = {int(number): row for row, number in enumerate(nodes.number)}
    keys = [key for key, _ in drives_of(record)]
    upstream = np.array([row_of[key.upstream] for key in keys], np.int64)
    node = np.array([row_of[key.node] for key in keys], np.int64)
    given = [drive for _, drive in drives_of(record)]
    lines = [
        _line(drive, nodes, int(upstream[row]), int(node[row]), places[int(node[row])])
        for row, drive in enumerate(given)]
    stations = [_stations(line) for line in lines]
    length = np.array([float(station[-1]) for station in stations])
    if (length > _LONGEST).any():
        raise Malformed(
            RefusalReason.IMPOSSIBLE_VALUE,
            f'a drive of {length.max():.0f} m, up to {_LONGEST:.0f} would be possible')
    points = np.concatenate(lines) if lines else np.zeros((0, 3))
    turns = np.array(turns_of(record), np.int64).reshape(-1, 2)
    return ParkingDrives(
        upstream=upstream, node=node, number=np.array([key.number for key in keys], np.int64),
        height=np.array([one.height_restriction for one in given], float),
        width=np.array([one.drive_width for one in given], float),
        speed_limit=np.array([one.speed_limit for one in given], float),
        begin=np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64),
        x=points[:, 0], y=points[:, 1], z=points[:, 2],
        station=np.concatenate(stations) if stations else np.zeros(0), length=length,
        turn_from=turns[:, 0], turn_to=turns[:, 1])


def _line(
    drive: ParkingDrive, nodes: ParkingNodes, upstream: int, node: int, place: Place
) -> Floats:
    """Return the line of a drive (M, 3); without points of its own the straight one."""
    if not drive.points:
        ends = [upstream, node]
        line = np.column_stack((nodes.x[ends], nodes.y[ends], nodes.z[ends]))
    else:
        line = place.lines([[point.position for point in drive.points]])[0]
        for end, number in ((0, upstream), (-1, node)):
            apart = math.hypot(
                line[end, 0] - nodes.x[number], line[end, 1] - nodes.y[number]
            ) if len(line) else math.inf
            if not apart <= _END:
                raise Malformed(
                    RefusalReason.IMPOSSIBLE_VALUE,
                    f'a drive ends {apart:.0f} m from its node, up to {_END:.0f} m would be '
                    'possible')
    if len(line) < 2 or not _stations(line)[-1] > 0.0:
        raise Malformed(RefusalReason.IMPOSSIBLE_VALUE, 'a drive has no length')
    return line


def _stations(line: Floats) -> Floats:
    steps = np.diff(line, axis=0)
    # Where heights are not given the way is that in the plane.
    return np.concatenate([[0.0], np.cumsum(np.sqrt((np.nan_to_num(steps) ** 2).sum(axis=1)))])


class _Draft(NamedTuple):
    slot: ParkingSlot
    drive: int
    station: float
    center: tuple[float, float, float]
    length: float
    width: float


def drawn_slots(record: ParkingAreaMap, drawing: Drawing) -> ParkingSlots:
    """Return the slots of a map.

    Args:
        record: The map.
        drawing: Its nodes and drives.

    Raises:
        Malformed: A slot cannot be what it is said to be.
    """
    drafts: list[_Draft] = []
    drives = drawing.drives
    for row, (_, drive) in enumerate(drives_of(record)):
        place = drawing.places[int(drives.node[row])]
        corners = iter(place.lines([
            [slot.position.top_left, slot.position.top_right, slot.position.bottom_left]
            for slot in drive.parking_slots if slot.position is not None]))
        drafts += [
            _draft(slot, drives, row, None if slot.position is None else next(corners))
            for slot in drive.parking_slots]
    return _slots(drafts)


def _draft(
    slot: ParkingSlot, drives: ParkingDrives, row: int, corners: Floats | None
) -> _Draft:
    line = np.column_stack([
        column[drives.points(row)] for column in (drives.x, drives.y, drives.z)])
    if corners is None:
        # Without a place it may be anywhere on the drive, so its end is what can be counted on.
        end = line[-1]
        return _Draft(
            slot, row, float(drives.length[row]),
            (float(end[0]), float(end[1]), float(end[2])), math.nan, math.nan)
    if len(corners) < _CORNERS:
        raise Malformed(
            RefusalReason.IMPOSSIBLE_VALUE,
            f'slot {slot.slot_id} has corners that coincide or lie far away')
    left, right, back = corners
    sides = sorted(math.hypot(*(corner - left)[:2]) for corner in (right, back))
    if sides[0] < _SIDES[0] or sides[1] > _SIDES[1]:
        raise Malformed(
            RefusalReason.IMPOSSIBLE_VALUE,
            f'slot {slot.slot_id} measures {sides[1]:.1f} m by {sides[0]:.1f} m, {_SIDES[0]} to '
            f'{_SIDES[1]} m would be possible')
    center = 0.5 * (right + back)
    station, apart = _nearest(line[:, :2], drives.station[drives.points(row)], *center[:2])
    if apart > _BESIDE:
        raise Malformed(
            RefusalReason.IMPOSSIBLE_VALUE,
            f'slot {slot.slot_id} lies {apart:.0f} m from its drive, up to {_BESIDE:.0f} m would '
            'be possible')
    return _Draft(
        slot, row, station, (float(center[0]), float(center[1]), float(center[2])), sides[1],
        sides[0])


def _nearest(line: Floats, station: Floats, x: float, y: float) -> tuple[float, float]:
    """Return where on a line a place lies, and how far from it.

    Args:
        line: (M, 2) [m].
        station: (M,) along it [m].
        x: Of the place [m].
        y: [m].

    Returns:
        Station of the nearest point of the line [m], distance from it [m].
    """
    begin, side = line[:-1], np.diff(line, axis=0)
    square = np.maximum((side ** 2).sum(axis=1), 1e-12)
    share = np.clip(((np.array([x, y]) - begin) * side).sum(axis=1) / square, 0.0, 1.0)
    foot = begin + share[:, np.newaxis] * side
    apart = np.hypot(foot[:, 0] - x, foot[:, 1] - y)
    best = int(np.argmin(apart))
    return (
        float(station[best] + share[best] * (station[best + 1] - station[best])),
        float(apart[best]))


def with_states(slots: ParkingSlots, record: ParkingAreaMap) -> ParkingSlots:
    """Return slots in the states of another message that draws the same ones.

    Args:
        slots: The slots.
        record: The message.
    """
    told = [slot for _, drive in drives_of(record) for slot in drive.parking_slots]
    return replace(
        slots, status=_states(told),
        lock=np.array([int(slot.parking_lock) for slot in told], np.int64))


def _states(told: list[ParkingSlot]) -> NDArray[np.int64]:
    """Return the state of each slot, the worse one where it is told twice."""
    status: dict[int, SlotStatus] = {}
    for slot in told:
        status[slot.slot_id] = min(
            status.get(slot.slot_id, slot.status), slot.status, key=_WORST.index)
    return np.array([int(status[slot.slot_id]) for slot in told], np.int64)


def _slots(drafts: list[_Draft]) -> ParkingSlots:
    centers = np.array([draft.center for draft in drafts], float).reshape(-1, 3)
    return ParkingSlots(
        number=np.array([draft.slot.slot_id for draft in drafts], np.int64),
        drive=np.array([draft.drive for draft in drafts], np.int64),
        station=np.array([draft.station for draft in drafts], float),
        x=centers[:, 0], y=centers[:, 1], z=centers[:, 2],
        length=np.array([draft.length for draft in drafts], float),
        width=np.array([draft.width for draft in drafts], float),
        kind=np.array([int(draft.slot.parking_type) for draft in drafts], np.int64),
        status=_states([draft.slot for draft in drafts]),
        lock=np.array([int(draft.slot.parking_lock) for draft in drafts], np.int64),
        sign=tuple(draft.slot.sign or '' for draft in drafts))
