# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of trust: what senders must show, and what is held against them."""

from __future__ import annotations

from dataclasses import dataclass

from icv_v2x.parameters.schema import parameter

_RULES = 'common rules of the scenario specification'
_FIELD = 'checks of the field, scaled to messages at 10 Hz'


@dataclass(frozen=True)
class Trust:
    """What a sender must show before it causes WARNING or IMMINENT."""

    minimum_verification: str = parameter(
        'verified', 'Below this a sender alone causes at most CAUTION.',
        choices=('verified', 'not_checked'))
    second_source: bool = parameter(
        True, 'Whether IMMINENT needs an independent second source.', source=_RULES)
    plausibility: bool = parameter(
        True, 'Whether senders are judged by the consistency of their messages; one that is '
        'distrusted causes at most CAUTION, a suspect one at most WARNING.')
    suspect_evidence: float = parameter(
        0.9, 'Messages that failed a check, faded with time, from which on a sender is suspect.',
        minimum=0.5, maximum=2.0)
    distrust_evidence: float = parameter(
        2.5, 'Likewise for a sender that is distrusted; it stays so down to suspect_evidence.',
        minimum=2.0, maximum=20.0, source='fault matrix, row 7')
    forgiveness: float = parameter(
        10.0, 'Evidence fades to a third in this time.', unit='s', minimum=1.0, maximum=600.0)
    memory: float = parameter(
        60.0, 'A sender that is silent for longer is forgotten.',
        unit='s', minimum=5.0, maximum=3600.0)
    rate_maximum: float = parameter(
        23.0, 'Messages a second from which on a sender floods the channel.',
        unit='Hz', minimum=12.0, maximum=200.0, source=_FIELD)
    range_maximum: float = parameter(
        1500.0, 'Positions farther from the ego cannot be received directly: who tells of one is '
        'not believed, and what it tells of itself not used.',
        unit='m', minimum=200.0, maximum=20000.0, source=_FIELD)
    appearance_distance: float = parameter(
        100.0, 'A moving vehicle that is first heard nearer than this is suspect for 2 s.',
        unit='m', minimum=0.0, maximum=2000.0, source=_FIELD)
    records_maximum: int = parameter(
        256, 'Misbehaviour records kept, and made in an hour, at most.',
        minimum=16, maximum=10000, changeable=False)
    records_per_sender: int = parameter(
        4, 'Misbehaviour records of one sender in an hour at most.',
        minimum=1, maximum=100, changeable=False)
