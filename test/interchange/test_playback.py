# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of the order in which inputs and cycles reach a pipeline."""

from __future__ import annotations

from typing import Any

import pytest

from icv_v2x.interchange import Unreadable
from icv_v2x.interchange.playback import LONGEST_SILENCE, play

FIRST = 1_700_000_000_123_456_789
TICK = 50_000_000


class Recorder:
    """A pipeline that only writes down what it is asked."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Any]] = []

    def receive(self, item: Any, received: int) -> None:
        assert isinstance(received, int)
        self.seen.append(('receive', item))

    def lose(self, frames: int, reason: str) -> None:
        self.seen.append(('lose', (frames, reason)))

    def cycle(self, now: int) -> int:
        self.seen.append(('cycle', now - FIRST))
        return now


def order(inputs: list[tuple[int, Any]]) -> list[tuple[str, Any]]:
    recorder = Recorder()
    for _ in play(recorder, [(FIRST + time, record) for time, record in inputs], rate=20.0):
        pass
    return recorder.seen


def test_a_cycle_uses_what_was_logged_at_or_before_it() -> None:
    assert order([(0, 'a'), (TICK, 'b'), (TICK + 1, 'c')]) == [
        ('receive', 'a'), ('cycle', 0), ('receive', 'b'), ('cycle', TICK), ('receive', 'c'),
        ('cycle', 2 * TICK),
    ]


def test_the_last_input_is_used_by_a_cycle() -> None:
    assert order([(0, 'a')]) == [('receive', 'a'), ('cycle', 0)]


def test_no_input_gives_no_cycle() -> None:
    assert order([]) == []


def test_unreadable_frames_are_lost_with_their_reason_and_other_messages_are_not() -> None:
    lost = Unreadable(3, 'inconsistent_batch', 'lengths')
    other = Unreadable(0, 'unreadable_message', 'odometry')
    assert order([(0, lost), (0, other), (0, None)]) == [
        ('lose', (3, 'inconsistent_batch')), ('cycle', 0)]


def test_times_are_multiples_of_the_period_without_drift() -> None:
    recorder = Recorder()
    steps = list(play(recorder, [(FIRST, 'a'), (FIRST + 100 * 10**9, 'b')], rate=30.0))
    assert len(steps) == 3001
    assert steps[-1].time == 100.0
    assert steps[-1].cycle == FIRST + 100 * 10**9
    assert [step.time for step in steps[:3]] == pytest.approx([0.0, 1 / 30, 2 / 30], abs=1e-12)


def test_a_wrong_log_time_does_not_cost_a_cycle_for_every_tick_of_the_gap() -> None:
    after = 50 * LONGEST_SILENCE + 7
    seen = order([(0, 'a'), (after, 'b')])
    assert seen[:2] == [('receive', 'a'), ('cycle', 0)]
    assert len(seen) == 4
    kind, time = seen[-1]
    assert kind == 'cycle'
    assert after <= time < after + TICK
    assert time % TICK == 0
