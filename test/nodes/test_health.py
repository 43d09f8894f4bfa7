# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Figures of inputs and cycles: counts add up, silence and strangers show."""

from __future__ import annotations

from icv_v2x.advisory import Mode
from icv_v2x.nodes.health import CycleHealth, InputHealth, Severity
from icv_v2x.nodes.states import mode_status, radio_status
from icv_v2x.pipeline import Counters

SECOND = 1_000_000_000


def odometry() -> InputHealth:
    return InputHealth('/localization/kinematic_state', required=True, silent_after=0.5)


def test_a_required_topic_without_publisher_is_an_error() -> None:
    status = odometry().status(SECOND, publishers=0)
    assert (status.severity, status.message) == (Severity.ERROR, 'no publisher')


def test_an_optional_topic_without_publisher_is_none() -> None:
    health = InputHealth('/vehicle/status', required=False, silent_after=1.0)
    assert health.status(SECOND, publishers=0).severity == Severity.OK


def test_rate_and_age_are_those_since_the_last_question() -> None:
    health = odometry()
    health.status(10 * SECOND, publishers=1)
    for tenth in range(10):
        health.receive(10 * SECOND + tenth * SECOND // 10)
    status = health.status(11 * SECOND, publishers=1)
    assert status.severity == Severity.OK
    assert status.values['rate [Hz]'] == '10.0'
    assert status.values['age [s]'] == '0.100'


def test_silence_shows() -> None:
    health = odometry()
    health.receive(0)
    status = health.status(2 * SECOND, publishers=1)
    assert (status.severity, status.message) == (Severity.ERROR, 'silent for 2.0 s')


def test_received_is_accepted_and_rejected() -> None:
    health = odometry()
    for _ in range(5):
        health.receive(0)
    health.reject('not_finite')
    health.reject('wrong_frame', 'odom')
    status = health.status(1, publishers=1)
    assert status.severity == Severity.WARN
    assert {k: status.values[k] for k in ('received', 'accepted', 'rejected')} == {
        'received': '5', 'accepted': '3', 'rejected': '2'}
    assert status.values['rejected.not_finite'] == '1'
    assert status.values['last rejection'] == 'odom'


def test_a_mismatch_of_service_quality_is_an_error_while_nothing_comes() -> None:
    health = odometry()
    health.mismatches += 1
    assert health.status(SECOND, publishers=1).severity == Severity.ERROR
    health.receive(SECOND)
    assert health.status(SECOND, publishers=2).severity == Severity.OK


def test_a_topic_of_which_every_message_is_rejected_says_what_to_do() -> None:
    health = odometry()
    for _ in range(5):
        health.receive(0)
        health.reject('wrong_frame')
    status = health.status(1, publishers=1)
    assert status.severity == Severity.ERROR
    assert status.message == 'every message is rejected: wrong_frame'
    assert 'frame map' in status.values['what to do']
    health.receive(1)
    health.receive(2)
    assert health.status(3, publishers=1).severity == Severity.WARN


def test_cycle_times_are_bounded_in_number() -> None:
    cycles = CycleHealth()
    for _ in range(10_000):
        cycles.add(0.002)
    cycles.add(0.010)
    assert cycles.values() == {
        'cycles': '10001', 'cycle time median [ms]': '2.00', 'cycle time maximum [ms]': '10.00'}


def test_states_are_as_grave_as_they_are() -> None:
    assert mode_status(Mode.ACTIVE, '').severity == Severity.OK
    assert mode_status(Mode.INHIBITED, 'why').severity == Severity.ERROR
    counters = Counters()
    counters.accept(1)
    counters.reject(2, 'stale')
    status = radio_status(counters)
    assert status.severity == Severity.WARN
    assert status.values['rejected.stale'] == '2'
