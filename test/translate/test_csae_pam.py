# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parking area maps: what they become in the map, and which of them are not believed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies.car_parks import area_of, areas_or_reasons, message

from icv_v2x.inputs import SignerRole
from icv_v2x.message_set.records.pam import ParkingAreaMap, ParkingDrive, ParkingGuide, SlotStatus
from icv_v2x.message_set.records.position_offset import PositionOffset
from icv_v2x.scenes.car_park import CarPark
from icv_v2x.translate.csae_pam import ParkingMemory

PARK = CarPark(levels=2, slots=24)
GOOD = message(PARK)


def drive_changed(row: int, change: Callable[[ParkingDrive], ParkingDrive]) -> ParkingAreaMap:
    """Returns the good map with the first drive of the row-th node that has any changed."""
    nodes = list(GOOD.nodes)
    have = [place for place, node in enumerate(nodes) if node.drives]
    place = have[row % len(have)]
    node = nodes[place]
    nodes[place] = replace(node, drives=(change(node.drives[0]), *node.drives[1:]))
    return replace(GOOD, nodes=tuple(nodes))


def slot_changed(**values: object) -> ParkingAreaMap:
    """Returns the good map with one slot changed."""
    row = next(row for row, node in enumerate(
        [node for node in GOOD.nodes if node.drives]) if node.drives[0].parking_slots)
    return drive_changed(row, lambda drive: replace(drive, parking_slots=(
        replace(drive.parking_slots[0], **values), *drive.parking_slots[1:])))


def guided(*guides: ParkingGuide) -> ParkingAreaMap:
    return replace(GOOD, parking_area_guidance=guides)


ROUND = PARK.node_number(0, 0, 0), PARK.node_number(0, 1, 0), PARK.node_number(0, 1, 1)
TINY = PositionOffset(1e-7, 1e-7)
MALFORMED = {
    'a drive comes from a node that is not there': (
        drive_changed(1, lambda drive: replace(drive, upstream_pam_node_id=999)),
        'dangling_node'),
    'a movement leads to a node that is not there': (
        drive_changed(1, lambda drive: replace(drive, movements=(999,))), 'dangling_node'),
    'a movement leads to a node to which no drive leads': (
        drive_changed(1, lambda drive: replace(drive, movements=(2,))), 'dangling_node'),
    'a node that nothing leads to or from': (
        replace(GOOD, nodes=(*GOOD.nodes, replace(GOOD.nodes[0], id=998, drives=()))),
        'dangling_node'),
    'a drive from a node to itself': (
        replace(GOOD, nodes=tuple(
            replace(node, drives=tuple(
                replace(drive, upstream_pam_node_id=node.id) for drive in node.drives[:1]))
            for node in GOOD.nodes)), 'circular'),
    'a node twice': (replace(GOOD, nodes=(*GOOD.nodes, GOOD.nodes[-1])), 'contradictory'),
    'a drive twice': (
        replace(GOOD, nodes=tuple(
            replace(node, drives=(*node.drives, *node.drives[:1])) for node in GOOD.nodes)),
        'contradictory'),
    'a slot on two aisles': (slot_changed(slot_id=24), 'contradictory'),
    'a height limit that no car passes': (
        drive_changed(2, lambda drive: replace(drive, height_restriction=0.3)),
        'impossible_value'),
    'a drive without width': (
        drive_changed(2, lambda drive: replace(drive, drive_width=0.0)), 'impossible_value'),
    'a speed limit of a motorway': (
        drive_changed(2, lambda drive: replace(drive, speed_limit=40.0)), 'impossible_value'),
    'a slot without extent': (
        slot_changed(position=replace(
            next(drive for node in GOOD.nodes for drive in node.drives
                 if drive.parking_slots).parking_slots[0].position,
            top_left=TINY, top_right=TINY, bottom_left=TINY)), 'impossible_value'),
    'a path over a node that is not there': (guided(ParkingGuide(5, (999,), None)),
                                             'dangling_node'),
    'a path against a one-way drive': (guided(ParkingGuide(5, ROUND[1::-1], None)),
                                       'dangling_node'),
    'a path in a circle': (
        guided(ParkingGuide(5, (*ROUND, ROUND[1]), None)), 'circular'),
    'a slot given that is not there': (guided(ParkingGuide(5, ROUND[:1], 777)),
                                       'dangling_node'),
    'a slot given to two': (
        guided(ParkingGuide(5, ROUND[:1], 3), ParkingGuide(6, ROUND[:1], 3)), 'contradictory'),
    'a node off the earth map': (
        replace(GOOD, nodes=(replace(GOOD.nodes[0], reference_position=replace(
            GOOD.nodes[0].reference_position, latitude=-30.0)), *GOOD.nodes[1:])), 'out_of_area'),
}


@pytest.mark.parametrize('name', MALFORMED)
def test_malformed_maps_are_refused_with_a_reason(name: str) -> None:
    record, reason = MALFORMED[name]
    assert areas_or_reasons(record) == ([], [reason])


def test_vehicles_may_not_send_maps_of_parking_areas() -> None:
    assert areas_or_reasons(GOOD, role=SignerRole.VEHICLE) == ([], ['not_permitted'])


def test_slots_and_drives_lie_where_the_sender_drew_them() -> None:
    area = area_of(CarPark())
    assert (len(area.nodes), len(area.drives), len(area.slots)) == (38, 78, 200)
    assert area.slots.length == pytest.approx(np.full(200, 5.3), abs=0.03)
    assert area.slots.width == pytest.approx(np.full(200, 2.5), abs=0.03)
    # The first aisle runs to the east from (0, 0); its first slot is on the right.
    assert (area.slots.x[0], area.slots.y[0]) == pytest.approx((6.25, -5.65), abs=0.05)
    assert area.slots.station[0] == pytest.approx(6.25, abs=0.05)
    lower = area.drives.node[area.slots.drive[-1]]
    assert area.nodes.floor[lower] == -2
    assert area.slots.z[-1] == pytest.approx(-6.0, abs=0.1)


def test_two_directions_of_an_aisle_may_share_slots_and_the_worse_state_counts() -> None:
    west, east = (PARK.node_number(0, column, 1) for column in (0, 1))
    shared = next(drive for node in GOOD.nodes if node.id == east for drive in node.drives
                  if drive.upstream_pam_node_id == west).parking_slots
    nodes = tuple(
        replace(node, drives=tuple(
            replace(drive, parking_slots=tuple(
                replace(slot, status=SlotStatus.OCCUPIED) for slot in shared))
            if drive.upstream_pam_node_id == east else drive for drive in node.drives))
        if node.id == west else node for node in GOOD.nodes)
    areas, reasons = areas_or_reasons(replace(GOOD, nodes=nodes))
    assert reasons == []
    rows = np.isin(areas[0].slots.number, [slot.slot_id for slot in shared])
    assert rows.sum() == 2 * len(shared)
    assert (areas[0].slots.status[rows] == SlotStatus.OCCUPIED).all()


def test_a_repeated_map_is_drawn_once_and_new_states_are_seen() -> None:
    memory = ParkingMemory()
    first, again, taken = (
        areas_or_reasons(one, memory=memory)[0][0]
        for one in (GOOD, replace(GOOD, message_count=9), message(replace(
            PARK, occupied=frozenset({1})))))
    assert again.slots is first.slots
    assert taken.drives is first.drives
    assert first.slots.status[0] == SlotStatus.AVAILABLE
    assert taken.slots.status[0] == SlotStatus.OCCUPIED


NUMBERS = st.sampled_from([0, 1, 2, 10, 11, 14, 21, 999])


@settings(max_examples=40, deadline=None)
@given(
    row=st.integers(0, 25), upstream=NUMBERS, movements=st.lists(NUMBERS, max_size=3),
    height=st.sampled_from([math.nan, 0.0, 0.9, 1.0, 2.0, 10.0]),
    path=st.lists(NUMBERS, min_size=1, max_size=4))
def test_whatever_is_accepted_holds_together(
    row: int, upstream: int, movements: list[int], height: float, path: list[int]
) -> None:
    record = drive_changed(row, lambda drive: replace(
        drive, upstream_pam_node_id=upstream, movements=tuple(movements),
        height_restriction=height))
    record = replace(record, parking_area_guidance=(ParkingGuide(5, tuple(path), None),))
    areas, reasons = areas_or_reasons(record)
    assert len(areas) + len(reasons) == 1
    for area in areas:
        drives = area.drives
        assert (drives.upstream != drives.node).all()
        assert (drives.node[drives.turn_from] == drives.upstream[drives.turn_to]).all()
        assert (drives.length > 0.0).all()
        assert not (drives.height < 1.0).any()
        assert len(set(path)) == len(path)
