# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Timed inputs played into a pipeline in their own time, with its cycles at a fixed rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from icv_v2x.interchange.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SECOND = 1_000_000_000
LONGEST_SILENCE = 3600 * SECOND
"""Over a silence longer than this [ns], as a wrong log time makes, no cycles are run."""


class PipelineLike(Protocol):
    """What playback needs of a pipeline."""

    def receive(self, item: Any, received: int) -> Any:
        """Take one record that came at `received` [ns]."""

    def lose(self, frames: int, reason: str) -> None:
        """Count frames that came but could not be read."""

    def cycle(self, now: int) -> Any:
        """Run one cycle at `now` [ns] and return what came of it."""


class Step(NamedTuple):
    """One cycle of a playback.

    Attributes:
        time: [s] since the first input, a multiple of the period.
        cycle: What the pipeline returned.
    """

    time: float
    cycle: Any


def play(
    pipeline: PipelineLike, inputs: Iterable[tuple[int, Any]], *, rate: float,
) -> Iterator[Step]:
    """Run a pipeline over inputs; cycle k comes k / rate seconds after the first input.

    A cycle uses the inputs logged at or before it; the last cycle is the first one at or after the
    last input, so that every input is used. Within a silence longer than `LONGEST_SILENCE` the
    cycles are left out, their numbers kept.

    Args:
        pipeline: Takes the records; `Unreadable` goes to its `lose`, None only begins the time.
        inputs: Log time [ns] and record, in the order of time.
        rate: Cycles per second [Hz].

    Yields:
        Every cycle.
    """
    first = None
    index = 0
    due = 0
    for log_time, record in inputs:
        if first is None:
            first = due = log_time
        elif log_time - due > LONGEST_SILENCE:
            yield Step(index / rate, pipeline.cycle(due))
            index = -int(-(log_time - first) * rate // SECOND)
            due = first + round(index * SECOND / rate)
        while due < log_time:
            yield Step(index / rate, pipeline.cycle(due))
            index += 1
            due = first + round(index * SECOND / rate)
        if isinstance(record, Unreadable):
            if record.frames:
                pipeline.lose(record.frames, record.reason)
        elif record is not None:
            pipeline.receive(record, log_time)
    if first is not None:
        yield Step(index / rate, pipeline.cycle(due))
