# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The table of states: complete, free of dead ends, and told as the standard permits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icv_v2x.parameters.platoon_group import Platooning
from icv_v2x.platooning.roles import TIME_OUTS, TOLD, TRANSITIONS, Event, State, following
from icv_v2x.translate.platoon_statements import PERMITTED


def test_every_state_can_be_reached_and_left_for_freedom() -> None:
    def reach(begin: State, *, backwards: bool) -> set[State]:
        found, edge = {begin}, [begin]
        while edge:
            state = edge.pop()
            for before, _, after in TRANSITIONS:
                origin, target = (after, before) if backwards else (before, after)
                if origin == state and target not in found:
                    found.add(target)
                    edge.append(target)
        return found

    assert reach(State.FREE, backwards=False) == set(State)
    assert reach(State.FREE, backwards=True) == set(State)


def test_no_row_repeats_another_and_a_lost_pose_frees_from_everywhere() -> None:
    rows = [(before, event) for before, event, _ in TRANSITIONS]
    assert len(set(rows)) == len(rows)
    for state in set(State) - {State.FREE}:
        assert following(state, set(Event)) == (State.FREE, Event.POSE_LOST)


def test_states_that_cannot_last_have_a_time_out_and_those_alone() -> None:
    timed = {before for before, event, _ in TRANSITIONS if event == Event.TIME_OUT}
    assert timed == set(TIME_OUTS)
    for name in TIME_OUTS.values():
        assert getattr(Platooning(), name) > 0.0


@pytest.mark.parametrize('state', list(State))
def test_what_is_told_of_a_state_is_what_a_receiver_permits(state: State) -> None:
    if state == State.FREE:
        assert state not in TOLD
        return
    role, status = TOLD[state]
    assert status in PERMITTED[role]


@given(st.lists(st.sets(st.sampled_from(Event)), max_size=30))
def test_whatever_happens_a_state_follows_from_the_table(course: list[set[Event]]) -> None:
    state = State.FREE
    for events in course:
        found = following(state, events)
        if found is not None:
            assert (state, found[1], found[0]) in TRANSITIONS
            state = found[0]
