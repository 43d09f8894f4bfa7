# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Uniform motion has a way of its own through the core, which says what the general one says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies.traffic import angles, seeds

from icv_v2x.conflict import (
    Footprint,
    closest_approach,
    first_contact,
    overlap_probability,
    zone_times,
)
from icv_v2x.conflict.uniform import UniformPairs, is_uniform
from icv_v2x.motion import (
    MotionUncertainty,
    PiecewiseMotion,
    PositionCovariance,
    constant_turn_rate,
    constant_velocity,
)

HORIZON = 5.0
WITHIN = 5.0
COUNT = 60
# Results of both ways differ by rounding only, some of it magnified by flat crossings.
CLOSE = {'rtol': 1e-8, 'atol': 1e-8}


def pairs(
    seed: int, angle: float, *, sliding: bool
) -> tuple[
    PiecewiseMotion, Footprint, MotionUncertainty, PiecewiseMotion, Footprint, MotionUncertainty,
]:
    """Return an ego and objects of all sorts about it.

    Some stand, some back up, some are parallel to the ego or have no size.
    """
    random = np.random.default_rng(seed)
    east, north = random.uniform(-1e4, 1e4, 2)
    course = angle + (random.normal(0.0, 0.2) if sliding else 0.0)
    ego = constant_velocity(
        east, north, angle, random.choice([0.0, 3.0, 15.0]), HORIZON, course=course)
    heading = np.where(
        random.random(COUNT) < 0.2,
        angle + 0.5 * np.pi * random.integers(0, 4, COUNT),
        random.uniform(-7.0, 7.0, COUNT),
    )
    speed = np.where(random.random(COUNT) < 0.2, 0.0, random.uniform(-3.0, 25.0, COUNT))
    objects = constant_velocity(
        east + random.uniform(-50.0, 50.0, COUNT),
        north + random.uniform(-50.0, 50.0, COUNT),
        heading,
        speed,
        HORIZON,
        course=heading + (random.normal(0.0, 0.3, COUNT) if sliding else 0.0),
    )
    sizes = Footprint.of(
        np.where(random.random(COUNT) < 0.1, 0.0, random.uniform(0.5, 14.0, COUNT)),
        np.where(random.random(COUNT) < 0.1, 0.0, random.uniform(0.3, 3.0, COUNT)),
    )
    east_error, north_error = random.uniform(0.0, 2.0, (2, COUNT))
    related = random.uniform(-1.0, 1.0, COUNT) * east_error * north_error
    errors = MotionUncertainty(
        PositionCovariance(east_error**2, related, north_error**2),
        random.uniform(0.0, 1.0, COUNT),
        random.uniform(0.0, 0.2, COUNT),
    )
    ego_errors = MotionUncertainty.of(0.5, 0.3, 0.02)
    return ego, Footprint.of(4.8, 1.9), ego_errors, objects, sizes, errors


@given(seed=seeds(), angle=angles(), sliding=st.booleans())
def test_every_figure_is_that_of_the_general_functions(
    seed: int, angle: float, sliding: bool
) -> None:
    ego, size, ego_errors, objects, sizes, errors = pairs(seed, angle, sliding=sliding)
    assert is_uniform(ego, objects)
    found = UniformPairs.of(ego, size, objects, sizes)
    contact = found.contact()
    expected = first_contact(ego, size, objects, sizes)
    for name, values in vars(contact).items():
        np.testing.assert_allclose(values, vars(expected)[name], **CLOSE, err_msg=name)
    separation = found.separation(WITHIN, contact)
    nearest = closest_approach(ego, size, objects, sizes, within=WITHIN, contact=expected)
    np.testing.assert_allclose(separation.distance, nearest.distance, **CLOSE)
    np.testing.assert_allclose(separation.time, nearest.time, **CLOSE)
    np.testing.assert_allclose(
        found.probability(ego_errors, errors, separation.time),
        overlap_probability(ego, size, ego_errors, objects, sizes, errors, nearest.time),
        **CLOSE,
    )
    zones = zone_times(ego, size, objects, sizes, contact=expected)
    for name, values in vars(found.zone(contact)).items():
        np.testing.assert_allclose(values, vars(zones)[name], **CLOSE, err_msg=name)


@pytest.mark.parametrize('crossed', [0.0, 0.3])
def test_footprints_that_lie_like_a_cross_share_their_middle(crossed: float) -> None:
    ego = constant_velocity(0.0, 0.0, 0.0, 0.0, HORIZON)
    lorry = constant_velocity([crossed], [0.0], [0.5 * np.pi], [0.0], HORIZON)
    size, long = Footprint.of(4.8, 1.9), Footprint.of([16.0], [2.5])
    found = UniformPairs.of(ego, size, lorry, long).contact()
    assert found.begin == pytest.approx([0.0])
    assert (found.x, found.y) == (pytest.approx([crossed]), pytest.approx([0.0], abs=1e-12))


def test_whatever_turns_brakes_or_starts_late_is_not_uniform() -> None:
    ego = constant_velocity(0.0, 0.0, 0.0, 10.0, HORIZON)
    assert not is_uniform(ego, constant_turn_rate([0.0], 0.0, 0.0, 10.0, [0.2], HORIZON))
    assert not is_uniform(ego, constant_velocity([0.0], 0.0, 0.0, 10.0, 4.0))
    assert not is_uniform(constant_velocity([0.0, 1.0], 0.0, 0.0, 10.0, HORIZON), ego)
