# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Which contacts bear a warning: what indicators announce and what turns leave open decides."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from strategies.runs import START, make_tracks
from world.road_users import ego as make_ego
from world.road_users import parameters

from icv_v2x.inputs import Indicator
from icv_v2x.message_set.enumerations import ExteriorLight
from icv_v2x.scenarios.conflicts import Conflicts, Course, assess_conflicts

LEFT, RIGHT = int(ExteriorLight.LEFT_TURN_SIGNAL), int(ExteriorLight.RIGHT_TURN_SIGNAL)


def met(
    side: float = 1.0, *, ego_speed: float = 15.0, own: dict[str, Any] | None = None,
    settings: dict[str, Any] | None = None, **columns: Any,
) -> Conflicts:
    """Return what an ego eastwards meets; `side` -1 mirrors left and right.

    Args:
        side: 1 as given, -1 mirrored.
        ego_speed: [m/s].
        own: More about the ego.
        settings: Parameters, dotted name to value.
        columns: Of the subjects.
    """
    values = {name: np.atleast_1d(value) for name, value in columns.items()}
    for name in ('y', 'heading', 'yaw_rate', 'turn_rate'):
        if name in values:
            values[name] = side * values[name]
    if side < 0.0 and 'lights' in values:
        values['lights'] = np.where(values['lights'] == 0, 0, LEFT + RIGHT - values['lights'])
    tracks = make_tracks(START, **values)
    ego = make_ego(x=0.0, y=0.0, heading=0.0, speed=ego_speed, stamp=START, **(own or {}))
    return assess_conflicts(ego, tracks, parameters(**(settings or {})))


def from_the_left(speed: float, way: float, **columns: Any) -> dict[str, Any]:
    """Return who comes from the left and reaches the ego's way when the ego is there."""
    return {
        'x': 15.0 * way / speed, 'y': way, 'heading': -0.5 * math.pi, 'speed': speed, **columns}


@pytest.mark.parametrize('side', [1.0, -1.0])
@pytest.mark.parametrize(('speed', 'way', 'lights', 'bears'), [
    (6.0, 18.0, 0, True),
    (6.0, 18.0, LEFT, False),
    (6.0, 18.0, RIGHT, False),
    # Too near to turn off before the ego's way.
    (6.0, 7.0, RIGHT, True),
    # Fast, but it may slow down for the turn.
    (15.0, 45.0, RIGHT, False),
    (15.0, 45.0, 0, True),
    # It cannot any more.
    (15.0, 30.0, RIGHT, True),
])
def test_who_announces_to_turn_off_in_time_is_not_warned_of(
    side: float, speed: float, way: float, lights: int, bears: bool,
) -> None:
    conflicts = met(side, **from_the_left(speed, way, lights=lights))
    assert conflicts.course.tolist() == [Course.CROSSING]
    assert conflicts.contact.overlaps.tolist() == [True]
    assert conflicts.settled.tolist() == [bears]


@pytest.mark.parametrize('side', [1.0, -1.0])
@pytest.mark.parametrize(('yaw_rate', 'bears'), [(0.0, True), (0.01, True), (0.15, False)])
def test_who_changes_lane_on_the_oncoming_side_is_not_on_collision_course(
    side: float, yaw_rate: float, bears: bool,
) -> None:
    # Straight on with this heading it would meet the ego; turning on it passes before.
    conflicts = met(
        side, x=75.0, y=6.5, heading=math.pi + 0.13, speed=9.0, yaw_rate=-yaw_rate,
        ego_speed=10.0)
    assert conflicts.course.tolist() == [Course.ONCOMING]
    assert conflicts.settled.tolist() == [bears]


@pytest.mark.parametrize('side', [1.0, -1.0])
@pytest.mark.parametrize(('lights', 'bears'), [(0, True), (LEFT, False)])
def test_an_oncoming_turn_that_has_just_begun_may_become_tighter(
    side: float, lights: int, bears: bool,
) -> None:
    # In the wide turn it has begun it meets the ego; as tight as usual it is across before.
    conflicts = met(
        side, x=48.0, y=6.0, heading=math.pi + 0.15, speed=8.0, acceleration=2.6, yaw_rate=0.2,
        turn_rate=0.2, turn_angle=0.5 * math.pi - 0.16, lights=lights, ego_speed=12.0)
    assert conflicts.contact.overlaps.tolist() == [True]
    assert conflicts.course.tolist() == [Course.ONCOMING]
    assert conflicts.settled.tolist() == [bears]


@pytest.mark.parametrize('side', [1.0, -1.0])
@pytest.mark.parametrize(('yaw_rate', 'bears'), [(0.0, True), (0.25, True), (-0.25, False)])
def test_who_turns_across_ahead_to_come_along_the_next_lane_is_not_on_collision_course(
    side: float, yaw_rate: float, bears: bool,
) -> None:
    # Straight on with this heading it would meet the ego; it turns to pass it on the next lane.
    conflicts = met(
        side, x=26.0, y=6.0, heading=math.pi + 0.7, speed=3.0, yaw_rate=yaw_rate, ego_speed=8.0)
    assert conflicts.course.tolist() == [Course.CROSSING]
    assert conflicts.contact.overlaps.tolist() == [True]
    assert conflicts.settled.tolist() == [bears]


@pytest.mark.parametrize('side', [1.0, -1.0])
@pytest.mark.parametrize(('x', 'heading', 'turned', 'bears'), [
    # Off its lane: it may turn back no further than along it.
    (36.0, math.pi - 0.3, 0.3, False),
    # Already across its lane, on the way over that of the ego.
    (17.0, math.pi + 0.3, 0.7, True),
])
def test_an_oncoming_turn_back_into_the_lane_ends_there(
    side: float, x: float, heading: float, turned: float, bears: bool,
) -> None:
    conflicts = met(
        side, x=x, y=8.7, heading=heading, speed=3.6, acceleration=2.0, yaw_rate=0.25,
        turn_rate=0.25, turn_angle=0.5 * math.pi - turned, ego_speed=2.0)
    assert conflicts.contact.overlaps.tolist() == [True]
    assert conflicts.course.tolist() == [Course.ONCOMING]
    assert conflicts.settled.tolist() == [bears]


@pytest.mark.parametrize('side', [1.0, -1.0])
@pytest.mark.parametrize(('lights', 'own_lights', 'speed', 'settings', 'bears'), [
    (LEFT, LEFT, 5.0, {}, False),
    (0, LEFT, 5.0, {}, True),
    (LEFT, 0, 5.0, {}, True),
    # As fast as this nobody turns.
    (LEFT, LEFT, 12.0, {}, True),
    # Nobody else speaks of it.
    (LEFT, LEFT, 5.0, {'lta.enabled': False}, True),
])
def test_who_turns_off_to_the_side_to_which_the_ego_does_is_left_to_the_turn_assist(
    side: float, lights: int, own_lights: int, speed: float, settings: dict[str, Any],
    bears: bool,
) -> None:
    # Drifting towards each other on the way into both turns; turning at once it still meets.
    indicator = Indicator.NONE
    if own_lights:
        indicator = Indicator.LEFT if side > 0.0 else Indicator.RIGHT
    conflicts = met(
        side, x=12.0, y=0.6, heading=math.pi, speed=speed, lights=lights, ego_speed=4.0,
        own={'indicator': indicator}, settings=settings)
    assert conflicts.course.tolist() == [Course.ONCOMING]
    assert conflicts.contact.overlaps.tolist() == [True]
    assert conflicts.settled.tolist() == [bears]


@pytest.mark.parametrize('side', [1.0, -1.0])
@pytest.mark.parametrize(('speed', 'rate', 'bears'), [
    # Too fast on too wide an arc for a turn at a junction: a change of lane, which ends.
    (10.7, 0.14, False),
    # Slow enough for a turn.
    (5.0, 0.2, True),
])
def test_a_quick_wide_arc_beside_the_ego_is_a_change_of_lane(
    side: float, speed: float, rate: float, bears: bool,
) -> None:
    conflicts = met(
        side, x=40.0 if speed > 8.0 else 18.0, y=9.3 if speed > 8.0 else 5.0,
        heading=math.pi + 0.06, speed=speed,
        yaw_rate=rate, turn_rate=rate, turn_angle=0.5 * math.pi - 0.115, ego_speed=3.4)
    assert conflicts.course.tolist() == [Course.ONCOMING]
    assert conflicts.contact.overlaps.tolist() == [True]
    assert conflicts.settled.tolist() == [bears]
