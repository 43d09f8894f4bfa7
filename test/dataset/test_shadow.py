# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Shadow mode says nothing, and tells what it would have said and how the driver answered."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from icv_v2x.advisory.arbiter import SHADOW
from icv_v2x.advisory.types import Mode
from icv_v2x.dataset.shadow import ShadowSummary, ShadowWatch
from icv_v2x.pipeline import Pipeline
from icv_v2x.scenes import Scene, kmh, run, write
from icv_v2x.tools import cli

RATE = 10.0


def behind(*, brakes_at: float | None, rate: float = 5.0, duration: float = 7.0) -> Scene:
    """Return an ego that comes up to a standing car."""
    scene = Scene(duration=duration)
    ego = scene.ego(kmh(50))
    if brakes_at is not None:
        ego.keep(brakes_at).brake(rate)
    scene.car('leader', ahead=75.0, speed=0.0)
    return scene


def watched(scene: Scene, *, within: float = 3.0, shadow: bool = False) -> ShadowSummary:
    watch = ShadowWatch(within=within)
    pipeline = Pipeline(scene.parameters(cycle__rate=RATE, shadow=shadow))
    for step in run(scene, pipeline, rate=RATE):
        watch.add(step.cycle, step.time)
    return watch.finish()


def test_nothing_is_said_and_the_same_is_withheld() -> None:
    scene = behind(brakes_at=None, duration=5.0)
    plain = run(scene, Pipeline(scene.parameters(cycle__rate=RATE)), rate=RATE)
    shadow = run(scene, Pipeline(scene.parameters(cycle__rate=RATE, shadow=True)), rate=RATE)
    assert any(step.cycle.advisories for step in plain)
    for one, other in zip(plain, shadow, strict=True):
        cycle = other.cycle
        assert (cycle.mode, cycle.advisories) == (Mode.INHIBITED, ())
        assert cycle.mode_reason == f'{SHADOW}; otherwise {one.cycle.mode.name}'
        assert repr(cycle.withheld.advisories) == repr(one.cycle.advisories)
        assert cycle.withheld.mode == one.cycle.mode


def test_a_driver_who_brakes_has_answered_with_his_figures() -> None:
    answer, = watched(behind(brakes_at=3.0), shadow=True).answers
    assert (answer.application, answer.verdict) == ('FCW', 'hit')
    begin = 3.0 - answer.time
    assert answer.braking_after == pytest.approx(begin, abs=0.3)
    assert answer.braking == pytest.approx(5.0, abs=0.3)
    left = 75.0 - kmh(50) * 3.0 - kmh(50) ** 2 / 10.0
    assert answer.closest == pytest.approx(left, abs=0.5)
    assert answer.unbraked == 0.0


def test_a_driver_who_does_nothing_is_counted_so() -> None:
    summary = watched(behind(brakes_at=None, duration=4.9))
    assert math.isnan(summary.answers[0].braking_after)
    counts = summary.counts()
    assert (counts['warnings'], counts['the driver braked']) == (1, 0)


def test_hard_braking_without_a_word_is_told() -> None:
    scene = Scene(duration=4.0)
    scene.ego(kmh(60)).keep(1.0).brake(6.0)
    braking, = watched(scene).brakings
    assert braking.time == pytest.approx(1.0, abs=0.5)
    assert braking.strongest == pytest.approx(6.0, abs=0.5)
    assert braking.said == 'NONE'


def test_braking_after_a_warning_is_no_braking_without_a_word() -> None:
    assert watched(behind(brakes_at=3.0)).brakings == ()


def test_the_command_prints_and_writes_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(behind(brakes_at=3.0, duration=5.0), tmp_path / 'drive')
    parameters = tmp_path / 'drive.params.yaml'
    parameters.write_text(parameters.read_text() + '    shadow: true\n')
    out = tmp_path / 'shadow.json'
    assert cli.main(['shadow', str(tmp_path / 'drive'), '--json', str(out)]) == 0
    told = json.loads(out.read_text())
    assert told['counts']['warnings'] == 1 == len(told['warnings'])
    assert 'warnings: 1' in capsys.readouterr().out
    assert cli.main(['shadow', str(tmp_path / 'drive'), '--within', '0']) == 2
