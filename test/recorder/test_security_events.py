# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Events of security: told once with their number, not at every second, and after a restart."""

from __future__ import annotations

from icv_v2x.recorder.security import REASONS, SecurityWatch
from icv_v2x.translate.refusals import RefusalReason

SECOND = 1_000_000_000
FRAMES, SENDERS = '/v2x_stack: radio frames', '/v2x_stack: senders'


def frames(watch: SecurityWatch, second: float, **counts: int) -> list[tuple[str, int]]:
    """Returns reason and number of the events of one look."""
    values = {f'rejected.{reason}': str(count) for reason, count in counts.items()}
    return [
        (event.details['reason'], event.details['frames'])
        for event in watch.look(FRAMES, values, round(second * SECOND))]


def test_each_reason_is_told_once_a_minute_with_what_came_meanwhile() -> None:
    watch = SecurityWatch()
    assert frames(watch, 0.0, signature_failed=3, stale=1) == [
        ('signature_failed', 3), ('stale', 1)]
    assert frames(watch, 1.0, signature_failed=9, stale=1, rate_limit=40) == [('rate_limit', 40)]
    assert frames(watch, 61.0, signature_failed=10, stale=1, rate_limit=40) == [
        ('signature_failed', 7)]


def test_other_rejections_are_no_events_and_a_restarted_node_counts_anew() -> None:
    watch = SecurityWatch()
    assert frames(watch, 0.0, duplicate=5, not_served=2) == []
    assert frames(watch, 1.0, signature_failed=5) == [('signature_failed', 5)]
    assert frames(watch, 100.0, signature_failed=2) == [('signature_failed', 2)]


def test_a_sender_that_lost_trust_is_told_of_with_its_record() -> None:
    watch = SecurityWatch()
    values = {'misbehaviour records': '1', 'last record': '0A distrusted: position_jump'}
    event, = watch.look(SENDERS, values, 0)
    assert (event.kind, event.text) == ('misbehaviour', '0A distrusted: position_jump')
    assert list(watch.look(SENDERS, values, 100 * SECOND)) == []


def test_every_verdict_of_the_unit_has_its_event() -> None:
    assert {
        RefusalReason.SIGNATURE_FAILED, RefusalReason.CERTIFICATE_EXPIRED,
        RefusalReason.CERTIFICATE_REVOKED, RefusalReason.UNKNOWN_ISSUER,
        RefusalReason.NOT_PERMITTED, RefusalReason.OUTSIDE_VALIDITY,
        RefusalReason.OUTSIDE_REGION,
    } <= REASONS.keys()
