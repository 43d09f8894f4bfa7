# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Required decelerations against bisection over integrated motion."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icv_v2x.conflict import (
    required_deceleration_following,
    required_deceleration_stopping,
    time_to_contact_following,
)

STEP = 2e-3
SPAN = 40.0


def way(speed: np.ndarray, acceleration: np.ndarray, time: np.ndarray) -> np.ndarray:
    """Return the way made by objects that never reverse, by summing up speeds, (n, m)."""
    rate = np.maximum(speed[:, np.newaxis] + acceleration[:, np.newaxis] * time, 0.0)
    # A standing object with a negative acceleration stands; one without any never starts.
    steps = 0.5 * (rate[:, 1:] + rate[:, :-1]) * np.diff(time)
    return np.concatenate([np.zeros((len(speed), 1)), np.cumsum(steps, axis=1)], axis=1)


def braked_way(
    speed: np.ndarray,
    acceleration: np.ndarray,
    delay: np.ndarray,
    deceleration: np.ndarray,
    time: np.ndarray,
) -> np.ndarray:
    """Return the way of an ego that brakes at a rate once its delay is over, (n, m)."""
    columns = (slice(None), np.newaxis)
    before = np.minimum(time, delay[columns])
    after = np.maximum(time - delay[columns], 0.0)
    at_delay = np.maximum(speed + acceleration * delay, 0.0)[columns]
    rate = np.where(
        time <= delay[columns],
        np.maximum(speed[columns] + acceleration[columns] * before, 0.0),
        np.maximum(at_delay - deceleration[columns] * after, 0.0),
    )
    steps = 0.5 * (rate[:, 1:] + rate[:, :-1]) * np.diff(time)
    return np.concatenate([np.zeros((len(speed), 1)), np.cumsum(steps, axis=1)], axis=1)


def random_followers(seed: int, count: int) -> dict[str, np.ndarray]:
    """Return random situations behind a leader, with many special cases among them."""
    random = np.random.default_rng(seed)

    def some(values: np.ndarray, share: float = 0.2) -> np.ndarray:
        return np.where(random.random(count) < share, 0.0, values)

    return {
        'gap': random.uniform(0.5, 80.0, count),
        'ego_speed': random.uniform(0.0, 35.0, count),
        'ego_acceleration': some(random.uniform(-4.0, 2.0, count)),
        'lead_speed': some(random.uniform(0.0, 35.0, count)),
        'lead_acceleration': some(random.uniform(-8.0, 0.0, count), 0.4),
        'delay': some(random.uniform(0.0, 3.2, count)),
    }


@pytest.mark.parametrize('windowed', [False, True])
def test_following_is_what_bisection_over_integrated_motion_finds(windowed: bool) -> None:
    count = 2000
    case = random_followers(3, count)
    window = np.full(count, np.inf)
    if windowed:
        # Ends on the samples of the oracle, which would else lose the last moment.
        window = np.round(np.random.default_rng(4).uniform(0.0, 8.0, count), 2) + 1e-9
    found = required_deceleration_following(**case, window_end=window)
    time = np.arange(0.0, SPAN, 0.01)
    lead = way(case['lead_speed'], case['lead_acceleration'], time)
    matters = time < window[:, np.newaxis]
    ego = (case['ego_speed'], case['ego_acceleration'], case['delay'])

    def avoided(rate: np.ndarray, margin: float) -> np.ndarray:
        gap = case['gap'][:, np.newaxis] + lead - braked_way(*ego, rate, time) + margin
        return np.all((gap >= 0.0) | ~matters, axis=1)

    # Rates a little above the answer must be enough, a little below must not, within what
    # integrating at 10 ms resolves.
    finite = np.isfinite(found)
    margin = 0.02
    assert avoided(np.where(finite, found * 1.001, 0.0), margin)[finite].all()
    # Weaker braking lasts longer than the time looked at.
    needed = finite & (found > 1.0)
    assert needed.sum() > 300
    assert not avoided(np.where(needed, found * 0.97, 0.0), -margin)[needed].any()
    hopeless = ~finite
    assert hopeless.sum() > 100
    assert not avoided(np.full(count, 1e6), -margin)[hopeless].any()
    assert (found >= 0.0).all()


def bisected(avoids: Callable[[float], bool], low: float = 0.0, high: float = 1e4) -> float:
    """Return the least rate that avoids, by bisection; 0 and inf at the ends."""
    if avoids(low):
        return 0.0
    if not avoids(high):
        return np.inf
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if avoids(middle) else (middle, high)
    return high


def test_following_equals_a_fine_bisection() -> None:
    count = 40
    case = random_followers(9, count)
    found = required_deceleration_following(**case)
    time = np.concatenate([np.arange(0.0, SPAN, STEP), np.arange(SPAN, 2000.0, 0.1)])
    for row in range(count):
        one = {name: values[row : row + 1] for name, values in case.items()}
        room = one['gap'][:, np.newaxis] + way(one['lead_speed'], one['lead_acceleration'], time)

        def avoids(rate: float, one=one, room=room) -> bool:
            ego = braked_way(
                one['ego_speed'],
                one['ego_acceleration'],
                one['delay'],
                np.array([rate]),
                time,
            )
            return bool(np.all(room >= ego))

        expected = bisected(avoids)
        if np.isfinite(expected) and expected < 100.0:
            assert found[row] == pytest.approx(expected, rel=0.01, abs=0.01)
        elif not np.isfinite(expected):
            assert found[row] > 100.0


def test_stopping_ends_exactly_at_the_point() -> None:
    random = np.random.default_rng(1)
    count = 2000
    speed, delay = random.uniform(0.0, 35.0, count), random.uniform(0.0, 3.0, count)
    acceleration = random.uniform(-5.0, 2.0, count)
    distance = random.uniform(0.0, 120.0, count)
    found = required_deceleration_stopping(distance, speed, acceleration, delay)
    moving = np.where(
        acceleration < 0.0, np.minimum(delay, speed / np.maximum(-acceleration, 1e-9)), delay
    )
    reached = speed * moving + 0.5 * acceleration * moving**2
    then = np.maximum(speed + acceleration * delay, 0.0)
    late = (reached > distance) | ((reached == distance) & (then > 0.0))
    np.testing.assert_array_equal(np.isinf(found), late)
    stops = ~late & (then > 0.0)
    total = reached[stops] + then[stops] ** 2 / (2.0 * found[stops])
    np.testing.assert_allclose(total, distance[stops], rtol=1e-9)
    assert np.all(found[~late & (then == 0.0)] == 0.0)


def test_the_time_to_contact_is_what_a_scan_finds() -> None:
    case = random_followers(5, 1000)
    del case['delay']
    found = time_to_contact_following(**case)
    time = np.arange(0.0, SPAN, 0.01)
    gap = case['gap'][:, np.newaxis]
    gap = gap + way(case['lead_speed'], case['lead_acceleration'], time)
    gap = gap - way(case['ego_speed'], case['ego_acceleration'], time)
    closed = gap.min(axis=1) < -0.05
    assert closed.sum() > 300
    assert np.all(np.isfinite(found[closed]))
    assert np.all(np.isinf(found[gap.min(axis=1) > 0.05]) | (found[gap.min(axis=1) > 0.05] > 39.9))
    first = time[(gap < 0.0).argmax(axis=1)]
    steep = closed & (np.abs(found - first) > 0.02)
    # A gap that closes at walking pace is found within the distance that integrating resolves.
    late = np.flatnonzero(steep)
    assert len(late) <= 0.02 * len(found)


@pytest.mark.parametrize(
    ('values', 'expected'),
    [
        # Standing leader: v**2 / (2 gap); after 1 s of delay 30 m become 10 m.
        ((30.0, 20.0, 0.0, 0.0, 0.0, 0.0), 400.0 / 60.0),
        ((30.0, 20.0, 0.0, 0.0, 0.0, 1.0), 20.0),
        # Slower leader: closing speed squared over twice the gap.
        ((30.0, 20.0, 0.0, 10.0, 0.0, 0.0), 100.0 / 60.0),
        # A leader that brakes from the same speed: both stopping distances and the gap.
        ((30.0, 20.0, 0.0, 20.0, -4.0, 0.0), 400.0 / (2.0 * (30.0 + 50.0))),
        # Equal or faster leaders need nothing, nor does a standing ego.
        ((5.0, 20.0, 0.0, 20.0, 0.0, 0.0), 0.0),
        ((5.0, 20.0, 0.0, 25.0, 0.0, 2.0), 0.0),
        ((5.0, 0.0, 0.0, 0.0, 0.0, 1.0), 0.0),
        ((0.0, 0.0, 0.0, 0.0, 0.0, 0.0), 0.0),
        # Contact within the delay; a gap used up while still closing.
        ((10.0, 20.0, 0.0, 0.0, 0.0, 1.0), np.inf),
        ((0.0, 20.0, 0.0, 10.0, 0.0, 0.0), np.inf),
        ((-1.0, 0.0, 0.0, 0.0, 0.0, 1.0), np.inf),
        # An ego that stands before its delay is over has avoided it.
        ((30.0, 10.0, -5.0, 0.0, 0.0, 3.0), 0.0),
        # Unknown accelerations count as none.
        ((30.0, 20.0, np.nan, 10.0, np.nan, 0.0), 100.0 / 60.0),
    ],
)
def test_following_in_cases_known_by_heart(values: tuple[float, ...], expected: float) -> None:
    assert required_deceleration_following(*values) == pytest.approx(expected)


def test_a_leader_who_leaves_in_time_needs_no_braking() -> None:
    # Contact would come at 3 s; one who leaves the path before does not matter.
    assert required_deceleration_following(30.0, 20.0, 0.0, 10.0, 0.0, 0.0, 2.9) == 0.0
    # Leaving at 4 s leaves 10 m to lose until then: 2 * (10 * 4 - 30) / 4**2.
    partly = required_deceleration_following(30.0, 20.0, 0.0, 10.0, 0.0, 0.0, 4.0)
    assert partly == pytest.approx(20.0 / 16.0)
    assert required_deceleration_following(30.0, 20.0, 0.0, 10.0, 0.0, 5.0, 2.0) == 0.0


speeds = st.floats(0.0, 40.0)


@given(
    gap=st.floats(0.1, 100.0),
    ego=speeds,
    lead=speeds,
    braking=st.floats(-8.0, 0.0),
    delay=st.floats(0.0, 3.0),
    more=st.floats(0.01, 10.0),
)
def test_nearer_slower_later_never_needs_less(
    gap: float, ego: float, lead: float, braking: float, delay: float, more: float
) -> None:
    def needed(**changes: float) -> float:
        values = {
            'gap': gap,
            'ego_speed': ego,
            'ego_acceleration': 0.0,
            'lead_speed': lead,
            'lead_acceleration': braking,
            'delay': delay,
        }
        return float(required_deceleration_following(**(values | changes)))

    base = needed() - 1e-9
    assert needed(gap=gap / (1.0 + more)) >= base
    assert needed(ego_speed=ego + more) >= base
    assert needed(lead_speed=max(0.0, lead - more)) >= base
    assert needed(lead_acceleration=braking - more) >= base
    assert needed(delay=delay + more) >= base
    assert needed(delay=delay) <= needed(window_end=np.inf)
    assert needed(window_end=more) <= base + 2e-9


@given(distance=st.floats(0.0, 100.0), speed=speeds, delay=st.floats(0.0, 3.0))
def test_a_standing_leader_is_a_point_to_stop_before(
    distance: float, speed: float, delay: float
) -> None:
    following = required_deceleration_following(distance, speed, 0.0, 0.0, 0.0, delay)
    stopping = required_deceleration_stopping(distance, speed, 0.0, delay)
    assert following == pytest.approx(stopping, rel=1e-6, abs=1e-9)
