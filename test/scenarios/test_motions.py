# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The ego's planned motion: where the plan leads it, turned as the plan says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from strategies.runs import START
from world.road_users import ego as make_ego
from world.road_users import parameters

from icv_v2x.inputs import PlannedPath
from icv_v2x.motion import state_at
from icv_v2x.scenarios.motions import ego_motion

STEP = 0.2


def headings(x: np.ndarray, y: np.ndarray, yaw: np.ndarray, times: list[float]) -> np.ndarray:
    """Return the headings [deg] of an ego, now at the first pose, at times from now [s]."""
    time = START + np.round(np.arange(len(x)) * STEP * 1e9).astype(np.int64)
    path = PlannedPath(stamp=START, time=time, x=x, y=y, yaw=yaw)
    own = make_ego(
        x=float(x[0]), y=float(y[0]), heading=float(yaw[0]), speed=5.0, stamp=START, path=path)
    motion = ego_motion(own, parameters(**{'vehicle.base_link_to_center': 0.0}))
    return np.degrees([float(state_at(motion, time).heading[0]) for time in times])


def test_a_long_vehicle_is_turned_as_planned_and_not_along_the_way_of_its_centre() -> None:
    # In a tight turn the centre goes aside, 40 degrees off the yaw.
    yaw = np.linspace(0.0, 0.5 * math.pi, 16)
    course = yaw[:-1] + math.radians(40.0)
    x = np.concatenate(([0.0], np.cumsum(np.cos(course))))
    y = np.concatenate(([0.0], np.cumsum(np.sin(course))))
    found = headings(x, y, yaw, [0.1, 1.1, 2.1])
    assert found == pytest.approx([3.0, 33.0, 63.0], abs=0.1)


def test_a_plan_without_yaw_is_turned_along_its_way() -> None:
    x, y = np.zeros(16), np.arange(16.0)
    assert headings(x, y, np.zeros(16), [0.5, 2.0]) == pytest.approx([90.0, 90.0])


def test_a_plan_backwards_keeps_its_yaw() -> None:
    assert headings(-np.arange(16.0), np.zeros(16), np.zeros(16), [0.5]) == pytest.approx([0.0])
