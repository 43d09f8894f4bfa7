# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A lane gets on as fast as who is ahead on it, near or far, and as nobody is passed on it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from merge_cases import lane, own

from icv_v2x.merging.overtaking import arrival, gain

FREE = lane([])


def test_alone_the_ego_takes_up_its_desired_speed() -> None:
    assert arrival(FREE, own(30.0), 30.0, 600.0) == pytest.approx(20.0)
    # From 20 to 30 m/s in 5 s falls 25 m short.
    assert arrival(FREE, own(20.0), 30.0, 600.0) == pytest.approx(625.0 / 30.0)


def test_a_slow_leader_holds_up_and_one_out_of_reach_does_not() -> None:
    assert arrival(lane([40.0], 20.0), own(25.0), 30.0, 600.0) > 28.0
    free = arrival(FREE, own(25.0), 30.0, 600.0)
    assert arrival(lane([500.0], 20.0), own(25.0), 30.0, 600.0) == pytest.approx(free)


def test_a_slow_vehicle_ahead_of_fast_ones_holds_them_up_too() -> None:
    queue = lane([150.0, 80.0, 40.0], [20.0, 28.0, 28.0])
    alone = lane([80.0, 40.0], [28.0, 28.0])
    assert arrival(queue, own(28.0), 30.0, 600.0) > arrival(alone, own(28.0), 30.0, 600.0) + 2.0


def test_whoever_comes_up_faster_beside_is_let_pass() -> None:
    # It is 10 m behind and 10 m/s faster: ahead by the time of a change.
    passing = arrival(lane([-10.0], 30.0), own(20.0), 33.0, 600.0)
    assert passing >= 610.0 / 30.0
    assert arrival(lane([-40.0], 30.0), own(20.0), 33.0, 600.0) < passing


def test_the_faster_lane_gains_and_the_slower_loses() -> None:
    slow, fast = lane([40.0], 22.0), lane([60.0], 30.0)
    assert gain(fast, slow, own(), 33.0, 600.0) > 3.0
    assert gain(slow, fast, own(), 33.0, 600.0) < -3.0
    assert gain(slow, slow, own(), 33.0, 600.0) == pytest.approx(0.0)


@examples(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(5.0, 300.0), st.floats(0.0, 35.0)), min_size=1, max_size=8))
def test_one_more_vehicle_ahead_is_never_a_gain(vehicles: list[tuple[float, float]]) -> None:
    station, speed = np.array(sorted(vehicles, reverse=True)).T
    whole = arrival(lane(station, speed), own(), 33.0, 400.0)
    assert whole >= arrival(lane(station[1:], speed[1:]), own(), 33.0, 400.0) - 1e-9
