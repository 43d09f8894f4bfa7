# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""SPAT messages as statements on phases: their time, their order, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from strategies.signals import START, at, radio, reports

from icv_v2x.inputs import SignerRole, Verification
from icv_v2x.message_set import codec
from icv_v2x.translate.refusals import Refusal, RefusalReason
from icv_v2x.translate.signal_reports import STEPS, Light, SignalReports

RED, GREEN, YELLOW = 'red', 'protected-green', 'yellow'
# Minute of the year of START.
MINUTE = 468_480


def state(light: str, **marks: int) -> dict[str, Any]:
    """Return a PhaseState; marks that end in UTCTime make it one of the UTC hour."""
    if not marks:
        return {'light': light}
    kind = 'utcTiming' if any('UTC' in name for name in marks) else 'counting'
    return {'light': light, 'timing': {kind: marks}}


def counting(light: str, start: int, likely: int, **more: int) -> dict[str, Any]:
    return state(light, startTime=start, likelyEndTime=likely, **more)


def utc(light: str, start: int, likely: int, **more: int) -> dict[str, Any]:
    return state(light, startUTCTime=start, likelyEndUTCTime=likely, **more)


def frame(
    *phases: list[dict[str, Any]], stamp: dict[str, int] | None = None,
    own: dict[str, int] | None = None, number: int | None = None,
) -> bytes:
    return codec.encode({'spatFrame': {
        'msgCnt': 1, **({'moy': MINUTE, 'timeStamp': 0} if stamp is None else stamp),
        'intersections': [{
            'intersectionId': {'region': 3, 'id': 9}, **(own or {}),
            'status': {'value': '0400', 'length': 16},
            'phases': [{'id': number or place + 1, 'phaseStates': states}
                       for place, states in enumerate(phases)],
        }]}})


def told(*phases: list[dict[str, Any]], sent: int = START, **how: Any) -> SignalReports:
    found, refused = reports(radio([frame(*phases, **how)], sent))
    assert refused == ()
    return found


def test_identity_time_and_status_are_kept() -> None:
    found = told([counting(RED, 0, 100, minEndTime=80, maxEndTime=36001, timeConfidence=100)])
    assert found.time.tolist() == [START]
    assert found.reception_time.tolist() == [START + 20_000_000]
    assert (found.region[0], found.intersection_id[0], found.phase_id[0]) == (3, 9, 1)
    assert found.status.tolist() == [1 << 5]
    assert found.light.shape == (1, STEPS)
    assert (found.minimum_end[0, 0], found.likely_end[0, 0]) == (8.0, 10.0)
    assert np.isnan(found.maximum_end[0, 0])
    assert found.confidence[0, 0] == 0.5


@pytest.mark.parametrize(('now', 'mark', 'left'), [
    (0.0, 100, 10.0), (3599.0, 50, 6.0), (3599.95, 35999, -0.05), (5.0, 0, -5.0),
    (1800.0, 17990, -1.0), (100.0, 30000, 2900.0),
])
def test_times_of_the_hour_count_across_the_hour(now: float, mark: int, left: float) -> None:
    stamp = {'moy': MINUTE + int(now // 60), 'timeStamp': round(now % 60 * 1e3)}
    found = told([utc(RED, 0, mark)], sent=at(now), stamp=stamp)
    assert found.likely_end[0, 0] == pytest.approx(left)
    assert found.start[0, 0] <= 0.0


def test_codes_without_a_time_give_none() -> None:
    found = told([counting(RED, 0, 36001, maxEndTime=36000)], [state(GREEN)])
    assert np.isnan(found.likely_end[:, 0]).all()
    assert found.maximum_end[0, 0] == np.inf
    assert found.light[:, 0].tolist() == [Light.RED, Light.PROTECTED_GREEN]


def test_states_come_in_the_order_of_their_begin_whatever_the_order_sent() -> None:
    found = told(
        [counting(GREEN, 200, 450, nextStartTime=800, nextDuration=250),
         counting(YELLOW, 450, 480), counting(RED, 0, 200)],
        [utc(RED, 35_900, 35_990), utc(GREEN, 35_990, 90), utc(YELLOW, 90, 120)],
        sent=at(-8.0), stamp={'moy': MINUTE - 1, 'timeStamp': 52_000})
    assert found.light[:, :4].tolist() == [[Light.RED, Light.PROTECTED_GREEN, Light.YELLOW, 0]] * 2
    assert found.start[0, :3].tolist() == [0.0, 20.0, 45.0]
    assert found.start[1, :3] == pytest.approx([-2.0, 7.0, 17.0])
    assert (found.next_start[0, 1], found.next_end[0, 1]) == (80.0, 105.0)


def test_states_that_are_over_are_left_out_and_contradictions_are_unknown() -> None:
    found = told(
        [utc(RED, 0, 50), utc(GREEN, 50, 300)],
        [counting(RED, 0, 50), counting(GREEN, 0, 300)],
        sent=at(10.0), stamp={'moy': MINUTE, 'timeStamp': 10_000})
    assert found.light[:, 0].tolist() == [Light.PROTECTED_GREEN, Light.UNAVAILABLE]


def test_a_phase_given_twice_is_unknown() -> None:
    found = told([counting(RED, 0, 50)], [counting(GREEN, 0, 300)], number=4)
    assert found.light[:, 0].tolist() == [Light.UNAVAILABLE] * 2


@pytest.mark.parametrize(('stamp', 'own', 'time'), [
    ({'moy': MINUTE, 'timeStamp': 0}, {'moy': MINUTE, 'timeStamp': 500}, START + 500_000_000),
    ({'moy': MINUTE, 'timeStamp': 250}, {'timeStamp': 65_535}, START + 250_000_000),
    ({'timeStamp': 250}, {}, START + 250_000_000),
    ({'moy': MINUTE}, {}, START),
    ({}, {}, START),
])
def test_a_message_counts_from_its_own_time_stamp(
    stamp: dict[str, int], own: dict[str, int], time: int,
) -> None:
    batch = radio([frame([counting(RED, 0, 50)], stamp=stamp, own=own)], START, latency=0.6)
    found, _ = reports(batch)
    assert found.time.tolist() == [time]


@pytest.mark.parametrize(('how', 'sent', 'reason'), [
    ({'role': SignerRole.VEHICLE}, START, RefusalReason.NOT_PERMITTED),
    ({'role': SignerRole.EMERGENCY}, START, RefusalReason.NOT_PERMITTED),
    ({'verification': Verification.FAILED}, START, RefusalReason.SIGNATURE_FAILED),
    ({}, at(2.5), RefusalReason.STALE),
    ({}, at(-0.5), RefusalReason.FUTURE),
    ({}, at(3600.0), RefusalReason.STALE),
])
def test_what_may_not_be_used_is_refused(
    how: dict[str, Any], sent: int, reason: RefusalReason,
) -> None:
    found, refused = reports(radio([frame([counting(RED, 0, 50)])], sent, **how))
    assert len(found) == 0
    assert refused == (Refusal(0, reason),)
