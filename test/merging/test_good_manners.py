# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What a good driver does around a merge: keeps to a gap, opens it, spares the follower."""

from __future__ import annotations

import numpy as np
import pytest
from closed_loop import SECOND, SPACING, START, STEP, Car, Ego, drive, request, tracks_of
from merge_cases import LENGTH, WIDTH, lane, own, parameters, settings, stretch

from icv_v2x.merging import Incumbent, State, plan
from icv_v2x.merging.choice import MergeChoice
from icv_v2x.merging.evaluation import BRAKING
from icv_v2x.merging.profiles import from_nodes
from icv_v2x.pipeline import MergePlanner
from icv_v2x.scenarios.merge_scene import MergeLanes
from icv_v2x.world.ego import EgoState

FREE = lane([])
# Two gaps of which the second costs some seconds more than the first.
ROW = lane([150.0, 62.0, 2.0, -66.0, -150.0])


def rivals() -> tuple[MergeChoice, int]:
    """Return the choice without anything in force, and the gap that costs a little more."""
    first = plan(stretch(), own(), ROW, FREE, settings())
    costs = np.where(first.gaps.feasible, first.gaps.cost, np.inf)
    costs[first.chosen] = np.inf
    return first, int(np.argmin(costs))


def again(rivalled: float, changes: int, switch: float) -> MergeChoice:
    """Return the choice with the dearer gap in force."""
    first, other = rivals()
    return plan(
        stretch(), own(), ROW, FREE, settings(switch=switch), Incumbent(
            int(first.gaps.leader[other]), int(first.gaps.follower[other]),
            float(first.gaps.time[other]), rivalled=rivalled, changes=changes))


def test_a_better_gap_has_to_stay_better_before_it_is_chosen() -> None:
    first, other = rivals()
    ahead = float(first.gaps.cost[other] - first.gaps.cost[first.chosen])
    assert ahead > 0.0
    soon, later = again(0.1, 0, 0.5 * ahead), again(0.5, 0, 0.5 * ahead)
    assert soon.gaps.leader[soon.chosen] == first.gaps.leader[other]
    assert soon.rivalled
    assert later.gaps.leader[later.chosen] == first.gaps.leader[first.chosen]


def test_every_change_of_gap_raises_the_margin_of_the_next() -> None:
    first, other = rivals()
    ahead = float(first.gaps.cost[other] - first.gaps.cost[first.chosen])
    once = again(1.0, 1, 0.6 * ahead)
    assert once.gaps.leader[once.chosen] == first.gaps.leader[other]
    assert not once.rivalled


@pytest.mark.parametrize('behind', [17.0, 30.0, 60.0])
@pytest.mark.parametrize('ahead', [15.0, 18.0])
def test_the_time_gap_is_open_five_seconds_after_the_line_is_crossed(
    ahead: float, behind: float,
) -> None:
    cars = [Car(ahead, 24.0), Car(-behind, 24.0, acts=_follows)]
    outcome = drive(cars, Ego(speed=24.0), end=120.0, desired=24.0)
    assert not outcome.contact
    begins = next(
        step for step, reason in enumerate(outcome.reasons) if reason.startswith('changing'))
    # Five seconds after the line was crossed, or where the plan was complete before.
    last = min(begins + round(6.5 / STEP), len(outcome.place) - 1)
    speed = (outcome.place[last] - outcome.place[last - 1]) / STEP
    assert ahead + 24.0 * STEP * (last + 1) - outcome.place[last] - LENGTH >= speed
    # Within comfort: braking of 3.5 m/s2 is the most at this speed.
    assert min(outcome.acceleration) >= -3.5 * 0.75


def _follows(time: float, ego: Ego, car: Car) -> float:
    """Follow the ego with its speed once that is on the lane."""
    return 0.8 * min(ego.speed - car.speed, 0.0) if ego.y > 1.0 else 0.0


def test_a_near_follower_is_spared_while_the_gap_opens() -> None:
    strongest = []
    for behind in (16.0, 60.0):
        choice = plan(
            stretch(), own(24.0), lane([16.0, -behind], 24.0), FREE, settings(),
            Incumbent(0, 1, -1.6, 1.6, 0.55))
        strongest.append(float(choice.profile.acceleration.min()))
    assert strongest[0] > strongest[1] + 0.3
    assert strongest[1] < -1.2


def test_whoever_need_not_change_keeps_the_time_gap_until_across() -> None:
    # The next lane is faster, with somebody beside, and nobody need leave the own one for 900 m.
    before, changes = lane([33.0], 25.0), 0
    assert not stretch(end=900.0).urgent
    for beside in (-12.0, -8.0, -4.0, 0.0, 4.0):
        for pace in (25.0, 26.5, 28.0):
            row = lane([120.0, beside, -60.0], [32.0, pace, pace])
            choice = plan(stretch(end=900.0), own(25.0), row, before, settings())
            if choice.state != State.MERGE:
                continue
            changes += 1
            way, speed, rate = choice.profile.at(choice.change_time)
            gap = 33.0 - LENGTH + 25.0 * choice.change_time - way[0]
            # So fast it would be once it has taken back its acceleration with 2.5 m/s3.
            fastest = speed[0] + max(rate[0], 0.0) ** 2 / 5.0
            assert gap - 1.5 * max(fastest - 25.0, 0.0) >= 1.0 * fastest - 0.1
    assert changes >= 4
    urgent = plan(
        stretch(end=300.0), own(25.0), lane([70.0, -40.0], [32.0, 25.0]), before, settings())
    assert urgent.state == State.MERGE


@pytest.mark.parametrize(('row', 'pace', 'speed', 'end'), [
    ([139.0, 96.0, 65.0, 42.0, 9.0, -26.0, -57.0], 20.0, 24.0, 180.0),
    ([119.0, 83.0, 44.0, 20.0, -6.0, -45.0, -78.0], 22.0, 18.0, 200.0),
    ([133.0, 88.0, 67.0, 37.0, 0.0, -43.0, -65.0], 20.0, 20.0, 180.0)])
def test_towards_the_end_a_gap_with_room_is_better_than_one_that_just_suffices(
    row: list[float], pace: float, speed: float, end: float,
) -> None:
    choice = plan(stretch(end=end), own(speed), lane(row, pace), FREE, settings())
    assert choice.state == State.MERGE
    assert choice.gaps.follower_headway[choice.chosen] > 0.6
    tight = choice.gaps.feasible & (choice.gaps.follower_headway < 0.35)
    # It would be there in no more time.
    assert (choice.gaps.time[tight] < choice.change_time + 1.0).any()


def test_whoever_need_not_change_keeps_it_during_the_change_too() -> None:
    gaps = []
    for end in (300.0, 900.0):
        choice = plan(
            stretch(end=end), own(25.0), lane([120.0, -60.0], 30.0), lane([31.0], 25.0),
            settings(), Incumbent(0, 1, -0.4, 0.4, 0.1))
        assert choice.state == State.MERGE
        way, speed, _ = choice.profile.at(1.3)
        gaps.append((31.0 - LENGTH + 25.0 * 1.3 - way[0]) / speed[0])
    urgent, ample = gaps
    assert ample > 1.0 > urgent


def test_an_emergency_braking_is_as_hard_as_it_takes_and_ends_with_the_emergency() -> None:
    # The leader brakes hard for half a second, which may go on until it stands; then it does not.
    speeds = []
    for step in range(12):
        time = step * STEP
        rate = -4.5 if time < 0.5 else 1.0
        pace = 20.0 - 4.5 * min(time, 0.5) + max(time - 0.5, 0.0)
        way = 20.0 * time - 2.25 * min(time, 0.5) ** 2 - max(time - 0.5, 0.0) * 2.25
        speed, before = (23.0, -1.2) if not speeds else speeds[-1][:2]
        made = sum(one[0] * STEP for one in speeds)
        row = lane([21.0 + way - made, -80.0], [pace, 20.0], [rate, 0.0])
        choice = plan(
            stretch(), own(speed, before), row, FREE, settings(),
            Incumbent(0, 1, -1.0 - time, 1.0 + time, 0.3 + time / 3.0))
        _, faster, then = choice.profile.at(STEP)
        speeds.append((float(faster[0]), float(then[0])))
    braking = [-rate for _, rate in speeds]
    assert 3.5 < max(braking) < 6.5
    assert max(braking[8:]) <= 3.5 + 0.1


def test_a_gap_that_somebody_has_divided_is_entered_in_its_other_half() -> None:
    # Whoever came between leaves room behind itself, and none before.
    row = lane([40.0, 22.0, -45.0], 25.0)
    incumbent = Incumbent(0, 2, 1.5, profile=plan(
        stretch(), own(), lane([40.0, -45.0], 25.0), FREE, settings()).profile)
    choice = plan(stretch(), own(), row, FREE, settings(), incumbent)
    assert choice.state == State.MERGE
    assert not choice.bridged
    assert choice.gaps.leader[choice.chosen] == 1
    assert choice.gaps.follower[choice.chosen] == 2


@pytest.mark.parametrize('rate', [0.0, -BRAKING - 3.0])
def test_nobody_is_entered_behind_who_brakes_hard_just_now(rate: float) -> None:
    row = lane([15.0, -40.0], [20.0, 20.0], [rate, 0.0])
    choice = plan(stretch(end=120.0), own(20.0), row, FREE, settings())
    at_once = choice.state == State.MERGE and choice.change_time < 1.0 and (
        choice.gaps.leader[choice.chosen] == 0)
    assert at_once == (rate == 0.0)


def test_shorter_time_gaps_do_where_the_change_can_begin_at_the_last() -> None:
    # 6 m at both sides, between 0.2 and 0.3 s; what is ahead and behind is no better.
    places = np.array([LENGTH + 6.0, -LENGTH - 6.0])
    row = lane(np.concatenate([
        np.arange(places[0] + 9.0 * 12, places[0], -9.0), places,
        np.arange(places[1] - 9.0, places[1] - 9.0 * 12, -9.0)]), 22.0)
    early = plan(stretch(end=300.0), own(22.0), row, FREE, settings(sigmas=0.0))
    late = plan(stretch(end=75.0), own(22.0), row, FREE, settings(sigmas=0.0))
    assert early.state == State.HOLD or early.change_time > 0.5
    assert late.state == State.MERGE
    assert late.change_time <= 0.5
    assert late.gaps.leader_headway[late.chosen] < 0.4


@pytest.mark.parametrize('end', [14.0, 20.0, 30.0])
@pytest.mark.parametrize('cars', [[], [Car(-250.0, 14.0)], [Car(60.0, 20.0), Car(-300.0, 20.0)]])
def test_whoever_stands_before_the_end_changes_at_once_where_there_is_room(
    cars: list[Car], end: float,
) -> None:
    outcome = drive(
        [Car(car.x, car.speed) for car in cars], Ego(speed=0.0), end=end, desired=30.0)
    assert not outcome.contact
    assert outcome.states[-1] == State.COMPLETE
    assert outcome.reasons[2].startswith('changing')


def test_a_change_ends_before_the_lane() -> None:
    # Half across with 5 m to go: so fast that the way lasts for the other half.
    choice = plan(
        stretch(begin=-90.0, end=8.0), own(4.5, 2.0), lane([90.0, -200.0], 20.0), FREE,
        settings(), Incumbent(0, 1, -1.2, 1.2, 0.4))
    assert choice.state == State.MERGE
    way, speed, _ = choice.profile.at(1.5)
    assert way[0] <= 8.0 + 0.5
    assert speed[0] <= 5.5
    free = plan(
        stretch(begin=-90.0, end=90.0), own(4.5, 2.0), lane([90.0, -200.0], 20.0), FREE,
        settings(), Incumbent(0, 1, -1.2, 1.2, 0.4))
    assert free.profile.at(1.5)[1][0] > 8.0


def test_no_more_is_gained_during_a_change_than_the_way_left_allows() -> None:
    asked = []
    for end in (15.0, 60.0):
        choice = plan(
            stretch(begin=-90.0, end=end), own(4.5), lane([90.0, -30.0], [14.0, 9.0]), FREE,
            settings(end_margin=5.0))
        assert choice.change_time == 0.0
        asked.append(float(choice.gaps.asked[choice.chosen]))
    assert asked[1] == 0.0
    assert asked[0] > 0.1


@pytest.mark.parametrize('begin', [0.0, 8.0])
def test_a_change_is_not_broken_off_for_scatter(begin: float) -> None:
    """A metre of noise puts those of the lanes beside on the target lane for single messages."""
    cars = [
        Car(place, 24.0, y=lane_number * SPACING)
        for lane_number, places in ((1, (60.0, -50.0)), (2, (-8.0, 0.0, 8.0)), (0, (45.0, -30.0)))
        for place in places]
    outcome = drive(
        cars, Ego(x=-24.0 * begin, speed=24.0), end=200.0, desired=24.0, scatter=1.0)
    assert not outcome.contact
    assert State.ABORT not in outcome.states
    assert outcome.states[-1] == State.COMPLETE


@pytest.mark.parametrize('pace', [18.0, 22.0, 25.0, 28.0])
@pytest.mark.parametrize('gap', [60.0, 80.0, 120.0])
def test_a_slower_leader_is_approached_without_losing_the_time_gap(
    gap: float, pace: float,
) -> None:
    """Though the own acceleration is measured late."""
    planner, kept = MergePlanner(parameters()), MergeLanes(request(3000.0, 33.0, START))
    x, speed, rates, least = 0.0, 29.0, [2.0] * 5, np.inf
    for step in range(250):
        time = step * STEP
        stamp = START + round(time * SECOND)
        leader = gap + LENGTH + pace * time
        tracks = tracks_of([Car(leader, pace, y=SPACING)], stamp)
        profile = planner.along(kept, tracks, EgoState(
            stamp, x, SPACING, 0.0, 0.0, speed, rates[-5], 0.0, LENGTH, WIDTH, 1.5, 0.1, 0.0))
        faster = float(profile.at(STEP)[1][0])
        rates.append((faster - speed) / STEP)
        x += 0.5 * STEP * (speed + faster)
        speed = faster
        least = min(least, (leader + pace * STEP - x - LENGTH) / speed)
    assert least >= 1.0
    assert min(rates) >= -3.5 - 1e-9
    assert speed == pytest.approx(pace, abs=0.3)


def test_a_plan_that_goes_on_without_its_gap_stays_within_the_limits() -> None:
    """It was made for a slower ego."""
    levels = np.array([2.4, 3.5, 3.0, 0.0])
    profile = from_nodes(np.array([[0.0, 1.0, 3.0, 4.0]]), levels[None], 20.0).one(0)
    # Nobody can be entered: gaps of 8 m all along.
    row = lane(np.arange(150.0, -150.0, -LENGTH - 8.0), 25.0)
    choice = plan(
        stretch(), own(20.0, 2.0), row, FREE, settings(sigmas=0.0),
        Incumbent(10, 11, 3.0, profile=profile))
    assert choice.bridged
    most = settings().limits.at(choice.profile.speed).acceleration
    assert (choice.profile.acceleration <= most + 1e-9).all()
    assert choice.profile.acceleration[0] == pytest.approx(2.0)
