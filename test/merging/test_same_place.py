# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Two vehicles change into the same place, from both sides, and begin at the same time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from closed_loop import SPACING, START, Car, Ego, drive, request, tracks_of
from merge_cases import LENGTH, WIDTH, lane, own, settings, stretch

from icv_v2x.merging import Incumbent, State, plan
from icv_v2x.scenarios.merge_scene import MergeLanes, MergeScene
from icv_v2x.world.ego import EgoState

FREE = lane([])
TO_THE_SIDE = SPACING / 3.0


def comes_over(time: float, ego: Ego, car: Car) -> float:
    """Change to the target lane from the one behind it as soon as the ego begins its change."""
    begun = ego.y > 0.05 or car.y < 2.0 * SPACING
    return -TO_THE_SIDE if begun and car.y > SPACING else 0.0


@pytest.mark.parametrize('pace', [24.0, 25.0, 26.0])
@pytest.mark.parametrize('ahead', [-4.0, -2.0, 0.5, 1.5, 3.0, 5.0])
def test_they_do_not_meet(ahead: float, pace: float) -> None:
    cars = [
        Car(90.0, 25.0), Car(ahead, pace, moves=comes_over, y=2.0 * SPACING), Car(-60.0, 25.0)]
    outcome = drive(cars, Ego(speed=25.0), end=300.0, desired=25.0)
    assert not outcome.contact
    assert outcome.states[-1] == State.COMPLETE
    assert min(outcome.acceleration) > -6.5


def seen(y: float, sideways: float, *, shows: bool = True) -> MergeScene:
    """Return the scene with one vehicle 15 m ahead of the ego, on the lane that y says [m]."""
    tracks = tracks_of([Car(15.0, 25.0, y=y, sideways=sideways)], START)
    if not shows:
        tracks = replace(tracks, lights=np.zeros(1, np.uint16))
    ego = EgoState(START, 0.0, 0.0, 0.0, 0.0, 25.0, 0.0, 0.0, LENGTH, WIDTH, 1.5, 0.1, 0.0)
    return MergeLanes(request(300.0, 25.0, START)).scene(tracks, ego, 22.0, np.zeros(1, np.bool_))


def test_who_shows_that_it_comes_counts_from_the_begin_of_its_change() -> None:
    scene = seen(2.0 * SPACING - 0.1, -0.5)
    assert scene.lane.comes.tolist() == [True]
    assert scene.lane.aside[0] == pytest.approx(2.0 * SPACING - 0.1 - WIDTH)
    assert not len(seen(2.0 * SPACING - 0.1, -0.5, shows=False).lane)
    # It shows, but goes the other way, or nowhere.
    assert not len(seen(2.0 * SPACING, 0.5).lane)
    assert not len(seen(2.0 * SPACING, 0.0).lane)
    # Whoever has arrived no longer comes.
    assert seen(SPACING + 0.2, -0.5).lane.comes.tolist() == [False]


def test_who_begins_to_leave_the_ego_lane_is_still_before_the_ego() -> None:
    scene = seen(0.2, 0.6)
    assert scene.lane.comes.tolist() == [True]
    assert len(scene.before) == 1


def under_way(beside: float, *, comes: bool, aside: float = 3.5) -> tuple[State, float]:
    """Return the state early in a change with somebody beside, and the strongest braking."""
    row = replace(
        lane([70.0, beside, -70.0], 25.0), comes=np.array([False, comes, False]),
        aside=np.array([1.7, aside, 1.7]))
    choice = plan(
        stretch(), own(25.0), row, FREE, settings(), Incumbent(0, 2, -0.4, 0.4, 0.1))
    return choice.state, float(choice.profile.acceleration.min())


def test_the_ego_falls_behind_who_is_further_ahead_where_there_is_time() -> None:
    state, braking = under_way(3.0, comes=True)
    assert state == State.MERGE
    assert -6.5 < braking < -1.5


@pytest.mark.parametrize(('beside', 'aside'), [(1.0, 1.5), (-1.0, 3.5)])
def test_the_ego_goes_back_where_it_cannot_fall_behind(beside: float, aside: float) -> None:
    assert under_way(beside, comes=True, aside=aside)[0] == State.ABORT
    # Noise puts somebody on the lane for a message: nothing is broken off for that.
    assert under_way(beside, comes=False, aside=aside)[0] == State.MERGE
