# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What was advised is kept at every change of level and otherwise ten times a second."""

from __future__ import annotations

from typing import Any

from strategies.runs import START, make_advisory

from icv_v2x.advisory.types import Level
from icv_v2x.report.advisory_recorder import AdvisoryRecorder

CYCLE = 50_000_000


def stretches_of(levels: list[Level | None], **limits: int) -> list[dict[str, Any]]:
    """Record one subject at 20 Hz, silent where the level is None."""
    recorder = AdvisoryRecorder(**limits)
    for k, level in enumerate(levels):
        said = [] if level is None else [make_advisory(level, gap=100.0 - k, reason=f'at {k}')]
        recorder.add(START + k * CYCLE, said)
    stretches: list[dict[str, Any]] = recorder.document(START)['stretches']
    return stretches


def test_steady_advice_is_kept_ten_times_a_second() -> None:
    stretch, = stretches_of([Level.WARNING] * 11)
    assert stretch['time'] == [0, 100, 200, 300, 400, 500]


def test_a_change_of_level_is_kept_with_the_sample_before_it() -> None:
    stretch, = stretches_of([Level.CAUTION] * 4 + [Level.WARNING] * 2)
    assert list(zip(stretch['time'], stretch['level'], strict=True)) == [
        (0, 2), (100, 2), (150, 2), (200, 3), (250, 3)]


def test_silence_of_one_cycle_ends_a_stretch() -> None:
    stretches = stretches_of([Level.WARNING, Level.WARNING, None, Level.WARNING])
    assert [stretch['time'] for stretch in stretches] == [[0, 50], [150]]


def test_lines_far_apart_are_no_stretch_though_no_silent_cycle_was_seen() -> None:
    recorder = AdvisoryRecorder()
    for k in (0, 1, 40, 41):
        recorder.add(START + k * CYCLE, [make_advisory(Level.WARNING)])
    assert len(recorder.document(START)['stretches']) == 2


def test_a_new_sentence_comes_at_most_twice_a_second_and_at_every_level() -> None:
    recorder = AdvisoryRecorder()
    for k in range(31):
        level = Level.CAUTION if k < 3 else Level.WARNING
        recorder.add(START + k * CYCLE, [make_advisory(level, reason=f'at {k}')])
    document = recorder.document(START)
    assert document['reasons'] == ['at 0', 'at 3', 'at 13', 'at 23']


def test_samples_are_bounded_and_keep_changes_of_level() -> None:
    levels: list[Level | None] = [Level.CAUTION] * 2000 + [Level.WARNING] * 2000
    stretch, = stretches_of(levels, samples=200)
    assert len(stretch['time']) <= 200
    assert stretch['level'][stretch['time'].index(100_000)] == Level.WARNING


def test_stretches_are_bounded_and_the_rest_counted() -> None:
    recorder = AdvisoryRecorder(stretches=2)
    subjects = [(f'{k}',) for k in range(5)]
    recorder.add(START, [make_advisory(Level.WARNING, subject_ids=s) for s in subjects])
    assert (len(recorder.document(START)['stretches']), recorder.omitted) == (2, 3)
