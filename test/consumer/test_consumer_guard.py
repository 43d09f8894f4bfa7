# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What a consumer may act on: sound, in order, fresh, alive, and within the bound of evidence."""

from __future__ import annotations

import math
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from scripted import SECOND, advisory, compiled, line, message

from icv_v2x.consumer import AdvisoryGuard, Refusal

TICK = SECOND // 20
START = 1_000 * SECOND


def test_a_sound_message_is_in_force_until_it_ends() -> None:
    guard = AdvisoryGuard()
    array = message(START, 1, advisory(START + 3 * TICK), advisory(START + TICK))
    assert guard.take(array, START, 0) is None
    assert len(guard.in_force(START, 0)) == 2
    assert len(guard.in_force(START + TICK, TICK)) == 1
    assert guard.in_force(START + 3 * TICK, 3 * TICK) == []


def test_a_damaged_message_changes_nothing() -> None:
    guard = AdvisoryGuard()
    guard.take(message(START, 1, advisory(START + 6 * TICK)), START, 0)
    damaged = message(START + TICK, 2)
    damaged.mode = 3
    assert guard.take(damaged, START + TICK, TICK) is Refusal.CHECKSUM
    assert len(guard.in_force(START + TICK, TICK)) == 1


def test_silence_ends_everything_on_the_steady_clock() -> None:
    guard = AdvisoryGuard()
    guard.take(message(START, 1, advisory(START + 6 * TICK)), START, 0)
    assert guard.in_force(START, 4 * TICK)
    # Frozen simulated time must not keep an advisory alive.
    assert guard.in_force(START, 5 * TICK) == []
    assert not guard.alive(5 * TICK)


@pytest.mark.parametrize('mode', [0, 1, 4, 5])
def test_who_is_not_active_advises_nothing(mode: int) -> None:
    guard = AdvisoryGuard()
    guard.take(message(START, 1, advisory(START + 6 * TICK), mode=mode), START, 0)
    assert guard.in_force(START, 0) == []


@pytest.mark.parametrize(('stamp', 'sequence', 'refusal'), [
    (START, 5, Refusal.REPEATED), (START - TICK, 4, Refusal.LATE), (START, 6, Refusal.LATE),
    (START + 3 * TICK, 6, Refusal.FUTURE), (START + TICK, 7, None), (START + TICK, 1, None),
])
def test_order_counts(stamp: int, sequence: int, refusal: Refusal | None) -> None:
    guard = AdvisoryGuard()
    guard.take(message(START, 5), START, 0)
    assert guard.take(message(stamp, sequence), START, 0) is refusal
    assert (guard.lost, guard.restarts) == (int(sequence == 7), int(sequence == 1))
    assert guard.received == guard.accepted + sum(guard.refused.values())


def test_old_news_is_refused() -> None:
    assert AdvisoryGuard().take(message(START, 1), START + 7 * TICK, 0) is Refusal.STALE


def test_a_bag_that_begins_again_is_heard_again() -> None:
    guard = AdvisoryGuard()
    guard.take(message(START, 100, advisory(START + 6 * TICK)), START, 0)
    earlier = START - 60 * SECOND
    assert guard.in_force(earlier, TICK) == []
    assert guard.take(message(earlier, 101, advisory(earlier + TICK)), earlier, TICK) is None
    assert (len(guard.in_force(earlier, TICK)), guard.restarts, guard.lost) == (1, 1, 0)


@pytest.mark.parametrize(('values', 'granted'), [
    ({}, 6.1), ({'required_deceleration': 12.0}, 8.0), ({'corroborated': False}, 3.0),
    ({'verified': False}, 3.0), ({'level': 3}, 3.0), ({'level': 2}, 0.0),
    ({'required_deceleration': 1.2, 'level': 3}, 1.2),
    ({'required_deceleration': math.nan}, 8.0),
    ({'required_deceleration': math.nan, 'level': 3}, 0.0),
    ({'required_deceleration': -1.0}, 0.0),
])
def test_radio_alone_brakes_gently(values: dict[str, float], granted: float) -> None:
    assert AdvisoryGuard().granted_deceleration(advisory(0, **values)) == granted


def test_the_guard_needs_the_standard_library_only() -> None:
    code = (
        'import sys, icv_v2x.consumer; '
        'print([m for m in sys.modules if m.split(".")[0] in ("numpy", "rclpy", "rosbags")])')
    done = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == '[]'


def test_the_guard_in_cpp_says_the_same(tmp_path: Path) -> None:
    compiler = shutil.which('g++') or shutil.which('clang++')
    if compiler is None:
        pytest.skip('there is no C++ compiler')
    source, guard = random.Random(5), AdvisoryGuard()
    lines, wanted = [], []
    now, steady, sequence = START, 0, 1
    for _ in range(600):
        passed = source.choice((TICK, TICK, TICK, 0, 3 * TICK, 6 * TICK))
        now, steady = now + passed, steady + passed
        if source.random() < 0.02:
            now -= 30 * SECOND
        sequence = source.choice((sequence, sequence + 1, sequence + 1, sequence + 1, 1))
        stamp = now + source.choice((0, 0, 0, -TICK, -7 * TICK, 3 * TICK))
        array = message(stamp, sequence, *(
            advisory(
                stamp + source.randrange(7) * TICK, id=source.randrange(9),
                level=source.randrange(1, 5), verified=source.random() < 0.8,
                corroborated=source.random() < 0.5, gap=source.uniform(-1e3, 1e3),
                required_deceleration=source.choice((math.nan, source.uniform(-1.0, 12.0))))
            for _ in range(source.randrange(3))), mode=source.choice((2, 2, 2, 3, 4)))
        if source.random() < 0.05:
            array.crc32 ^= 1 << source.randrange(32)
        lines.append(line(array, now, steady))
        refusal = guard.take(array, now, steady)
        number = -1 if refusal is None else list(Refusal).index(refusal)
        valid = [
            f'{a.id}:{guard.granted_deceleration(a):.17g}' for a in guard.in_force(now, steady)]
        wanted.append(' '.join(map(str, [number, *valid, guard.lost, guard.restarts])))
    done = subprocess.run(
        [str(compiled(tmp_path, compiler))], input='\n'.join(lines) + '\n', text=True,
        capture_output=True, check=True)
    assert done.stdout.splitlines() == wanted
    assert {text.split()[0] for text in wanted} == {'-1', '0', '1', '2', '3', '4'}
