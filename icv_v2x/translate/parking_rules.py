# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What a parking area map must satisfy to be believed, and the turns that it allows."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from icv_v2x.translate.parking_areas import NOT_GIVEN, Assignment
from icv_v2x.translate.refusals import RefusalReason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from icv_v2x.message_set.records.pam import ParkingAreaMap, ParkingDrive

# What a drive in a parking area may be like.
_HEIGHTS, _WIDTHS, _SPEEDS = (1.0, 10.0), (1.0, 100.0), (0.5, 25.0)


class Malformed(Exception):  # noqa: N818 - it says what the message is
    """A map that cannot be believed.

    Attributes:
        reason: Under which its frame is counted.
    """

    def __init__(self, reason: RefusalReason, what: str) -> None:
        """Say why.

        Args:
            reason: Under which its frame is counted.
            what: The offending value and what would be right.
        """
        super().__init__(what)
        self.reason = reason


class DriveKey(NamedTuple):
    """What a drive is known by.

    Attributes:
        upstream: Number of the node that it comes from.
        node: Number of the node that it leads to.
        number: Of the drive, `NOT_GIVEN`: none.
    """

    upstream: int
    node: int
    number: int


def drives_of(record: ParkingAreaMap) -> Iterator[tuple[DriveKey, ParkingDrive]]:
    """Yield every drive with what it is known by, in the order of the message."""
    for node in record.nodes:
        for drive in node.drives:
            number = NOT_GIVEN if drive.drive_id is None else drive.drive_id
            yield DriveKey(drive.upstream_pam_node_id, node.id, number), drive


def check(record: ParkingAreaMap) -> None:
    """Check everything that needs no geometry.

    Args:
        record: The map.

    Raises:
        Malformed: With the first reason against it.
    """
    nodes = [node.id for node in record.nodes]
    known = set(nodes)
    if len(known) < len(nodes):
        raise Malformed(RefusalReason.CONTRADICTORY, 'a node is given twice, once would be right')
    drives = list(drives_of(record))
    keys = {key for key, _ in drives}
    if len(keys) < len(drives):
        raise Malformed(
            RefusalReason.CONTRADICTORY, 'a drive is given twice, once would be right')
    for key, drive in drives:
        if key.upstream == key.node:
            raise Malformed(
                RefusalReason.CIRCULAR, f'a drive leads from node {key.node} to itself')
        if key.upstream not in known:
            raise Malformed(
                RefusalReason.DANGLING_NODE,
                f'a drive comes from node {key.upstream}, which the map does not hold')
        _check_values(drive)
    ways = {(key.upstream, key.node) for key in keys}
    for key, drive in drives:
        for target in drive.movements:
            if (key.node, target) not in ways:
                raise Malformed(
                    RefusalReason.DANGLING_NODE,
                    f'a movement leads from node {key.node} to {target}, where no drive is')
    joined = {node for way in ways for node in way}
    if len(nodes) > 1 and known - joined:
        raise Malformed(
            RefusalReason.DANGLING_NODE, f'no drive leads to or from node {min(known - joined)}')
    _check_slots(drives)


def turns_of(record: ParkingAreaMap) -> list[tuple[int, int]]:
    """Return the turns that are allowed, each from the row of a drive to that of another.

    A drive that names no movements leads into all that leave its node but the one straight back.
    """
    keys = [key for key, _ in drives_of(record)]
    leaving: dict[int, list[int]] = {}
    for row, key in enumerate(keys):
        leaving.setdefault(key.upstream, []).append(row)
    return [
        (row, follower)
        for row, (key, drive) in enumerate(drives_of(record))
        for follower in leaving.get(key.node, ())
        if (keys[follower].node in drive.movements if drive.movements
            else keys[follower].node != key.upstream)
    ]


def assignments_of(record: ParkingAreaMap) -> tuple[Assignment, ...]:
    """Return what was given to vehicles.

    Args:
        record: The map.

    Raises:
        Malformed: A path runs over nodes or drives that are not there, or in a circle; a slot is
            not there or given to two.
    """
    nodes = {node.id for node in record.nodes}
    ways = {(key.upstream, key.node) for key, _ in drives_of(record)}
    slots = {slot.slot_id for _, drive in drives_of(record) for slot in drive.parking_slots}
    given: dict[int, int] = {}
    found = []
    for guide in record.parking_area_guidance:
        path = guide.drive_path
        if not set(path) <= nodes or not set(pairwise(path)) <= ways:
            raise Malformed(
                RefusalReason.DANGLING_NODE,
                f'the path {path} is to run over nodes and drives of the map')
        if len(set(path)) < len(path):
            raise Malformed(RefusalReason.CIRCULAR, f'the path {path} runs in a circle')
        slot = guide.target_parking_slot
        if slot is not None:
            if slot not in slots:
                raise Malformed(
                    RefusalReason.DANGLING_NODE, f'slot {slot} is given, but not on the map')
            if given.setdefault(slot, guide.vehicle_id) != guide.vehicle_id:
                raise Malformed(
                    RefusalReason.CONTRADICTORY, f'slot {slot} is given to two vehicles')
        found.append(Assignment(guide.vehicle_id, NOT_GIVEN if slot is None else slot, path))
    if len({one.vehicle for one in found}) < len(found):
        raise Malformed(RefusalReason.CONTRADICTORY, 'a vehicle is guided twice')
    return tuple(found)


def _check_values(drive: ParkingDrive) -> None:
    for name, value, (least, most) in (
        ('height limit', drive.height_restriction, _HEIGHTS),
        ('width', drive.drive_width, _WIDTHS),
        ('speed limit', drive.speed_limit, _SPEEDS),
    ):
        # NaN, which is not given, fails both comparisons.
        if value < least or value > most:
            raise Malformed(
                RefusalReason.IMPOSSIBLE_VALUE,
                f'{name} {value:.2f} of a drive, {least} to {most} would be possible')


def _check_slots(drives: list[tuple[DriveKey, ParkingDrive]]) -> None:
    """Let a slot be given once, or by the two directions of one aisle."""
    places: dict[int, list[DriveKey]] = {}
    for key, drive in drives:
        for slot in drive.parking_slots:
            places.setdefault(slot.slot_id, []).append(key)
    for number, keys in places.items():
        if len(keys) > 1:
            first, second = keys[:2]
            opposite = (first.upstream, first.node) == (second.node, second.upstream)
            if len(keys) > 2 or not opposite:
                raise Malformed(
                    RefusalReason.CONTRADICTORY, f'slot {number} is in {len(keys)} places')
