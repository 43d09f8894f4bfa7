# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Speed advice along five signals in SUMO against SUMO's driver, run by run, as a table.

`python benchmarks/signal_corridor.py FOLDER [--seeds A..B] [--flow F ...]`

Needs SUMO (requirements-sumo.txt). Every seed is driven twice, with the advice of the pipeline and
without it, alone and among 300 vehicles an hour and lane. Every drive is a line of
FOLDER/corridor_FLOW.jsonl; what is there is not driven again, so that a campaign can be stopped
and taken up. Only who is near the ego and goes its way is sent. The exit status is 1 where the
stops per kilometre are not at least halved, a red light is run, the travel time is more than 2 %
longer or the fuel of SUMO's emission model is not less.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'test' / 'simulation'))

from signal_corridor import Drive, corridor, drive

from icv_v2x.tools.simulation.traffic import load_library
from icv_v2x.tools.sumo import seeds

_LONGER = 1.02


def compare(folder: Path, flow: float, numbers: range) -> bool:
    """Print one line for each seed and the means; return whether all is as demanded."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f'corridor_{flow:.0f}.jsonl'
    known = _read(file)
    street = corridor(folder / f'{flow:.0f}', flow=flow, end=1500.0)
    print(f'{flow:.0f} vehicles an hour and lane; each pair: without, with advice')
    print(f'{"seed":>5} {"stops":>9} {"travel time [s]":>17} {"fuel [g]":>15} {"red":>5}')
    pairs = []
    with file.open('a') as lines:
        for seed in numbers:
            for wanted in (False, True):
                if (seed, wanted) not in known:
                    known[seed, wanted] = drive(street, seed, advised=wanted)
                    print(json.dumps({
                        'seed': seed, 'with_advice': wanted, **asdict(known[seed, wanted]),
                    }), file=lines, flush=True)
            free, advised = known[seed, False], known[seed, True]
            pairs.append((free, advised))
            print(
                f'{seed:5} {free.stops:4} {advised.stops:4} {free.duration:8.1f} '
                f'{advised.duration:8.1f} {free.fuel:7.1f} {advised.fuel:7.1f} '
                f'{free.red:2} {advised.red:2}', flush=True)
    return _judge(pairs)


def _read(file: Path) -> dict[tuple[int, bool], Drive]:
    """Return the drives of a file by seed and whether they were advised."""
    if not file.is_file():
        return {}
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    return {(line.pop('seed'), line.pop('with_advice')): Drive(**line) for line in lines}


def _judge(pairs: list[tuple[Drive, Drive]]) -> bool:
    table = np.array([[
        (1e3 * one.stops / one.distance, one.duration, one.fuel, one.red) for one in pair
    ] for pair in pairs])
    (stops, time, fuel, red), (our_stops, our_time, our_fuel, our_red) = table.mean(axis=0)
    longer = 100.0 * (table[:, 1, 1] / table[:, 0, 1] - 1.0)
    deviation = longer.std(ddof=1) / np.sqrt(len(pairs)) if len(pairs) > 1 else np.nan
    print(
        f'stops per km {stops:.2f} to {our_stops:.2f}; travel time {time:.1f} to {our_time:.1f} s '
        f'({100.0 * (our_time / time - 1.0):+.1f} %, +-{1.96 * deviation:.1f} paired); '
        f'fuel {fuel:.1f} to {our_fuel:.1f} g ({100.0 * (our_fuel / fuel - 1.0):+.1f} %); '
        f'red lights run {red * len(pairs):.0f} and {our_red * len(pairs):.0f}', flush=True)
    return bool(
        our_stops <= 0.5 * stops and our_time <= _LONGER * time and our_fuel < fuel
        and our_red == 0.0)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('folder', type=Path, metavar='FOLDER', help='for drives and street')
    parser.add_argument('--seeds', type=seeds, default=seeds('0..49'), metavar='A..B')
    parser.add_argument(
        '--flow', type=float, nargs='+', default=[0.0, 300.0], metavar='F',
        help='vehicles per hour and lane')
    arguments = parser.parse_args()
    load_library()
    good = [compare(arguments.folder, flow, arguments.seeds) for flow in arguments.flow]
    return 0 if all(good) else 1


if __name__ == '__main__':
    sys.exit(main())
