# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What a consumer of advisories needs: no package beyond the standard library is imported."""

from icv_v2x.consumer.checksum import crc32
from icv_v2x.consumer.guard import AdvisoryGuard, Limits, Refusal
from icv_v2x.consumer.speed_cap import SpeedCap, speed_cap

__all__ = ['AdvisoryGuard', 'Limits', 'Refusal', 'SpeedCap', 'crc32', 'speed_cap']
