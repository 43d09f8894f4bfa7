# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the on-board unit says of its own health bounds what may be said of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from icv_v2x.advisory.types import Level, Mode
from icv_v2x.inputs import Health, ObuStatus
from icv_v2x.interchange import BagReader, BagWriter
from icv_v2x.interchange.playback import play
from icv_v2x.parameters import Parameters, build
from icv_v2x.pipeline import Pipeline
from icv_v2x.pipeline.pipeline import Cycle
from icv_v2x.scenes import Scene, inputs, kmh

SECOND = 1_000_000_000


def scene() -> Scene:
    """Returns 4 s behind a car that brakes hard, which the ego sees as well."""
    made = Scene(duration=4.0)
    made.ego(kmh(50))
    made.car('leader', speed=kmh(50), ahead=22.0, seen_by_ego=True).keep(1.5).brake(7.0)
    return made


def cycles(*told: tuple[float, ObuStatus]) -> list[Cycle]:
    """Returns the cycles with what the unit tells of itself at times [s]."""
    drive = scene()
    timed = sorted(
        [*inputs(drive), *((drive.start + round(at * SECOND), each) for at, each in told)],
        key=lambda pair: pair[0])
    pipeline = Pipeline(build(Parameters, drive.parameter_values()))
    return [step.cycle for step in play(pipeline, timed, rate=20.0)]


def status(at: float, **changes: int) -> tuple[float, ObuStatus]:
    """Returns when a healthy unit tells of itself, and what, changed as told."""
    values = {'security_module': Health.GOOD, 'time_synchronised': Health.GOOD,
              'certificates': 20, **changes}
    return at, ObuStatus(scene().start + round(at * SECOND), **values)  # type: ignore[arg-type]


def highest(found: list[Cycle]) -> Level:
    return max(a.level for cycle in found for a in cycle.advisories)


def test_a_healthy_unit_and_one_that_never_speaks_change_nothing() -> None:
    healthy = cycles(*(status(at) for at in (0.1, 1.1, 2.1, 3.1)))
    assert highest(healthy) == Level.IMMINENT
    assert {cycle.mode for cycle in healthy[5:]} == {Mode.ACTIVE}
    assert [c.advisories for c in healthy] == [c.advisories for c in cycles()]


@pytest.mark.parametrize(('fault', 'words', 'ceiling'), [
    ({'security_module': Health.BAD}, 'security module', Level.WARNING),
    ({'time_synchronised': Health.BAD}, 'clock', Level.WARNING),
    ({'certificates': 0}, 'certificate', Level.IMMINENT),
])
def test_a_fault_of_the_unit_degrades_with_its_reason(
    fault: dict[str, int], words: str, ceiling: Level,
) -> None:
    found = cycles(status(0.1), status(1.1, **fault), status(2.1, **fault), status(3.1, **fault))
    late = [cycle for cycle in found if cycle.stamp >= scene().start + 1.2 * SECOND]
    assert {cycle.mode for cycle in late} == {Mode.DEGRADED}
    assert all(words in cycle.mode_reason for cycle in late)
    assert highest(late) == ceiling


def test_a_unit_that_falls_silent_is_doubted_after_three_seconds_and_old_words_change_nothing(
) -> None:
    found = cycles(status(0.5), (0.7, status(0.2, certificates=0)[1]))
    start = scene().start
    assert {c.mode for c in found if start + 0.8 * SECOND < c.stamp < start + 3.5 * SECOND} == {
        Mode.ACTIVE}
    late = [cycle for cycle in found if cycle.stamp > start + 3.6 * SECOND]
    assert {cycle.mode for cycle in late} == {Mode.DEGRADED}
    assert 'health' in late[-1].mode_reason


def test_a_bag_keeps_what_the_unit_said(tmp_path: Path) -> None:
    _, record = status(0.1, certificates=3)
    with BagWriter(tmp_path / 'bag') as bag:
        bag.write(record.stamp, record)
    with BagReader(tmp_path / 'bag') as bag:
        assert [(topic, read) for _, topic, read in bag] == [('/obu/status', record)]
