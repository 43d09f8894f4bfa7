# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The fourteen messages of T/CSAE 53-2020 and 157-2020: octets to named values and SI records."""

from __future__ import annotations

from icv_v2x.message_set.codec import (
    MAXIMUM_FRAME_OCTETS,
    MESSAGE_NAMES,
    decode,
    decode_json,
    encode,
    frame_of,
    message_name,
    message_of,
    normalise,
)
from icv_v2x.message_set.errors import MessageError, RejectReason

__all__ = [
    'MAXIMUM_FRAME_OCTETS',
    'MESSAGE_NAMES',
    'MessageError',
    'RejectReason',
    'decode',
    'decode_json',
    'encode',
    'frame_of',
    'message_name',
    'message_of',
    'normalise',
]
