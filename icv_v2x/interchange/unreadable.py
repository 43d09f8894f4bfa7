# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A message that could not become a record."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Unreadable:
    """A message of a read topic that could not become a record.

    Attributes:
        frames: Radio frames lost with it, 0 on any topic but that of the radio.
        reason: `inconsistent_batch` where arrays disagree, else `unreadable_message`.
        detail: What was wrong, for a person.
    """

    frames: int
    reason: str
    detail: str
