# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Which map of a parking area counts: the newest, of the sender believed, for a limited time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from strategies.car_parks import area_of
from strategies.road_maps import NOW, parameters

from icv_v2x.inputs import Verification
from icv_v2x.parking import ParkingStore
from icv_v2x.scenes.car_park import CarPark
from icv_v2x.translate.parking_areas import ParkingArea

SECOND = 1_000_000_000


@pytest.fixture(scope='module')
def area() -> ParkingArea:
    return area_of(CarPark(levels=1, slots=8))


def test_an_area_is_forgotten_when_it_is_not_heard(area: ParkingArea) -> None:
    store = ParkingStore(parameters())
    store.update([area], NOW)
    assert store.areas(NOW + 10 * SECOND) == (area,)
    assert store.areas(NOW + 11 * SECOND) == ()


def test_an_older_map_of_the_same_sender_changes_nothing(area: ParkingArea) -> None:
    store = ParkingStore(parameters())
    old = replace(area, time=area.time - SECOND)
    assert store.update([area, old, replace(area, time=area.time + 1)], NOW) == [
        True, False, True]


def test_neither_a_stranger_nor_an_unverified_sender_replaces_who_is_heard(
    area: ParkingArea,
) -> None:
    store = ParkingStore(parameters())
    doubtful = replace(
        area, verification=int(Verification.NOT_CHECKED), time=area.time + 1)
    stranger = replace(area, signer=99, time=area.time + 1)
    assert store.update([area, doubtful, stranger], NOW) == [True, False, False]
    # Those that fall silent are replaced, and a verified sender replaces another at once.
    assert store.update([doubtful], NOW + 6 * SECOND) == [True]
    assert store.update([stranger], NOW + 6 * SECOND) == [True]


def test_areas_are_bounded_and_the_one_heard_longest_ago_goes_first(area: ParkingArea) -> None:
    store = ParkingStore(parameters())
    for number in range(12):
        store.update([replace(area, number=number)], NOW + number)
    assert [one.number for one in store.areas(NOW + 12)] == list(range(4, 12))
