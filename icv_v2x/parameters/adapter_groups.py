# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of the nodes that speak with other stacks."""

from __future__ import annotations

from dataclasses import dataclass

from icv_v2x.parameters.schema import parameter


@dataclass(frozen=True)
class Etsi:
    """The adapter of European messages."""

    leap_seconds: int = parameter(
        5, 'Leap seconds since 2004, which time stamps of the messages count and UTC does not '
        '(5 since 2017).', unit='s', minimum=0, maximum=20)
    repeat: float = parameter(
        1.0, 'Notifications (DENM) that are valid are told again this often.',
        unit='s', minimum=0.2, maximum=2.0, changeable=False)
