# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Rate limits: a flood costs the flood, never those who matter or who send little."""

from __future__ import annotations

import numpy as np
import pytest
from strategies.radio_frames import parameters

from icv_v2x.inputs import FrameBatch
from icv_v2x.pipeline import rate_limits
from icv_v2x.pipeline.rate_limits import RateLimits

START = 1_763_798_400_000_000_000
NOBODY = np.zeros(0, np.uint64)


def batch(signers: list[int], time: float = 0.0) -> FrameBatch:
    """Return frames of one octet each, by certificate, received at a time [s]."""
    count = len(signers)
    return FrameBatch(
        stamp=START, standard=1, encoding=0,
        reception_time=np.full(count, START + round(time * 1e9), np.int64),
        length=np.ones(count, np.uint32), payload=np.zeros(count, np.uint8),
        verification=np.ones(count, np.uint8), signer=np.array(signers, np.uint64),
        aid=np.zeros(count, np.uint32), rssi=np.full(count, np.nan, np.float32),
        generation_time=np.zeros(count, np.int64), signer_role=np.ones(count, np.uint8))


def limits(**changes: float) -> RateLimits:
    return RateLimits(parameters(**changes))


def test_who_sends_too_much_loses_its_oldest_frames_and_nobody_else_any() -> None:
    flood = [7] * 100 + [8]
    passing = limits(radio__sender_rate=100.0, radio__burst=0.2).admitted(batch(flood), NOBODY)
    assert passing.tolist() == [False] * 80 + [True] * 21


def test_tokens_come_back_with_time_and_full_buckets_do_not_overflow() -> None:
    tested = limits(radio__sender_rate=100.0, radio__burst=0.1)
    assert tested.admitted(batch([7] * 10), NOBODY).sum() == 10
    assert tested.admitted(batch([7] * 10, 0.05), NOBODY).sum() == 5
    assert tested.admitted(batch([7] * 99, 60.0), NOBODY).sum() == 10
    # A clock that was set back must not silence anybody.
    assert tested.admitted(batch([7] * 99, 5.0), NOBODY).sum() == 10


def test_of_too_many_the_relevant_come_first_and_then_everybody_alike() -> None:
    tested = limits(radio__total_rate=200.0, radio__burst=0.05, radio__sender_rate=10000.0)
    signers = [1] * 20 + [2] * 3 + [3] * 2 + [4]
    passing = tested.admitted(batch(signers), np.array([2], np.uint64))
    kept = np.array(signers)[passing].tolist()
    assert len(kept) == 10
    assert kept.count(2) == 3
    assert kept.count(3) == 2
    assert kept.count(4) == 1


def test_frames_without_a_certificate_count_together_only() -> None:
    tested = limits(radio__sender_rate=20.0, radio__burst=0.05, radio__total_rate=10000.0)
    assert tested.admitted(batch([0] * 300), NOBODY).all()
    assert tested.admitted(batch([]), NOBODY).tolist() == []


def test_of_too_many_certificates_those_silent_for_longest_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rate_limits, '_CERTIFICATES', 3)
    tested = limits(radio__sender_rate=20.0, radio__burst=0.1)
    for time, signers in ((0.0, [1, 1]), (0.01, [2, 2]), (0.02, [3, 3]), (0.03, [1, 4])):
        passing = tested.admitted(batch(signers, time), NOBODY).tolist()
    # The first one sends on, so that the second one gives way to the fourth.
    assert passing == [False, True]
    assert tested.admitted(batch([2, 2], 0.04), NOBODY).all()
