# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What comes before the first real message, so that no cycle waits for a first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from icv_v2x.inputs import SignerRole, Verification
from icv_v2x.interchange.broadcast import BSM_AID, Frame, batch_of
from icv_v2x.scenes import Scene, inputs

if TYPE_CHECKING:
    from collections.abc import Callable

    from icv_v2x.parameters import Parameters
    from icv_v2x.pipeline import Counters

_DURATION = 0.3
_PERIOD = 50_000_000
# A car's BSM at three instants. Encoding them here would load a library that takes longer than
# all the rest, and that who only listens never needs.
_BSM = tuple(map(bytes.fromhex, (
    '02a00a6868a9c00000002004b9aba4a6161769c182001fffffffe81f47083f5f41f4001ffff81025a0e61e02500000',
    '02a02a6868a9c0000000201139aba4a6161769c8c2001fffffffe81f47083f5f41f4001ffff81025a0e61e02500000',
    '02a04a6868a9c0000000201db9aba4a6161769d022001fffffffe81f47083f5f41f4001ffff81025a0e61e02500000',
)))
_SENT = (37_000_000, 137_000_000, 237_000_000)
_LATENCY = 20_000_000
_SIGNER = 1


class Stage(Protocol):
    """What is warmed up."""

    @property
    def counters(self) -> Counters:
        """What became of the frames."""

    def receive(self, item: Any, /) -> Any:
        """Take an input."""


def warm_up(stage: Stage, step: Callable[[int], object], parameters: Parameters) -> None:
    """Run a moment through a stage that is thrown away.

    The first frame makes the tables of the message layer, and the first cycle those of the rest;
    a node that did so while it works would lose odometry meanwhile.

    Args:
        stage: Takes the inputs.
        step: Runs one cycle at an instant [ns].
        parameters: Of the node.

    Raises:
        RuntimeError: The frames did not come through: the installation is damaged.
    """
    origin = parameters.map_origin
    scene = Scene(_DURATION, origin=(origin.latitude, origin.longitude, origin.altitude))
    scene.ego(10.0)
    scene.car('leader', ahead=40.0, speed=5.0, silent=True, seen_by_ego=True)
    frames = [
        (scene.start + sent + _LATENCY, batch_of([Frame(
            scene.start + sent + _LATENCY, scene.start + sent, octets, Verification.VERIFIED,
            _SIGNER, SignerRole.VEHICLE, BSM_AID)], scene.start + sent + _LATENCY))
        for sent, octets in zip(_SENT, _BSM, strict=True)]
    due = scene.start
    for log_time, record in sorted([*inputs(scene), *frames], key=lambda timed: timed[0]):
        if log_time >= due:
            step(due)
            due += _PERIOD
        stage.receive(record)
    step(due)
    counters = stage.counters
    # The frames are of a place of their own, too far from other origins to be used.
    if counters.received != len(_BSM) or set(counters.rejected) - {'out_of_area'}:
        raise RuntimeError(
            f'the frames of the self-test did not come through: {dict(counters.rejected)}')
