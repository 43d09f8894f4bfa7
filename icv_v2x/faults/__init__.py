# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What radio and GNSS do to inputs on their way: seeded operators that compose."""

from icv_v2x.faults.air import AirFrames
from icv_v2x.faults.channel import Burst, Delay, Duplicate, Jitter, Loss, Reorder
from icv_v2x.faults.degrade import Channel, Degradable, degrade
from icv_v2x.faults.injection import Damage, Flood, Judged, Mutate, Replay
from icv_v2x.faults.localisation import OdometryJump, OdometryLoss, StaleOdometry
from icv_v2x.faults.measurement import Deviations, OdometryError, ReportError
from icv_v2x.faults.operator import Operator, Process
from icv_v2x.faults.rewriting import Claim, ClockError, Displacement, Outage, Reach

__all__ = [
    'AirFrames',
    'Burst',
    'Channel',
    'Claim',
    'ClockError',
    'Damage',
    'Degradable',
    'Delay',
    'Deviations',
    'Displacement',
    'Duplicate',
    'Flood',
    'Jitter',
    'Judged',
    'Loss',
    'Mutate',
    'OdometryError',
    'OdometryJump',
    'OdometryLoss',
    'Operator',
    'Outage',
    'Process',
    'Reach',
    'Reorder',
    'Replay',
    'ReportError',
    'StaleOdometry',
    'degrade',
]
