# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The rules that decide levels: one stable name for each way to come to a level."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from icv_v2x.advisory.types import Application


class LevelRule(Enum):
    """Name of a rule as `Advisory.rule` gives it: the application, then what decided.

    What is named here is a contract: consumers and recordings know rules by these names.
    """

    FCW_REQUIRED_DECELERATION = 'FCW.required_deceleration'
    FCW_LEADER_BRAKING = 'FCW.leader_braking'
    FCW_ONCOMING_TIME = 'FCW.oncoming_time'
    ICW_REQUIRED_DECELERATION = 'ICW.required_deceleration'
    ICW_SETTING_OFF = 'ICW.setting_off'
    VRUCW_PASSING_CLOSE = 'VRUCW.passing_close'
    VRUCW_CONFLICT_ZONE = 'VRUCW.conflict_zone'
    VRUCW_REQUIRED_DECELERATION = 'VRUCW.required_deceleration'
    EBW_HARD_BRAKING_AHEAD = 'EBW.hard_braking_ahead'
    EBW_REQUIRED_DECELERATION = 'EBW.required_deceleration'
    AVW_DISTANCE = 'AVW.distance'
    AVW_FORWARD_COLLISION = 'AVW.forward_collision'
    CLW_DISTANCE = 'CLW.distance'
    CLW_FORWARD_COLLISION = 'CLW.forward_collision'
    BSW_BLIND_SPOT = 'BSW.blind_spot'
    BSW_LANE_CHANGE = 'BSW.lane_change'
    LCW_APPROACH = 'LCW.approach'
    LCW_LANE_CHANGE = 'LCW.lane_change'
    LCW_TIME_TO_COLLISION = 'LCW.time_to_collision'
    LCW_FOLLOWER_DECELERATION = 'LCW.follower_deceleration'
    DNPW_MEETING_TIME = 'DNPW.meeting_time'
    DNPW_PASSING = 'DNPW.passing'
    DNPW_ONCOMING_LANE = 'DNPW.oncoming_lane'
    LTA_GAP = 'LTA.gap'
    LTA_CLEARANCE = 'LTA.clearance'
    LTA_REQUIRED_DECELERATION = 'LTA.required_deceleration'
    EVW_BEHIND = 'EVW.behind'
    EVW_CROSSING = 'EVW.crossing'
    EVW_ONCOMING = 'EVW.oncoming'
    CHPVP_BEHIND = 'CHPVP.behind'
    CHPVP_CROSSING = 'CHPVP.crossing'
    CHPVP_ONCOMING = 'CHPVP.oncoming'
    RLVW_COUNTDOWN = 'RLVW.countdown'
    RLVW_STOP_LINE = 'RLVW.stop_line'
    GLOSA_GREEN_WINDOW = 'GLOSA.green_window'
    GLOSA_NO_GREEN = 'GLOSA.no_green'
    HLW_BESIDE = 'HLW.beside'
    HLW_HERE = 'HLW.here'
    HLW_DISTANCE = 'HLW.distance'
    HLW_REQUIRED_DECELERATION = 'HLW.required_deceleration'
    TJW_BESIDE = 'TJW.beside'
    TJW_HERE = 'TJW.here'
    TJW_DISTANCE = 'TJW.distance'
    TJW_REQUIRED_DECELERATION = 'TJW.required_deceleration'
    TJW_SLOW_VEHICLES = 'TJW.slow_vehicles'
    TJW_LAST_VEHICLE = 'TJW.last_vehicle'
    IVS_SIGN = 'IVS.sign'
    IVS_HERE = 'IVS.here'
    IVS_DISTANCE = 'IVS.distance'
    IVS_REQUIRED_DECELERATION = 'IVS.required_deceleration'
    SLW_NEW_LIMIT = 'SLW.new_limit'
    SLW_EXCESS = 'SLW.excess'
    SLW_LASTING_EXCESS = 'SLW.lasting_excess'
    DLM_OPEN_LANE = 'DLM.open_lane'
    DLM_BESIDE = 'DLM.beside'
    DLM_HERE = 'DLM.here'
    DLM_DISTANCE = 'DLM.distance'
    DLM_REQUIRED_DECELERATION = 'DLM.required_deceleration'
    CVM_MERGE = 'CVM.merge'
    CVM_HOLD = 'CVM.hold'
    CVM_ABORT = 'CVM.abort'
    CLC_MERGE = 'CLC.merge'
    CLC_HOLD = 'CLC.hold'
    CLC_ABORT = 'CLC.abort'
    CLC_COURTESY = 'CLC.courtesy'
    CIP_SLOT = 'CIP.slot'
    CIP_NO_SLOT = 'CIP.no_slot'
    GSPA_GUIDANCE = 'GSPA.guidance'
    CPM_PLAN = 'CPM.plan'
    CPM_OPENING_GAP = 'CPM.opening_gap'

    @staticmethod
    def of(application: Application, what: str) -> LevelRule:
        """Return the rule of an application of several that decide alike.

        Args:
            application: The application.
            what: The part of the name behind the point.

        Raises:
            ValueError: The application has no such rule.
        """
        return LevelRule(f'{application.name}.{what}')


# What decides, by the part behind the point or by the whole name where applications differ.
_SAID = {
    'FCW.required_deceleration': 'CAUTION to IMMINENT by the deceleration that avoids a leader '
    'who stands or keeps its speed',
    'FCW.leader_braking': 'CAUTION to IMMINENT by the deceleration that avoids a leader who '
    'goes on braking',
    'FCW.oncoming_time': 'CAUTION to IMMINENT by the time to the contact with oncoming traffic',
    'ICW.required_deceleration': 'CAUTION to IMMINENT by the deceleration that stops before the '
    'crossing',
    'ICW.setting_off': 'CAUTION to IMMINENT by the same deceleration, as the ego sets off and the '
    'other would pass close',
    'VRUCW.passing_close': 'CAUTION, as somebody passes close without an overlap',
    'VRUCW.conflict_zone': 'CAUTION, as both meet where the ways cross',
    'VRUCW.required_deceleration': 'WARNING and IMMINENT by the deceleration that stops before',
    'EBW.hard_braking_ahead': 'INFO; CAUTION in the own lane',
    'EBW.required_deceleration': 'WARNING and IMMINENT by the deceleration that avoids whoever '
    'brakes and those between',
    'distance': 'INFO and CAUTION by the distance',
    'forward_collision': 'CAUTION and WARNING by the rule of FCW',
    'BSW.blind_spot': 'INFO, as a vehicle is in the blind spot',
    'BSW.lane_change': 'WARNING, as the ego is about to change to its lane',
    'LCW.approach': 'INFO by the time until the vehicle is abreast',
    'LCW.lane_change': 'CAUTION, as the ego is about to change to its lane',
    'LCW.time_to_collision': 'WARNING by the time until it is abreast',
    'LCW.follower_deceleration': 'WARNING by how hard it would have to brake',
    'DNPW.meeting_time': 'CAUTION, as oncoming traffic would be met while passing',
    'DNPW.passing': 'WARNING, as the ego is about to pass',
    'DNPW.oncoming_lane': 'IMMINENT, as the ego is in the oncoming lane and not back in time',
    'LTA.gap': 'INFO and CAUTION by the gap to oncoming traffic',
    'LTA.clearance': 'WARNING, as it arrives before the ego is clear',
    'LTA.required_deceleration': 'IMMINENT by the deceleration that stops before its way',
    'behind': 'INFO to WARNING by its arrival from behind',
    'crossing': 'INFO to WARNING by its arrival at the crossing',
    'oncoming': 'INFO by its distance',
    'RLVW.countdown': 'INFO, the time left',
    'RLVW.stop_line': 'CAUTION and WARNING by the distance of the stop line',
    'GLOSA.green_window': 'INFO, speeds that meet green',
    'GLOSA.no_green': 'INFO, as no speed within the limits meets green',
    'beside': 'INFO, as it does not concern the own lane',
    'here': 'CAUTION, as the ego is where it holds',
    'required_deceleration': 'WARNING by the deceleration that stops before it',
    'TJW.slow_vehicles': 'INFO and CAUTION by the distance of slow vehicles',
    'TJW.last_vehicle': 'WARNING by the deceleration that avoids the last of them',
    'IVS.sign': 'INFO, a sign that does not keep the ego out',
    'SLW.new_limit': 'INFO, the limit is new',
    'SLW.excess': 'CAUTION by the excess of speed',
    'SLW.lasting_excess': 'WARNING by an excess that lasts',
    'DLM.open_lane': 'INFO, the lane is open to the ego',
    'merge': 'INFO by the plan, which changes lane',
    'hold': 'CAUTION by the plan, which keeps the lane',
    'abort': 'WARNING by the plan, which goes back',
    'CLC.courtesy': 'INFO, room is made for another',
    'CIP.slot': 'INFO, the speed that meets the time slot of a junction',
    'CIP.no_slot': 'CAUTION, as the time slot cannot be met or is not clear',
    'GSPA.guidance': 'INFO, the way to a slot or out',
    'CPM.plan': 'INFO by the plan',
    'CPM.opening_gap': 'CAUTION by the plan, as the gap has to be opened',
}


def rule_table() -> str:
    """Return the rules as the table of the documentation, those that say the same in one row."""
    rows: dict[str, list[str]] = {}
    for rule in LevelRule:
        name = rule.value
        said = _SAID.get(name) or _SAID[name.partition('.')[2]]
        rows.setdefault(said, []).append(f'`{name}`')
    lines = ['| rule | level that it sets |', '|-|-|']
    lines += [f'| {", ".join(names)} | {said} |' for said, names in rows.items()]
    return '\n'.join(lines)
