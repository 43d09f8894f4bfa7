# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""How long the stages of a replay take, measured around the pipeline rather than in it."""

from __future__ import annotations

import time
from array import array
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from icv_v2x.pipeline import Cycle, Pipeline


class TimedPipeline:
    """Passes everything on to a pipeline and keeps the durations.

    Stages: `reading` a message from the bag, `receive` of one record, `decoding` of all frames
    that wait for a cycle up to their place in the track store, and the `cycle` itself.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        """Keep the pipeline."""
        self.pipeline = pipeline
        self._durations = {
            stage: array('f') for stage in ('reading', 'receive', 'decoding', 'cycle')
        }
        self._begin = time.perf_counter()
        self._first: int | None = None
        self._last = 0

    def receive(self, item: Any, received: int) -> None:
        """Take one record; see `Pipeline.receive`."""
        begin = time.perf_counter()
        self.pipeline.receive(item, received)
        self._durations['receive'].append(time.perf_counter() - begin)

    def lose(self, frames: int, reason: str) -> None:
        """Count frames that could not be read; see `Pipeline.lose`."""
        self.pipeline.lose(frames, reason)

    def cycle(self, now: int) -> Cycle:
        """Run one cycle; see `Pipeline.cycle`."""
        if self._first is None:
            self._first = now
        self._last = now
        begin = time.perf_counter()
        # Counters that are asked for are complete, so that frames which wait are decoded here.
        _ = self.pipeline.counters
        middle = time.perf_counter()
        cycle = self.pipeline.cycle(now)
        end = time.perf_counter()
        self._durations['decoding'].append(middle - begin)
        self._durations['cycle'].append(end - middle)
        return cycle

    def timing_of_reading(self, items: Iterable[Any]) -> Iterator[Any]:
        """Yield the items, and keep how long each took to come."""
        iterator = iter(items)
        while True:
            begin = time.perf_counter()
            try:
                item = next(iterator)
            except StopIteration:
                return
            self._durations['reading'].append(time.perf_counter() - begin)
            yield item

    def figures(self) -> dict[str, Any]:
        """Return count, median, 99th percentile, maximum [ms] and sum [s] of every stage."""
        figures: dict[str, Any] = {
            'elapsed_s': round(time.perf_counter() - self._begin, 4),
            'bag_s': 0.0 if self._first is None else (self._last - self._first) * 1e-9,
        }
        for stage, durations in self._durations.items():
            values = np.asarray(durations, np.float64)
            figures[stage] = {'count': len(values)}
            if len(values):
                median, high = np.percentile(values, (50.0, 99.0)) * 1e3
                figures[stage].update({
                    'median_ms': round(float(median), 4),
                    'p99_ms': round(float(high), 4),
                    'maximum_ms': round(float(values.max()) * 1e3, 4),
                    'total_s': round(float(values.sum()), 4),
                })
        return figures
