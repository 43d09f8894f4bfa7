# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Whom to believe: consistency of each sender's messages, evidence over time, and its records."""

from typing import TYPE_CHECKING

from icv_v2x.late import late_names

if TYPE_CHECKING:
    from icv_v2x.trust.keeper import TrustKeeper
    from icv_v2x.trust.levels import Check, TrustLevel
    from icv_v2x.trust.records import MisbehaviourLog, MisbehaviourRecord
else:
    __getattr__ = late_names(__name__, {
        'keeper': ('TrustKeeper',),
        'levels': ('Check', 'TrustLevel'),
        'records': ('MisbehaviourLog', 'MisbehaviourRecord'),
    })

__all__ = ['Check', 'MisbehaviourLog', 'MisbehaviourRecord', 'TrustKeeper', 'TrustLevel']
