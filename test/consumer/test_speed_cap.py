# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What advisories mean for the greatest speed that may be driven."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest

from icv_v2x.consumer import AdvisoryGuard, SpeedCap, speed_cap

NAN = math.nan
SPEED = 20.0
INFO, CAUTION, WARNING, IMMINENT = 1, 2, 3, 4


def advisory(level: int = WARNING, **changes: Any) -> Any:
    return SimpleNamespace(**{
        'level': level, 'gap': 27.0, 'closing_speed': 10.0, 'distance': NAN, 'speed_max': NAN,
        'required_deceleration': 4.0, 'verified': True, 'corroborated': True, **changes})


def capped(*advisories: Any, brake: bool = False, advice: bool = False) -> SpeedCap | None:
    return speed_cap(
        advisories, AdvisoryGuard(), SPEED, margin=3.0, brake=brake, advice=advice)


def test_a_leader_is_approached_as_braking_allows() -> None:
    cap = capped(advisory())
    assert cap is not None
    assert cap.speed == pytest.approx(10.0 + math.sqrt(2.0 * 3.0 * 24.0))
    assert cap.deceleration == 3.0


def test_a_conflict_point_is_approached_as_one_that_stands() -> None:
    cap = capped(advisory(gap=NAN, closing_speed=NAN, distance=9.0))
    assert cap is not None
    assert cap.speed == pytest.approx(math.sqrt(2.0 * 3.0 * 6.0))


def test_within_the_margin_the_speed_is_that_of_the_leader() -> None:
    cap = capped(advisory(gap=1.0))
    assert cap is not None
    assert cap.speed == 10.0


def test_imminent_asks_for_standstill_only_where_that_is_wanted() -> None:
    soft, hard = capped(advisory(IMMINENT)), capped(advisory(IMMINENT), brake=True)
    assert soft is not None
    assert soft.speed > 0.0
    assert soft.deceleration == 3.0
    assert hard is not None
    assert (hard.speed, hard.deceleration) == (0.0, 4.0)


def test_a_warning_without_numbers_asks_not_to_drive_faster() -> None:
    cap = capped(advisory(gap=NAN, closing_speed=NAN))
    assert cap is not None
    assert cap.speed == SPEED


def test_advice_counts_only_where_that_is_wanted() -> None:
    limit = advisory(INFO, speed_max=13.9)
    assert capped(limit) is None
    cap = capped(limit, advice=True)
    assert cap is not None
    assert cap.speed == 13.9
    assert math.isnan(cap.deceleration)


def test_the_strictest_decides_and_nothing_bounds_nothing() -> None:
    near, far = advisory(gap=5.0), advisory(gap=80.0)
    cap = capped(far, near)
    assert cap is not None
    assert cap.advisory is near
    assert capped() is None
    assert capped(advisory(CAUTION, speed_max=5.0)) is None
