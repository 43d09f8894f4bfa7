# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Holds that a course keeps to a bending lane, where the present motion would leave it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from strategies.road_maps import crossing, map_frame, maps_of, two_nodes

from icv_v2x.interchange.map_plans import LanePlan, LinkPlan, WayOver, map_octets
from icv_v2x.motion import constant_velocity, longitudinal_profile, path_following, position_at
from icv_v2x.roads import match_lanes, road_model
from icv_v2x.roads.courses import POINTS, lane_courses

RADIUS = 60.0


def bend() -> object:
    """Returns 60 m straight on and a quarter turn to the left, then another link straight on."""
    angle = np.linspace(0.0, math.pi / 2, 16)
    arc = np.column_stack([RADIUS * np.sin(angle), RADIUS * (1.0 - np.cos(angle))])
    line = np.vstack([[[-60.0, 0.0]], arc])
    on = np.array([[RADIUS, RADIUS + 5.0], [RADIUS, RADIUS + 105.0]])
    links = [
        LinkPlan(1, 2, (LanePlan(1, line, (WayOver(3, 1, 1),)),)),
        LinkPlan(2, 3, (LanePlan(1, on),)),
    ]
    return road_model(maps_of([map_octets(links, map_frame())]))


def test_a_course_keeps_the_lane_and_the_place_in_it_round_a_bend() -> None:
    model = bend()
    x, y, heading = np.array([-30.0]), np.array([0.5]), np.zeros(1)
    matches = match_lanes(model, x, y, heading, position_sigma=0.3)
    courses = lane_courses(model, matches, x, y, np.array([115.0]))
    assert courses.follows.all()
    speed = 15.0
    motion = path_following(
        courses.x, courses.y, longitudinal_profile(np.array([speed]), [(8.0, 0.0)]), 8.0)
    late = np.array([30.0 + 0.8 * RADIUS * math.pi / 2]) / speed
    found = np.ravel(np.concatenate(position_at(motion, late)))
    assert math.hypot(found[0], found[1] - RADIUS) == pytest.approx(RADIUS - 0.5, abs=0.5)
    straight = constant_velocity(x, y, heading, np.array([speed]), 8.0)
    off = np.ravel(np.concatenate(position_at(straight, late)))
    assert math.hypot(off[0], off[1] - RADIUS) > RADIUS + 15.0


def test_a_course_leads_over_the_node_where_there_is_no_choice() -> None:
    model = bend()
    matches = match_lanes(model, np.zeros(1), np.zeros(1), np.zeros(1))
    courses = lane_courses(
        model, matches, np.zeros(1), np.zeros(1), np.array([RADIUS * math.pi / 2 + 60.0]))
    assert courses.x[0, -1] == pytest.approx(RADIUS, abs=0.1)
    assert courses.y[0, -1] == pytest.approx(RADIUS + 60.0, abs=0.5)


def test_a_course_goes_straight_on_where_the_lane_leaves_a_choice() -> None:
    model = road_model(two_nodes())
    lane = model.lane_of(10, 24, 2)
    x, y, heading = model.place(lane, model.length[[lane]] - 10.0)
    courses = lane_courses(model, match_lanes(model, x, y, heading), x, y, np.array([60.0]))
    turned = np.arctan2(np.diff(courses.y[0]), np.diff(courses.x[0])) - heading
    np.testing.assert_allclose(turned, 0.0, atol=1e-3)


def test_who_is_on_no_lane_or_across_it_has_no_course() -> None:
    model = road_model(crossing())
    x, y, heading = model.place(0, np.array([50.0, 50.0, 50.0]))
    y = y + np.array([0.0, 0.0, 60.0])
    matches = match_lanes(model, x, y, heading + np.array([0.0, 0.6, 0.0]), position_sigma=0.2)
    courses = lane_courses(model, matches, x, y, np.full(3, 40.0))
    assert courses.follows.tolist() == [True, False, False]
    assert courses.x.shape == (3, POINTS)
    assert np.isnan(courses.x[1:]).all()
    assert not len(lane_courses(
        model, match_lanes(model, x[:0], y[:0], x[:0]), x[:0], y[:0], x[:0]).follows)


def test_who_is_between_two_lanes_of_one_row_follows_them() -> None:
    model = bend()
    # Midway between the end of the one and the begin of the next, each is as probable.
    x, y = np.array([RADIUS]), np.array([RADIUS + 2.5])
    matches = match_lanes(model, x, y, np.array([0.5 * math.pi]), position_sigma=0.3)
    assert matches.probability[0] < 0.5
    courses = lane_courses(model, matches, x, y, np.array([30.0]))
    assert courses.follows.tolist() == [True]
    assert courses.y[0, -1] == pytest.approx(RADIUS + 32.5, abs=0.5)
