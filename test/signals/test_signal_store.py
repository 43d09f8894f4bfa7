# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Signals as they are known: time left to 0.1 s, and unknown as soon as there is a doubt."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies.signals import PLAN, Roadside, at

from icv_v2x.inputs import Verification
from icv_v2x.interchange.signal_plans import FixedCycle, State
from icv_v2x.message_set.records.spat import IntersectionStatus
from icv_v2x.signals import Doubt, SignalVerdict
from icv_v2x.translate.signal_reports import Light

GREEN, RED, YELLOW = Light.PROTECTED_GREEN, Light.RED, Light.YELLOW


def held(light: Light, likely: float, minimum: float = np.nan, maximum: float = np.nan) -> State:
    return State(light, 0.0, likely, minimum, maximum)


@settings(max_examples=30, deadline=None)
@given(
    begin=st.floats(0.0, 7200.0), utc=st.booleans(), latency=st.floats(0.0, 0.15),
    later=st.floats(0.0, 0.25),
)
def test_time_left_is_right_whatever_the_timing_the_latency_and_the_hour(
    begin: float, utc: bool, latency: float, later: float,
) -> None:
    begin = round(begin, 3)
    unit = Roadside()
    for step in range(3):
        time = begin + 0.1 * step
        unit.say(time, {1: PLAN.states(time)}, utc=utc, latency=latency)
    now = round(time + latency + later, 3)
    signals = unit.see(now)
    truth = PLAN.states(now)[0]
    if signals.age[0] > 0.3:
        assert (signals.light[0], signals.doubt[0]) == (Light.UNAVAILABLE, Doubt.STALE)
    elif signals.light[0] == Light.UNAVAILABLE:
        # Only where the light has changed since the message.
        assert PLAN.light(time) != truth.light or min(
            truth.likely_end, PLAN.states(time)[0].likely_end) < 0.4
    elif truth.likely_end > 0.1 and PLAN.light(time) == truth.light:
        assert signals.light[0] == truth.light
        for column in (signals.time_to_end_min, signals.time_to_end_likely,
                       signals.time_to_end_max):
            assert column[0] == pytest.approx(truth.likely_end, abs=0.06)


@pytest.mark.parametrize(('period', 'known_at', 'unknown_at'), [
    (0.1, 0.28, 0.32), (0.5, 1.45, 1.55), (1.0, 1.95, 2.05), (0.05, 0.25, 0.35)])
def test_a_signal_is_unknown_three_periods_after_the_last_message_and_never_later_than_2_s(
    period: float, known_at: float, unknown_at: float,
) -> None:
    unit = Roadside()
    for step in range(6):
        last = step * period
        unit.say(last, latency=0.0)
    assert unit.see(last + known_at).light[0] == RED
    gone = unit.see(last + unknown_at)
    assert (gone.light[0], gone.doubt[0]) == (Light.UNAVAILABLE, Doubt.STALE)
    assert np.isnan([gone.time_to_end_min[0], gone.time_to_end_likely[0],
                     gone.time_to_end_max[0]]).all()
    assert not (gone.step_light > 0).any()
    assert len(unit.see(last + 40.0)) == 0


def test_nothing_is_told_beyond_the_stated_end_but_a_yellow_or_red_that_was_stated() -> None:
    unit = Roadside()
    unit.say(0.0, {1: [held(RED, 0.5)], 2: [held(GREEN, 0.5)],
                   3: [held(GREEN, 0.5), State(YELLOW, 0.5, 3.5)],
                   4: [held(RED, 0.5), State(GREEN, 0.5, 20.0)],
                   5: [held(GREEN, 0.3, 0.2, 0.9)]})
    now = unit.see(0.7)
    assert now.light.tolist() == [0, 0, YELLOW, 0, GREEN]
    assert now.doubt.tolist() == [Doubt.ENDED, Doubt.ENDED, 0, Doubt.ENDED, 0]
    assert now.time_to_end_likely[2] == pytest.approx(2.8)
    # It may end at any moment, so there is no likely end to count down to.
    assert np.isnan(now.time_to_end_likely[4])
    assert now.time_to_end_min[4] == 0.0
    assert now.time_to_end_max[4] == pytest.approx(0.2)


def test_time_left_may_grow_and_shrink_under_adaptive_control() -> None:
    unit = Roadside()
    for time, likely in ((0.0, 10.0), (0.1, 9.9), (0.2, 14.0), (0.3, 6.0)):
        unit.say(time, {1: [held(GREEN, likely, 5.0 - time, 20.0)]})
        assert unit.see(time + 0.05).time_to_end_likely[0] == pytest.approx(likely - 0.05, abs=.06)
    assert unit.see(0.35).steady[0]


def test_an_end_that_runs_on_with_the_clock_is_not_counted_on() -> None:
    unit = Roadside()
    for step in range(26):
        unit.say(0.1 * step, {1: [held(RED, 12.0)], 2: [held(RED, 12.0 - 0.1 * step)]})
    signals = unit.see(2.55)
    assert signals.light.tolist() == [RED, RED]
    assert signals.steady.tolist() == [False, True]


def test_lights_that_jump_are_believed_when_they_are_said_again() -> None:
    unit = Roadside()
    unit.say(0.0, {1: [held(RED, 20.0, 20.0, 20.0)]})
    unit.say(0.1, {1: [held(GREEN, 20.0, 20.0, 20.0)]})
    assert unit.see(0.15).doubt[0] == Doubt.UNCONFIRMED
    unit.say(0.2, {1: [held(GREEN, 20.0, 20.0, 20.0)]})
    assert unit.see(0.25).light[0] == GREEN


@pytest.mark.parametrize('minimum', [np.nan, 10.0])
def test_two_units_without_certificate_that_alternate_are_never_believed(minimum: float) -> None:
    unit = Roadside()
    for step in range(20):
        light = RED if step % 2 else GREEN
        unit.say(0.1 * step, {1: [held(light, 10.0, minimum)]}, signer=0)
        if step >= 3:
            assert unit.see(0.1 * step + 0.05).light[0] == Light.UNAVAILABLE


def test_units_that_contradict_each_other_make_a_phase_unknown_until_they_agree() -> None:
    unit = Roadside()
    for signer, light, likely in ((1, RED, 10.0), (2, RED, 10.2)):
        unit.say(0.0, {1: [held(light, likely)]}, signer=signer)
    assert unit.see(0.05).light[0] == RED
    unit.say(0.1, {1: [held(GREEN, 10.0)]}, signer=2)
    assert unit.see(0.15).doubt[0] == Doubt.CONTRADICTORY
    unit.say(0.2, {1: [held(RED, 15.0)]}, signer=2)
    assert unit.see(0.25).doubt[0] == Doubt.CONTRADICTORY
    # The other one falls silent, and is stale 2 s after its only message.
    for step in range(3, 23):
        unit.say(0.1 * step, {1: [held(RED, 15.2 - 0.1 * step)]}, signer=2)
    assert unit.see(2.25).light[0] == RED


def test_who_is_not_verified_does_not_disturb_who_is() -> None:
    unit = Roadside()
    unit.say(0.0, {1: [held(RED, 10.0)]}, signer=1)
    unit.say(0.05, {1: [held(GREEN, 10.0)]}, signer=2, verification=Verification.NOT_CHECKED)
    signals = unit.see(0.1)
    assert (signals.light[0], signals.signer[0]) == (RED, 1)


def test_duplicates_and_late_messages_change_nothing() -> None:
    unit = Roadside()
    unit.say(0.0)
    unit.say(0.1)
    before = unit.see(0.15)
    assert unit.say(0.1) == [SignalVerdict.DUPLICATE]
    assert unit.say(0.05, {1: [held(GREEN, 9.0)]}) == [SignalVerdict.LATE]
    after = unit.see(0.15)
    assert after.light[0] == before.light[0]
    assert after.time_to_end_likely[0] == before.time_to_end_likely[0]


@pytest.mark.parametrize(('status', 'light', 'shown', 'timed'), [
    (IntersectionStatus.FIXED_TIME_OPERATION, RED, RED, True),
    (IntersectionStatus.MANUAL_CONTROL_IS_ENABLED, RED, RED, False),
    (IntersectionStatus.STOP_TIME_IS_ACTIVATED, GREEN, GREEN, False),
    (IntersectionStatus.FAILURE_FLASH, Light.FLASHING_YELLOW, Light.FLASHING_YELLOW, False),
    (IntersectionStatus.FAILURE_FLASH, GREEN, Light.UNAVAILABLE, False),
    (IntersectionStatus.FAILURE_MODE, GREEN, Light.UNAVAILABLE, False),
    (IntersectionStatus.OFF, GREEN, Light.DARK, False),
    (IntersectionStatus.NO_VALID_SPA_TIS_AVAILABLE_AT_THIS_TIME, GREEN, Light.UNAVAILABLE, False),
])
def test_status_bits_decide_what_is_believed(
    status: IntersectionStatus, light: Light, shown: Light, timed: bool,
) -> None:
    unit = Roadside()
    unit.say(0.0, {1: [held(light, 10.0)]}, status=int(status))
    signals = unit.see(0.05)
    assert signals.light[0] == shown
    assert np.isfinite(signals.time_to_end_likely[0]) == timed


def test_the_store_keeps_its_bound_and_prefers_verified_units() -> None:
    unit = Roadside(signals__maximum=64)
    phases = {number: PLAN.states(0.0) for number in range(1, 17)}
    for node in range(4):
        unit.say(0.0, phases, node=node, verification=Verification.NOT_CHECKED)
    assert len(unit.store) == 64
    for node in range(4, 8):
        assert set(unit.say(0.1, phases, node=node)) == {SignalVerdict.ACCEPTED}
    assert unit.say(0.2, phases, node=9) == [SignalVerdict.OVERLOAD] * 16
    assert len(unit.store) == 64
    assert len(unit.see(0.25)) == 64
    unit.store.clear()
    assert len(unit.see(0.3)) == 0


def test_phases_are_found_by_region_node_and_number() -> None:
    unit = Roadside()
    unit.say(0.0, {1: [held(RED, 5.0)], 2: [held(GREEN, 5.0)]}, region=-1)
    signals = unit.see(0.1)
    assert signals.row(3, 7, 2) == 1
    assert signals.row(3, 8, 2) is None
    assert signals.intersections == {(-1, 7)}
    assert signals.stamp == at(0.1)


def test_the_sequence_of_all_steps_is_kept() -> None:
    unit = Roadside()
    plan = FixedCycle(((RED, 20.0), (GREEN, 10.0), (YELLOW, 3.0)))
    unit.say(5.0, {1: plan.states(5.0)})
    signals = unit.see(5.1)
    assert signals.next_light[0] == GREEN
    assert signals.next_duration[0] == pytest.approx(10.0)
    assert signals.step_light[0, :4].tolist() == [RED, GREEN, YELLOW, 0]
    assert signals.step_start[0, 1:3] == pytest.approx([14.9, 24.9])
    assert signals.step_next_start[0, 1] == pytest.approx(47.9)
    assert signals.step_next_end[0, 1] == pytest.approx(57.9)
