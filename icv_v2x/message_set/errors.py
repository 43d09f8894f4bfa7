# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Why a frame is refused: one closed set of reasons, one exception."""

from __future__ import annotations

from enum import Enum


class RejectReason(str, Enum):
    """Why a frame does not become a message; the value is the counter's name."""

    EMPTY = 'empty'
    """The frame holds no octet."""
    OVERSIZED = 'oversized'
    """More octets than `codec.MAXIMUM_FRAME_OCTETS`."""
    TRUNCATED = 'truncated'
    """The encoding needs more bits than the frame holds."""
    MALFORMED = 'malformed'
    """The octets (or the JSON text) follow no encoding of the message set."""
    OUT_OF_RANGE = 'out_of_range'
    """A value, a length or a count lies outside the bounds of its type."""
    UNKNOWN_MESSAGE = 'unknown_message'
    """A message type or a message id that the message set does not know."""
    UNKNOWN_EXTENSION = 'unknown_extension'
    """An extension value (not merely an added field, which is skipped) that is not known."""
    TRAILING_OCTETS = 'trailing_octets'
    """Whole octets follow the end of the encoding."""

    def __str__(self) -> str:
        """Give the counter's name."""
        return str(self.value)


class MessageError(Exception):
    """A frame or a value that is not a valid message.

    Attributes:
        reason: The counter this belongs to.
        text: What is wrong, with the offending value and what would be right.
    """

    def __init__(self, reason: RejectReason, text: str) -> None:
        """Keep the reason and the text.

        Args:
            reason: The counter this belongs to.
            text: What is wrong, with the offending value and what would be right.
        """
        super().__init__(f'{reason}: {text}')
        self.reason = reason
        self.text = text
