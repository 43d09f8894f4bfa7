# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of the channel's operators: how many frames, when, in which order, and always the same."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from timed_inputs import SECOND, Timed, frames, messages, through, traffic

from icv_v2x.faults import (
    Burst,
    Delay,
    Deviations,
    Duplicate,
    Jitter,
    Loss,
    OdometryError,
    Reorder,
    ReportError,
)
from icv_v2x.inputs import CertificateScope, FrameBatch

if TYPE_CHECKING:
    from icv_v2x.faults import Operator

INPUTS = traffic()

OPERATORS = st.lists(
    st.one_of(
        st.builds(Loss, st.floats(0.0, 1.0)),
        st.builds(Burst, st.floats(0.1, 10.0), st.floats(0.0, 3.0), common=st.booleans()),
        st.builds(Delay, st.floats(0.0, 3.0)),
        st.builds(Jitter, st.floats(0.0, 3.0)),
        st.builds(Duplicate, st.floats(0.0, 1.0), st.integers(2, 4)),
        st.builds(Reorder, st.floats(0.0, 1.0), st.integers(1, 5)),
        st.builds(ReportError, st.builds(Deviations, st.floats(0.0, 5.0), st.floats(0.0, 5.0))),
        st.builds(OdometryError, st.builds(Deviations, st.floats(0.0, 5.0))),
    ),
    max_size=4,
)


def same(first: Timed, second: Timed) -> bool:
    if [time for time, _ in first] != [time for time, _ in second]:
        return False
    for (_, one), (_, other) in zip(first, second, strict=True):
        if isinstance(one, FrameBatch) and isinstance(other, FrameBatch):
            for name, value in vars(one).items():
                if not np.array_equal(value, getattr(other, name), equal_nan=name == 'rssi'):
                    return False
        elif one is not other and repr(one) != repr(other):
            return False
    return True


def test_nothing_changes_without_an_operator() -> None:
    assert same(through(INPUTS), INPUTS)


@pytest.mark.parametrize('operator', [
    Loss(0.0), Delay(0.0), Jitter(0.0), Duplicate(0.0), Reorder(0.0), Burst(1.0, 0.0),
    ReportError(Deviations()), OdometryError(Deviations()),
])
def test_an_operator_of_no_strength_changes_nothing(operator: Operator) -> None:
    assert same(through(INPUTS, operator), INPUTS)


@given(OPERATORS, st.integers(0, 2**31))
def test_one_seed_gives_one_result_in_the_order_of_time(
    operators: list[Operator], seed: int,
) -> None:
    timed = INPUTS[:300]
    assert same(through(timed, *operators, seed=seed), through(timed, *operators, seed=seed))


def test_another_seed_gives_another_result() -> None:
    assert not same(through(INPUTS, Loss(0.5), seed=1), through(INPUTS, Loss(0.5), seed=2))


@given(st.permutations([Delay(0.3), Jitter(0.4), Reorder(0.5, 3), Delay(1.0)]))
def test_no_frame_gets_lost_where_none_is_to(operators: list[Operator]) -> None:
    out = frames(through(INPUTS, *operators))
    assert Counter(f[1:] for f in out) == Counter(f[1:] for f in frames(INPUTS))


def certified() -> Timed:
    """Return the inputs, the certificate of each frame ending at the number of its signer."""
    return [
        (time, replace(record, scope=replace(
            CertificateScope.not_given(len(record)), end=record.signer.astype(np.int64))))
        if isinstance(record, FrameBatch) else (time, record)
        for time, record in INPUTS]


@given(OPERATORS, st.integers(0, 2**31))
def test_every_frame_keeps_its_certificate(operators: list[Operator], seed: int) -> None:
    out = through(certified()[:300], *operators, seed=seed)
    batches = [record for _, record in out if isinstance(record, FrameBatch)]
    for one in batches:
        assert one.scope is not None
        np.testing.assert_array_equal(one.scope.end, one.signer.astype(np.int64))


@pytest.mark.parametrize('share', [0.1, 0.3, 0.5, 0.9, 1.0])
def test_loss_takes_its_share(share: float) -> None:
    timed = traffic(60.0, 5)
    sent, heard = len(frames(timed)), len(frames(through(timed, Loss(share))))
    # Five standard deviations of the binomial distribution.
    spread = 5.0 * (sent * share * (1.0 - share)) ** 0.5
    assert abs(sent - heard - share * sent) <= spread


def test_other_inputs_are_never_lost() -> None:
    kept = through(INPUTS, Loss(1.0), Delay(2.0))
    assert same(kept, [item for item in INPUTS if not isinstance(item[1], FrameBatch)])


def outages(timed: Timed) -> dict[int, list[tuple[float, float]]]:
    """Return the begins and durations of gaps of over 0.15 s by signer [s]."""
    times = defaultdict(list)
    for received, signer, _ in frames(timed):
        times[signer].append(received / SECOND)
    return {
        signer: [
            (before, after - before)
            for before, after in itertools.pairwise(at) if after - before > 0.15
        ]
        for signer, at in times.items()
    }


def test_outages_last_as_long_as_said_and_come_as_often() -> None:
    timed = traffic(200.0, 2)
    found = outages(through(timed, Burst(5.0, 1.0)))
    begins = list(found.values())
    for gaps in begins:
        # Ten frames a second: an outage takes nine to eleven, or several outages meet.
        assert all(duration >= 0.95 for _, duration in gaps)
        assert sum(duration < 1.15 for _, duration in gaps) > 0.7 * len(gaps)
        assert 18 <= len(gaps) <= 50
    assert begins[0] != begins[1]


def test_common_outages_strike_all_at_once() -> None:
    found = list(outages(through(traffic(100.0, 2), Burst(5.0, 1.0, common=True))).values())
    assert found[0]
    assert len(found[0]) == len(found[1])
    for (one, _), (other, _) in zip(*found, strict=True):
        assert abs(one - other) < 0.11


def test_delay_moves_reception_and_leaves_content_and_generation() -> None:
    delayed = through(INPUTS, Delay(0.7))
    assert [f[1:] for f in frames(delayed)] == [f[1:] for f in frames(INPUTS)]
    moved = np.array([f[0] for f in frames(delayed)]) - [f[0] for f in frames(INPUTS)]
    assert set(moved.tolist()) == {700_000_000}
    generated = [
        [t for _, r in timed if isinstance(r, FrameBatch) for t in r.generation_time.tolist()]
        for timed in (delayed, INPUTS)
    ]
    assert generated[0] == generated[1]


def test_jitter_stays_within_its_bound_and_reorders() -> None:
    sent = {octets: time for time, _, octets in frames(INPUTS)}
    heard = frames(through(INPUTS, Jitter(0.5)))
    late = [(time - sent[octets]) / SECOND for time, _, octets in heard]
    assert min(late) >= 0.0
    assert 0.45 < max(late) <= 0.5
    seconds = messages(through(INPUTS, Jitter(0.5))).second
    assert (np.diff(seconds) < 0.0).any()


def test_copies_come_right_behind_their_first() -> None:
    heard = frames(through(INPUTS, Duplicate(1.0, 3)))
    assert [heard[i] for i in range(0, len(heard), 3)] == frames(INPUTS)
    assert all(heard[i] == heard[i - i % 3] for i in range(len(heard)))


@pytest.mark.parametrize('depth', [1, 3, 5])
def test_a_held_frame_comes_behind_so_many_of_its_sender(depth: int) -> None:
    heard = frames(through(INPUTS, Reorder(0.2, depth)))
    for signer in {signer for _, signer, _ in heard}:
        mine = [octets for _, s, octets in heard if s == signer]
        order = {o: i for i, o in enumerate(o for _, s, o in frames(INPUTS) if s == signer)}
        places = [order[octets] for octets in mine]
        assert sorted(places) == list(range(len(places)))
        overtaken = [
            sum(later > place for later in places[:index])
            for index, place in enumerate(places)
        ]
        assert depth in overtaken
        # Where the run ends, fewer are left to go ahead.
        assert {n for n in overtaken[:-1] if n} == {depth}


@pytest.mark.parametrize('make', [
    lambda: Loss(1.5), lambda: Loss(float('nan')), lambda: Delay(-1.0), lambda: Jitter(1e9),
    lambda: Duplicate(0.5, 1), lambda: Reorder(0.5, 0), lambda: Burst(0.0, 1.0),
    lambda: Burst(1.0, -1.0), lambda: Deviations(position=-1.0),
    lambda: Deviations(correlation=0.0),
])
def test_a_value_out_of_range_is_named(make: object) -> None:
    with pytest.raises(ValueError, match='expected'):
        make()  # type: ignore[operator]
