# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Modes: the documentation tells the rules of the code, and the worst condition decides."""

from __future__ import annotations

from pathlib import Path

from icv_v2x.advisory.mode import Condition, mode_table, worst
from icv_v2x.advisory.types import Level, Mode

DOCUMENT = Path(__file__).resolve().parents[2] / 'docs' / 'nodes.md'
ACTIVE = (Mode.ACTIVE, '', Level.IMMINENT)


def test_the_documentation_tells_the_rules_of_the_code() -> None:
    assert mode_table() in DOCUMENT.read_text(encoding='utf-8')


def test_the_worst_condition_gives_mode_and_reason_and_the_lowest_ceiling_holds() -> None:
    slow = Condition(Mode.DEGRADED, 'the radio loses messages', Level.IMMINENT)
    old = Condition(Mode.DEGRADED, 'the clock is off', Level.WARNING)
    shifted = Condition(Mode.INHIBITED, 'the datum is wrong', Level.NONE)
    failed = Condition(Mode.FAULT, 'fcw failed', Level.IMMINENT)
    assert worst(ACTIVE, []) == ACTIVE
    assert worst(ACTIVE, [slow, old]) == (
        Mode.DEGRADED, 'the radio loses messages; the clock is off', Level.WARNING)
    assert worst(ACTIVE, [slow, shifted, failed]) == (
        Mode.INHIBITED, 'the datum is wrong', Level.NONE)
    assert worst(ACTIVE, [failed, old]) == (Mode.FAULT, 'fcw failed', Level.WARNING)
    assert worst((Mode.INIT, 'no pose', Level.NONE), [shifted])[0] == Mode.INIT
