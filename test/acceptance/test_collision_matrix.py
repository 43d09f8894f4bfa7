# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A fixed sample of the collision matrix: nothing missed, nothing false, all in the window.

`python benchmarks/collision_matrix.py` runs the whole of it.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / 'benchmarks'))
try:
    import collision_matrix
    from collision_families import FAMILIES
    from collision_noise import LEVELS, degraded
finally:
    sys.path.pop(0)

SAMPLE = list(collision_matrix.schedule(300, seed=7))


# Runs that were once wrong, without errors and with a quarter of the errors of GNSS and radio.
_SECOND_LANE = {
    'family': 'do not pass', 'miss': 'second lane', 'ego': 50, 'other': 80, 'loss': 0.3,
    'mirrored': False}
MENDED = {
    'late at 1 Hz': (0.0, {
        'family': 'person, crossing', 'miss': None, 'ego': 60, 'person': ['PEDESTRIAN', 8.0],
        'side': -1.0, 'late': 0.0, 'rate': 1.0, 'place': 'Beijing', 'loss': 0.0,
        'mirrored': False, 'orientation': 10, 'number': 1022}),
    'oncoming two lanes aside, 220 m': (0.25, {
        **_SECOND_LANE, 'rate': 20.0, 'place': 'Sanya', 'orientation': 6, 'number': 67}),
    'oncoming two lanes aside, 210 m': (0.25, {
        **_SECOND_LANE, 'rate': 10.0, 'place': 'Urumqi', 'orientation': 12, 'number': 283}),
}


def _name(factors: collision_matrix.Factors) -> str:
    kind = 'miss' if factors['miss'] else 'hit'
    return f'{factors["family"]}, {kind} {factors["number"]}'


@pytest.mark.parametrize('factors', SAMPLE, ids=_name)
def test_a_hit_is_warned_of_in_the_window_and_a_clear_miss_is_left_alone(
    factors: collision_matrix.Factors,
) -> None:
    outcome = collision_matrix.judged(factors, brisk=True)
    if outcome.verdict == 'void':
        pytest.skip(outcome.said)
    assert outcome.verdict == 'right', (
        f'{outcome.said}; start {outcome.start:.2f} s, window {outcome.earliest:.2f} to '
        f'{outcome.latest:.2f} s: {json.dumps(factors)}')


@pytest.mark.parametrize(('level', 'factors'), MENDED.values(), ids=MENDED)
def test_what_was_wrong_once_is_right(level: float, factors: collision_matrix.Factors) -> None:
    assert degraded(factors, level, ego=False).verdict == 'right'


def test_the_sample_meets_every_family_as_hit_and_as_miss() -> None:
    met = {(f['family'], f['miss'] is None) for f in SAMPLE}
    assert met == {(name, hit) for name in FAMILIES for hit in (True, False)}


def test_the_whole_matrix_meets_all_orientations_places_rates_and_losses() -> None:
    runs = list(collision_matrix.schedule(1000))
    for name, family in FAMILIES.items():
        mine = [f for f in runs if f['family'] == name]
        for key, values in {
            **family.factors, 'rate': family.rates, 'miss': (None, *family.misses),
            **collision_matrix.SURROUNDINGS,
            'orientation': range(collision_matrix.ORIENTATIONS),
        }.items():
            assert {f[key] for f in mine} == set(values), (name, key)
        assert all(f['rate'] >= collision_matrix.LOSS_FROM for f in mine if f['loss'])


@pytest.mark.parametrize('factors', SAMPLE[::60], ids=_name)
def test_cycles_left_out_change_no_verdict(factors: collision_matrix.Factors) -> None:
    brisk = collision_matrix.judged(factors, brisk=True)
    thorough = collision_matrix.judged(factors)
    assert brisk.verdict == thorough.verdict
    assert brisk.start == thorough.start or math.isnan(thorough.start)


def test_a_campaign_is_taken_up_where_it_ended(tmp_path: Path) -> None:
    record = tmp_path / 'outcomes.jsonl'
    first = collision_matrix.played(SAMPLE[:1], 1, record=record)

    def must_not_play(factors: collision_matrix.Factors) -> collision_matrix.Outcome:
        raise AssertionError(f'played again: {factors}')

    again = collision_matrix.played(SAMPLE[:1], 1, must_not_play, record)
    assert again[0].verdict == first[0].verdict
    assert again[0].factors == first[0].factors


def test_a_matrix_that_nobody_warns_in_is_a_matrix_of_misses() -> None:
    factors = next(f for f in SAMPLE if f['family'] == 'head-on' and not f['miss'])
    deaf = collision_matrix.judged(factors, lambda timed: timed[:1])
    assert deaf.verdict == 'missed'


def test_errors_of_a_quarter_of_those_of_gnss_miss_nothing() -> None:
    for name in ('rear end, standing', 'crossing', 'person, crossing', 'head-on'):
        factors = next(f for f in SAMPLE if f['family'] == name and not f['miss'])
        outcome = degraded(factors, LEVELS[1], ego=False)
        assert outcome.start > 0.0, json.dumps(factors)
