# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The page holds parking areas, what became of slots and the ways, in bounded memory."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

import numpy as np
import pytest
from strategies.car_parks import area_of
from strategies.runs import START, FakeCycle

from icv_v2x.message_set.records.pam import SlotStatus
from icv_v2x.parking import Guidance, Network, Outcome
from icv_v2x.parking.network import OnDrive
from icv_v2x.report import ReportWriter
from icv_v2x.report import parking_recorder as recorder_module
from icv_v2x.report.parking_recorder import STEP, ParkingRecorder
from icv_v2x.scenes.car_park import CarPark
from icv_v2x.translate.parking_areas import ParkingArea

SECOND = 1_000_000_000
PARK = CarPark(levels=2, slots=24)


@pytest.fixture(scope='module')
def area() -> ParkingArea:
    return area_of(PARK)


def taken(area: ParkingArea, row: int) -> ParkingArea:
    status = area.slots.status.copy()
    status[row] = SlotStatus.OCCUPIED
    return replace(area, slots=replace(area.slots, status=status))


def guidance(area: ParkingArea, row: int) -> Guidance:
    network = Network(area, 1.7, 2.3)
    slots = area.slots
    route = network.route(
        network.reach_from_outside(-30.0, 0.0),
        OnDrive(int(slots.drive[row]), float(slots.station[row])))
    return Guidance(area, Outcome.ON_THE_WAY, int(slots.number[row]), route=route)


def test_an_area_is_drawn_once_with_the_changes_of_its_slots(area: ParkingArea) -> None:
    recorder = ParkingRecorder()
    for second, told in enumerate((area, area, taken(area, 3), taken(area, 3), area)):
        recorder.add(START + second * SECOND, (told,), None)
    document = recorder.document(START)
    assert document is not None
    (drawn,) = document['areas']
    assert (drawn['name'], drawn['from']) == ('P7', 0)
    assert len(drawn['slots']) == 24
    assert document['changes'] == [
        [2000, [7, 0], 4, SlotStatus.OCCUPIED], [4000, [7, 0], 4, SlotStatus.AVAILABLE]]
    line = np.array([list(accumulate(steps)) for steps in drawn['drives'][0]['line']]).T * STEP
    points = area.drives.points(0)
    np.testing.assert_allclose(
        line, np.column_stack((area.drives.x[points], area.drives.y[points])), atol=STEP)


def test_a_way_is_kept_when_it_changes_and_ends(area: ParkingArea) -> None:
    recorder = ParkingRecorder()
    for second, told in enumerate((
        guidance(area, 0), guidance(area, 0), guidance(area, 9), None, None,
    )):
        recorder.add(START + second * SECOND, (area,), told)
    document = recorder.document(START)
    assert document is not None
    assert [(time, line is None) for time, line in document['routes']] == [
        (0, False), (2000, False), (3000, True)]


def test_slots_are_called_by_what_is_written_on_them(area: ParkingArea) -> None:
    recorder = ParkingRecorder()
    recorder.add(START, (area,), None)
    assert recorder.names[f'{7:016X}:{(6 << 20) + 4}'] == 'slot B4 of P7'
    assert recorder.names[f'{7:016X}:{(6 << 20) + (1 << 16)}'] == 'exit of P7'


def test_memory_is_bounded(area: ParkingArea, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, '_CHANGES', 3)
    recorder = ParkingRecorder()
    for second in range(10):
        recorder.add(START + second * SECOND, (taken(area, second % 3),), None)
    document = recorder.document(START)
    assert document is not None
    assert len(document['changes']) == 3
    assert recorder.omitted > 0


def test_the_page_holds_the_layer(area: ParkingArea) -> None:
    writer = ReportWriter()
    writer.add(FakeCycle(START, parking=(area,), guidance=guidance(area, 0)))
    page = writer.page('parking', {})
    assert 'function drawParking' in page
    assert '"parking":{' in page
