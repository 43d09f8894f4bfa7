# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Conflict zones against shapely's swept areas, and post-encroachment times by hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from strategies.traffic import MODELS, Traffic, angles, random_traffic, seeds

from icv_v2x.conflict import Footprint, ZoneTimes, corners, zone_times
from icv_v2x.motion import PiecewiseMotion, constant_velocity, state_at

HORIZON = 4.0
CAR = Footprint.of(4.5, 1.8)


def outlines(motion: PiecewiseMotion, footprint: Footprint, times: np.ndarray) -> np.ndarray:
    """Return the polygons of one object at times, (m,)."""
    state = state_at(motion, times[np.newaxis, :])
    one = footprint.take(np.zeros(len(times), dtype=int))
    x, y = corners(state.x[0], state.y[0], state.heading[0], one)
    return shapely.polygons(np.stack([x, y], axis=2))


@pytest.mark.parametrize('model', MODELS)
def test_times_inside_are_those_of_a_scan_over_swept_areas(model: str) -> None:
    ego, objects = random_traffic(41, 1, spread=1.0), random_traffic(42, 60, spread=25.0)
    ego_motion = ego.predicted(model, HORIZON)
    motions = objects.predicted(model, HORIZON)
    zone = zone_times(ego_motion, ego.footprint, motions, objects.footprint)
    times = np.linspace(0.0, HORIZON, 401)
    ego_shapes = outlines(ego_motion, ego.footprint, times)
    ego_area = shapely.union_all(ego_shapes)
    step = HORIZON / 400
    decided = 0
    for row in range(len(objects.x)):
        shapes = outlines(motions.take([row]), objects.footprint.take([row]), times)
        area = shapely.union_all(shapes)
        for entry, leave, moving, standing in (
            (zone.object_entry, zone.object_exit, shapes, ego_area),
            (zone.ego_entry, zone.ego_exit, ego_shapes, area),
        ):
            shared = shapely.area(shapely.intersection(moving, standing))
            inside = times[shared > 1e-3]
            if not len(inside):
                # Nothing but the corners that the scan's union cuts off.
                assert np.isnan(entry[row]) or shared.max() < 0.05 or shared.max() == 0.0
                continue
            decided += 1
            assert entry[row] <= inside[0] + 1e-9
            assert min(leave[row], HORIZON) >= inside[-1] - 1e-9
            near = times[shapely.distance(moving, standing) < 0.15]
            assert entry[row] >= near[0] - step
            assert min(leave[row], HORIZON) <= near[-1] + step
    assert decided > 20


def crossing(distance: float, speed: float = 10.0) -> ZoneTimes:
    """Return the zone of an ego at 20 m/s with a car that crosses 50 m ahead."""
    ego = constant_velocity(0.0, 0.0, 0.0, 20.0, 8.0)
    return zone_times(ego, CAR, constant_velocity(50.0, -distance, np.pi / 2, speed, 8.0), CAR)


def test_the_later_one_of_a_crossing_waits_for_the_other() -> None:
    found = crossing(60.0)
    assert found.exists[0]
    # 50 m less half the other's width and half the own length.
    assert found.ego_entry_distance[0] == pytest.approx(50.0 - 0.9 - 2.25)
    assert found.ego_entry[0] == pytest.approx(46.85 / 20.0)
    assert found.ego_exit[0] == pytest.approx(53.15 / 20.0)
    assert found.object_entry_distance[0] == pytest.approx(60.0 - 0.9 - 2.25)
    assert found.ego_first[0]
    assert found.post_encroachment_time[0] == pytest.approx(5.685 - 2.6575)


def test_an_object_that_crosses_before_is_first() -> None:
    found = crossing(10.0)
    assert not found.ego_first[0]
    assert found.post_encroachment_time[0] == pytest.approx(46.85 / 20.0 - (10.0 + 3.15) / 10.0)


def test_footprints_that_meet_have_no_post_encroachment_time() -> None:
    found = crossing(25.0)
    assert found.exists[0]
    assert np.isnan(found.post_encroachment_time[0])


def test_a_leader_at_equal_speed_shares_the_zone_without_touching() -> None:
    ego = constant_velocity(0.0, 0.0, 0.0, 20.0, 6.0)
    found = zone_times(ego, CAR, constant_velocity(30.0, 0.0, 0.0, 20.0, 6.0), CAR)
    assert found.ego_entry_distance[0] == pytest.approx(30.0 - 4.5)
    assert found.object_entry[0] == 0.0
    assert found.ego_exit[0] == np.inf
    assert found.post_encroachment_time[0] < 0.0


def test_objects_beside_the_path_have_no_zone() -> None:
    ego = constant_velocity(0.0, 0.0, 0.0, 20.0, 6.0)
    others = constant_velocity(
        [50.0, 50.0, -20.0, 50.0], [3.5, -3.5, 0.0, 2.0], [0.0, np.pi, 0.0, 0.0], [10, 10, 0, 0], 6
    )
    found = zone_times(ego, CAR, others, CAR)
    assert found.exists.tolist() == [False, False, False, False]
    assert np.isnan(found.ego_entry_distance).all()
    assert np.isnan(found.post_encroachment_time).all()


def test_a_parked_car_in_the_path_never_leaves() -> None:
    ego = constant_velocity(0.0, 0.0, 0.0, 10.0, 6.0)
    found = zone_times(ego, CAR, constant_velocity(40.0, 1.0, 0.5, 0.0, 6.0), CAR)
    assert found.object_entry[0] == 0.0
    assert found.object_exit[0] == np.inf
    assert np.isnan(found.post_encroachment_time[0])


def test_an_ego_is_one_object() -> None:
    two = constant_velocity([0.0, 1.0], 0.0, 0.0, 10.0, 6.0)
    with pytest.raises(ValueError, match='ego_motion is of 2 objects'):
        zone_times(two, CAR, two, CAR)


def values(ego: Traffic, objects: Traffic, model: str) -> list[np.ndarray]:
    """Return the zone's times and distances."""
    zone = zone_times(
        ego.predicted(model, HORIZON),
        ego.footprint,
        objects.predicted(model, HORIZON),
        objects.footprint,
    )
    return [zone.ego_entry, zone.object_entry, zone.ego_exit, zone.ego_entry_distance]


def clearly(ego: Traffic, objects: Traffic, model: str) -> np.ndarray:
    """Tell objects whose zone does not hang on less than a tenth of a millimetre, (n,)."""
    grown = []
    for margin in (-1e-4, 1e-4):
        size = {'length': objects.length + margin, 'width': objects.width + margin}
        grown.append(values(ego, Traffic(**(vars(objects) | size)), model))
    clear = np.ones(len(objects.x), dtype=bool)
    for low, high in zip(*grown, strict=True):
        clear &= np.isclose(low, high, atol=2e-2, equal_nan=True)
    return clear


@given(
    seed=seeds(), angle=angles(), model=st.sampled_from(MODELS), cut=st.integers(0, 20)
)
def test_rotation_mirroring_and_order_change_nothing(
    seed: int, angle: float, model: str, cut: int
) -> None:
    ego, objects = random_traffic(seed, 1, spread=1.0), random_traffic(seed + 1, 20)
    clear = clearly(ego, objects, model)
    expected = values(ego, objects, model)
    shift = (321.0, -123.0)
    order = np.random.default_rng(seed).permutation(20)
    parts = [values(ego, objects.take(rows), model) for rows in (order[:cut], order[cut:])]
    joined = [np.concatenate(pair)[np.argsort(order)] for pair in zip(*parts, strict=True)]
    moved = [traffic.moved(angle=angle, shift=shift) for traffic in (ego, objects)]
    for found in (
        values(moved[0], moved[1], model),
        values(ego.mirrored(), objects.mirrored(), model),
        joined,
    ):
        for one, other in zip(expected, found, strict=True):
            np.testing.assert_allclose(other[clear], one[clear], atol=1e-4)
