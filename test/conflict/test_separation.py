# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The closest approach against shapely's distances in a fine scan."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from strategies.traffic import MODELS, angles, random_traffic, seeds

from icv_v2x.conflict import (
    Footprint,
    closest_approach,
    corners,
    first_contact,
    outline_distance,
    passes_clear,
)
from icv_v2x.motion import constant_velocity, state_at

HORIZON = 4.0
CAR = Footprint.of(4.5, 1.8)


@pytest.mark.parametrize('model', MODELS)
def test_the_least_distance_is_that_of_a_fine_scan(model: str) -> None:
    count, samples = 150, 801
    first, second = random_traffic(31, count, spread=25.0), random_traffic(32, count, spread=25.0)
    motions = [traffic.predicted(model, HORIZON) for traffic in (first, second)]
    found = closest_approach(motions[0], first.footprint, motions[1], second.footprint)
    times = np.linspace(0.0, HORIZON, samples)
    shapes = []
    for motion, traffic in zip(motions, (first, second), strict=True):
        state = state_at(motion, np.broadcast_to(times, (count, samples)))
        sizes = traffic.footprint.take(np.repeat(np.arange(count), samples))
        x, y = corners(state.x.ravel(), state.y.ravel(), state.heading.ravel(), sizes)
        shapes.append(shapely.polygons(np.stack([x, y], axis=2)))
    distance = shapely.distance(shapes[0], shapes[1]).reshape(count, samples)
    least = distance.min(axis=1)
    assert np.all(found.distance <= least + 3e-3)
    # Between samples 5 ms apart nothing comes nearer than its closing speed allows.
    state = [state_at(motion, 0.0) for motion in motions]
    closing = 2.0 + sum(np.hypot(s.velocity_x, s.velocity_y) + 12.0 for s in state)
    assert np.all(found.distance >= least - closing * HORIZON / (samples - 1) - 3e-3)
    # Where a heading changes between two pieces, either side of that moment may be meant.
    sample = np.clip(np.searchsorted(times, found.time), 1, samples - 2)
    columns = sample[:, np.newaxis] + np.array([-1, 0, 1])
    at_time = distance[np.arange(count)[:, np.newaxis], columns].min(axis=1)
    assert np.all(np.abs(at_time - found.distance) < closing * HORIZON / (samples - 1) + 3e-3)


def test_uniform_motion_is_exact() -> None:
    # Crossing behind: the corner of one passes the corner of the other.
    ego = constant_velocity(0.0, 0.0, 0.0, 10.0, 6.0)
    other = constant_velocity(30.0, -50.0, np.pi / 2, 10.0, 6.0)
    found = closest_approach(ego, CAR, other, CAR)
    # The relative way lies along (-1, 1), 20 m / sqrt(2) beside the ego's centre, and each
    # footprint reaches (2.25 + 0.9) / sqrt(2) towards the other.
    assert found.distance[0] == pytest.approx((20.0 - 2 * 3.15) / np.sqrt(2.0))


def test_parallel_motion_gives_the_earliest_of_equal_moments() -> None:
    ego = constant_velocity(0.0, 0.0, 0.0, 20.0, 6.0)
    other = constant_velocity([24.5, 10.0, 0.0], [3.5, 3.5, 3.5], 0.0, [10.0, 20.0, 20.0], 6.0)
    found = closest_approach(ego, CAR, other, CAR)
    assert found.distance == pytest.approx([1.7, np.hypot(1.7, 5.5), 1.7])
    assert found.time == pytest.approx([2.0, 0.0, 0.0])


@given(seed=seeds(), model=st.sampled_from(MODELS))
def test_it_is_zero_exactly_at_a_contact(seed: int, model: str) -> None:
    ego, objects = random_traffic(seed, 1, spread=1.0), random_traffic(seed + 1, 30)
    arguments = (
        ego.predicted(model, HORIZON),
        ego.footprint,
        objects.predicted(model, HORIZON),
        objects.footprint,
    )
    contact = first_contact(*arguments)
    found = closest_approach(*arguments)
    known = closest_approach(*arguments, contact=contact)
    assert np.all(found.distance[contact.overlaps] < 5e-3)
    assert np.all(known.distance[contact.overlaps] == 0.0)
    np.testing.assert_array_equal(known.time[contact.overlaps], contact.begin[contact.overlaps])
    # What does not overlap may graze, but chords err by no more than they state.
    apart = ~contact.overlaps
    np.testing.assert_allclose(known.distance[apart], found.distance[apart], atol=4e-3)


@given(seed=seeds(), angle=angles(), model=st.sampled_from(MODELS))
def test_rotating_the_scene_changes_nothing(seed: int, angle: float, model: str) -> None:
    first, second = random_traffic(seed, 20), random_traffic(seed + 1, 20)
    distances = [
        closest_approach(
            one.predicted(model, HORIZON),
            one.footprint,
            other.predicted(model, HORIZON),
            other.footprint,
        ).distance
        for one, other in (
            (first, second),
            (first.moved(angle=angle), second.moved(angle=angle)),
            (first.mirrored(), second.mirrored()),
            (second, first),
        )
    ]
    for found in distances[1:]:
        np.testing.assert_allclose(found, distances[0], atol=5e-3)


def test_far_objects_are_left_out() -> None:
    ego = constant_velocity(0.0, 0.0, 0.0, 20.0, 6.0)
    other = constant_velocity([50.0, 50.0], [3.5, 30.0], 0.0, 10.0, 6.0)
    found = closest_approach(ego, CAR, other, CAR, within=2.0)
    assert found.distance[1] == np.inf
    assert np.isnan(found.time[1])
    assert found.distance[0] == pytest.approx(1.7)


@pytest.mark.parametrize('side', [2.29, 2.31])
def test_half_a_metre_of_clearance_decides(side: float) -> None:
    ego = constant_velocity(0.0, 0.0, 0.0, 20.0, 6.0)
    other = constant_velocity(50.0, side, np.pi, 20.0, 6.0)
    assert passes_clear(ego, CAR, other, CAR, 0.5)[0] == (side > 2.3)


@given(seed=seeds())
def test_standing_distances_are_those_of_shapely(seed: int) -> None:
    first, second = random_traffic(seed, 40), random_traffic(seed + 1, 40)
    shapes = [
        shapely.polygons(np.stack(corners(t.x, t.y, t.heading, t.footprint), axis=2))
        for t in (first, second)
    ]
    found = outline_distance(
        (second.x - first.x, second.y - first.y),
        first.heading,
        first.footprint,
        second.heading,
        second.footprint,
    )
    np.testing.assert_allclose(found, shapely.distance(shapes[0], shapes[1]), atol=1e-8)
