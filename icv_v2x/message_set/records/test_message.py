# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Free test data (TEST)."""

from __future__ import annotations

from dataclasses import dataclass, field

from icv_v2x.message_set.records.registry import record, sent_as


@record('TestMsg')
@dataclass(frozen=True)
class TestMessage:
    """Test message: TestMsg of T/CSAE 157-2020.

    Attributes:
        message_count: Counter of the sender, 0..127, one up per message.
        user_data: User data, octets.
    """

    message_count: int = field(metadata=sent_as('msgCnt'))
    user_data: bytes = field(metadata=sent_as('userData'))
