# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Long vehicles, two-wheelers, unknown sizes and other levels: each met as what it is."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from judge import advisories, first_warning, following_start, warned

from icv_v2x.advisory import Application
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.scenes import Radio, Scene, Size, encounter, kmh

ARTICULATED = Size(16.5, 2.55, 4.0)
CAR = Size(4.6, 1.8, 1.5)


def crossing(size: Size, *, late: float, ego: float = 50.0, **radio: object) -> Scene:
    """Return a truck that crosses; negative `late` is early."""
    scene = Scene(duration=8.0, radio=replace(Radio(), **radio))
    scene.ego(speed=kmh(ego))
    scene.crossing(
        'truck', object_class=ObjectClass.TRUCK, size=size, speed=kmh(30), at=7.0 * kmh(ego),
        angle=math.pi / 2, late=late)
    return scene.placed(rotation=1.1)


def test_the_tail_of_a_long_vehicle_counts() -> None:
    long, short = crossing(ARTICULATED, late=-0.8), crossing(CAR, late=-0.8)
    assert math.isfinite(encounter(long, 'truck').first_overlap)
    assert encounter(short, 'truck').minimum_distance > 0.5
    first = first_warning(advisories(long), long.subject('truck'))
    assert first is not None
    assert first.advisory.application == Application.ICW
    assert encounter(long, 'truck').first_overlap - first.time >= 1.5
    assert warned(advisories(short)) == []


def test_a_size_that_is_not_sent_is_that_of_the_class() -> None:
    # The usual truck has 12 m: so early, a car would have passed.
    scene = crossing(Size(12.0, 2.5, 3.6), late=-0.6, omit=frozenset({'length', 'width'}))
    assert math.isfinite(encounter(scene, 'truck').first_overlap)
    assert first_warning(advisories(scene), scene.subject('truck')) is not None


def test_the_gap_to_a_long_leader_ends_at_its_rear() -> None:
    scene = Scene(duration=9.0)
    scene.ego(speed=kmh(60))
    scene.actor(
        'truck', object_class=ObjectClass.TRUCK, size=ARTICULATED, ahead=8.0 * kmh(60), speed=0.0)
    first = first_warning(advisories(scene), scene.subject('truck'))
    assert first is not None
    assert first.advisory.gap == pytest.approx((8.0 - first.time) * kmh(60), abs=0.5)
    assert abs(first.time - following_start(scene, 'truck')) <= 0.5


def test_a_motorcycle_ahead_is_a_leader_and_one_beside_is_not() -> None:
    for left, hit in ((0.3, True), (2.2, False)):
        scene = Scene(duration=8.0)
        scene.ego(speed=kmh(60))
        scene.actor(
            'motorcycle', object_class=ObjectClass.MOTORCYCLE, ahead=6.0 * kmh(60), left=left,
            speed=kmh(10))
        first = first_warning(advisories(scene), scene.subject('motorcycle'))
        assert (first is not None) == hit
        if first is not None:
            assert abs(first.time - following_start(scene, 'motorcycle')) <= 0.5


@pytest.mark.parametrize(('elevation', 'omit', 'speaks'), [
    (-6.0, frozenset(), False),
    (6.0, frozenset(), False),
    (1.0, frozenset(), True),
    (6.0, frozenset({'elevation'}), True),
])
def test_who_is_known_to_be_on_another_level_is_not_met(
    elevation: float, omit: frozenset[str], speaks: bool
) -> None:
    scene = Scene(duration=8.0, radio=replace(Radio(), omit=omit))
    scene.ego(speed=kmh(50))
    scene.crossing('other', speed=kmh(50), at=7.0 * kmh(50), elevation=elevation)
    assert bool(warned(advisories(scene))) == speaks


def test_a_vehicle_that_stopped_across_keeps_its_heading() -> None:
    scene = Scene(duration=9.0)
    scene.ego(speed=kmh(50))
    # It comes to stand with its nose 0.5 m inside the way of the ego, its body beside.
    ahead, stop = 8.0 * kmh(50), kmh(20) ** 2 / (2.0 * 4.0)
    half = 0.5 * (ARTICULATED.length + scene.the_ego.size.width)
    scene.actor(
        'truck', object_class=ObjectClass.TRUCK, size=ARTICULATED, x=ahead,
        y=-(half - 0.5) - stop, heading=math.pi / 2, speed=kmh(20)).brake(4.0)
    scene = scene.placed(rotation=2.0)
    assert math.isfinite(encounter(scene, 'truck').first_overlap)
    said = [
        s for s in advisories(scene) if scene.subject('truck') in s.advisory.subject_ids
        and s.time > 4.0 and s.advisory.level >= 3]
    # Had it turned with the standstill, its gap would be that to its length, 8 m nearer.
    assert said
    gap = (8.0 - said[0].time) * kmh(50) - 0.5 * (ARTICULATED.width + scene.the_ego.size.length)
    assert said[0].advisory.gap == pytest.approx(gap, abs=0.8)
