# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What a map tells of crossing traffic: where its lane leads, whether it must yield at red."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from strategies.road_maps import map_frame, maps_of
from strategies.runs import START, make_tracks
from strategies.signals import PLAN, Roadside, at
from world.road_users import ego as make_ego
from world.road_users import parameters

from icv_v2x.advisory import Level
from icv_v2x.inputs import Indicator, PlannedPath
from icv_v2x.interchange.map_plans import LanePlan, LinkPlan, WayOver, map_octets
from icv_v2x.message_set.enumerations import ExteriorLight
from icv_v2x.message_set.records.map_common import AllowedManeuver
from icv_v2x.roads import road_model
from icv_v2x.scenarios import dnpw, fcw, icw
from icv_v2x.scenarios.conflicts import Course, assess_conflicts
from icv_v2x.scenarios.intent import OwnCourse, read_intent
from icv_v2x.scenarios.on_lanes import beside_on_the_way, on_a_lane, with_lanes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.roads import RoadModel
    from icv_v2x.scenarios.conflicts import Conflicts
    from icv_v2x.signals import Signals

RAMP = math.radians(11.3)
NEVER_RED, RED = 32.0, 5.0
NO_SIGN = AllowedManeuver(0)


def roads(*links: LinkPlan) -> RoadModel:
    return road_model(maps_of([map_octets(links, map_frame())]))


def ramp(aside: float) -> RoadModel:
    """Return a ramp that ends 3.5 m beside the ego's lane, where a lane along it begins."""
    slope = np.array([[-300.0 * math.cos(RAMP), -3.5 - 300.0 * math.sin(RAMP)], [0.0, -3.5]])
    slope -= [0.0, aside]
    return roads(
        LinkPlan(1, 2, (LanePlan(1, slope, (WayOver(3, 1),)),)),
        LinkPlan(2, 3, (LanePlan(1, np.array([[1.0, -3.5], [300.0, -3.5]])),)))


def on_the_ramp(aside: float = 0.0) -> Conflicts:
    """Return what an ego on the lane beside meets of a car 83 m before the end of the ramp.

    Args:
        aside: How far the car is beside the ramp [m].
    """
    x, y = -83.0 * math.cos(RAMP), -3.5 - 83.0 * math.sin(RAMP)
    tracks = make_tracks(
        START, x=np.array([x]), y=np.array([y]), heading=np.array([RAMP]),
        speed=np.array([20.6]), variance_xx=np.full(1, 0.1), variance_yy=np.full(1, 0.1))
    own = make_ego(x=x - 61.0, y=0.0, heading=0.0, speed=33.7, stamp=START)
    found = assess_conflicts(own, tracks, parameters())
    assert found.course.tolist() == [Course.CROSSING]
    assert found.settled.tolist() == [True]
    return with_lanes(found, own, tracks, ramp(aside), None, parameters())


def test_a_car_whose_lane_bends_away_before_the_ego_bears_no_warning() -> None:
    assert on_the_ramp().settled.tolist() == [False]


@pytest.mark.parametrize(('mapped', 'level'), [(True, Level.CAUTION), (False, Level.WARNING)])
def test_a_car_on_a_ramp_ahead_is_no_leader_where_its_lane_bends_away(
    mapped: bool, level: Level,
) -> None:
    x, y = -17.7 * math.cos(RAMP), -3.5 - 17.7 * math.sin(RAMP)
    tracks = make_tracks(
        START, x=np.array([x]), y=np.array([y]), heading=np.array([RAMP]),
        speed=np.array([20.5]), variance_xx=np.full(1, 0.1), variance_yy=np.full(1, 0.1))
    own = make_ego(x=x - 15.1, y=0.0, heading=0.0, speed=24.9, length=12.0, stamp=START)
    found = assess_conflicts(own, tracks, parameters())
    assert found.course.tolist() == [Course.SAME]
    found = with_lanes(found, own, tracks, ramp(0.0) if mapped else None, None, parameters())
    assert [one.level for one in fcw.assess(found, tracks, own, parameters())] == [level]


def test_a_car_that_has_left_its_lane_is_taken_for_what_it_does() -> None:
    assert on_the_ramp(aside=2.2).settled.tolist() == [True]


def signals(seconds: float) -> Signals:
    unit = Roadside()
    unit.say(seconds, {1: PLAN.states(seconds)}, node=2)
    return unit.store.snapshot(at(seconds))


def crossing(
    way: float, seconds: float | None, sign: AllowedManeuver = NO_SIGN, *, phase: int = 1,
    own_sign: AllowedManeuver = NO_SIGN,
) -> Sequence[Level]:
    """Return the levels for a car from the right that reaches the ego's way when the ego does.

    Args:
        way: Of the car to the ego's way [m], at 15 m/s like the ego.
        seconds: On the clock of its signal, None: no signal is heard.
        sign: Beside its lane.
        phase: Of its signal, 0: it has none.
        own_sign: Beside the ego's lane.
    """
    lane = np.array([[0.0, -200.0], [0.0, -8.0]])
    own_lane = np.array([[-200.0, 0.0], [-8.0, 0.0]])
    model = roads(
        LinkPlan(1, 2, (LanePlan(1, lane, (WayOver(3, 1, phase=phase),), int(sign)),)),
        LinkPlan(4, 2, (LanePlan(1, own_lane, (WayOver(5, 1),), int(own_sign)),)))
    tracks = make_tracks(
        START, x=np.zeros(1), y=np.array([-way]), heading=np.full(1, 0.5 * math.pi),
        speed=np.array([15.0]), variance_xx=np.full(1, 0.1), variance_yy=np.full(1, 0.1))
    own = make_ego(x=-way, y=0.0, heading=0.0, speed=15.0, stamp=START)
    shown = None if seconds is None else signals(seconds)
    found = with_lanes(
        assess_conflicts(own, tracks, parameters()), own, tracks, model, shown, parameters())
    return [one.level for one in icw.assess(found, tracks, own, parameters())]


@pytest.mark.parametrize(('seconds', 'level'), [
    (None, Level.WARNING), (NEVER_RED, Level.WARNING), (RED, Level.CAUTION)])
def test_a_car_before_red_is_trusted_to_stop_as_long_as_that_is_easy(
    seconds: float | None, level: Level,
) -> None:
    # Stopping before the way of the ego takes 2.6 m/s2.
    assert crossing(46.0, seconds) == [level]


def test_red_holds_a_car_as_well_whose_contact_hangs_on_the_prediction() -> None:
    lane = np.array([[8.0, 200.0], [8.0, 8.0]])
    model = roads(LinkPlan(1, 2, (LanePlan(1, lane, (WayOver(3, 1, phase=1),)),)))
    # The ego sets off before it; its own acceleration decides whether they meet.
    tracks = make_tracks(
        START, x=np.array([8.0]), y=np.array([55.0]), heading=np.full(1, -0.5 * math.pi),
        speed=np.array([13.8]), variance_xx=np.full(1, 0.1), variance_yy=np.full(1, 0.1))
    own = make_ego(x=0.0, y=0.0, heading=0.0, speed=0.8, acceleration=2.0, stamp=START)
    levels = []
    for unsettled in (False, True):
        found = assess_conflicts(own, tracks, parameters())
        if unsettled:
            found = replace(found, settled=np.zeros(1, dtype=np.bool_))
        for shown in (None, signals(RED)):
            known = with_lanes(found, own, tracks, model, shown, parameters())
            levels.append(max(one.level for one in icw.assess(known, tracks, own, parameters())))
    assert levels == [Level.WARNING, Level.CAUTION] * 2


def test_a_car_that_can_hardly_stop_at_red_is_warned_of() -> None:
    # It takes 4.2 m/s2.
    assert min(crossing(30.0, RED)) >= Level.WARNING


@pytest.mark.parametrize('sign', [
    AllowedManeuver.YIELD_ALWAYS_REQUIRED, AllowedManeuver.GO_WITH_HALT])
def test_a_car_that_signs_make_give_way_is_trusted_to_stop_as_long_as_that_is_easy(
    sign: AllowedManeuver,
) -> None:
    assert crossing(46.0, None, sign, phase=0) == [Level.CAUTION]
    assert min(crossing(30.0, None, sign, phase=0)) >= Level.WARNING


def test_signs_say_nothing_where_the_ego_has_one_too_or_a_signal_is_in_force() -> None:
    sign = AllowedManeuver.YIELD_ALWAYS_REQUIRED
    assert crossing(46.0, None, sign, phase=0, own_sign=sign) == [Level.WARNING]
    assert crossing(46.0, NEVER_RED, sign) == [Level.WARNING]


@pytest.mark.parametrize(('side', 'same'), [(1.0, True), (-1.0, False)])
def test_a_lane_of_the_own_direction_beside_is_known_by_the_map(side: float, same: bool) -> None:
    lanes = tuple(
        LanePlan(number, np.array([[0.0, y], [300.0, y]]))
        for number, y in ((1, 0.0), (2, 3.5)))
    oncoming = LanePlan(1, np.array([[300.0, 7.0], [0.0, 7.0]]))
    model = roads(LinkPlan(1, 2, lanes), LinkPlan(2, 1, (oncoming,)))
    own = make_ego(x=50.0, y=0.2, heading=0.0, speed=15.0, stamp=START)
    assert beside_on_the_way(own, model, side) is same
    assert on_a_lane(model, own.x, own.y, own.heading)
    assert not on_a_lane(model, own.x, 7.0, own.heading)
    assert not on_a_lane(model, own.x, 5.4, own.heading)
    assert not on_a_lane(None, own.x, own.y, own.heading)
    inner = make_ego(x=50.0, y=3.5, heading=0.0, speed=15.0, stamp=START)
    assert beside_on_the_way(inner, model, 1.0) is False
    assert beside_on_the_way(own, None, side) is False


def test_who_is_passed_from_the_next_lane_of_the_own_direction_is_passed_before_nobody() -> None:
    # The ego seems to be in the oncoming lane beside the leader.
    tracks = make_tracks(
        START, x=np.array([15.0, 150.0]), y=np.array([-3.5, 0.0]),
        heading=np.array([0.0, math.pi]), speed=np.array([12.0, 20.0]))
    own = make_ego(x=0.0, y=0.0, heading=0.0, speed=15.0, stamp=START)
    course = OwnCourse()
    course.extend(own)
    intent = read_intent(own, course, parameters())
    said = dnpw.assess(tracks, own, intent, parameters())
    assert [one.level >= Level.WARNING for one in said] == [True]
    assert dnpw.assess(tracks, own, intent, parameters(), own_lane=lambda *_: True) == []


@pytest.mark.parametrize(('left', 'turned', 'warned'), [
    # About a metre a second sideways: from the outer lane, from before and behind the middle of
    # the inner one, and with no lane of its own there.
    (6.0, 0.07, False), (3.9, 0.07, False), (3.4, 0.07, False), (3.0, 0.07, True),
    (-4.0, -0.07, True),
])
@pytest.mark.parametrize(('mapped', 'askew'), [(True, False), (True, True), (False, False)])
def test_who_changes_lanes_on_the_oncoming_side_is_not_on_the_way_into_the_own_lane(
    left: float, turned: float, warned: bool, mapped: bool, askew: bool,
) -> None:
    lanes = tuple(
        LanePlan(number, np.array([[500.0, y], [0.0, y]])) for number, y in ((1, 7.0), (2, 3.5)))
    own_lane = LanePlan(1, np.array([[0.0, 0.0], [500.0, 0.0]]))
    model = roads(LinkPlan(2, 1, lanes), LinkPlan(1, 2, (own_lane,)))
    way = 14.0 * math.tan(abs(turned))
    own = make_ego(x=50.0, y=0.0, heading=0.0, speed=15.0, stamp=START)
    if askew:
        # An ego that comes back into its lane: what others do is seen along their lanes.
        time = np.arange(0.0, 8.1, 0.2)
        own = replace(own, heading=-0.17, path=PlannedPath(
            stamp=START, time=START + np.round(time * 1e9).astype(np.int64),
            x=50.0 + 15.0 * time - 1.4, y=0.0 * time, yaw=0.0 * time))
    tracks = make_tracks(
        START, x=np.array([50.0 + 29.0 * (abs(left) - 0.5) / way]), y=np.array([left]),
        heading=np.array([math.pi + turned]), speed=np.array([14.0]),
        variance_xx=np.full(1, 0.1), variance_yy=np.full(1, 0.1))
    found = assess_conflicts(own, tracks, parameters())
    assert found.course.tolist() == [Course.ONCOMING]
    assert found.settled.tolist() == [True]
    found = with_lanes(found, own, tracks, model if mapped else None, None, parameters())
    assert found.settled.tolist() == [warned or not mapped]


@pytest.mark.parametrize(('seconds', 'light', 'ahead', 'aside', 'warned'), [
    # An oncoming car that turns across has to let the ego pass, and easily can.
    (NEVER_RED, ExteriorLight.LEFT_TURN_SIGNAL, 24.0, 8.0, False),
    # It goes straight on; the ego has red; nobody knows what the signal shows.
    (NEVER_RED, ExteriorLight(0), 24.0, 8.0, True),
    (RED, ExteriorLight.LEFT_TURN_SIGNAL, 24.0, 8.0, True),
    (None, ExteriorLight.LEFT_TURN_SIGNAL, 24.0, 8.0, True),
    # It hardly can any more.
    (NEVER_RED, ExteriorLight.LEFT_TURN_SIGNAL, 4.0, 3.8, True),
])
def test_oncoming_traffic_that_turns_across_gives_way_to_an_ego_at_green(
    seconds: float | None, light: ExteriorLight, ahead: float, aside: float, warned: bool,
) -> None:
    own_lane = np.array([[-200.0, 0.0], [-8.0, 0.0]])
    model = roads(LinkPlan(1, 2, (LanePlan(1, own_lane, (WayOver(3, 1, phase=1),)),)))
    # It comes with 5 m/s on a slant that leads in front of the ego.
    slant = 0.35
    tracks = make_tracks(
        START, x=np.array([ahead]), y=np.array([aside]),
        heading=np.full(1, math.pi + slant), speed=np.array([5.0]),
        lights=np.full(1, int(light)), variance_xx=np.full(1, 0.05),
        variance_yy=np.full(1, 0.05))
    own = make_ego(x=-11.4, y=0.0, heading=0.0, speed=6.0, stamp=START)
    shown = None if seconds is None else signals(seconds)
    found = assess_conflicts(own, tracks, parameters())
    assert found.course.tolist() == [Course.ONCOMING]
    found = replace(found, settled=np.ones(1, dtype=np.bool_))
    known = with_lanes(found, own, tracks, model, shown, parameters())
    said = fcw.assess(known, tracks, own, parameters())
    assert [one.level >= Level.WARNING for one in said] == [warned]


def test_a_pass_on_a_lane_of_the_own_direction_beside_the_leader_is_none() -> None:
    # The ego drifts from the outer lane to the inner one, behind a leader on the outer.
    tracks = make_tracks(
        START, x=np.array([25.0, 120.0]), y=np.array([-3.5, 1.5]),
        heading=np.array([0.0, math.pi]), speed=np.array([12.0, 15.0]))
    own = make_ego(
        x=0.0, y=-2.2, heading=0.07, speed=15.0, stamp=START, indicator=Indicator.LEFT)
    course = OwnCourse()
    course.extend(own)
    intent = read_intent(own, course, parameters())

    def inner(_x: float, y: float, _heading: float) -> bool:
        return abs(y) < 1.75

    levels = [
        max(one.level for one in dnpw.assess(tracks, own, intent, parameters(), lane))
        for lane in (lambda *_: False, inner)]
    assert levels == [Level.WARNING, Level.CAUTION]


@pytest.mark.parametrize(('way', 'warned'), [
    # Gone before the ego, which has just set off, gets there; and in its way by then.
    (-1.5, False), (6.0, True),
])
def test_an_ego_that_sets_off_hears_of_nobody_who_is_gone_by_then(
    way: float, warned: bool,
) -> None:
    tracks = make_tracks(
        START, x=np.array([6.5]), y=np.array([way]), heading=np.full(1, -0.5 * math.pi),
        speed=np.array([5.0]), variance_xx=np.full(1, 0.1), variance_yy=np.full(1, 0.1))
    own = make_ego(x=0.0, y=0.0, heading=0.0, speed=1.2, acceleration=1.0, stamp=START)
    found = assess_conflicts(own, tracks, parameters())
    levels = [one.level for one in icw.assess(found, tracks, own, parameters())]
    assert (Level.WARNING in levels) is warned


def test_a_slow_change_of_lane_crosses_nobody_who_comes_along_that_lane() -> None:
    # At walking pace the planned way leads 35 degrees aside.
    time = np.arange(0.0, 6.1, 0.2)
    slant = np.radians(np.where(time < 4.6, -35.0, 0.0))
    x, y = np.cumsum(0.28 * np.cos(slant)), np.cumsum(0.28 * np.sin(slant))
    path = PlannedPath(
        stamp=START, time=START + np.round(time * 1e9).astype(np.int64), x=x, y=y, yaw=slant)
    tracks = make_tracks(
        START, x=np.array([-60.0]), y=np.array([-3.2]), heading=np.zeros(1),
        speed=np.array([14.7]), variance_xx=np.full(1, 0.1), variance_yy=np.full(1, 0.1))
    own = make_ego(x=0.0, y=0.0, heading=-0.02, speed=1.4, stamp=START, path=path)
    found = assess_conflicts(own, tracks, parameters(**{'vehicle.base_link_to_center': 0.0}))
    assert found.contact.overlaps.tolist() == [True]
    assert found.course.tolist() == [Course.SAME]
