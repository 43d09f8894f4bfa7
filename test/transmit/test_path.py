# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""History and prediction of the way keep to the accuracies of the profile."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from drives import Drive, circle, read, sender, sent, straight
from hypothesis import given, settings
from hypothesis import strategies as st

from icv_v2x.transmit.path_history import MOST_POINTS, PathHistory, Place
from icv_v2x.transmit.path_prediction import PathPrediction

SECOND = 10**9
FORMS = {'position-LL1': 1 << 11, 'position-LL2': 1 << 13, 'position-LL3': 1 << 15,
         'position-LL4': 1 << 17}


def histories(drive: Drive, until: float) -> list[tuple[float, dict[str, Any]]]:
    messages = [(t, read(frame)) for t, frame in sent(sender(), drive, until)]
    return [(t, message) for t, message in messages if 'pathHistory' in message['safetyExt']]


def test_history_comes_every_half_second() -> None:
    times = [t for t, _ in histories(straight(20.0), 10.0)]
    assert np.diff(times) == pytest.approx(0.5, abs=0.02)


def test_history_is_sent_newest_first_in_the_smallest_form() -> None:
    for _, message in histories(circle(15.0, 100.0), 40.0):
        points = message['safetyExt']['pathHistory']['crumbData']
        ages = [point['timeOffset'] for point in points]
        assert ages == sorted(ages)
        for point in points:
            assert set(point) == {'llvOffset', 'timeOffset'}
            form, offset = point['llvOffset']['offsetLL']
            largest = max(abs(offset['lat'] + 0.5), abs(offset['lon'] + 0.5)) + 0.5
            fitting = min(half for half in FORMS.values() if largest <= half)
            assert FORMS[form] == fitting
            assert 'offsetV' not in point['llvOffset']


def test_straight_road_takes_few_points() -> None:
    _, message = histories(straight(30.0), 60.0)[-1]
    assert len(message['safetyExt']['pathHistory']['crumbData']) <= 3


def test_standing_vehicle_has_no_history() -> None:
    assert histories(straight(0.0), 5.0) == []


def driven(curvatures: list[float], step: float) -> list[tuple[float, float]]:
    """A way of arcs 40 m long each."""
    x = y = heading = 0.0
    way = [(x, y)]
    for curvature in curvatures:
        for _ in range(math.ceil(40.0 / step)):
            heading += curvature * step
            x, y = x + step * math.cos(heading), y + step * math.sin(heading)
            way.append((x, y))
    return way


def off_chord(point: Any, begin: Any, end: Any) -> float:
    along, off = np.subtract(end, begin), np.subtract(point, begin)
    share = np.clip(off @ along / max(float(along @ along), 1e-12), 0.0, 1.0)
    return float(np.hypot(*(off - share * along)))


@settings(max_examples=40)
@given(st.lists(st.floats(-0.02, 0.02), min_size=8, max_size=16), st.floats(0.2, 4.0))
def test_history_is_long_enough_exact_and_short(curvatures: list[float], step: float) -> None:
    history = PathHistory()
    way = driven(curvatures, step)
    for number, (x, y) in enumerate(way):
        place = Place(number * SECOND, x, y, 1e-5 * y, 1e-5 * x)
        if history.wants(place.time, x, y):
            history.add(place)
    here = Place(len(way) * SECOND, *way[-1], 1e-5 * way[-1][1], 1e-5 * way[-1][0])
    points = history.points(here)
    assert len(points) <= MOST_POINTS
    line = [way[-1], *((way[-1][0] + 1e5 * point.longitude, way[-1][1] + 1e5 * point.latitude)
                       for point in points)]
    length = sum(math.dist(one, other) for one, other in pairwise(line))
    assert 200.0 <= length <= 400.0
    oldest = len(way) - round(points[-1].time_offset)
    worst = max(
        min(off_chord(point, *chord) for chord in pairwise(line)) for point in way[oldest:])
    assert worst < 1.0


def test_going_to_and_fro_keeps_memory_bounded() -> None:
    history = PathHistory()
    for number in range(20_000):
        x = 60.0 * math.sin(number / 50.0)
        if history.wants(number, x, 0.0):
            history.add(Place(number, x, 0.0, 0.0, 0.0))
    assert len(history._between) <= 401
    assert len(history._points) <= MOST_POINTS


def test_vehicle_placed_anew_has_no_past() -> None:
    history = PathHistory()
    for number in range(100):
        history.add(Place(number * SECOND, 10.0 * number, 0.0, 0.0, 1e-4 * number))
    history.add(Place(100 * SECOND, 5000.0, 0.0, 0.0, 0.05))
    point, = history.points(Place(101 * SECOND, 5000.0, 5.0, 0.0, 0.05))
    assert point.time_offset == 1.0


def predicted(drive: Drive, until: float) -> dict[str, int]:
    *_, (_, frame) = sent(sender(), drive, until)
    found: dict[str, int] = read(frame)['safetyExt']['pathPrediction']
    return found


@pytest.mark.parametrize('radius', [100.1, 250.0, 1000.0, 2400.0])
@pytest.mark.parametrize('side', [1.0, -1.0])
def test_radius_of_a_steady_turn_is_right_within_two_percent(radius: float, side: float) -> None:
    found = predicted(circle(20.0, side * radius), 8.0)
    assert found['radiusOfCurve'] == pytest.approx(-side * 10.0 * radius, rel=0.02)
    assert found['confidence'] == 200


@pytest.mark.parametrize('drive', [
    straight(20.0), circle(0.9, 20.0), circle(20.0, 2600.0)])
def test_straight_slow_and_wide_ways_count_as_straight(drive: Drive) -> None:
    assert predicted(drive, 5.0) == {'radiusOfCurve': 32767, 'confidence': 200}


def test_narrow_turn_is_given_without_confidence() -> None:
    found = predicted(circle(8.0, 40.0), 5.0)
    assert found == {'radiusOfCurve': -400, 'confidence': 0}


def test_prediction_follows_a_change_within_four_seconds() -> None:
    prediction = PathPrediction()
    for number in range(500):
        t = 0.02 * number
        prediction.update(round(t * SECOND), 20.0, 0.0 if t < 5.0 else 0.1)
        if 5.0 < t < 5.5:
            assert prediction.confidence() < 1.0 or prediction.radius() == math.inf
        if t >= 9.0:
            assert prediction.radius() == pytest.approx(-200.0, rel=0.02)


def test_confidence_falls_with_the_yaw_acceleration() -> None:
    shares = []
    for change in (0.0, 0.02, 0.05, 0.1):
        prediction = PathPrediction()
        prediction.update(0, 30.0, 0.1)
        for number in range(1, 20):
            prediction.update(number * SECOND // 50, 30.0, 0.1 + change)
        shares.append(prediction.confidence())
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == 1.0
    assert shares[-1] < 0.7


def test_reversing_turns_to_the_other_side() -> None:
    prediction = PathPrediction()
    prediction.update(0, -5.0, 0.02)
    assert prediction.radius() == pytest.approx(250.0)
