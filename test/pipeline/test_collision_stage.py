# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A defect of one application silences nobody else."""

from __future__ import annotations

import pytest

from icv_v2x.advisory import Application, Level
from icv_v2x.pipeline import Pipeline, collision
from icv_v2x.scenes import Scene, kmh, run


def test_a_failing_application_is_counted_and_the_others_speak(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> list[object]:
        raise ValueError('defect')

    monkeypatch.setitem(collision.MANOEUVRES, 'bsw', fail)
    scene = Scene(duration=3.0)
    scene.ego(speed=kmh(50))
    scene.car('leader', ahead=30.0, speed=0.0)
    pipeline = Pipeline(scene.parameters())
    said = [a for step in run(scene, pipeline) for a in step.cycle.advisories]
    assert any(
        a.application == Application.FCW and a.level >= Level.WARNING for a in said)
    assert pipeline.failures['bsw'] > 0
