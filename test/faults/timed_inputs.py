# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Timed inputs for the operators: a few cars that send ten times a second, and an ego."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.faults import degrade
from icv_v2x.inputs import FrameBatch, Odometry
from icv_v2x.message_set.batch import decode_frames
from icv_v2x.scenes import Scene, inputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from icv_v2x.faults import Degradable, Operator
    from icv_v2x.message_set.records.bsm import BasicSafetyMessages

SECOND = 1_000_000_000
Timed = list[tuple[int, 'Degradable']]


def traffic(duration: float = 20.0, cars: int = 3) -> Timed:
    """Return what an ego among some cars receives."""
    scene = Scene(duration)
    scene.ego(15.0)
    for number in range(cars):
        scene.car(f'car{number}', ahead=30.0 + 20.0 * number, speed=15.0)
    return inputs(scene)


def through(timed: Timed, *operators: Operator, seed: int = 1) -> Timed:
    """Return what comes out of operators, whose order in time is checked."""
    out = list(degrade(timed, operators, seed=seed))
    times = [time for time, _ in out]
    assert times == sorted(times)
    return out


def frames(timed: Iterable[tuple[int, Degradable]]) -> list[tuple[int, int, bytes]]:
    """Return (reception time, signer, octets) of every frame, in the order of their coming."""
    found = []
    for _, record in timed:
        if isinstance(record, FrameBatch):
            begin = 0
            for row, length in enumerate(record.length.tolist()):
                octets = record.payload[begin:begin + length].tobytes()
                found.append((int(record.reception_time[row]), int(record.signer[row]), octets))
                begin += length
    return found


def messages(timed: Iterable[tuple[int, Degradable]]) -> BasicSafetyMessages:
    """Return the decoded basic safety messages of all frames."""
    import numpy as np

    octets = [frame for _, _, frame in frames(timed)]
    lengths = np.array([len(frame) for frame in octets], np.uint32)
    return decode_frames(b''.join(octets), lengths).bsm


def poses(timed: Iterable[tuple[int, Degradable]]) -> Sequence[Odometry]:
    """Return the ego's poses."""
    return [record for _, record in timed if isinstance(record, Odometry)]
