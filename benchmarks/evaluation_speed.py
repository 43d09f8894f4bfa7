# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""How much faster many bags are evaluated with two workers than with one.

`python benchmarks/evaluation_speed.py [--bags N] [--seconds S]`

Makes bags of simulated traffic, evaluates them with one local process and with two, each into a
folder of its own, and prints both times, the start of the processes included. At least 1.7 is
wanted of 200 bags on a machine with two processors that does nothing else.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from icv_v2x.scenes import Scene, kmh, write
from icv_v2x.tools.evaluate import evaluate
from icv_v2x.tools.evaluation.bag import DONE, Task

WANTED = 1.7


def make_bag(folder: Path, number: int, seconds: float) -> Task:
    """Write a bag with a queue of cars and traffic that passes; return its task."""
    scene = Scene(seconds)
    scene.ego(kmh(50 + number % 7))
    for place in range(12):
        scene.car(f'ahead{place}', ahead=60.0 + 25.0 * place, speed=kmh(45 + place % 3))
        scene.car(f'left{place}', ahead=-80.0 + 20.0 * place, left=3.5, speed=kmh(55 + place % 5))
    bag = folder / f'bag{number:03d}'
    write(scene, bag)
    return Task(str(bag))


def main() -> int:
    """Print the times."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--bags', type=int, default=200)
    parser.add_argument('--seconds', type=float, default=10.0, help='length of each')
    arguments = parser.parse_args()
    took = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tasks = [make_bag(folder, n, arguments.seconds) for n in range(arguments.bags)]
        load = os.getloadavg()[0]
        for workers in (1, 2):
            begin, before = time.perf_counter(), os.times()
            results = evaluate(tasks, folder / f'out{workers}', workers=workers)
            took[workers] = time.perf_counter() - begin
            after = os.times()
            # where this stays and the time does not halve, others had the processors
            worked = sum(
                getattr(after, kind) - getattr(before, kind)
                for kind in ('user', 'system', 'children_user', 'children_system'))
            if any(result['status'] != DONE for result in results):
                print('a bag has no result', file=sys.stderr)
                return 2
            print(
                f'{arguments.bags} bags of {arguments.seconds:g} s with {workers} worker'
                f'{"s" if workers > 1 else ""}: {took[workers]:.1f} s, '
                f'{worked:.1f} s of processors')
    ratio = took[1] / took[2]
    print(
        f'{ratio:.2f} times as fast, {WANTED} wanted; load before {load:.1f} on '
        f'{os.cpu_count()} processors')
    return 0 if ratio >= WANTED else 1


if __name__ == '__main__':
    sys.exit(main())
