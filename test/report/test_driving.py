# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Stops and energy of a drive are counted where speed advice was followed and where not."""

from __future__ import annotations

from typing import Any

import pytest
from strategies.runs import START, FakeCycle, make_advisory, make_ego

from icv_v2x.advisory.types import Action, Application, Level
from icv_v2x.report.driving import DrivingMeasure, Way


def drive(speeds: list[float], advised: float | None) -> DrivingMeasure:
    """Return the measure of a drive in steps of 0.1 s, with advice at every cycle."""
    measure = DrivingMeasure()
    for step, speed in enumerate(speeds):
        stamp = START + step * 100_000_000
        advisories = () if advised is None else (make_advisory(
            Level.INFO, application=Application.GLOSA, action=Action.SPEED_ADVICE,
            speed_min=advised - 1.0, speed_max=advised, stop_profile_time=(0.0, 20.0),
            stop_profile_speed=(advised, advised)),)
        cycle: Any = FakeCycle(
            stamp, ego=make_ego(stamp, 0.0, 0.0, 0.0, speed), advisories=advisories)
        measure.add(cycle)
    return measure


def test_steady_speed_takes_the_road_load_only() -> None:
    stretch = drive([10.0] * 101, None).stretches[Way.UNADVISED]
    assert stretch.distance == pytest.approx(100.0)
    assert stretch.energy == pytest.approx((0.1 + 3.5e-4 * 100.0) * 100.0)
    assert stretch.stops == 0


def test_a_creep_is_one_stop_and_a_start_costs_its_kinetic_energy() -> None:
    down = [10.0 - 0.2 * step for step in range(51)]
    creep = [0.0, 0.4, 0.0, 0.5, 0.0]
    stretch = drive([*down, *creep, *down[::-1]], None).stretches[Way.UNADVISED]
    assert stretch.stops == 1
    assert stretch.energy > 0.5 * 10.0**2


def test_following_is_told_from_not_following() -> None:
    followed = drive([9.5] * 20, 10.0)
    assert followed.stretches[Way.FOLLOWED].duration == pytest.approx(1.9)
    assert drive([14.0] * 20, 10.0).stretches[Way.OTHERWISE].duration == pytest.approx(1.9)
    assert 'following speed advice: 0.02 km' in followed.lines()[0]
    assert drive([9.5] * 20, None).lines() == []
