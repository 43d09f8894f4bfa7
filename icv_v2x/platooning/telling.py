# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""States of a platoon in words, with the numbers that decided."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from icv_v2x.inputs import PlatoonWish
from icv_v2x.platooning.plan import Control
from icv_v2x.platooning.roles import State

if TYPE_CHECKING:
    from collections.abc import Sized

    from icv_v2x.platooning.drive import Advice

_WORDS = {
    State.DISSOLVING: 'dissolving the platoon of {members}',
    State.ASKING: 'asking to join a platoon of {members}',
    State.JOINING: 'on the way to the tail of a platoon of {members}',
    State.FOLLOWING: 'following in a platoon of {members}',
    State.CUT_IN: 'a stranger is in the platoon of {members}',
    State.LEADER_LOST: 'the leader of the platoon of {members} is not heard',
    State.ASKING_TO_LEAVE: 'asking to leave a platoon of {members}',
    State.LEAVING: 'opening the gap to leave a platoon of {members}',
    State.PARTING: 'out of the platoon',
}


def reason_of(
    state: State, wish: PlatoonWish, members: Sized | object, *, gap: float, speed: float,
    advice: Advice | None, seen: bool,
) -> str:
    """Return one sentence on state and gap.

    Args:
        state: Where the vehicle stands.
        wish: What is wanted.
        members: Of the platoon.
        gap: To the vehicle ahead [m], NaN without one.
        speed: Own [m/s].
        advice: What to drive, None without a profile.
        seen: Whether there is a vehicle ahead.
    """
    count = len(members) if hasattr(members, '__len__') else 0
    if state == State.LEADING:
        return f'leading a platoon of {count}' if count > 1 else 'leading, nobody follows yet'
    if state == State.FREE:
        if wish != PlatoonWish.JOIN:
            return 'free'
        return 'no platoon to join right ahead' if seen else 'no vehicle ahead to join'
    parts = [_WORDS[state].format(members=count)]
    if advice is not None and math.isfinite(gap):
        time_gap = f' ({gap / speed:.1f} s)' if speed > 1.0 else ''
        parts.append(f'gap {gap:.1f} m{time_gap}, wanted {advice.answer.gap_wanted:.1f} m')
    if advice is not None and advice.why_wide not in ('', 'state'):
        parts.append(advice.why_wide)
    if advice is not None and advice.control == Control.BLIND:
        parts.append('keep the distance by own sensors')
    return ', '.join(parts)
