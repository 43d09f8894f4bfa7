# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Advisories become situations as warnings are counted."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies.runs import START, FakeCycle, make_advisory

from icv_v2x.advisory.types import Advisory, Application, Level
from icv_v2x.report import Situation, SituationGrouper, situations

CYCLE = 50_000_000


def cycles(*stretches: tuple[float, float, Level], **fields: Any) -> list[FakeCycle]:
    """Return cycles at 20 Hz with one advisory from begin to end [s] of each stretch."""
    end = max(until for _, until, _ in stretches)
    made = []
    for k in range(round(end * 20) + 1):
        spoken = tuple(
            make_advisory(level, **fields) for begin, until, level in stretches
            if begin - 1e-6 <= k / 20 <= until + 1e-6)
        made.append(FakeCycle(START + k * CYCLE, advisories=spoken))
    return made


def only(made: tuple[Situation, ...]) -> Situation:
    """Return the one situation there is."""
    assert len(made) == 1
    return made[0]


def test_one_stretch_is_one_situation_with_its_bounds() -> None:
    situation = only(situations(cycles((1.0, 2.5, Level.WARNING))))
    assert (situation.start, situation.end) == (START + 20 * CYCLE, START + 50 * CYCLE)


def test_stretches_less_than_a_second_apart_are_one() -> None:
    run = cycles((1.0, 2.0, Level.WARNING), (2.95, 4.0, Level.WARNING))
    assert only(situations(run)).end == START + 80 * CYCLE


def test_stretches_a_second_apart_are_two() -> None:
    run = cycles((1.0, 2.0, Level.WARNING), (3.0, 4.0, Level.WARNING))
    assert len(situations(run)) == 2


def test_caution_alone_is_no_situation() -> None:
    assert situations(cycles((1.0, 4.0, Level.CAUTION))) == ()


def test_caution_does_not_bridge_two_warnings() -> None:
    run = cycles((1.0, 2.0, Level.WARNING), (2.05, 3.95, Level.CAUTION), (4.0, 5.0, Level.WARNING))
    assert len(situations(run)) == 2


def test_lower_minimum_counts_notices() -> None:
    run = cycles((1.0, 4.0, Level.INFO), application=Application.GLOSA, subject_ids=())
    assert only(situations(run, minimum=Level.INFO)).subject == ''


def both(first: Advisory, second: Advisory) -> tuple[Situation, ...]:
    """Return the situations of a cycle that says one thing and the next that says another."""
    return situations([
        FakeCycle(START, advisories=(first,)), FakeCycle(START + CYCLE, advisories=(second,))])


@pytest.mark.parametrize('application', [Application.EBW, Application.ICW, Application.VRUCW])
def test_collision_applications_share_a_situation(application: Application) -> None:
    situation = only(both(
        make_advisory(Level.WARNING), make_advisory(Level.WARNING, application=application)))
    assert situation.applications == (Application.FCW, application)


def test_other_applications_stand_alone() -> None:
    made = both(
        make_advisory(Level.WARNING), make_advisory(Level.WARNING, application=Application.EVW))
    assert {situation.application for situation in made} == {Application.FCW, Application.EVW}


def test_subjects_stand_alone() -> None:
    made = both(
        make_advisory(Level.WARNING, subject_ids=('A',)),
        make_advisory(Level.WARNING, subject_ids=('B',)))
    assert {situation.subject for situation in made} == {'A', 'B'}


def test_application_reason_and_rule_are_those_of_the_highest_level() -> None:
    situation = only(both(
        make_advisory(Level.WARNING, reason='first', rule='FCW.leader_braking'),
        make_advisory(
            Level.IMMINENT, application=Application.EBW, reason='worst',
            rule='EBW.required_deceleration')))
    assert (situation.level, situation.application, situation.reason, situation.peak) == (
        Level.IMMINENT, Application.EBW, 'worst', START + CYCLE)
    assert situation.rule == 'EBW.required_deceleration'


def test_start_values_and_extremes_are_kept_apart() -> None:
    situation = only(both(
        make_advisory(Level.WARNING, gap=30.0, time_to_conflict=3.0, closing_speed=10.0,
                      required_deceleration=2.0),
        make_advisory(Level.WARNING, gap=20.0, time_to_conflict=2.5, closing_speed=8.0,
                      required_deceleration=4.0)))
    assert (situation.gap, situation.gap_minimum) == (30.0, 20.0)
    assert (situation.time_to_conflict, situation.time_to_conflict_minimum) == (3.0, 2.5)
    assert (situation.closing_speed, situation.closing_speed_maximum) == (10.0, 10.0)
    assert (situation.required_deceleration, situation.required_deceleration_maximum) == (2.0, 4.0)


def test_an_unknown_value_does_not_hide_a_known_extreme() -> None:
    situation = only(both(make_advisory(Level.WARNING), make_advisory(Level.WARNING, gap=20.0)))
    assert math.isnan(situation.gap)
    assert situation.gap_minimum == 20.0


def test_trust_is_that_of_the_weakest_and_a_second_source_counts_once_seen() -> None:
    situation = only(both(
        make_advisory(Level.WARNING, verified=False),
        make_advisory(Level.WARNING, verified=True, corroborated=True)))
    assert (situation.verified, situation.corroborated) == (False, True)


def test_a_step_back_in_time_ends_what_was_open() -> None:
    warning = (make_advisory(Level.WARNING),)
    run = [FakeCycle(START + CYCLE, advisories=warning), FakeCycle(START, advisories=warning)]
    assert [s.start for s in situations(run)] == [START, START + CYCLE]


def test_what_is_kept_is_bounded_and_the_rest_counted() -> None:
    grouper = SituationGrouper(maximum=3)
    for k in range(5):
        grouper.add(START + k * CYCLE, [make_advisory(Level.WARNING, subject_ids=(str(k),))])
    assert (len(grouper.finish()), grouper.omitted) == (3, 2)


@given(st.lists(st.booleans(), max_size=120), st.integers(0, 2**62))
def test_shifting_time_shifts_the_situations(spoken: list[bool], shift: int) -> None:
    def run(origin: int) -> list[tuple[int, int]]:
        made = situations(
            FakeCycle(origin + k * CYCLE, advisories=(make_advisory(Level.WARNING),) * on)
            for k, on in enumerate(spoken))
        return [(s.start - origin, s.end - origin) for s in made]

    assert run(0) == run(shift)


@given(st.lists(st.booleans(), max_size=200))
def test_every_warning_lies_in_a_situation_and_none_are_close(spoken: list[bool]) -> None:
    made = situations(
        FakeCycle(k * CYCLE, advisories=(make_advisory(Level.WARNING),) * on)
        for k, on in enumerate(spoken))
    for k, on in enumerate(spoken):
        if on:
            assert any(s.start <= k * CYCLE <= s.end for s in made)
    for before, after in pairwise(made):
        assert after.start - before.end >= 1_000_000_000
