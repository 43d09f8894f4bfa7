# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A simulated half second before the first real one, so that no cycle waits for a first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.pipeline import Pipeline
from icv_v2x.scenes import Scene, run

if TYPE_CHECKING:
    from icv_v2x.parameters import Parameters

_DURATION = 0.5
_done: list[bool] = []


def warm_up(parameters: Parameters) -> None:
    """Run a small scene through a pipeline that is thrown away, once in a process.

    The first frame compiles the message layer, which takes about a second; a node that did so in
    its first cycle would lose odometry meanwhile.

    Args:
        parameters: Of the node.

    Raises:
        RuntimeError: The frames did not come through: the installation is damaged.
    """
    if _done:
        return
    origin = parameters.map_origin
    scene = Scene(_DURATION, origin=(origin.latitude, origin.longitude, origin.altitude))
    scene.ego(10.0)
    scene.car('leader', ahead=40.0, speed=5.0)
    pipeline = Pipeline(parameters)
    run(scene, pipeline, rate=parameters.cycle.rate)
    if not pipeline.counters.received:
        raise RuntimeError('the frames of the self-test did not come through')
    _done.append(True)
