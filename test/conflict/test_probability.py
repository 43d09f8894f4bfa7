# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The probability of overlap against drawn samples, and how it must behave."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies.traffic import MODELS, random_traffic, seeds

from icv_v2x.conflict import Footprint, closest_approach, first_contact, overlap_probability
from icv_v2x.motion import MotionUncertainty, PiecewiseMotion, constant_velocity

HORIZON = 5.0
CAR = Footprint.of(4.5, 1.8)
SURE = MotionUncertainty.of(0.0)
GNSS = MotionUncertainty.of(0.5, 0.3, 0.02)


def probability(
    ego: PiecewiseMotion, other: PiecewiseMotion, errors: MotionUncertainty = GNSS
) -> np.ndarray:
    """Return the probability about the closest approach of two cars."""
    time = closest_approach(ego, CAR, other, CAR).time
    return overlap_probability(ego, CAR, errors, other, CAR, errors, time)


@pytest.mark.parametrize(
    'other',
    [
        (50.0, -30.0, np.pi / 2, 12.0),
        (50.0, -34.0, np.pi / 2, 12.0),
        (50.0, 0.0, 0.0, 2.0),
        (90.0, 1.5, np.pi, 15.0),
        (40.0, 2.5, 0.0, 5.0),
        (60.0, -40.0, 2.0, 15.0),
    ],
)
def test_it_is_near_the_share_of_drawn_samples_that_meet(other: tuple[float, ...]) -> None:
    random = np.random.default_rng(3)
    count = 20000
    ego = constant_velocity(0.0, 0.0, 0.0, 20.0, HORIZON)
    found = probability(ego, constant_velocity(*other, HORIZON))[0]
    drawn = []
    for state in ((0.0, 0.0, 0.0, 20.0), other):
        course = random.normal(state[2], 0.02, count)
        drawn.append(
            constant_velocity(
                random.normal(state[0], 0.5, count),
                random.normal(state[1], 0.5, count),
                state[2],
                random.normal(state[3], 0.3, count),
                HORIZON,
                course=course,
            )
        )
    share = first_contact(drawn[0], CAR, drawn[1], CAR).overlaps.mean()
    assert found == pytest.approx(share, abs=0.1)


@pytest.mark.parametrize(
    ('side', 'expected'), [(0.0, 1.0), (1.7, 1.0), (1.8, 0.5), (1.9, 0.0), (3.5, 0.0)]
)
def test_what_is_sure_is_0_or_1_and_a_graze_is_a_half(side: float, expected: float) -> None:
    ego = constant_velocity(0.0, 0.0, 0.0, 20.0, HORIZON)
    other = constant_velocity(50.0, side, np.pi, 20.0, HORIZON)
    assert probability(ego, other, SURE)[0] == pytest.approx(expected, abs=1e-4)


@given(
    sides=st.lists(st.floats(0.0, 6.0), min_size=2, max_size=8).map(sorted),
    heading=st.sampled_from([0.0, np.pi, np.pi / 2]),
)
def test_it_falls_with_the_distance(sides: list[float], heading: float) -> None:
    ego = constant_velocity(0.0, 0.0, 0.0, 20.0, HORIZON)
    ahead = np.array(sides)
    # Farther to the side, or for crossing cars farther from the meeting point.
    if heading == np.pi / 2:
        other = constant_velocity(50.0, -25.0 - ahead, heading, 10.0, HORIZON)
    else:
        other = constant_velocity(50.0, ahead, heading, 10.0, HORIZON)
    found = probability(ego, other)
    assert np.all(np.diff(found) <= 1e-9)


def test_standing_objects_are_judged_where_they_are() -> None:
    ego = constant_velocity(0.0, 0.0, 0.0, 0.0, HORIZON)
    other = constant_velocity([0.0, 4.5, 9.0, 4.5], [0.0, 0.0, 0.0, 1.8], 0.0, 0.0, HORIZON)
    still = MotionUncertainty.of(0.2)
    found = probability(ego, other, still)
    assert found == pytest.approx([1.0, 0.5, 0.0, 0.25], abs=1e-4)


def test_no_approach_has_no_probability() -> None:
    ego = constant_velocity(0.0, 0.0, 0.0, 20.0, HORIZON)
    assert overlap_probability(ego, CAR, GNSS, ego, CAR, GNSS, np.nan).tolist() == [0.0]


@given(seed=seeds(), model=st.sampled_from(MODELS))
def test_it_is_always_a_probability(seed: int, model: str) -> None:
    ego, objects = random_traffic(seed, 1, spread=1.0), random_traffic(seed + 1, 30)
    objects.x[::9] = np.nan
    motions = ego.predicted(model, HORIZON), objects.predicted(model, HORIZON)
    sizes = ego.footprint, objects.footprint
    time = closest_approach(motions[0], sizes[0], motions[1], sizes[1]).time
    for errors in (SURE, GNSS):
        found = overlap_probability(
            motions[0], sizes[0], errors, motions[1], sizes[1], errors, time
        )
        assert np.all((found >= 0.0) & (found <= 1.0))
        assert not found[::9].any()
    if model == 'constant_velocity':
        # Courses that do not bend are judged as the exact test does, where it is clear.
        deep = Footprint(0.9 * sizes[1].length, 0.9 * sizes[1].width)
        sure = first_contact(motions[0], sizes[0], motions[1], deep).overlaps
        found = overlap_probability(motions[0], sizes[0], SURE, motions[1], sizes[1], SURE, time)
        assert np.all(found[sure] > 0.49)
