# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Levels rise at once, fall late, and drop at once with their ground."""

from __future__ import annotations

from dataclasses import replace

import pytest

from icv_v2x.advisory import Action, Advisory, Application, Ceiling, Level
from icv_v2x.advisory.hysteresis import LevelHold
from icv_v2x.advisory.types import FREE, LOST

SUBJECT = '0000000000000001'


def free(subject: str) -> Ceiling:
    return FREE

STEP = 50_000_000


def candidate(level: Level, exit_level: Level | None = None) -> Advisory:
    action = {Level.WARNING: Action.SLOW_DOWN, Level.IMMINENT: Action.BRAKE}
    return Advisory(
        application=Application.FCW, level=level, action=action.get(level, Action.MONITOR),
        subject_ids=(SUBJECT,), reason='why', time_to_conflict=2.0,
        exit_level=level if exit_level is None else exit_level,
    )


def levels(hold: LevelHold, steps: list[list[Advisory]], ceilings=free) -> list[Level]:
    found = []
    for number, candidates in enumerate(steps):
        said = hold.update(number * STEP, candidates, ceilings)
        found.append(said[0].level if said else Level.NONE)
    return found


def test_a_level_rises_at_once() -> None:
    steps = [[candidate(Level.CAUTION)], [candidate(Level.IMMINENT)]]
    assert levels(LevelHold(0.5), steps) == [Level.CAUTION, Level.IMMINENT]


def test_a_level_falls_half_a_second_after_its_exit_condition() -> None:
    steps = [[candidate(Level.WARNING)], *[[candidate(Level.CAUTION)]] * 12]
    found = levels(LevelHold(0.5), steps)
    assert found == [Level.WARNING] * 11 + [Level.CAUTION] * 2


def test_a_level_stays_while_only_the_entry_threshold_is_left() -> None:
    steps = [[candidate(Level.WARNING)], *[[candidate(Level.CAUTION, Level.WARNING)]] * 40]
    assert set(levels(LevelHold(0.5), steps)) == {Level.WARNING}


def test_the_time_to_fall_starts_anew_when_the_exit_condition_is_interrupted() -> None:
    falling, holding = [candidate(Level.CAUTION)], [candidate(Level.CAUTION, Level.WARNING)]
    steps = [[candidate(Level.WARNING)], *[falling] * 9, holding, *[falling] * 9]
    assert set(levels(LevelHold(0.5), steps)) == {Level.WARNING}


def test_a_situation_without_candidate_is_held_without_stale_numbers_and_ends() -> None:
    hold = LevelHold(0.5)
    hold.update(0, [candidate(Level.WARNING)], free)
    held = hold.update(STEP, [], free)
    assert held[0].level == Level.WARNING
    assert held[0].time_to_conflict != held[0].time_to_conflict
    assert held[0].reason == 'No conflict predicted any more; before: why'
    assert hold.update(STEP + 500_000_000, [], free) == []


def test_a_lost_subject_ends_its_situation_at_once() -> None:
    hold = LevelHold(0.5)
    hold.update(0, [candidate(Level.WARNING)], free)
    assert hold.update(STEP, [], lambda subject: LOST) == []


def test_losing_the_second_source_lowers_at_once_and_says_why() -> None:
    hold = LevelHold(0.5)
    hold.update(0, [candidate(Level.IMMINENT)], free)
    one_source = Ceiling(Level.WARNING, 'no second source')
    said = hold.update(STEP, [candidate(Level.IMMINENT)], lambda subject: one_source)
    assert said[0].level == Level.WARNING
    assert said[0].action == Action.SLOW_DOWN
    assert said[0].reason.endswith('WARNING at most: no second source')


@pytest.mark.parametrize('level', [Level.CAUTION, Level.WARNING])
def test_only_brake_level_carries_a_brake_action(level: Level) -> None:
    said = LevelHold(0.5).update(
        0, [candidate(Level.IMMINENT)], lambda subject: Ceiling(level, 'bound'))
    assert said[0].action not in (Action.BRAKE, Action.STOP)


def test_nothing_is_kept_of_what_ended() -> None:
    hold = LevelHold(0.5)
    for number in range(1000):
        subject = f'{number:016X}'
        one = Advisory(
            Application.FCW, Level.CAUTION, Action.MONITOR, (subject,), 'why')
        said = hold.update(
            number * STEP, [one], lambda name, own=subject: FREE if name == own else LOST)
        assert len(said) == 1


def test_a_level_that_is_held_keeps_asking_for_its_action() -> None:
    hold = LevelHold(0.5)
    hold.update(0, [candidate(Level.WARNING)], free)
    said = hold.update(STEP, [candidate(Level.CAUTION)], free)
    assert (said[0].level, said[0].action) == (Level.WARNING, Action.SLOW_DOWN)
    said = hold.update(2 * STEP, [candidate(Level.CAUTION, Level.WARNING)], free)
    assert (said[0].level, said[0].action) == (Level.WARNING, Action.SLOW_DOWN)


def test_a_level_that_is_held_names_the_rule_that_set_it() -> None:
    hold = LevelHold(0.5)
    hold.update(0, [replace(candidate(Level.WARNING), rule='FCW.leader_braking')], free)
    weaker = replace(candidate(Level.CAUTION), rule='FCW.required_deceleration')
    assert hold.update(STEP, [weaker], free)[0].rule == 'FCW.leader_braking'
    after = hold.update(20 * STEP, [weaker], free)
    assert (after[0].level, after[0].rule) == (Level.CAUTION, 'FCW.required_deceleration')
