# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Merges from begin to end: plain ones, hopeless ones, and partners that spoil a change."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from closed_loop import Car, Ego, Outcome, drive

from icv_v2x.merging import State

Driver = Callable[[float, Ego, Car], float]


def brakes(after: float, rate: float) -> Driver:
    """Return a driver that brakes once the ego has gone aside by `after` metres."""
    began: list[float] = []

    def acts(time: float, ego: Ego, car: Car) -> float:
        if ego.y > after:
            began.append(time)
        return -rate if began and car.speed > 0.0 else 0.0

    return acts


def presses(after: float, rate: float) -> Driver:
    """Return a driver that accelerates when the ego comes over, and brakes like any driver."""
    def acts(time: float, ego: Ego, car: Car) -> float:
        gap = ego.x - car.x - 4.6
        closing = car.speed - ego.speed
        if ego.y > after and gap > 0.0:
            # What a driver who wanted to close the gap does once it gets tight.
            if closing > 0.0 and gap - 2.0 < closing * closing / 8.0 + 0.3 * closing:
                return -5.0
            return rate if car.speed < 36.0 else 0.0
        return 0.0

    return acts


def test_a_merge_beside_a_wide_gap_is_completed_within_the_stretch() -> None:
    outcome = drive([Car(70.0, 25.0), Car(-60.0, 25.0)], Ego(speed=22.0))
    assert outcome.states[-1] == State.COMPLETE
    assert not outcome.contact
    assert outcome.place[-1] < 300.0


@pytest.mark.parametrize(('cars', 'word'), [
    ([Car(x, 22.0) for x in np.arange(420.0, -800.0, -13.0)], 'gap'),
    ([Car(x, 0.0) for x in np.arange(500.0, -200.0, -8.0)], 'stands'),
], ids=['no gap', 'lane stands'])
def test_a_hopeless_merge_is_held_and_ends_in_a_comfortable_stop(
    cars: list[Car], word: str,
) -> None:
    outcome = drive(cars, Ego(speed=20.0), duration=32.0 if word == 'gap' else 55.0)
    assert not outcome.contact
    assert outcome.ego.y == 0.0
    assert outcome.ego.speed < 0.5
    assert outcome.place[-1] < 300.0
    assert min(outcome.acceleration) > -5.1
    assert any(word in reason for reason in outcome.reasons)
    assert State.HOLD in outcome.states


def test_a_blocked_lane_is_followed_to_a_stop() -> None:
    blocker = Car(180.0, 0.0, y=0.0)
    row = [Car(x, 22.0) for x in np.arange(420.0, -800.0, -13.0)]
    outcome = drive([blocker, *row], Ego(speed=20.0), duration=35.0)
    assert not outcome.contact
    assert outcome.ego.speed < 0.5
    assert outcome.place[-1] < 180.0 - 4.6


SPOILT = [
    ('leader', after, rate, gap)
    for after in (0.2, 0.8, 1.5, 2.4, 3.0) for rate in (4.0, 6.0, 8.0) for gap in (30.0, 45.0)
] + [
    ('follower', after, rate, gap)
    for after in (0.2, 0.8, 1.5, 2.4) for rate in (1.5, 3.0) for gap in (18.0, 26.0, 40.0)
]


def spoilt(kind: str, after: float, rate: float, gap: float) -> Outcome:
    """Run a change that the new leader spoils by braking, or the new follower by coming up."""
    if kind == 'leader':
        cars = [Car(gap, 25.0, brakes(after, rate)), Car(-70.0, 25.0, presses(0.0, 0.0))]
    else:
        cars = [Car(60.0, 25.0), Car(-gap, 25.0, presses(after, rate))]
    return drive(cars, Ego(speed=25.0), duration=10.0)


def test_a_partner_that_spoils_a_change_is_met_without_contact() -> None:
    outcomes = {scene: spoilt(*scene) for scene in SPOILT[1::4]}
    assert [scene for scene, outcome in outcomes.items() if outcome.contact] == []
    ends = {outcome.states[-1] for outcome in outcomes.values()}
    assert State.COMPLETE in ends
