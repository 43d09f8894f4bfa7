# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Who has answered: nobody is waited for in vain, and an old answer stands in for a short time."""

from __future__ import annotations

from dataclasses import replace

from icv_v2x.advisory import Action, Advisory, Application, Level
from icv_v2x.nodes.candidate_sources import Answer, CandidateSources
from icv_v2x.parameters.node_groups import Candidates

MILLISECOND = 1_000_000
NOW = 1_800_000_000_000 * MILLISECOND
LIMITS = Candidates(topics=('a', 'b'), patience=0.025, carry=0.1, silence=0.3)
ADVISORY = Advisory(
    application=Application.FCW, level=Level.WARNING, action=Action.SLOW_DOWN,
    subject_ids=('A',), reason='why')


def answer(stamp: int, came: int = 0) -> Answer:
    return Answer(NOW + stamp * MILLISECOND, came * MILLISECOND, (ADVISORY,))


def test_complete_once_all_have_answered_for_the_instant() -> None:
    sources = CandidateSources(LIMITS)
    sources.answer('a', answer(0))
    sources.answer('b', answer(-50))
    assert not sources.complete(NOW, 0)
    sources.answer('b', answer(0))
    assert sources.complete(NOW, 0)


def test_a_silent_source_is_not_waited_for_but_named() -> None:
    sources = CandidateSources(LIMITS)
    sources.answer('b', answer(-50, came=0))
    sources.answer('a', answer(0, came=301))
    assert sources.complete(NOW, 301 * MILLISECOND)
    assert sources.silent(301 * MILLISECOND) == ['b']


def test_without_any_answer_nothing_is_complete() -> None:
    sources = CandidateSources(LIMITS)
    assert not sources.complete(NOW, 0)
    assert sources.silent(0) == ['a', 'b']
    assert sources.candidates(NOW) == (NOW, [])


def test_an_earlier_answer_stands_in_for_a_short_time_and_tells_its_instant() -> None:
    sources = CandidateSources(LIMITS)
    sources.answer('a', answer(0))
    sources.answer('b', answer(-100))
    assert sources.candidates(NOW) == (NOW - 100 * MILLISECOND, [ADVISORY, ADVISORY])
    sources.answer('b', answer(-101))
    assert sources.candidates(NOW) == (NOW, [ADVISORY])


def test_an_answer_for_a_later_instant_does_not_count_before_it() -> None:
    sources = CandidateSources(LIMITS)
    sources.answer('a', answer(50))
    assert sources.candidates(NOW) == (NOW, [])


def test_changed_limits_count_at_once_and_clearing_forgets() -> None:
    sources = CandidateSources(LIMITS)
    sources.answer('a', answer(-150))
    sources.configure(replace(LIMITS, carry=0.2))
    assert len(sources.candidates(NOW)[1]) == 1
    sources.clear()
    assert sources.candidates(NOW) == (NOW, [])
