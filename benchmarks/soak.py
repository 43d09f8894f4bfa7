# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Half an hour of a busy channel through one pipeline, as fast as it goes; memory stays flat.

`python benchmarks/soak.py [--minutes N] [--senders N] [--rate HZ] [--bad SHARE] [--trace]`

100 vehicles send at 10 Hz, 5 % of the frames are damaged, ids change every minute in every tenth
vehicle, and the cycle runs at 20 Hz. `--senders 1000 --rate 2.5` is a thousand tracks from 2,500
messages a second. Printed per minute of the drive: resident memory, the
processor time that 99 % of the cycles take at most, and the balance of the frames. The traffic is
made in another process, so that the memory is that of the pipeline alone. The exit status
is 1 where memory grows by 5 MB or more after the first minute, the p99 of the second half is 10 %
above that of the first, or received is not accepted + rejected. The same over the middleware, in
real time: `icv-v2x faults --only-live --rows 30`.
"""

from __future__ import annotations

import argparse
import dataclasses
import heapq
import itertools
import multiprocessing
import sys
import time
import tracemalloc
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.faults import Mutate, degrade
from icv_v2x.inputs import FrameBatch
from icv_v2x.interchange.playback import play
from icv_v2x.parameters import Parameters, build
from icv_v2x.pipeline import Pipeline
from icv_v2x.scenes import Radio, Scene, inputs
from icv_v2x.tools.fault_bench.trial import resident

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from multiprocessing.connection import Connection

MINUTE = 60_000_000_000
START = 30_000_000 * MINUTE
MOST_GROWTH = 5.0
MOST_DRIFT = 0.1
_SLICE = 10
_LINE = 70
_PART = 500


class Meter:
    """A pipeline whose cycles are timed with all that came for them."""

    def __init__(self, pipeline: Pipeline) -> None:
        """Begin without any cycle."""
        self.pipeline = pipeline
        self.costs: list[float] = []
        self._spent = 0.0

    def receive(self, item: Any, received: int) -> Any:
        """Hand an input over."""
        begin = time.thread_time()
        answer = self.pipeline.receive(item, received)
        self._spent += time.thread_time() - begin
        return answer

    def lose(self, frames: int, reason: str) -> None:
        """Count frames that cannot be read."""
        self.pipeline.lose(frames, reason)

    def cycle(self, now: int) -> Any:
        """Run a cycle."""
        begin = time.thread_time()
        cycle = self.pipeline.cycle(now)
        self.costs.append(time.thread_time() - begin + self._spent)
        self._spent = 0.0
        return cycle


def traffic(numbers: Iterable[int], rate: float, start: int) -> Scene:
    """Return a minute beside roads on which one vehicle in ten drives round and round."""
    scene = Scene(duration=60.0, start=start)
    scene.ego(0.0)
    for number in numbers:
        # Every tenth vehicle goes by another name each minute, so that names never end.
        name = 1 + number + (0 if number % 10 else start // MINUTE << 16)
        line, place = divmod(number // 2, _LINE)
        y = 12.0 + 6.0 * line
        scene.car(
            f'car{name}', radio=Radio(rate=rate, temporary_id=name, signer=name),
            speed=10.0 if number % 10 == 1 else 0.0, x=-300.0 + 9.0 * place,
            y=y if number % 2 else -y)
    return scene


def minutes(count: int, senders: int, rate: float, bad: float) -> Iterator[tuple[int, Any]]:
    """Yield the inputs of so many minutes; those of lasting names are encoded once."""
    lasting = inputs(traffic([n for n in range(senders) if n % 10], rate, START))
    for number in range(count):
        start = START + number * MINUTE
        passing = [
            each for each in inputs(traffic(range(0, senders, 10), rate, start))
            if isinstance(each[1], FrameBatch)]
        timed = heapq.merge(
            ((log_time + start - START, later(record, start - START))
             for log_time, record in lasting), passing, key=itemgetter(0))
        yield from degrade(timed, [Mutate(bad)], seed=number)


def fed(count: int, senders: int, rate: float, bad: float) -> Iterator[tuple[int, Any]]:
    """Yield what `minutes` does, made in a process of its own."""
    context = multiprocessing.get_context('spawn')
    heard, told = context.Pipe(duplex=False)
    maker = context.Process(
        target=feed, args=(told, count, senders, rate, bad), daemon=True)
    maker.start()
    # Else the end of the maker would not be heard.
    told.close()
    try:
        while part := heard.recv():
            yield from part
    finally:
        heard.close()
        maker.terminate()
        maker.join()


def feed(told: Connection, count: int, senders: int, rate: float, bad: float) -> None:
    """Send the inputs of so many minutes in parts, an empty one at the end."""
    timed = minutes(count, senders, rate, bad)
    while part := list(itertools.islice(timed, _PART)):
        told.send(part)
    told.send([])


def later(record: Any, delay: int) -> Any:
    """Return a record as it would come some whole minutes [ns] later."""
    changed = {'stamp': record.stamp + delay}
    if isinstance(record, FrameBatch):
        changed['reception_time'] = record.reception_time + delay
        changed['generation_time'] = record.generation_time + delay
    return dataclasses.replace(record, **changed)


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--minutes', type=int, default=31)
    parser.add_argument('--senders', type=int, default=100)
    parser.add_argument('--rate', type=float, default=10.0, help='of each sender [Hz]')
    parser.add_argument('--bad', type=float, default=0.05)
    parser.add_argument('--trace', action='store_true', help='tell where memory grew')
    arguments = parser.parse_args()
    parameters = build(Parameters, traffic([], 10.0, START).parameter_values())
    meter = Meter(Pipeline(parameters))
    memory: list[float] = []
    slowest: list[float] = []
    begin: Any = None
    inputs_of_all = fed(
        arguments.minutes, arguments.senders, arguments.rate, arguments.bad)
    for step in play(meter, inputs_of_all, rate=parameters.cycle.rate):
        minute = (step.cycle.stamp - START) // MINUTE
        if minute > len(memory):
            costs, meter.costs = meter.costs, []
            memory.append(resident())
            slowest.append(1e3 * float(np.percentile(costs, 99)))
            counters = meter.pipeline.counters
            print(
                f'minute {minute:3}: {memory[-1]:7.2f} MB, {len(step.cycle.tracks)} objects, '
                f'cycle p99 {slowest[-1]:6.2f} ms, '
                f'median {1e3 * float(np.median(costs)):6.2f} ms, '
                f'{counters.received} frames, {sum(counters.rejected.values())} rejected',
                flush=True)
            if arguments.trace and minute == 1:
                tracemalloc.start(_SLICE)
                begin = tracemalloc.take_snapshot()
    if begin is not None:
        for line in tracemalloc.take_snapshot().compare_to(begin, 'traceback')[:_SLICE]:
            print(line, *line.traceback.format(), sep='\n')
    counters = meter.pipeline.counters
    balanced = counters.received == counters.accepted + sum(counters.rejected.values())
    growth = max(memory[1:], default=memory[0]) - memory[0]
    half = len(slowest) // 2
    drift = float(np.median(slowest[half:]) / np.median(slowest[:half] or slowest) - 1.0)
    print(f'growth {growth:.2f} MB, drift of p99 {100.0 * drift:.1f} %, balanced {balanced}')
    return int(growth >= MOST_GROWTH or drift >= MOST_DRIFT or not balanced)


if __name__ == '__main__':
    sys.exit(main())
