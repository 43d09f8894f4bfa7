# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A scene played straight into a pipeline, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.interchange.playback import PipelineLike, Step, play
from icv_v2x.scenes.inputs import inputs

if TYPE_CHECKING:
    from icv_v2x.scenes.scene import Scene


def run(scene: Scene, pipeline: PipelineLike, *, rate: float = 20.0) -> list[Step]:
    """Play a scene into a pipeline.

    Args:
        scene: The scene, with its ego.
        pipeline: Takes the records.
        rate: Cycles per second [Hz].

    Returns:
        Every cycle with its time [s] since the scene's first input, which odometry gives at 0.
    """
    return list(play(pipeline, inputs(scene), rate=rate))
