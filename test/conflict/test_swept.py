# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The swept test against a 1 ms scan with shapely's polygons, and its invariances."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.optimize import brentq
from strategies.traffic import MODELS, Traffic, angles, random_traffic, seeds

from icv_v2x.conflict import Footprint, corners, first_contact, passes_clear
from icv_v2x.motion import (
    PiecewiseMotion,
    constant_acceleration,
    constant_turn_rate,
    constant_velocity,
    state_at,
)

HORIZON = 4.0
STEP = 1e-3
CAR = Footprint.of(4.5, 1.8)


def outline(motion: PiecewiseMotion, footprint: Footprint, time: np.ndarray) -> np.ndarray:
    """Return shapely polygons of n objects at m times each, (n, m)."""
    state = state_at(motion, time)
    shape = state.x.shape
    sizes = Footprint(
        np.repeat(footprint.length, shape[1]), np.repeat(footprint.width, shape[1])
    )
    x, y = corners(state.x.ravel(), state.y.ravel(), state.heading.ravel(), sizes)
    return shapely.polygons(np.stack([x, y], axis=2)).reshape(shape)


def common_area(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the area that polygons share, 0 for those that shapely finds apart."""
    area = np.zeros(first.shape)
    touching = shapely.intersects(first, second)
    area[touching] = shapely.area(shapely.intersection(first[touching], second[touching]))
    return area


def scanned(
    first: PiecewiseMotion, first_size: Footprint, second: PiecewiseMotion, second_size: Footprint
) -> tuple[np.ndarray, np.ndarray]:
    """Return times (m,) and whether n pairs overlap by area then, (n, m), from a 1 ms scan.

    Only instants where the circles about the footprints meet need polygons.
    """
    times = np.arange(0.0, HORIZON + STEP / 2, STEP)
    overlap = np.zeros((len(first), len(times)), dtype=bool)
    grid = np.broadcast_to(times, overlap.shape)
    states = [state_at(motion, grid) for motion in (first, second)]
    apart = np.hypot(states[1].x - states[0].x, states[1].y - states[0].y)
    reach = (first_size.radius + second_size.radius)[:, np.newaxis]
    row, column = np.nonzero(apart < reach)
    outlines = []
    for state, size in zip(states, (first_size, second_size), strict=True):
        x, y = corners(
            state.x[row, column], state.y[row, column], state.heading[row, column], size.take(row)
        )
        outlines.append(shapely.polygons(np.stack([x, y], axis=2)))
    overlap[row, column] = common_area(outlines[0], outlines[1]) > 1e-7
    return times, overlap


@pytest.mark.parametrize('model', MODELS)
@pytest.mark.parametrize('seed', range(3))
def test_no_contact_is_missed_and_none_invented_against_a_scan(model: str, seed: int) -> None:
    count = 300
    first = random_traffic(2 * seed, count)
    second = random_traffic(2 * seed + 1, count)
    motions = [traffic.predicted(model, HORIZON) for traffic in (first, second)]
    contact = first_contact(motions[0], first.footprint, motions[1], second.footprint)
    times, overlap = scanned(motions[0], first.footprint, motions[1], second.footprint)

    found = overlap.any(axis=1)
    assert found.sum() > 30
    assert not np.any(found & ~contact.overlaps)
    begin = np.where(found, times[overlap.argmax(axis=1)], np.nan)
    # A contact between two samples, or one of less area than the scan resolves, is no invention:
    # the footprints grown by a hair must then meet in the scan.
    extra = np.flatnonzero(contact.overlaps & ~found)
    if len(extra):
        grown = [part.take(extra).footprint.grown_by(5e-3, 5e-3) for part in (first, second)]
        taken = [motion.take(extra) for motion in motions]
        _, near = scanned(taken[0], grown[0], taken[1], grown[1])
        assert near.any(axis=1).all()
        assert len(extra) <= 0.05 * count
    late = begin[found] - contact.begin[found]
    assert late.min() > -1e-6
    # The scan sees a contact at its next sample, and where it grows slowly from its area on.
    assert np.quantile(late, 0.95) <= STEP
    grazing = np.flatnonzero(found)[late > STEP]
    for row in grazing:
        grown = [part.take([row]).footprint.grown_by(5e-3, 5e-3) for part in (first, second)]
        taken = [motion.take([row]) for motion in motions]
        times_grown, near = scanned(taken[0], grown[0], taken[1], grown[1])
        assert times_grown[near[0].argmax()] <= contact.begin[row] + STEP


@pytest.mark.parametrize('model', MODELS)
def test_the_end_is_that_of_the_first_contact(model: str) -> None:
    first, second = random_traffic(11, 300), random_traffic(12, 300)
    motions = [traffic.predicted(model, HORIZON) for traffic in (first, second)]
    contact = first_contact(motions[0], first.footprint, motions[1], second.footprint)
    times, overlap = scanned(motions[0], first.footprint, motions[1], second.footprint)
    found = np.flatnonzero(overlap.any(axis=1))
    # Inside the contact every sample overlaps, apart from the corners' small areas.
    for row in found:
        inside = (times > contact.begin[row] + 5e-3) & (times < contact.end[row] - 5e-3)
        assert overlap[row, inside].mean() > 0.98 if inside.any() else True
        # Where a heading changes between two pieces, the next contact may follow at once.
        if model == 'constant_turn_rate':
            continue
        after = (times > contact.end[row] + 1e-9) & (times < contact.end[row] + 2e-3)
        assert not overlap[row, after].any()


@pytest.mark.parametrize('model', MODELS)
def test_the_contact_point_lies_on_both_footprints(model: str) -> None:
    first, second = random_traffic(21, 400), random_traffic(22, 400)
    motions = [traffic.predicted(model, HORIZON) for traffic in (first, second)]
    contact = first_contact(motions[0], first.footprint, motions[1], second.footprint)
    rows = np.flatnonzero(contact.overlaps)
    assert len(rows) > 30
    points = shapely.points(contact.x[rows], contact.y[rows])
    for motion, traffic in zip(motions, (first, second), strict=True):
        shapes = outline(
            motion.take(rows), traffic.take(rows).footprint, contact.begin[rows][:, np.newaxis]
        )
        assert shapely.distance(shapes[:, 0], points).max() < 1e-5


def test_an_accelerated_pass_with_two_contacts_gives_the_first_one() -> None:
    # The follower comes up to the leader, falls back under braking and is outside again.
    ego = constant_acceleration(0.0, 0.0, 0.0, 10.0, -2.0, 10.0)
    other = constant_velocity(12.0, 0.0, 0.0, 2.0, 10.0)
    contact = first_contact(ego, CAR, other, CAR)
    # Gap 7.5 m = 8 t - t**2.
    assert contact.begin[0] == pytest.approx(4.0 - np.sqrt(8.5))
    # Only its own standstill at 5 s changes the ego's deceleration.
    assert contact.end[0] == pytest.approx((25.0 - 7.5) / 2.0)


def test_two_contacts_inside_one_piece_are_told_apart() -> None:
    still = np.zeros((1, 1))
    parabola = PiecewiseMotion(
        np.zeros(1), 10.0, still, still + 11.0, still, still, still - 10.0, still, still + 2.0
    )
    # Height 11 - 10 t + t**2 goes from +11 through the bar at 0 down to -14 and back.
    bar = constant_velocity(0.0, 0.0, 0.0, 0.0, 10.0)
    contact = first_contact(parabola, Footprint.of(1.0, 1.0), bar, Footprint.of(1.0, 1.0))
    assert contact.begin[0] == pytest.approx(5.0 - np.sqrt(15.0))
    assert contact.end[0] == pytest.approx(5.0 - np.sqrt(13.0))


@given(angle=angles(), gap=st.floats(-1.0, 1.0), speed=st.floats(-30.0, 30.0))
@example(angle=0.0, gap=0.0, speed=0.0)
@example(angle=1.0, gap=0.0, speed=10.0)
def test_flush_sides_do_not_touch_on_any_heading(angle: float, gap: float, speed: float) -> None:
    # Rounding of coordinates up to 100 m is far below the nanometre that contact takes.
    ego = constant_velocity(0.0, 0.0, angle, 10.0, 5.0)
    side = 1.8 + 1e-3 * np.round(gap, 1)
    other = constant_velocity(-side * np.sin(angle), side * np.cos(angle), angle, speed, 5.0)
    contact = first_contact(ego, CAR, other, CAR)
    assert contact.overlaps[0] == (side < 1.8)


@pytest.mark.parametrize('heading', np.radians(np.arange(0, 360, 5)))
def test_next_lane_traffic_never_touches_and_head_on_does(heading: float) -> None:
    ego = constant_velocity(0.0, 0.0, heading, 20.0, 6.0)
    ahead, left = np.array([80.0, 10.0, 80.0, -30.0]), np.array([3.5, 3.5, 0.0, -3.5])
    turned = np.array([np.pi, 0.0, np.pi, 0.0])
    others = constant_velocity(
        ahead * np.cos(heading) - left * np.sin(heading),
        ahead * np.sin(heading) + left * np.cos(heading),
        heading + turned,
        np.array([20.0, 15.0, 20.0, 30.0]),
        6.0,
    )
    contact = first_contact(ego, CAR, others, CAR)
    assert contact.overlaps.tolist() == [False, False, True, False]
    assert contact.begin[2] == pytest.approx((80.0 - 4.5) / 40.0)
    clear = passes_clear(ego, CAR, others, CAR, 0.5)
    assert clear.tolist() == [True, True, False, True]


def test_objects_that_start_inside_each_other_touch_at_once() -> None:
    ego = constant_velocity(0.0, 0.0, 0.0, 10.0, 3.0)
    other = constant_velocity(1.0, 0.5, np.pi / 2, 0.0, 3.0)
    contact = first_contact(ego, CAR, other, CAR)
    assert contact.begin[0] == 0.0
    assert contact.end[0] == pytest.approx((1.0 + 0.9 + 2.25) / 10.0)


@pytest.mark.parametrize('field', ['x', 'y', 'heading', 'speed'])
@pytest.mark.parametrize('model', MODELS)
def test_an_object_without_a_value_costs_only_itself(model: str, field: str) -> None:
    traffic = random_traffic(5, 40, spread=15.0)
    ego = random_traffic(6, 1, spread=1.0)
    values = getattr(traffic, field).copy()
    values[::7] = np.nan
    broken = dataclasses.replace(traffic, **{field: values})
    motion = ego.predicted(model, 3.0)
    whole = first_contact(motion, ego.footprint, traffic.predicted(model, 3.0), traffic.footprint)
    part = first_contact(motion, ego.footprint, broken.predicted(model, 3.0), traffic.footprint)
    assert not part.overlaps[::7].any()
    kept = np.arange(40) % 7 != 0
    np.testing.assert_allclose(part.begin[kept], whole.begin[kept], atol=1e-9)
    assert whole.overlaps[kept].any()


def test_unknown_acceleration_and_yaw_rate_count_as_none() -> None:
    traffic = random_traffic(5, 40, spread=15.0)
    unknown = np.full(40, np.nan)
    broken = dataclasses.replace(traffic, acceleration=unknown, yaw_rate=unknown)
    ego = random_traffic(6, 1, spread=1.0).predicted('constant_velocity', 3.0)
    expected = first_contact(
        ego, CAR, traffic.predicted('constant_velocity', 3.0), traffic.footprint
    )
    for model in MODELS:
        found = first_contact(ego, CAR, broken.predicted(model, 3.0), traffic.footprint)
        np.testing.assert_allclose(found.begin, expected.begin, atol=1e-9)


def test_numbers_of_objects_that_do_not_fit_are_named() -> None:
    two, three = random_traffic(1, 2), random_traffic(2, 3)
    with pytest.raises(ValueError, match=r'\[2, 2, 3, 3\] objects'):
        first_contact(
            two.predicted('constant_velocity', 1.0),
            two.footprint,
            three.predicted('constant_velocity', 1.0),
            three.footprint,
        )


def test_no_objects_give_no_contacts() -> None:
    none = random_traffic(1, 3).take([])
    ego = random_traffic(2, 1)
    for model in MODELS:
        contact = first_contact(
            ego.predicted(model, 1.0), ego.footprint, none.predicted(model, 1.0), none.footprint
        )
        assert contact.begin.shape == (0,)


def contact_of(ego: Traffic, objects: Traffic, model: str) -> tuple[np.ndarray, ...]:
    """Return begin, end and point of contact of one ego with objects."""
    contact = first_contact(
        ego.predicted(model, HORIZON),
        ego.footprint,
        objects.predicted(model, HORIZON),
        objects.footprint,
    )
    return contact.begin, contact.end, contact.x, contact.y


def same(expected: np.ndarray, found: np.ndarray, clear: np.ndarray) -> None:
    """Compare times or places, apart from pairs that only graze, where rounding decides."""
    np.testing.assert_allclose(found[clear], expected[clear], atol=1e-5)


def not_grazing(ego: Traffic, objects: Traffic, model: str) -> np.ndarray:
    """Tell pairs whose contact does not hang on less than a tenth of a millimetre, (n,)."""
    overlaps = []
    for margin in (-5e-5, 0.0, 5e-5):
        grown = dataclasses.replace(
            objects, length=objects.length + 2 * margin, width=objects.width + 2 * margin
        )
        overlaps.append(contact_of(ego, grown, model)[0])
    low, middle, high = overlaps
    return (np.isnan(low) & np.isnan(high)) | (
        (np.abs(low - middle) < 2e-2) & (np.abs(high - middle) < 2e-2)
    )


@pytest.mark.parametrize('model', MODELS)
@given(
    seed=seeds(), angle=angles(), east=st.floats(-5e4, 5e4), north=st.floats(-5e4, 5e4)
)
def test_rotating_and_shifting_the_scene_changes_nothing(
    model: str, seed: int, angle: float, east: float, north: float
) -> None:
    ego, objects = random_traffic(seed, 1, spread=1.0), random_traffic(seed + 1, 30)
    clear = not_grazing(ego, objects, model)
    expected = contact_of(ego, objects, model)
    move = {'angle': angle, 'shift': (east, north)}
    begin, end, x, y = contact_of(ego.moved(**move), objects.moved(**move), model)
    same(expected[0], begin, clear)
    same(expected[1], end, clear)
    cosine, sine = np.cos(angle), np.sin(angle)
    atol = 1e-3
    wanted_x = expected[2] * cosine - expected[3] * sine + east
    wanted_y = expected[2] * sine + expected[3] * cosine + north
    np.testing.assert_allclose(x[clear], wanted_x[clear], atol=atol)
    np.testing.assert_allclose(y[clear], wanted_y[clear], atol=atol)


@pytest.mark.parametrize('model', MODELS)
@given(seed=seeds())
def test_mirroring_the_scene_changes_nothing(model: str, seed: int) -> None:
    ego, objects = random_traffic(seed, 1, spread=1.0), random_traffic(seed + 1, 30)
    clear = not_grazing(ego, objects, model)
    expected = contact_of(ego, objects, model)
    found = contact_of(ego.mirrored(), objects.mirrored(), model)
    same(expected[0], found[0], clear)
    same(expected[1], found[1], clear)
    same(expected[2], found[2], clear)
    same(expected[3], -found[3], clear)


@pytest.mark.parametrize('model', MODELS)
@given(seed=seeds(), cut=st.integers(0, 30))
def test_order_and_batches_change_nothing(model: str, seed: int, cut: int) -> None:
    ego, objects = random_traffic(seed, 1, spread=1.0), random_traffic(seed + 1, 30)
    clear = not_grazing(ego, objects, model)
    expected = contact_of(ego, objects, model)
    order = np.random.default_rng(seed).permutation(30)
    parts = [contact_of(ego, objects.take(rows), model) for rows in (order[:cut], order[cut:])]
    for values, left, right in zip(expected, *parts, strict=True):
        found = np.empty(30)
        found[order] = np.concatenate([left, right])
        same(values, found, clear)


@pytest.mark.parametrize('model', MODELS)
@given(seed=seeds())
def test_who_is_called_first_changes_nothing(model: str, seed: int) -> None:
    first, second = random_traffic(seed, 30), random_traffic(seed + 1, 30)
    one = contact_of(first, second, model)
    other = contact_of(second, first, model)
    np.testing.assert_allclose(one[0], other[0], atol=1e-7)
    np.testing.assert_allclose(one[1], other[1], atol=1e-7)


def test_large_batches_are_cut_without_a_seam() -> None:
    ego = random_traffic(3, 1, spread=1.0)
    objects = random_traffic(4, 12000, spread=150.0)
    for model in MODELS:
        whole = contact_of(ego, objects, model)[0]
        part = contact_of(ego, objects.take(np.arange(4000, 4400)), model)[0]
        np.testing.assert_allclose(whole[4000:4400], part, atol=1e-9)


def test_a_turning_object_is_followed_around_the_corner() -> None:
    # A left turn of 10 m radius ends where a standing car waits on the crossing road.
    turning = constant_turn_rate(0.0, 0.0, 0.0, 5.0, 0.5, 5.0, piece_duration=0.05)
    waiting = constant_velocity([10.0, 10.0], [14.0, -14.0], np.pi / 2, 0.0, 5.0)
    contact = first_contact(turning, CAR, waiting, CAR)
    assert contact.overlaps.tolist() == [True, False]
    # Its front left corner reaches the other's rear at y = 11.75 m.
    angle = brentq(lambda a: 10.0 - 9.1 * np.cos(a) + 2.25 * np.sin(a) - 11.75, 1.0, 2.0)
    assert contact.begin[0] == pytest.approx(angle / 0.5, abs=0.01)
