# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of how many radio frames are taken in."""

from __future__ import annotations

from dataclasses import dataclass

from icv_v2x.parameters.schema import parameter

_BUSIEST = 'twice the frames of a full channel'


@dataclass(frozen=True)
class Radio:
    """How many radio frames are taken in; more are rejected as `rate_limit`."""

    sender_rate: float = parameter(
        250.0, 'Frames a second of one certificate.',
        unit='Hz', minimum=20.0, maximum=10000.0, source='a roadside unit with many signals')
    total_rate: float = parameter(
        10000.0, 'Frames a second of all senders together; the senders of near and closing '
        'objects come first, then everybody gets the same share.',
        unit='Hz', minimum=200.0, maximum=100000.0, source=_BUSIEST)
    burst: float = parameter(
        0.2, 'So many seconds of either rate may come at once.',
        unit='s', minimum=0.05, maximum=2.0)
