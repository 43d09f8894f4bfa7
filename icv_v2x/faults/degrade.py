# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Operators in a row between the inputs and whoever takes them, live or over a whole recording."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.faults.air import AirFrames
from icv_v2x.inputs import FrameBatch, Odometry
from icv_v2x.interchange.bag_writer import Input

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from icv_v2x.faults.operator import Operator

Degradable = Input
"""What goes through; operators change radio frames and odometry, the rest passes."""


class Channel:
    """A row of operators at work on one run; holds what is late until it is due."""

    def __init__(self, operators: Sequence[Operator], *, seed: int = 0) -> None:
        """Start the operators.

        Args:
            operators: In the order in which they strike.
            seed: Not negative; the same inputs and the same seed give the same outputs.
        """
        self._processes = [
            operator.start([seed, place]) for place, operator in enumerate(operators)]
        self._waiting: list[tuple[int, int, Degradable]] = []
        self._count = 0
        self._latest = 0

    def send(self, log_time: int, record: Degradable) -> None:
        """Put one record in.

        Args:
            log_time: When it would be received [ns]; not before that of the record before.
            record: What would be received.
        """
        self._latest = max(self._latest, log_time)
        if isinstance(record, FrameBatch):
            self._send_frames(AirFrames.of(log_time, record), 0)
            return
        if isinstance(record, Odometry):
            pose: Odometry | None = record
            for process in self._processes:
                pose = None if pose is None else process.odometry(pose)
            if pose is None:
                return
            record = pose
        self._wait(log_time, record)

    def due(self, until: int) -> Iterator[tuple[int, Degradable]]:
        """Yield what is received before an instant [ns], in the order of time."""
        while self._waiting and self._waiting[0][0] < until:
            log_time, _, record = heapq.heappop(self._waiting)
            yield log_time, record

    def rest(self) -> Iterator[tuple[int, Degradable]]:
        """Yield all that is left at the end of the run, in the order of time."""
        for place, process in enumerate(self._processes):
            held = process.rest()
            if held is not None:
                wait = np.maximum(self._latest - held.log_time, 0)
                self._send_frames(held.later(wait), place + 1)
        while self._waiting:
            log_time, _, record = heapq.heappop(self._waiting)
            yield log_time, record

    def _send_frames(self, frames: AirFrames, first: int) -> None:
        for process in self._processes[first:]:
            if not len(frames):
                return
            frames = process.frames(frames)
        for log_time, batch in frames.batches():
            self._wait(log_time, batch)

    def _wait(self, log_time: int, record: Degradable) -> None:
        heapq.heappush(self._waiting, (log_time, self._count, record))
        self._count += 1


def degrade(
    inputs: Iterable[tuple[int, Degradable]], operators: Sequence[Operator], *, seed: int = 0,
) -> Iterator[tuple[int, Degradable]]:
    """Pass timed inputs through operators; only what is late is held in memory.

    Args:
        inputs: Log time [ns] and record, in the order of time.
        operators: In the order in which they strike.
        seed: Not negative; the same inputs and the same seed give the same outputs.

    Yields:
        Log time [ns] and record, in the order of time.
    """
    channel = Channel(operators, seed=seed)
    for log_time, record in inputs:
        yield from channel.due(log_time)
        channel.send(log_time, record)
    yield from channel.rest()
