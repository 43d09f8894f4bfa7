# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Platoons: who belongs to them, how the gap is kept, and how they come and go."""

from typing import TYPE_CHECKING

from icv_v2x.late import late_names

if TYPE_CHECKING:
    from icv_v2x.platooning.member import Member
    from icv_v2x.platooning.plan import Control, PlatoonPlan
    from icv_v2x.platooning.roles import Event, State
    from icv_v2x.platooning.store import PlatoonStore
else:
    __getattr__ = late_names(__name__, {
        'member': ('Member',),
        'plan': ('Control', 'PlatoonPlan'),
        'roles': ('Event', 'State'),
        'store': ('PlatoonStore',),
    })

__all__ = ['Control', 'Event', 'Member', 'PlatoonPlan', 'PlatoonStore', 'State']
