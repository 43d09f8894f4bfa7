# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Scenes of the collision matrix: each family as hit with its window, and as clear miss.

The windows rest on the oracles of test/scenarios, which share no formula with the package.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from icv_v2x.advisory import Application
from icv_v2x.inputs import Indicator
from icv_v2x.message_set.enumerations import VehicleEvent
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.scenes import SIZES, EgoOutput, Scene, encounter, kmh

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'test' / 'scenarios'))
try:
    import test_event_scenes as event_scenes
    import test_lane_change_scenes as lane_scenes
    import test_turning_scenes as turning_scenes
    import test_vru_scenes as vru_scenes
    from judge import crossing_time_to_warn, following_start, zone_entry
    from manoeuvre_judge import Crossing, meeting_time, passing_time
finally:
    sys.path.pop(0)



class RuleNeverHoldsError(ValueError):
    """A hit is so mild that nothing is to be said of it."""


EARLY, LATE = 0.5, 0.25
PREDICTABLE = 0.5
"""How long after a conflict becomes predictable it is to be warned of at the latest [s]."""
LEAD_IN = 2.5
"""From the start of a scene of constant motion to its window [s]; two messages at 1 Hz fit in."""
LANE = 3.5
RESOLVED = 250.0
"""Distance up to which oncoming lanes are told apart [m], by headings of 0.3 degrees."""
PEOPLE_AHEAD = 5.0
"""No WARNING of people for an overlap that is farther ahead than this, by default [s]."""
BY_PATH = EgoOutput(path_rate=10.0)

Factors = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One scene and what is to be said of it.

    Attributes:
        scene: Not placed yet.
        subject: Name of the actor that is hit or missed.
        applications: Whose WARNING about it counts, none for a clear miss.
        earliest: [s] begin of the window of the first WARNING, NaN for a clear miss.
        latest: [s] its end, without loss.
        meets: [s] when the conflict comes about, NaN where nothing is met.
    """

    scene: Scene
    subject: str
    applications: frozenset[Application] = frozenset()
    earliest: float = math.nan
    latest: float = math.nan
    meets: float = math.nan

    @property
    def hit(self) -> bool:
        """Whether there is something to warn of."""
        return bool(self.applications)


def _after(
    scene: Scene, subject: str, holds: float, meets: float, *applications: Application,
) -> Case:
    """Return a hit whose rule comes to hold while the motion is known."""
    return Case(
        scene, subject, frozenset(applications), holds - EARLY, holds + LATE, meets)


def _at_once(
    scene: Scene, subject: str, holds: float, meets: float, *applications: Application,
    since: float, interval: float,
) -> Case:
    """Return a hit that becomes predictable late, at `since` [s] at the earliest."""
    return Case(
        scene, subject, frozenset(applications), max(holds - EARLY, since),
        holds + PREDICTABLE + interval, meets)


def _steady_time(closing: float) -> float:
    return min(1.7 + closing / 10.0, closing / 3.0)


def _leader(ego: float, other: float, miss: str | None, **shows: VehicleEvent) -> Case:
    """Return a leader at constant speed in the own lane, or beside it."""
    closing = abs(kmh(ego) - kmh(other))
    meets = LEAD_IN + EARLY + _steady_time(closing)
    scene = Scene(duration=meets)
    scene.ego(speed=kmh(ego))
    left = {'beside': LANE, 'parked': -2.6}.get(miss or '', 0.0)
    actor = scene.car('other', ahead=closing * meets, left=left, speed=kmh(other))
    if shows:
        actor.shows(shows['events'])
    if miss:
        scene.duration = meets + 0.5
        return Case(scene, 'other')
    return _after(scene, 'other', meets - _steady_time(closing), meets, Application.FCW)


def standing(f: Factors) -> Case:
    return _leader(f['ego'], 0.0, f['miss'])


def slower(f: Factors) -> Case:
    if f['miss'] != 'faster':
        return _leader(f['ego'], f['ego'] - f['closing'], f['miss'])
    scene = Scene(duration=4.0)
    scene.ego(speed=kmh(f['ego']))
    scene.car('other', ahead=kmh(f['ego']) * 0.6, speed=kmh(f['ego'] + 5.0))
    return Case(scene, 'other')


def abnormal(f: Factors) -> Case:
    case = _leader(f['ego'], 0.0, f['miss'], events=VehicleEvent.HAZARD_LIGHTS)
    return case if f['miss'] else replace(case, applications=frozenset({Application.AVW}))


def control_loss(f: Factors) -> Case:
    case = _leader(
        f['ego'], f['ego'] - f['closing'], f['miss'],
        events=VehicleEvent.STABILITY_CONTROL_ACTIVATED | VehicleEvent.ABS_ACTIVATED)
    return case if f['miss'] else replace(case, applications=frozenset({Application.CLW}))


def braking(f: Factors) -> Case:
    speed, begins = kmh(f['ego']), 1.5
    gap = speed * f['headway']
    contact = math.sqrt(2.0 * gap / f['braking'])
    stops = speed / f['braking']
    if contact > stops:
        contact = (gap + 0.5 * speed * stops) / speed
    scene = Scene(duration=begins + contact + 0.1)
    scene.ego(speed=speed)
    left = LANE if f['miss'] == 'beside' else 0.0
    scene.car('other', ahead=gap, left=left, speed=speed).keep(begins).brake(f['braking'])
    if f['miss'] == 'ego brakes too':
        # From two seconds' headway, half a second after it.
        scene = Scene(duration=begins + 5.0)
        scene.ego(speed=speed).keep(begins + 0.5).brake(min(f['braking'], 3.0))
        scene.car('other', ahead=3.0 * speed, speed=speed).keep(begins).brake(
            min(f['braking'], 3.0))
    if f['miss']:
        scene.duration = min(scene.duration, 6.5)
        return Case(scene, 'other')
    return _at_once(
        scene, 'other', following_start(scene, 'other'), begins + contact, Application.FCW,
        Application.EBW, since=begins, interval=1.0 / f['rate'])


def column(f: Factors) -> Case:
    scene = event_scenes.column(
        f['ego'], f['headway'], rate=f['braking'], vehicles=f['vehicles'])
    between = [f'between {n}' for n in range(1, f['vehicles'])]
    if f['miss']:
        scene = Scene(duration=6.0)
        scene.ego(speed=kmh(f['ego']))
        ahead = kmh(f['ego']) * f['headway'] * f['vehicles']
        scene.car('first', ahead=ahead, left=LANE, speed=kmh(f['ego'])).keep(2.0).brake(
            f['braking'])
        return Case(scene, 'first')
    times = [2.0 + 0.02 * k for k in range(200)]
    holds = next(
        (t for t in times if event_scenes.braking_rule_holds(scene, t, between, 'first')),
        math.nan)
    if math.isnan(holds):
        raise RuleNeverHoldsError('the rule never holds')
    # Flag and motion are to agree in two messages.
    return _at_once(
        scene, 'first', max(holds, 2.0 + 1.0 / f['rate']), math.nan, Application.EBW,
        Application.FCW, since=2.0, interval=1.0 / f['rate'])


def cut_in(f: Factors) -> Case:
    speed, closing, begins, lasts = kmh(f['ego']), kmh(f['closing']), 2.0, 3.0
    scene = Scene(duration=9.0)
    scene.ego(speed=speed)
    side = f['side']
    # In the own lane it is reached by the time of the rule and a little more.
    meets = begins + lasts + _steady_time(closing) - f['short']
    other = scene.car('other', ahead=closing * meets, left=side * LANE, speed=speed - closing)
    if f['miss'] == 'another lane':
        scene = Scene(duration=9.0)
        scene.ego(speed=speed)
        other = scene.car(
            'other', ahead=closing * meets, left=side * 2.0 * LANE, speed=speed - closing)
    elif f['miss'] == 'faster':
        scene = Scene(duration=6.0)
        scene.ego(speed=speed)
        other = scene.car('other', ahead=speed * 0.8, left=side * LANE, speed=speed + kmh(5.0))
    other.keep(begins).change_lane(-side * LANE, lasts)
    if f['miss']:
        return Case(scene, 'other')
    ego_half, half = 0.5 * scene.the_ego.size.width, 0.5 * other.size.width
    aside = next(
        t for t in (begins + 0.01 * k for k in range(400))
        if abs(float(scene.states('other', t).y[0])) < ego_half + half)
    rule = following_start(scene, 'other')
    # Predictable from its first way sideways on, at the latest when it is in the lane.
    return Case(
        scene, 'other', frozenset({Application.FCW}), max(begins, rule - EARLY),
        max(rule, aside) + PREDICTABLE + 1.0 / f['rate'], encounter(scene, 'other').first_overlap)


def cut_out(f: Factors) -> Case:
    speed, begins = kmh(f['ego']), 0.5
    meets = LEAD_IN + EARLY + _steady_time(speed)
    scene = Scene(duration=meets)
    scene.ego(speed=speed)
    leader = scene.car('leader', ahead=speed * 1.2, speed=speed)
    leader.keep(begins).change_lane(f['side'] * LANE, 2.5)
    left = -f['side'] * LANE if f['miss'] else 0.0
    scene.car('other', ahead=speed * meets, left=left, speed=0.0)
    if f['miss']:
        return Case(scene, 'other')
    return _after(scene, 'other', meets - _steady_time(speed), meets, Application.FCW)


def crossing(f: Factors) -> Case:
    speed = kmh(f['ego'])
    at = (LEAD_IN + EARLY + crossing_time_to_warn(speed)) * speed + 8.0
    scene = Scene(duration=at / speed + 3.0)
    scene.ego(speed=speed)
    angle = math.copysign(math.radians(f['angle']), f['side'])
    how: dict[str, Any] = {'late': 0.0}
    if f['miss']:
        how = {'elevation': 6.0} if f['miss'] == 'bridge' else {
            'gap': 2.05 if f['miss'] == 'later' else -2.05}
    scene.crossing('other', speed=kmh(f['other']), at=at, angle=angle, **how)
    if f['miss']:
        return Case(scene, 'other')
    holds = zone_entry(scene, 'other') - crossing_time_to_warn(speed)
    meets = encounter(scene, 'other').first_overlap
    case = _after(scene, 'other', holds, meets, Application.ICW, Application.FCW)
    closing = speed - kmh(f['other']) * math.cos(angle)
    # On the very limits to the same direction and to oncoming traffic either rule may hold.
    if f['angle'] == 30 and closing > 0.0:
        behind = meets - _steady_time(closing) + LATE
        return replace(case, latest=max(case.latest, behind))
    if f['angle'] == 150:
        return replace(
            case, earliest=min(case.earliest, meets - 4.0), latest=max(case.latest, meets - 3.5))
    return case


def left_turn(f: Factors) -> Case:
    path = BY_PATH if f['output'] == 'path' else None
    gap = {'behind': 2.05, 'before': -2.05}.get(f['miss'] or '')
    scene = turning_scenes.turning(f['ego'], f['other'], output=path, encroachment=gap)
    if f['miss']:
        return Case(scene, 'other')
    begins = turning_scenes.BEFORE
    if path is None:
        known = begins
    else:
        arc = turning_scenes.RADIUS * math.pi / 4 / kmh(f['ego'])
        known = max(0.0, begins + arc - path.path_horizon)
    holds = max(known, Crossing(scene, 'other').rule_start(since=known))
    meets = encounter(scene, 'other').first_overlap
    if path is None:
        return _at_once(
            scene, 'other', holds, meets, Application.LTA, since=begins, interval=0.0)
    return Case(
        scene, 'other', frozenset({Application.LTA}), holds - LATE, holds + PREDICTABLE, meets)


def head_on(f: Factors) -> Case:
    closing, meets = kmh(f['ego']) + kmh(f['other']), 7.0
    scene = Scene(duration=meets)
    scene.ego(speed=kmh(f['ego']))
    left = {'left': LANE, 'right': -LANE}.get(f['miss'] or '', f['offset'])
    scene.car('other', ahead=closing * meets, left=left, heading=math.pi, speed=kmh(f['other']))
    if f['miss']:
        return Case(scene, 'other')
    return Case(
        scene, 'other', frozenset({Application.FCW}), meets - 4.0, meets - 3.5, meets)


def blind_spot(f: Factors) -> Case:
    tells = f['tells']
    scene = Scene(duration=tells + 1.5)
    scene.ego(speed=kmh(f['ego']))
    side, indicator = lane_scenes.SIDES[f['side']]
    if f['miss'] == 'other side':
        indicator = Indicator.LEFT if indicator is Indicator.RIGHT else Indicator.RIGHT
    if f['miss'] != 'no intent':
        scene.the_ego.indicate(indicator, tells, 60.0)
    left = 2.0 * LANE if f['miss'] == 'two lanes away' else f['left']
    scene.car('other', ahead=f['ahead'], left=side * left, speed=kmh(f['ego']))
    if f['miss']:
        return Case(scene, 'other')
    return Case(scene, 'other', frozenset({Application.BSW}), tells, tells + 0.3)


def fast_behind(f: Factors) -> Case:
    closing, meets = f['closing'], 6.5
    scene = Scene(duration=meets - 1.0)
    scene.ego(speed=kmh(f['ego']))
    side, indicator = lane_scenes.SIDES[f['side']]
    if f['miss'] != 'no intent':
        scene.the_ego.indicate(indicator, 0.0, 60.0)
    left = side * (2.0 * LANE if f['miss'] == 'two lanes away' else LANE)
    speed = kmh(f['ego']) + (-3.0 if f['miss'] == 'falling back' else closing)
    scene.car('other', ahead=-closing * meets, left=left, speed=speed)
    if f['miss']:
        # Beside the ego it would be a matter of the blind spot.
        scene.duration = meets - 1.5
        return Case(scene, 'other')
    wanted = max(2.5 + 0.1 * (closing - 10.0), closing / 6.0 + 0.4)
    return _after(scene, 'other', meets - wanted, meets, Application.LCW)


def passing(f: Factors) -> Case:
    ego, other, limit = kmh(f['ego']), kmh(f['other']), lane_scenes.LIMIT
    needed = passing_time(20.0, ego, ego, 9.2, limit)
    low, high = 0.0, 2000.0
    while high - low > 0.5:
        middle = 0.5 * (low + high)
        if meeting_time(middle, ego, other, limit) < needed + 3.0:
            low = middle
        else:
            high = middle
    gap = min(high, 690.0) + LEAD_IN * (ego + other)
    scene = Scene(duration=LEAD_IN + 2.0)
    scene.ego(speed=ego)
    if f['miss'] != 'no intent':
        scene.the_ego.indicate(Indicator.LEFT, 0.0, 60.0)
    scene.car('leader', ahead=20.0, speed=ego)
    left = LANE
    if f['miss'] == 'second lane':
        # So near that the error of its heading leaves no doubt of its lane.
        gap, left = min(gap, RESOLVED), 2.0 * LANE
    if f['miss'] == 'far away':
        gap += LEAD_IN * (ego + other)
        scene.duration = LEAD_IN
    scene.car('other', ahead=gap, left=left, heading=math.pi, speed=other)
    if f['miss']:
        return Case(scene, 'other')
    return _after(
        scene, 'other', LEAD_IN, gap / (ego + other), Application.DNPW)


def person_crossing(f: Factors) -> Case:
    name, walks = f['person']
    kind = ObjectClass[name]
    speed = kmh(f['ego'])
    at = (LEAD_IN + EARLY + crossing_time_to_warn(speed)) * speed + 3.0
    scene = Scene(duration=at / speed + 1.5)
    scene.ego(speed=speed)
    angle = math.pi / 2 * f['side']
    if f['miss'] == 'waits':
        aside = 0.5 * (scene.the_ego.size.width + SIZES[kind].length) + 0.6
        scene.actor(
            'person', x=at, y=-aside * f['side'], heading=angle, speed=0.0, object_class=kind)
        return Case(scene, 'person')
    how = {'gap': 2.05 if f['miss'] == 'later' else -2.05} if f['miss'] else {
        'late': f['late'] / walks}
    scene.crossing('person', speed=kmh(walks), at=at, angle=angle, object_class=kind, **how)
    if f['miss']:
        return Case(scene, 'person')
    return _after(
        scene, 'person', vru_scenes.rule_start(scene, 'person'),
        encounter(scene, 'person').first_overlap, Application.VRUCW)


def person_along(f: Factors) -> Case:
    name, walks = f['person']
    speed, way = kmh(f['ego']), kmh(walks) * f['direction']
    # The zone begins where the person is now, so that the rule holds early of who walks away.
    warns = crossing_time_to_warn(speed)
    meets = LEAD_IN + EARLY + 0.5 + warns * max(1.0, speed / (speed - way))
    scene = Scene(duration=meets + 0.2)
    scene.ego(speed=speed)
    left = {'left': 4.15, 'right': -4.15}.get(f['miss'] or '', f['left'])
    heading = 0.0 if f['direction'] > 0 else math.pi
    scene.actor(
        'person', ahead=(speed - way) * meets, left=left, heading=heading,
        speed=kmh(walks), object_class=ObjectClass[name])
    if f['miss']:
        scene.duration = meets + 1.0
        return Case(scene, 'person')
    if way < 0.0:
        # Of who comes towards the ego the zone has no begin, only the contact bounds the start.
        return Case(
            scene, 'person', frozenset({Application.VRUCW}), 0.0, meets - warns + LATE, meets)
    holds = max(vru_scenes.rule_start(scene, 'person'), meets - PEOPLE_AHEAD)
    return _after(scene, 'person', holds, meets, Application.VRUCW)


def person_before_turn(f: Factors) -> Case:
    scene = Scene(duration=9.0)
    name, walks = f['person']
    speed, radius = kmh(f['ego']), f['radius']
    begins, arc = 2.5, math.pi / 2 * radius / kmh(f['ego'])
    scene.ego(speed=speed).keep(begins).turn(math.pi / 2 * f['side'], radius).keep(3.0)
    corner = scene.states('ego', begins + arc)
    meet = begins + arc + 4.0 / speed
    if f['miss']:
        meet += 4.0 if f['miss'] == 'later' else -4.0
    scene.actor(
        'person', x=float(corner.x[0]) - kmh(walks) * meet,
        y=float(corner.y[0]) + 4.0 * f['side'], speed=kmh(walks),
        object_class=ObjectClass[name])
    if f['miss']:
        return Case(scene, 'person')
    contact = encounter(scene, 'person').first_overlap
    warns = contact - crossing_time_to_warn(speed)
    return Case(
        scene, 'person', frozenset({Application.VRUCW}), warns - EARLY,
        max(begins, warns) + PREDICTABLE + 1.0 / f['rate'], contact)


def special_vehicle(f: Factors) -> Case:
    ego, other, arrival = kmh(f['ego']), kmh(f['ego'] + f['faster']), 11.0
    scene = Scene(duration=4.0)
    scene.ego(speed=ego)
    place: dict[str, Any] = {'ahead': -kmh(f['faster']) * arrival, 'speed': other}
    across = kmh(70.0)
    if f['miss']:
        place = {
            'leaving': {'ahead': 30.0, 'speed': other},
            'parallel': {'x': -120.0, 'y': 25.0 * f['side'], 'speed': other},
            'oncoming': {'x': 250.0, 'y': 5.0, 'heading': math.pi, 'speed': other},
            'parked': {'x': 60.0, 'y': -4.0, 'speed': 0.0},
            'crossed': {
                'x': 80.0, 'y': 20.0 * f['side'], 'heading': math.pi / 2 * f['side'],
                'speed': across},
        }[f['miss']]
    elif f['from'] == 'across':
        scene.crossing(
            'special', object_class=ObjectClass.EMERGENCY, speed=across, at=arrival * ego,
            angle=math.pi / 2 * f['side']).hurries()
    if 'special' not in scene.actors:
        scene.actor('special', object_class=ObjectClass.EMERGENCY, **place).hurries()
    if f['miss']:
        return Case(scene, 'special')
    return _after(scene, 'special', arrival - 8.0, arrival, Application.EVW)
