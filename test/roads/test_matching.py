# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Holds lane matching: the right lane through noise, with history, wherever north is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies.recordings import RECORDINGS
from strategies.road_maps import NOW, crossing, maps_of_value, two_nodes

from icv_v2x.roads import LaneMatcher, RoadModel, match_lanes, road_model
from icv_v2x.tools.road_map_text import read_road_map
from icv_v2x.translate.lanes import NOT_GIVEN

STEP = 0.1
YIZHUANG = RECORDINGS / 'yizhuang_map' / 'beijing_yizhuang_map.json'
MODEL = road_model(crossing())


def turned(model: RoadModel, angle: float, east: float, north: float) -> RoadModel:
    """Returns the same road turned about the origin and shifted."""
    lanes = model.lanes
    x = lanes.x * np.cos(angle) - lanes.y * np.sin(angle) + east
    y = lanes.x * np.sin(angle) + lanes.y * np.cos(angle) + north
    return RoadModel(**{
        **{name: getattr(model, name) for name in model.__dataclass_fields__},
        'lanes': replace(lanes, x=x, y=y)})


def drives(
    model: RoadModel, lane: np.ndarray, *, speed: float, sigma: float, seed: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Drives one object along each lane, all at once; returns lanes found and places, (t, n)."""
    random = np.random.default_rng(seed)
    matcher = LaneMatcher()
    keys = np.arange(len(lane)).astype(np.uint64)
    steps = int(model.length[lane].min() / speed / STEP)
    found = np.empty((steps, len(lane)), np.int64)
    truth = np.empty((2, steps, len(lane)))
    for step in range(steps):
        places = [model.place(int(one), np.array([step * STEP * speed])) for one in lane]
        x, y, heading = (np.concatenate(column) for column in zip(*places, strict=True))
        matches = matcher.match(
            model, NOW + round(step * STEP * 1e9), keys,
            x + random.normal(0.0, sigma, len(lane)), y + random.normal(0.0, sigma, len(lane)),
            heading + random.normal(0.0, 0.01, len(lane)),
            position_sigma=sigma, heading_sigma=0.01)
        found[step] = matches.lane
        truth[:, step] = x, y
    return found, truth[0], truth[1]


def test_the_middle_of_a_lane_is_that_lane() -> None:
    for lane in range(len(MODEL)):
        x, y, heading = MODEL.place(lane, np.array([0.0, 60.0, 184.0]))
        matches = match_lanes(MODEL, x, y, heading)
        assert (matches.lane == lane).all()
        np.testing.assert_allclose(matches.station, [0.0, 60.0, 184.0], atol=0.01)
        np.testing.assert_allclose(matches.distance_to_stop, [185.0, 125.0, 1.0], atol=0.02)
        np.testing.assert_allclose(matches.offset, 0.0, atol=0.01)
        assert (matches.probability > 0.9).all()


def test_left_of_the_middle_is_positive() -> None:
    x, y, heading = MODEL.place(2, np.array([50.0]))
    matches = match_lanes(MODEL, x - np.sin(heading), y + np.cos(heading), heading + 0.1)
    assert matches.offset[0] == pytest.approx(1.0, abs=0.01)
    assert matches.turned[0] == pytest.approx(0.1, abs=0.01)


def test_a_vehicle_is_not_on_a_lane_that_leads_the_other_way() -> None:
    x, y, heading = MODEL.place(0, np.array([60.0]))
    assert match_lanes(MODEL, x, y, heading + np.pi).lane[0] != 0


@pytest.mark.parametrize(('x', 'y'), [(0.0, 0.0), (100.0, 60.0), (1e9, 1e9), (np.nan, 0.0)])
def test_who_is_beside_all_lanes_is_on_none(x, y) -> None:
    matches = match_lanes(MODEL, np.array([x]), np.array([y]), np.array([0.0]))
    assert matches.lane[0] == NOT_GIVEN
    assert np.isnan(matches.distance_to_stop[0])


def test_an_unknown_heading_still_finds_the_lane() -> None:
    x, y, _ = MODEL.place(4, np.array([60.0]))
    assert match_lanes(MODEL, x, y, np.array([np.nan]), position_sigma=0.3).lane[0] == 4


def test_without_a_road_and_without_objects_nothing_is_matched() -> None:
    nothing = np.zeros(0)
    assert len(match_lanes(MODEL, nothing, nothing, nothing)) == 0
    matches = match_lanes(road_model([]), np.zeros(3), np.zeros(3), np.zeros(3))
    assert matches.lane.tolist() == [NOT_GIVEN] * 3


@settings(max_examples=25)
@given(st.floats(-3.0, 3.0), st.floats(-1e4, 1e4), st.floats(-1e4, 1e4), st.integers(0, 1000))
def test_matches_do_not_depend_on_where_north_is(angle, east, north, seed) -> None:
    random = np.random.default_rng(seed)
    x, y = random.uniform(-200.0, 200.0, (2, 40)) * np.array([[1.0], [0.05]])
    heading = random.uniform(-np.pi, np.pi, 40)
    here = match_lanes(MODEL, x, y, heading)
    there = match_lanes(
        turned(MODEL, angle, east, north), x * np.cos(angle) - y * np.sin(angle) + east,
        x * np.sin(angle) + y * np.cos(angle) + north, heading + angle)
    certain = here.probability > 0.6
    np.testing.assert_array_equal(here.lane[certain], there.lane[certain])
    np.testing.assert_allclose(here.probability, there.probability, atol=1e-5)


@settings(max_examples=25)
@given(st.integers(0, 1000))
def test_objects_do_not_disturb_each_other(seed) -> None:
    random = np.random.default_rng(seed)
    x, y = random.uniform(-40.0, 40.0, (2, 30))
    heading = random.uniform(-np.pi, np.pi, 30)
    together = match_lanes(MODEL, x, y, heading)
    assert (together.candidate_probability.sum(axis=1) <= 1.0 + 1e-9).all()
    for row in range(0, 30, 7):
        alone = match_lanes(MODEL, x[[row]], y[[row]], heading[[row]])
        assert alone.lane[0] == together.lane[row]
        assert alone.probability[0] == pytest.approx(together.probability[row])


@pytest.mark.parametrize(('sigma', 'share'), [(0.5, 1.0), (1.5, 0.98)])
def test_lanes_of_a_crossing_are_told_apart_through_noise(sigma, share) -> None:
    lane = np.repeat(np.arange(len(MODEL)), 6)
    found, _, _ = drives(MODEL, lane, speed=10.0, sigma=sigma, seed=3)
    assert (found == lane).mean() >= share


@pytest.mark.skipif(not YIZHUANG.exists(), reason='the recorded map is not at hand')
@pytest.mark.parametrize(('sigma', 'share'), [(0.5, 1.0), (1.5, 0.98)])
def test_every_lane_of_a_real_map_can_be_driven(sigma, share) -> None:
    model = road_model(maps_of_value(read_road_map(YIZHUANG)[0]['mapFrame']))
    lane = np.repeat(np.arange(len(model)), 5)
    found, x, y = drives(model, lane, speed=12.0, sigma=sigma, seed=4)
    assert found.shape[0] > 150
    # The map draws lanes of a link on one line far from the stop line; both are right there.
    right = found == lane
    for step, row in zip(*np.nonzero(~right), strict=True):
        near = model.grid.near(x[step, [row]], y[step, [row]])
        there = near.lane == found[step, row]
        right[step, row] = there.any() and (
            abs(near.offset[there][0]) <= 0.5 * model.lanes.width[found[step, row]])
    assert right.mean() >= share


def test_a_single_outlier_does_not_change_the_lane_but_a_change_of_lane_does() -> None:
    matcher = LaneMatcher()
    key = np.zeros(1, np.uint64)
    found = []
    for step in range(60):
        x, y, heading = MODEL.place(0, np.array([20.0 + step]))
        aside = 3.5 if step == 20 or step > 40 else 0.0
        matches = matcher.match(
            MODEL, NOW + step * 100_000_000, key, x + aside * np.sin(heading),
            y - aside * np.cos(heading), heading, position_sigma=1.5)
        found.append(int(matches.lane[0]))
    assert found[:41] == [0] * 41
    assert found[-1] == 1
    # Far less than a second after the line was crossed.
    assert found.index(1) < 49


def test_history_survives_a_revised_map_and_follows_the_object() -> None:
    matcher = LaneMatcher()
    keys = np.array([5, 9], np.uint64)
    x, y, heading = MODEL.place(1, np.array([50.0, 50.0]))
    for step in range(10):
        matcher.match(MODEL, NOW + step * 100_000_000, keys, x, y, heading, position_sigma=1.0)
    later = road_model([*two_nodes(), *crossing()], 7)
    # Halfway between both lanes, one of them with a past in the right one.
    middle_x, middle_y = x + 1.7 * np.sin(-heading), y + 1.7 * np.cos(heading)
    matches = matcher.match(
        later, NOW + 1_000_000_000, np.array([9, 6], np.uint64), middle_x, middle_y, heading,
        position_sigma=1.5)
    own = later.identity[matches.candidates[0, 0]]
    assert own == MODEL.identity[1]
    assert matches.candidate_probability[0, 0] > matches.candidate_probability[1, 0]


def test_time_that_goes_back_forgets_the_past() -> None:
    matcher = LaneMatcher()
    key = np.zeros(1, np.uint64)
    x, y, heading = MODEL.place(1, np.array([50.0]))
    matcher.match(MODEL, NOW, key, x, y, heading)
    again = matcher.match(MODEL, NOW - 10, key, x, y, heading)
    fresh = match_lanes(MODEL, x, y, heading)
    assert again.probability[0] == fresh.probability[0]


def test_a_lane_is_followed_over_the_node_into_the_next_link() -> None:
    model = road_model(two_nodes())
    lane = model.lane_of(10, 23, 1)
    way = next(w for w in model.connections_of(lane) if model.target[w] >= 0)
    target = int(model.target[way])
    matcher = LaneMatcher()
    found = []
    for step, east in enumerate(np.arange(-60.0, 60.0, 1.5)):
        matches = matcher.match(
            model, NOW + step * 100_000_000, np.zeros(1, np.uint64), np.array([east]),
            np.array([-1.75]), np.zeros(1), position_sigma=0.7)
        found.append(int(matches.lane[0]))
    assert found[:28] == [lane] * 28
    assert found[-20:] == [target] * 20
    assert NOT_GIVEN in found
    assert len(set(found)) == 3
