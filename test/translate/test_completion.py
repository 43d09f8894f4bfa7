# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""No report enters the world with a gap or an impossible value, whatever its source."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.translate.completion import completed
from icv_v2x.translate.plausibility import POSITION_DEVIATION, SPEED_DEVIATION
from icv_v2x.translate.reports import ObjectReports
from icv_v2x.world.track_table import empty_reports

_NEVER_UNAVAILABLE = (
    'x', 'y', 'speed', 'length', 'width', 'height', 'variance_xx', 'variance_xy', 'variance_yy',
    'speed_deviation', 'heading_deviation',
)
_ANY = st.one_of(
    st.just(np.nan), st.just(np.inf), st.just(-np.inf), st.floats(-1e308, 1e308),
    st.floats(-100.0, 100.0))


def _detection(**values: float) -> ObjectReports:
    """Return a detection as a perception stack gives it that knows little."""
    return replace(empty_reports(1), **{
        field.name: np.array([values.get(field.name, np.nan)]) for field in fields(ObjectReports)
        if getattr(empty_reports(1), field.name).dtype == np.float64
    }, object_class=np.array([ObjectClass.TRUCK], dtype=np.uint8))


def test_gaps_are_filled() -> None:
    reports, rows = completed(_detection(x=1.0, y=2.0, speed=3.0))
    assert rows.tolist() == [0]
    assert (reports.length[0], reports.width[0], reports.height[0]) == (12.0, 2.55, 3.8)
    assert reports.variance_xx[0] == reports.variance_yy[0] == POSITION_DEVIATION**2
    assert reports.variance_xy[0] == 0.0
    assert reports.speed_deviation[0] == SPEED_DEVIATION
    for name in ('heading', 'acceleration', 'yaw_rate', 'z'):
        assert np.isnan(getattr(reports, name)[0])


def test_what_is_given_stays() -> None:
    given_values = {
        'x': 1.0, 'y': 2.0, 'z': 5.0, 'heading': 0.3, 'speed': -3.0, 'acceleration': 1.0,
        'yaw_rate': -0.2, 'length': 4.0, 'width': 1.7, 'height': 1.4, 'variance_xx': 0.3,
        'variance_xy': 0.1, 'variance_yy': 0.2, 'speed_deviation': 0.0,
        'heading_deviation': 0.02, 'path_radius': np.inf, 'path_confidence': 1.0,
    }
    reports, _ = completed(_detection(**given_values))
    assert {name: getattr(reports, name)[0] for name in given_values} == given_values


@pytest.mark.parametrize('missing', ['x', 'y', 'speed'])
@pytest.mark.parametrize('value', [np.nan, np.inf, -np.inf, 1e12])
def test_without_position_or_speed_a_report_is_useless(missing: str, value: float) -> None:
    _, rows = completed(_detection(**{'x': 1.0, 'y': 2.0, 'speed': 3.0, missing: value}))
    assert len(rows) == 0


@pytest.mark.parametrize('variances', [(1.0, 2.0, 1.0), (-1.0, 0.0, 1.0), (1.0, np.nan, 1.0)])
def test_variances_that_are_no_ellipse_count_as_unknown(
    variances: tuple[float, float, float]
) -> None:
    xx, xy, yy = variances
    reports, _ = completed(_detection(
        x=1.0, y=2.0, speed=3.0, variance_xx=xx, variance_xy=xy, variance_yy=yy))
    assert reports.variance_xx[0] == POSITION_DEVIATION**2
    assert reports.variance_xy[0] == 0.0


@given(st.dictionaries(
    st.sampled_from([field.name for field in fields(ObjectReports)]), _ANY))
@pytest.mark.filterwarnings('error')
def test_whatever_comes_nothing_unavailable_or_infinite_remains(
    values: dict[str, float]
) -> None:
    reports, rows = completed(_detection(**{'x': 0.0, 'y': 0.0, 'speed': 1.0, **values}))
    assert len(reports) == len(rows)
    for name in _NEVER_UNAVAILABLE:
        assert np.isfinite(getattr(reports, name)).all()
    assert np.all(reports.variance_xx * reports.variance_yy > reports.variance_xy**2)
