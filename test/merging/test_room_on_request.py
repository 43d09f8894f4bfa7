# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A change that can wait: nobody is expected to make room, but somebody can be asked to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from merge_cases import lane, own, settings, stretch

from icv_v2x.merging import LaneTraffic, State, plan
from icv_v2x.merging.choice import MergeChoice

# Behind a slower vehicle, beside a row that is faster by 4 m/s with 1.2 s from one to the next.
ROW = lane(-22.0 + 38.0 * np.arange(4, -4, -1), 29.0)
BEFORE = lane([40.0], 25.0)
FOLLOWER = 4


def choose(row: LaneTraffic = ROW, end: float = 900.0) -> MergeChoice:
    """Return the choice of an ego with 25 m/s, whose lane ends after a way [m]."""
    return plan(stretch(end=end), own(25.0), row, BEFORE, settings(cooperates=True))


def with_room(*followers: int) -> LaneTraffic:
    """Return the row with vehicles that have agreed to make room."""
    return replace(ROW, yields=np.isin(np.arange(len(ROW)), followers))


def test_it_says_whose_room_would_do_and_keeps_the_lane() -> None:
    choice = choose()
    assert choice.state == State.HOLD
    gaps = choice.gaps
    assert not gaps.feasible.any()
    assert np.isnan(gaps.cost).all()
    wished = np.flatnonzero(np.isfinite(gaps.time))
    assert FOLLOWER in gaps.follower[wished]
    assert all('its follower made room' in gaps.reason[gap] for gap in wished)
    assert 'its follower made room' in choice.reason
    assert np.isfinite(gaps.follower_headway[wished]).all()
    # Nothing is done for it: the ego drives as it does where no gap would help.
    alone = choose(lane(np.arange(180.0, -180.0, -8.0), 26.0))
    assert np.isnan(alone.gaps.time).all()
    assert choice.profile.speed[-1] == pytest.approx(alone.profile.speed[-1])


def test_whoever_agreed_is_still_asked_until_it_has_made_room() -> None:
    asked, agreed = choose(), choose(with_room(FOLLOWER))
    assert agreed.state == State.HOLD
    assert np.array_equal(agreed.gaps.time, asked.gaps.time, equal_nan=True)
    # It has become slower by 4 m/s.
    speed = ROW.speed.copy()
    speed[FOLLOWER] -= 4.0
    choice = choose(replace(with_room(FOLLOWER), speed=speed))
    assert choice.state == State.MERGE
    assert choice.gaps.follower[choice.chosen] == FOLLOWER


def test_who_takes_no_part_in_the_dialogue_wishes_nothing() -> None:
    choice = plan(stretch(end=900.0), own(25.0), ROW, BEFORE, settings(cooperates=False))
    assert choice.state == State.HOLD
    assert np.isnan(choice.gaps.time).all()


def test_where_the_lane_ends_everybody_is_expected_to_make_room() -> None:
    choice = choose(end=300.0)
    assert choice.state == State.MERGE
    assert np.isfinite(choice.gaps.cost[choice.chosen])


def test_a_gap_that_can_be_entered_needs_no_help() -> None:
    choice = choose(lane([60.0, 18.0, -60.0, -95.0], 29.0))
    assert choice.state == State.MERGE
    assert choice.opening == 0.0
    assert np.array_equal(np.isfinite(choice.gaps.time), choice.gaps.feasible)
