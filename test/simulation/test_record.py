# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of the verdict on warnings and of the figures about collisions, without SUMO."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.tools.simulation.record import Record
from icv_v2x.tools.simulation.traffic import Build, Snapshot
from icv_v2x.tools.simulation.unit import YawRates

if TYPE_CHECKING:
    from collections.abc import Callable

    State = tuple[float, float, float, float]

CAR = Build(ObjectClass.CAR, 4.0, 2.0)


def snapshot(time: float, vehicles: dict[str, State]) -> Snapshot:
    table = np.array(list(vehicles.values()), np.float64).reshape(-1, 4)
    none = np.zeros(len(table))
    return Snapshot(
        time, tuple(vehicles), table[:, 0], table[:, 1], none, table[:, 2], table[:, 3], none,
        none.astype(np.int64))


def record(until: float = 10.0, **vehicles: Callable[[float], State]) -> Record:
    """Return ten snapshots a second of vehicles given as time to x, y, heading, speed."""
    made = Record(dict.fromkeys(vehicles, CAR))
    for step in range(round(until * 10.0) + 1):
        time = step / 10.0
        made.add(snapshot(time, {name: where(time) for name, where in vehicles.items()}))
    return made


def straight(x: float, y: float, speed: float) -> Callable[[float], State]:
    return lambda time: (x + speed * time, y, 0.0, speed)


@pytest.mark.parametrize(('begin', 'verdict'), [
    # At 10 m/s the ego is 0.5 m behind the other's tail 4.55 s after the begin.
    (0.0, 'hit'), (5.0, 'hit'),
])
def test_whom_the_ego_would_have_reached_is_a_hit(begin: float, verdict: str) -> None:
    made = record(ego=straight(0.0, 0.0, 10.0), other=straight(50.0, 0.0, 0.0))
    assert made.judge('ego', 'other', begin).verdict == verdict


@pytest.mark.parametrize(('aside', 'verdict'), [(2.49, 'hit'), (2.51, 'false'), (-2.49, 'hit')])
def test_half_a_metre_decides(aside: float, verdict: str) -> None:
    made = record(ego=straight(0.0, 0.0, 10.0), other=straight(30.0, aside, 0.0))
    judgement = made.judge('ego', 'other', 1.0)
    assert judgement.verdict == verdict
    assert judgement.nearest == pytest.approx(abs(aside) - 2.0, abs=1e-6)


def test_what_the_ego_really_did_does_not_matter() -> None:
    def braking(time: float) -> State:
        gone = min(time, 2.0)
        return 10.0 * gone - 2.5 * gone * gone, 0.0, 0.0, 10.0 - 5.0 * gone

    made = record(ego=braking, other=straight(40.0, 0.0, 0.0))
    assert made.judge('ego', 'other', 0.0).verdict == 'hit'
    assert made.judge('ego', 'other', 1.9).verdict == 'false'


def test_a_record_that_ends_decides_nothing_unless_it_was_a_hit() -> None:
    made = record(until=4.0, ego=straight(0.0, 0.0, 10.0), other=straight(50.0, 0.0, 0.0))
    assert made.judge('ego', 'other', 0.0).verdict == 'undecided'
    assert made.judge('ego', 'other', 2.5).verdict == 'undecided'
    assert made.judge('ego', 'nobody', 2.5).verdict == 'undecided'
    near = record(until=4.0, ego=straight(0.0, 0.0, 10.0), other=straight(20.0, 0.0, 0.0))
    assert near.judge('ego', 'other', 0.0).verdict == 'hit'


def test_constant_motion_ends_with_speed_or_heading() -> None:
    def turning(time: float) -> State:
        return 10.0 * time, 0.0, max(0.0, 0.5 * (time - 6.0)), 10.0

    def faster(time: float) -> State:
        return 10.0 * time, 0.0, 0.0, 10.0 + min(time, 3.0)

    made = record(ego=straight(0.0, 0.0, 10.0), turning=turning, faster=faster)
    assert made.steady_before('ego', 8.0) == pytest.approx(8.0)
    assert made.steady_before('turning', 6.0) == pytest.approx(6.0)
    assert made.steady_before('turning', 8.0) == pytest.approx(0.1)
    assert made.steady_before('faster', 8.0) == pytest.approx(5.0)


def test_closing_speed_is_that_of_the_velocities() -> None:
    made = record(ego=straight(0.0, 0.0, 3.0), other=lambda t: (0.0, 4.0 * t, 0.5 * math.pi, 4.0))
    assert made.closing_speed('ego', 'other', 1.0) == pytest.approx(5.0)


def test_yaw_rates_cross_the_turn_from_north_and_rest_with_the_vehicle() -> None:
    rates = YawRates()
    for step in range(20):
        heading = math.remainder(3.0 + 0.05 * step, 2.0 * math.pi)
        found = rates.update(snapshot(0.1 * step, {
            'turning': (0.0, 0.0, heading, 5.0), 'standing': (0.0, 0.0, heading, 0.0)}))
        assert found[0] == pytest.approx(0.5 if step else 0.0)
        assert found[1] == 0.0
