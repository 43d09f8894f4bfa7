# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Entries of the diagnostics that several nodes share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.advisory.types import Mode
from icv_v2x.nodes.health import Severity, Status
from icv_v2x.trust import TrustLevel

if TYPE_CHECKING:
    from icv_v2x.parameters import Parameters
    from icv_v2x.pipeline import Counters, PlatoonStage
    from icv_v2x.trust import MisbehaviourLog

_SEVERITY = {
    Mode.INIT: Severity.ERROR, Mode.READY: Severity.WARN, Mode.ACTIVE: Severity.OK,
    Mode.DEGRADED: Severity.WARN, Mode.INHIBITED: Severity.ERROR, Mode.FAULT: Severity.ERROR,
}


def mode_status(mode: Mode, reason: str) -> Status:
    """Return the mode of the package and why it is not ACTIVE."""
    message = f'{mode.name}: {reason}' if reason else mode.name
    return Status('mode', _SEVERITY[mode], message, {'mode': mode.name, 'reason': reason})


def trust_status(parameters: Parameters) -> Status:
    """Return what senders must show; a demand below `verified` is a warning."""
    trust = parameters.trust
    values = {
        'trust.minimum_verification': trust.minimum_verification,
        'trust.second_source': str(trust.second_source).lower(),
    }
    if trust.minimum_verification == 'not_checked':
        return Status(
            'trust', Severity.WARN,
            'senders whose signature nobody checked may cause WARNING and IMMINENT', values)
    if not trust.second_source:
        return Status(
            'trust', Severity.WARN, 'one sender alone may cause IMMINENT', values)
    return Status(
        'trust', Severity.OK, 'senders that are not verified cause CAUTION at most', values)


def sender_status(believed: dict[TrustLevel, int], records: MisbehaviourLog) -> Status:
    """Return how many senders are believed, and who lost trust last and why."""
    values = {level.name.lower(): str(count) for level, count in believed.items()}
    values['misbehaviour records'] = str(records.kept)
    values['left out by their bounds'] = str(records.suppressed)
    for record in records:
        values['last record'] = (
            f'{record.sender_id:016X} {record.level.name.lower()}: {record.check.detector}, '
            f'{record.excess:.1f} times the limit')
    distrusted = believed.get(TrustLevel.DISTRUSTED, 0)
    if distrusted:
        return Status('senders', Severity.WARN, f'{distrusted} distrusted', values)
    return Status('senders', Severity.OK, 'nobody distrusted', values)


def platoon_status(stage: PlatoonStage) -> Status:
    """Return where the vehicle stands in a platoon, and why statements of others did not count."""
    values = {
        'state': stage.state.name,
        'requests that could not be used': str(stage.refused_requests),
        **{f'disbelieved.{why}': str(n) for why, n in sorted(stage.disbelieved.items())},
    }
    return Status('platoon', Severity.OK, stage.state.name, values)


def radio_status(counters: Counters) -> Status:
    """Return what became of the radio frames."""
    rejected = sum(counters.rejected.values())
    values = {
        'received': str(counters.received),
        'accepted': str(counters.accepted),
        'rejected': str(rejected),
        **{f'rejected.{reason}': str(n) for reason, n in sorted(counters.rejected.items())},
    }
    if rejected > counters.accepted:
        return Status(
            'radio frames', Severity.WARN, 'more frames are rejected than accepted', values)
    return Status('radio frames', Severity.OK, f'{counters.accepted} accepted', values)
