# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The lines of a replay read back into what was advised, and anything else is named."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from strategies.runs import make_advisory, make_tracks

from icv_v2x.advisory.types import Action, Application, Level, Mode
from icv_v2x.interchange.playback import Step
from icv_v2x.pipeline import Cycle
from icv_v2x.report import JsonlError, read_jsonl
from icv_v2x.tools.jsonl import cycle_line

LINE: dict[str, Any] = {
    't': 12.35, 'mode': 'ACTIVE', 'merge_plan': None, 'advisories': [{
        'scenario': 'EMERGENCY_COLLISION_AVOIDANCE', 'application': 'FCW', 'level': 'WARNING',
        'action': 'SLOW_DOWN', 'subject_ids': ['0102030405060708'], 'time_to_conflict': 2.31,
        'gap': None, 'conflict_point': [1.0, 2.0, None], 'verified': True, 'reason': 'why',
        'added_later': 1,
    }],
}
SUMMARY = {'received': 5, 'accepted': 4, 'rejected': {'stale': 1}, 'cycles': 200}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return where the lines of a test go."""
    return tmp_path / 'run.jsonl'


def test_a_line_becomes_a_cycle(file: Path) -> None:
    file.write_text(json.dumps(LINE) + '\n\n' + json.dumps({'summary': SUMMARY}) + '\n')
    run = read_jsonl(file)
    cycle, = run
    advisory, = cycle.advisories
    assert (cycle.stamp, cycle.mode) == (12_350_000_000, Mode.ACTIVE)
    assert (advisory.application, advisory.level, advisory.action) == (
        Application.FCW, Level.WARNING, Action.SLOW_DOWN)
    assert (advisory.subject_ids, advisory.reason) == (('0102030405060708',), 'why')
    assert advisory.time_to_conflict == 2.31
    assert (advisory.conflict_x, advisory.conflict_y) == (1.0, 2.0)
    assert math.isnan(advisory.gap)
    assert run.summary == SUMMARY


def test_what_a_replay_writes_is_read(file: Path) -> None:
    said = Cycle(
        stamp=0, mode=Mode.DEGRADED, mode_reason='ego pose is old',
        advisories=(make_advisory(Level.IMMINENT, gap=12.5, conflict_x=3.0, conflict_y=4.0),),
        merge_plan=None, ego=None, tracks=make_tracks(0, x=[]))
    file.write_text(f'{cycle_line(Step(1.5, said))}\n')
    cycle = next(iter(read_jsonl(file)))
    assert (cycle.mode, cycle.mode_reason) == (Mode.DEGRADED, 'ego pose is old')
    advisory, = cycle.advisories
    assert (advisory.level, advisory.gap, advisory.conflict_y) == (Level.IMMINENT, 12.5, 4.0)


@pytest.mark.parametrize('line', [
    'no json', '3', 'null', '[]', '{}', '{"t": 1}',
    '{"t": "x", "mode": "ACTIVE", "advisories": []}',
    '{"t": null, "mode": "ACTIVE", "advisories": []}',
    '{"t": 1, "mode": "BEST", "advisories": []}',
    '{"t": 1, "mode": "ACTIVE", "advisories": [{"application": "XYZ", "level": "INFO"}]}',
    '{"t": 1, "mode": "ACTIVE", "advisories": 7}', '{"t": 1e999, "mode": "ACTIVE"}',
    '{"t": 1, "mode": [], "advisories": []}', '{"summary": 4}', '[' * 100_000,
    '{"t": 1, "mode": "ACTIVE", "advisories": [{"application": "FCW", "level": "INFO", '
    '"conflict_point": [1]}]}',
])
def test_a_wrong_line_is_named_by_file_and_number(file: Path, line: str) -> None:
    file.write_text(json.dumps(LINE) + '\n' + line + '\n')
    with pytest.raises(JsonlError, match=r'run\.jsonl, line 2: '):
        list(read_jsonl(file))


def test_octets_that_are_no_text_are_named(file: Path) -> None:
    file.write_bytes(b'\xff\xfe\x00')
    with pytest.raises(JsonlError, match='is no text'):
        list(read_jsonl(file))


def test_an_absent_file_is_named(file: Path) -> None:
    with pytest.raises(JsonlError, match=r'cannot read .*run\.jsonl: No such file'):
        list(read_jsonl(file))
