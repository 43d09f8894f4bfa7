# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""GNSS corrections (RTCM)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from icv_v2x.message_set.records.registry import enumeration, record, sent_as


@record('RTCMcorrections')
@dataclass(frozen=True)
class GnssCorrections:
    """Gnss corrections: RTCMcorrections of T/CSAE 157-2020.

    Attributes:
        message_count: Counter of the sender, 0..127, one up per message.
        corrections: Corrections, 1..5.
    """

    message_count: int = field(metadata=sent_as('msgCnt'))
    corrections: tuple[GnssCorrection, ...] = field(metadata=sent_as('corrections'))


@record('RTCMmsg')
@dataclass(frozen=True)
class GnssCorrection:
    """Gnss correction: RTCMmsg of T/CSAE 157-2020.

    Attributes:
        revision: Revision; None absent.
        rtcm_type: RTCM message type; None absent.
        payload: The correction message itself, octets.
    """

    revision: RtcmRevision | None = field(metadata=sent_as('rev'))
    rtcm_type: int | None = field(metadata=sent_as('rtcmID'))
    payload: bytes = field(metadata=sent_as('payload'))


@enumeration('RTCM-Revision')
class RtcmRevision(IntEnum):
    """RTCM-Revision of RTCM."""

    UNKNOWN = 0
    RESERVED = 1
    RTCM_CMR = 2
    RTCM_CMR_PLUS = 3
    RTCM_SAPOS = 4
    RTCM_SAPOS_ADV = 5
    RTCM_RTCA = 6
    RTCM_RAW = 7
    RTCM_RINEX = 8
    RTCM_SP3 = 9
    RTCM_BINEX = 10
    RTCM_REV2_X = 19
    RTCM_REV2_0 = 20
    RTCM_REV2_1 = 21
    RTCM_REV2_3 = 23
    RTCM_REV3_0 = 30
    RTCM_REV3_1 = 31
    RTCM_REV3_2 = 32
