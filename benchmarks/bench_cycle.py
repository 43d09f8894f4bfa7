# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The whole cycle under load, and the memory of a replay.

Run by `pytest benchmarks/bench_cycle.py`. 200 vehicles within 250 m send 10 frames a second each,
evenly spread over time; the cycle runs at 20 Hz. Decoding and tracking of the frames are timed
apart from the cycle itself. Times are of the processor, so that other load does not count.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from icv_v2x.interchange.playback import play
from icv_v2x.pipeline import Pipeline
from icv_v2x.scenes import Scene, inputs, write

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_benchmark.fixture import BenchmarkFixture

VEHICLES = 200
SECONDS = 20.0


def traffic(vehicles: int = VEHICLES, seconds: float = SECONDS) -> Scene:
    """Return a crowded place: traffic in all directions around an ego at 15 m/s."""
    random = np.random.default_rng(7)
    scene = Scene(duration=seconds)
    scene.ego(speed=15.0)
    for number in range(vehicles):
        angle, radius = random.uniform(-np.pi, np.pi), 250.0 * np.sqrt(random.random())
        scene.car(
            f'car {number}', x=150.0 + radius * np.cos(angle), y=radius * np.sin(angle),
            heading=random.uniform(-np.pi, np.pi), speed=random.uniform(0.0, 20.0),
        )
    return scene


class TimedPipeline(Pipeline):
    """Keeps the processor time of every cycle, decoding apart [ms]."""

    decoding: list[float]
    cycles: list[float]

    def cycle(self, now: int):
        begin = time.process_time()
        self._perception.drain()
        decoded = time.process_time()
        found = super().cycle(now)
        end = time.process_time()
        self.decoding.append((decoded - begin) * 1e3)
        self.cycles.append((end - decoded) * 1e3)
        return found


@pytest.mark.benchmark(group='cycle with 200 tracks at 10 Hz')
def test_cycle(benchmark: BenchmarkFixture) -> None:
    scene = traffic()
    timed = inputs(scene)

    def prepare() -> tuple[tuple[TimedPipeline], dict[str, object]]:
        pipeline = TimedPipeline(scene.parameters())
        pipeline.decoding, pipeline.cycles = [], []
        return (pipeline,), {}

    last: list[TimedPipeline] = []

    def replay(pipeline: TimedPipeline) -> None:
        for _ in play(pipeline, timed, rate=20.0):
            pass
        last[:] = [pipeline]

    benchmark.pedantic(replay, setup=prepare, rounds=3, warmup_rounds=1)
    for name, values in (('cycle', last[0].cycles), ('decoding', last[0].decoding)):
        benchmark.extra_info[f'{name} median ms'] = round(float(np.median(values)), 2)
        benchmark.extra_info[f'{name} p99 ms'] = round(float(np.percentile(values, 99)), 2)
    benchmark.extra_info['frames'] = last[0].counters.received
    print(benchmark.extra_info)


@pytest.mark.benchmark(group='replay of a bag of 200 vehicles')
def test_replay_memory(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    write(traffic(), tmp_path / 'bag')
    command = [
        sys.executable, '-m', 'icv_v2x.tools.cli', 'replay', str(tmp_path / 'bag'),
        '--jsonl', str(tmp_path / 'out.jsonl'),
    ]
    benchmark.pedantic(
        subprocess.run, args=(command,), kwargs={'check': True, 'capture_output': True},
        rounds=2,
    )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024.0
    benchmark.extra_info['peak memory MB'] = round(peak, 1)
    print(benchmark.extra_info)
