# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What is worked out ahead of an instant is what would have been found at it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
import pytest

from icv_v2x.inputs import FrameBatch
from icv_v2x.pipeline import Pipeline
from icv_v2x.scenes import Scene, inputs
from icv_v2x.world.tracks import Tracks

if TYPE_CHECKING:
    from icv_v2x.pipeline import Cycle

PERIOD = 300_000_000
LEAD = 20_000_000


def busy_street(*, ego_is_seen: bool) -> Scene:
    """Return a place with more frames between two instants than are left to an instant."""
    scene = Scene(2.0)
    scene.ego(10.0, seen_by_roadside=ego_is_seen)
    scene.roadside_unit('unit', x=50.0, y=-10.0)
    for number in range(60):
        scene.car(
            f'car {number}', x=15.0 * (number % 10), y=3.5 * (number // 10 + 1), speed=10.0)
    return scene


def driven(scene: Scene, *, ahead: bool) -> list[Cycle]:
    """Return cycles for which the frames of the last moment do not count."""
    pipeline, found, late = Pipeline(scene.parameters()), [], []
    due, prepared = scene.start + PERIOD, False
    for log_time, record in inputs(scene):
        while log_time >= due:
            found.append(pipeline.cycle(due))
            for frames in late:
                pipeline.receive(frames)
            late.clear()
            due, prepared = due + PERIOD, False
        last_moment = log_time >= due - LEAD
        if ahead and last_moment and not prepared:
            pipeline.decode_ahead(due)
            prepared = True
        if last_moment and not ahead and isinstance(record, FrameBatch):
            late.append(record)
        else:
            pipeline.receive(record)
    return found


@pytest.mark.parametrize('ego_is_seen', [False, True])
def test_decoding_ahead_finds_what_decoding_at_the_instant_finds(ego_is_seen: bool) -> None:
    scene = busy_street(ego_is_seen=ego_is_seen)
    early, late = driven(scene, ahead=True), driven(scene, ahead=False)
    assert len(early) == len(late) > 4
    assert len(early[-1].tracks) == 60
    for one, other in zip(early, late, strict=True):
        assert one.advisories == other.advisories
        for field in fields(Tracks):
            np.testing.assert_array_equal(
                getattr(one.tracks, field.name), getattr(other.tracks, field.name), field.name)
