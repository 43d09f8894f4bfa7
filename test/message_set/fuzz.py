# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Feed the decoders with broken frames: ``python test/message_set/fuzz.py --frames 1000000``.

Every mutated frame must end as a message or as a counted reason, within the time limit, and the
memory in use must not grow. The exit status tells whether that held.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

if __name__ == '__main__':
    sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

from strategies.frames import known_frames
from strategies.messages import random_value

from icv_v2x.message_set import (
    MAXIMUM_FRAME_OCTETS,
    MESSAGE_NAMES,
    MessageError,
    decode,
    decode_frames,
    encode,
    frame_of,
    schema,
)

TIME_LIMIT = 0.05
"""Processor time of one frame [s]."""
_BATCH = 100


@dataclass
class Outcome:
    """What a run saw."""

    frames: int = 0
    decoded: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    slowest_frame: bytes = b''
    escaped: list[str] = field(default_factory=list)
    memory_growth: float = 0.0

    def holds(self) -> bool:
        """Tell whether everything that must hold did."""
        return not self.escaped and self.slowest <= TIME_LIMIT and self.memory_growth < 20.0


def seeds(source: random.Random, count: int = 20) -> list[bytes]:
    """Valid frames to break: the known ones and random ones of every message, long ones too."""
    frames = [bytes.fromhex(frame['uper_hex']) for frame in known_frames()]
    for name in MESSAGE_NAMES:
        for _ in range(count):
            value = random_value(schema.types()[name], source, longest=source.choice((2, 2, 4)))
            try:
                frames.append(encode(frame_of(name, value)))
            except MessageError:
                # too long for the air
                continue
    return frames


def mutated(frames: list[bytes], source: random.Random) -> Iterator[bytes]:
    """Broken frames without end."""
    while True:
        octets = bytearray(source.choice(frames))
        kind = source.randrange(8)
        if kind == 0:
            yield source.randbytes(source.randint(0, 200))
            continue
        if kind == 1:
            yield bytes(octets[:source.randrange(len(octets) + 1)])
            continue
        if kind == 2:
            # a length bomb: the largest counts everywhere behind a point
            at = source.randrange(len(octets))
            octets[at:] = b'\xff' * source.randint(1, 400)
        elif kind == 3:
            other = source.choice(frames)
            octets[source.randrange(len(octets)):] = other[source.randrange(len(other)):]
        elif kind == 4:
            at = source.randrange(len(octets))
            octets[at:at] = source.randbytes(source.randint(1, 8))
        elif kind == 5 and source.random() < 0.01:
            room = MAXIMUM_FRAME_OCTETS - len(octets)
            octets += source.randbytes(max(0, room + source.choice((-1, 0, 1))))
        else:
            for _ in range(source.choice((1, 1, 1, 2, 4, 16))):
                bit = source.randrange(8 * len(octets))
                octets[bit >> 3] ^= 0x80 >> (bit & 7)
        yield bytes(octets)


def run(frames: int = 0, seconds: float = 0.0, seed: int = 53) -> Outcome:
    """Decode broken frames one by one and in batches.

    Args:
        frames: Stop after so many, 0 for no limit.
        seconds: Stop after so long, 0 for no limit.
        seed: Of the mutations; the run is reproducible.

    Returns:
        What happened.
    """
    source = random.Random(seed)
    outcome = Outcome()
    valid = seeds(source)
    for octets in valid:
        decode(octets)
    # What was loaded up to here would be searched for garbage again and again, within the time of
    # whatever frame comes just then; a program that cares does the same after its start.
    gc.collect()
    gc.freeze()
    base = 0.0
    begin = time.monotonic()
    batch: list[bytes] = []
    for octets in mutated(valid, source):
        done = (frames and outcome.frames >= frames) or (
            seconds and time.monotonic() - begin > seconds)
        if len(batch) >= _BATCH or (done and batch):
            _decode_batch(batch, outcome)
            batch.clear()
        if done:
            break
        outcome.frames += 1
        batch.append(octets)
        _decode_one(octets, outcome)
        # the first frames fill the caches of the library and of the interpreter
        if outcome.frames == 5000:
            gc.collect()
            base = _memory()
    gc.collect()
    outcome.memory_growth = _memory() - base if base else 0.0
    gc.unfreeze()
    return outcome


def _decode_one(octets: bytes, outcome: Outcome) -> None:
    start = time.process_time()
    try:
        decode(octets)
        outcome.decoded += 1
    except MessageError as error:
        outcome.reasons[error.reason.value] += 1
    except Exception as error:
        outcome.escaped.append(f'{type(error).__name__}: {error} from {octets.hex()}')
    taken = time.process_time() - start
    if taken > outcome.slowest:
        outcome.slowest, outcome.slowest_frame = taken, octets


def _decode_batch(batch: list[bytes], outcome: Outcome) -> None:
    payload = np.frombuffer(b''.join(batch), dtype=np.uint8)
    length = np.array([len(octets) for octets in batch], dtype=np.uint32)
    try:
        result = decode_frames(payload, length)
    except Exception as error:
        outcome.escaped.append(f'batch: {type(error).__name__}: {error}')
        return
    ends = sum(map(len, (
        result.bsm, result.rsm, result.ssm, result.others, result.rejected)))
    if ends != len(batch):
        outcome.escaped.append(f'a frame of {len(batch)} is lost or counted twice')


def _memory() -> float:
    """Peak memory of the process so far [MB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--frames', type=int, default=0, help='how many, 0: no limit')
    parser.add_argument('--seconds', type=float, default=0.0, help='how long, 0: no limit')
    parser.add_argument('--seed', type=int, default=53)
    arguments = parser.parse_args()
    outcome = run(arguments.frames or (0 if arguments.seconds else 1_000_000),
                  arguments.seconds, arguments.seed)
    sys.stdout.write(
        f'{outcome.frames} frames, {outcome.decoded} decoded, {dict(outcome.reasons)}\n'
        f'slowest {1e3 * outcome.slowest:.1f} ms ({len(outcome.slowest_frame)} octets), '
        f'memory +{outcome.memory_growth:.1f} MB\n')
    sys.stdout.writelines(f'{text}\n' for text in outcome.escaped[:10])
    return 0 if outcome.holds() else 1


if __name__ == '__main__':
    sys.exit(main())
