# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Speed advice over signals: within its limits, behind queues, and none where it would mislead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from strategies.street import TURNS, Street, straight

from icv_v2x.advisory.types import Action, Advisory, Level
from icv_v2x.inputs import Indicator
from icv_v2x.interchange.signal_plans import FixedCycle, State
from icv_v2x.message_set.records.spat import IntersectionStatus
from icv_v2x.scenarios import glosa
from icv_v2x.translate.signal_reports import Light

RED, YELLOW, GREEN = Light.RED, Light.YELLOW, Light.PROTECTED_GREEN
LIMIT = 13.89
FIXED = int(IntersectionStatus.FIXED_TIME_OPERATION)


def advised(
    states: Sequence[State], *, front: float = 0.0, speed: float = 13.0, **how: Any,
) -> Advisory | None:
    """Return the advice for one signal at x = 300 m."""
    street = Street(straight([300.0]))
    street.say(0.0, {1: states})
    return only(street, 0.0, front, speed, **how)


def only(street: Street, time: float, front: float, speed: float, **how: Any) -> Advisory | None:
    scene = street.scene(time, front, speed, **how)
    found = glosa.assess(scene, scene.parameters)
    return found[0] if found else None


def arrival(speed: float, distance: float, now: float) -> float:
    """Return when a distance is covered by who takes up a speed at 1.2 m/s2."""
    duration = abs(speed - now) / 1.2
    return duration + (distance - 0.5 * (speed + now) * duration) / speed


def test_both_ends_of_the_interval_pass_in_green_with_the_margins() -> None:
    advice = advised([State(RED, 0.0, 25.0), State(GREEN, 25.0, 33.0), State(YELLOW, 33.0, 36.0)])
    assert advice is not None
    assert (advice.level, advice.action) == (Level.INFO, Action.SPEED_ADVICE)
    assert arrival(advice.speed_max, 300.0, 13.0) == pytest.approx(26.0, abs=0.1)
    assert arrival(advice.speed_min, 300.0, 13.0) == pytest.approx(31.0, abs=0.1)
    assert max(20 / 3.6, 0.6 * LIMIT) <= advice.speed_min <= advice.speed_max <= LIMIT
    assert advice.stop_profile_speed[-1] == pytest.approx(advice.speed_max)


def test_the_interval_stays_within_the_limit_and_above_the_floor() -> None:
    advice = advised([State(GREEN, 0.0, 300.0)])
    assert advice is not None
    assert advice.speed_max == pytest.approx(LIMIT, abs=0.02)
    assert advice.speed_min == pytest.approx(0.6 * LIMIT, abs=0.02)


@pytest.mark.parametrize('states', [
    [State(RED, 0.0, 60.0), State(GREEN, 60.0, 90.0)],
    [State(GREEN, 0.0, 12.0), State(YELLOW, 12.0, 15.0), State(RED, 15.0, 75.0)],
])
def test_where_no_speed_passes_the_profile_stops_well(states: list[State]) -> None:
    advice = advised(states)
    assert advice is not None
    assert np.isnan([advice.speed_min, advice.speed_max]).all()
    time, speed = np.array(advice.stop_profile_time), np.array(advice.stop_profile_speed)
    way = float(np.sum(0.5 * (speed[1:] + speed[:-1]) * np.diff(time)))
    assert speed[-1] == 0.0
    assert 290.0 < way <= 299.0
    assert (np.diff(speed) >= -1.21 * np.diff(time)).all()


GOING_GREEN = [State(RED, 0.0, 25.0), State(GREEN, 25.0, 60.0)]


def test_a_queue_is_discharged_before_the_advised_arrival() -> None:
    free = advised(GOING_GREEN)
    queued = advised(GOING_GREEN, others=[(297.0, 0.0), (290.0, 0.0), (283.0, 0.0)])
    assert free is not None
    assert queued is not None
    # The margin of 1 s is for the first one to move off; then 1.9 s each.
    assert arrival(queued.speed_max, 300.0, 13.0) == pytest.approx(
        25.0 + 1.0 + 3 * 1.9, abs=0.2)
    assert queued.speed_max < free.speed_max


@pytest.mark.parametrize(('how', 'why'), [
    ({'front': 271.0}, 'within 30 m'),
    ({'others': [(25.0, 3.0)]}, 'behind a slower leader'),
])
def test_no_advice_is_given(how: dict[str, Any], why: str) -> None:
    assert advised(GOING_GREEN, **how) is None, why


def test_before_others_who_come_up_the_profile_drives_on_and_slows_down_late() -> None:
    alone = advised(GOING_GREEN)
    ahead_of = advised(GOING_GREEN, others=[(-30.0, 13.0)])
    assert alone is not None
    assert ahead_of is not None
    assert (ahead_of.speed_min, ahead_of.speed_max) == (alone.speed_min, alone.speed_max)
    assert alone.stop_profile_speed[1] < 12.0
    assert ahead_of.stop_profile_speed[1] == pytest.approx(LIMIT, abs=0.02)
    assert min(ahead_of.stop_profile_speed) >= ahead_of.speed_min - 0.05
    assert ahead_of.stop_profile_time[-1] == pytest.approx(26.0, abs=0.1)
    assert advised(GOING_GREEN, others=[(-30.0, 13.0), (20.0, 13.4)]) is not None


def test_who_has_to_wait_behind_a_queue_rolls_up_when_its_last_one_moves_off() -> None:
    red = [State(RED, 0.0, 40.0), State(GREEN, 40.0, 70.0)]
    advice = advised(red, front=150.0, others=[(297.0, 0.0), (290.0, 0.0), (120.0, 13.0)])
    assert advice is not None
    time, speed = np.array(advice.stop_profile_time), np.array(advice.stop_profile_speed)
    way = float(np.sum(0.5 * (speed[1:] + speed[:-1]) * np.diff(time)))
    # The last one's rear is at 285.7 m; it moves off 1 + 1.2 s after green, 1 s is the margin.
    assert way == pytest.approx(285.7 - 150.0 - 2.5, abs=1.0)
    assert time[-1] == pytest.approx(43.2, abs=2.0)
    assert speed[-2] >= 1.0


def test_a_faster_leader_or_a_far_one_does_not_silence() -> None:
    assert advised(GOING_GREEN, others=[(25.0, 13.5)]) is not None
    assert advised(GOING_GREEN, others=[(150.0, 3.0)]) is not None


def test_advice_ends_at_once_with_the_signal_and_on_contradiction() -> None:
    street = Street(straight([300.0]))
    for step in range(4):
        street.say(0.1 * step, {1: GOING_GREEN})
    assert only(street, 0.35, 0.0, 13.0) is not None
    assert only(street, 0.7, 0.0, 13.0) is None
    street.say(0.7, {1: GOING_GREEN}, signer=1)
    street.say(0.7, {1: [State(GREEN, 0.0, 40.0)]}, signer=2)
    assert only(street, 0.75, 0.0, 13.0) is None


def test_no_advice_rests_on_a_countdown_that_stands_still() -> None:
    street = Street(straight([300.0]))
    for step in range(30):
        street.say(0.1 * step, {1: [State(RED, 0.0, 25.0), State(GREEN, 25.0, 60.0)]})
    assert only(street, 2.95, 0.0, 13.0) is None


def test_a_permissive_turn_gets_no_advice_and_a_protected_one_does() -> None:
    for light, expected in ((Light.PERMISSIVE_GREEN, False), (GREEN, True)):
        street = Street(straight([300.0], ways=[TURNS]))
        street.say(0.0, {
            phase: [State(RED, 0.0, 25.0), State(light, 25.0, 60.0)] for phase in (1, 2, 3)})
        advice = only(street, 0.0, 0.0, 13.0, indicator=Indicator.LEFT)
        assert (advice is not None) == expected


def test_five_signals_are_passed_together_where_that_is_possible() -> None:
    places = [300.0 + 400.0 * number for number in range(5)]
    street = Street(straight(places))
    # A green wave for 11 m/s, so narrow that the limit fits none of the later ones.
    for node, place in enumerate(places, start=1):
        middle = place / 11.0
        plan = FixedCycle(((GREEN, 8.0), (YELLOW, 3.0), (RED, 69.0)), middle - 4.0)
        street.say(0.0, {1: plan.states(0.0)}, node=node, status=FIXED)
    advice = only(street, 0.0, 0.0, 11.0)
    assert advice is not None
    assert 'Green at 5 signals' in advice.reason
    assert advice.speed_min <= 11.0 + 0.6
    assert advice.speed_max >= 10.4
