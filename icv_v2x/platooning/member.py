# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""One vehicle's part in platoons: state, lists and what it is to drive, instant by instant."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from icv_v2x.inputs import PlatoonWish
from icv_v2x.message_set.records.clpmm import StatusInPlatooning
from icv_v2x.platooning.belief import Believed, believed
from icv_v2x.platooning.drive import Advice, Driver, Situation, limits_of
from icv_v2x.platooning.law import spacing
from icv_v2x.platooning.plan import PlatoonPlan
from icv_v2x.platooning.roles import ENROLLED, HEADS, TIME_OUTS, Event, State, following
from icv_v2x.platooning.roster import Roster
from icv_v2x.platooning.sight import places, right_ahead
from icv_v2x.platooning.telling import reason_of
from icv_v2x.translate.platoon_statements import PLATOON_ID_OCTETS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from icv_v2x.inputs import PlatoonRequest
    from icv_v2x.parameters import Parameters
    from icv_v2x.platooning.sight import Sighting
    from icv_v2x.translate.platoon_statements import PlatoonStatement
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

_SECOND = 1_000_000_000
# Ids of the own vehicle that are remembered.
_IDS = 3
# A leader that has just changed its lists may miss the own vehicle for so long [ns].
_GRACE = 1_000_000_000
# Something has to last to count: a stranger in between, and its absence [ns].
_INTRUDED, _CLEARED = 300_000_000, 1_000_000_000
# A stranger is nearer than the member ahead by this at least [m].
_BETWEEN = 3.0
# The gap is closed within this [m], at speeds that differ by this at most [m/s].
_CLOSED, _CLOSED_SPEED = 3.0, 2.0
_OPEN_SHARE = 0.9
_POSE_GONE = 1_000_000_000
_WISHES = {'nothing': PlatoonWish.NOTHING, 'lead': PlatoonWish.LEAD, 'join': PlatoonWish.JOIN}


@dataclass
class _View:
    """What the leader last told, to one who is not the leader.

    Attributes:
        leader: Its id.
        identity: Number of its track, 0: not known.
        statement: Its newest one.
        heard: When that was believed last [ns since the Unix epoch].
        listed: When it last named the own vehicle [ns since the Unix epoch].
    """

    leader: int
    identity: int
    statement: PlatoonStatement
    heard: int
    listed: int


class Member:
    """Goes from state to state by the table of `roles`.

    Attributes:
        disbelieved: Reason to the number of statements and instants that did not count.
        refused: Why no platoon can be had, '' where nothing stands against it.
    """

    def __init__(self, parameters: Parameters) -> None:
        """Start free."""
        self._driver = Driver(parameters)
        self.disbelieved: Counter[str] = Counter()
        self._request: PlatoonRequest | None = None
        self.configure(parameters)
        self.clear()

    def configure(self, parameters: Parameters) -> None:
        """Take changed parameters over; another own id is the same vehicle."""
        self._parameters = parameters
        self._driver.configure(parameters)

    def clear(self) -> None:
        """Forget the platoon; a request stays."""
        self._state, self._since = State.FREE, 0
        self._ids: tuple[int, ...] = ()
        self._view: _View | None = None
        self._roster: Roster | None = None
        self._retry_at = 0
        self._pose = 0
        self._stranger: int | None = None
        self._clear_since: int | None = None
        self._driver.reset()

    def request(self, request: PlatoonRequest) -> str | None:
        """Take what the planning stack asks for.

        Returns:
            Why it is refused, None where it is taken.
        """
        if request.platoon_id and len(request.platoon_id) != PLATOON_ID_OCTETS:
            return 'unusable_request'
        self._request = request
        return None

    @property
    def state(self) -> State:
        """Where the vehicle stands."""
        return self._state

    def plan(
        self, tracks: Tracks, ego: EgoState | None, seen: Tracks,
        statements: Iterable[PlatoonStatement],
    ) -> PlatoonPlan | None:
        """Return the plan at the instant of the tracks.

        Args:
            tracks: All objects that the radio gives.
            ego: The ego, None while unknown.
            seen: The own detections, at the same instant.
            statements: Newest statement of each sender.

        Returns:
            The plan, None where no platoon is wanted nor left.
        """
        now = tracks.stamp
        own = self._own_id()
        if ego is None or not own:
            lost = now - self._pose > _POSE_GONE or not own
            if lost and self._state != State.FREE:
                self._enter(State.FREE, now, None)
            return None
        self._pose = now
        wish = self._wish(now)
        if self._state == State.FREE and wish == PlatoonWish.NOTHING:
            return None
        heard = believed(statements, tracks, ego)
        self.disbelieved.update(heard.disbelieved.values())
        at, seen_at = places(tracks, ego), places(seen, ego)
        sighting = right_ahead(tracks, at, seen, seen_at)
        self._look_at_leader(now, heard)
        self._keep_lists(now, heard, tracks, ego)
        events = self._events(now, wish, heard, tracks, ego, sighting, at.gap)
        led = following(self._state, events)
        if led is not None:
            self._enter(led[0], now, heard)
            if self._state in HEADS:
                self._keep_lists(now, heard, tracks, ego)
        advice = self._drive(now, heard, tracks, ego, sighting)
        return self._plan(now, wish, tracks, ego, sighting, advice)

    # What is wanted, and who one is.

    def _own_id(self) -> int:
        own = int(self._parameters.vehicle.temporary_id or '0', 16)
        if own and own not in self._ids:
            self._ids = (own, *self._ids)[:_IDS]
            if self._roster is not None:
                self._roster.rename_own(own)
        return own

    def _wish(self, now: int) -> PlatoonWish:
        group, request = self._parameters.platooning, self._request
        if not group.enabled:
            return PlatoonWish.NOTHING
        if request is not None and now - request.stamp <= group.request_age * _SECOND:
            return request.wish
        return _WISHES[group.wanted]

    def _place(self, ids: tuple[int, ...]) -> int:
        """Return the own place in a list, -1 where not in it."""
        return next((place for place, one in enumerate(ids) if one in self._ids), -1)

    # Following: what the leader tells.

    def _look_at_leader(self, now: int, heard: Believed) -> None:
        view = self._view
        if view is None or self._state in HEADS:
            return
        statement = self._of_leader(view, heard)
        if statement is None:
            return
        view.statement, view.leader = statement, statement.sender_id
        view.identity = heard.identity.get(statement.sender_id, view.identity)
        view.heard = max(view.heard, statement.time)
        if self._place((*statement.members, *statement.joining)) >= 0:
            view.listed = now

    def _of_leader(self, view: _View, heard: Believed) -> PlatoonStatement | None:
        """Return what the leader says now, under another id or in its place included."""
        ahead = view.statement.members[:max(self._place(view.statement.members), 0)]
        heirs = self._state in (State.FOLLOWING, State.CUT_IN, State.LEADER_LOST)
        renamed = None
        for statement in heard.statements.values():
            if not statement.leads or self._place(statement.members) < 1:
                continue
            # Whoever was ahead in the platoon may found its rear half anew.
            if heirs and statement.sender_id in ahead[1:]:
                return statement
            if statement.platoon_id == view.statement.platoon_id and view.identity and (
                    heard.identity.get(statement.sender_id) == view.identity):
                renamed = statement
        same = heard.statements.get(view.leader)
        if same is not None and same.leads and same.platoon_id == view.statement.platoon_id:
            return same
        # A leader that follows another platoon, or parts, leads no more: it falls silent.
        return renamed

    # Leading: the lists.

    def _keep_lists(
        self, now: int, heard: Believed, tracks: Tracks, ego: EgoState
    ) -> None:
        roster, group = self._roster, self._parameters.platooning
        if roster is None:
            return

        def may_join(tail: int, who: int) -> bool:
            return _behind(tail, who, heard, tracks, ego, group.join_range)

        roster.update(
            now, heard.statements.values(), capacity=self._capacity(),
            open_to_join=self._open_to_join(now), may_join=may_join, identity=heard.identity,
            silence=group.silence, join_time=group.join_time + group.answer_time,
            leave_time=group.leave_time + group.answer_time)

    def _capacity(self) -> int:
        asked = self._request.capacity if self._request is not None else 0
        return min(max(asked, 2), 32) if asked else self._parameters.platooning.capacity

    def _open_to_join(self, now: int) -> bool:
        if self._state != State.LEADING or self._wish(now) != PlatoonWish.LEAD:
            return False
        request = self._request
        asked = request is None or request.wish != PlatoonWish.LEAD or request.open_to_join
        return asked and self._parameters.platooning.open_to_join

    # Events.

    def _events(
        self, now: int, wish: PlatoonWish, heard: Believed, tracks: Tracks, ego: EgoState,
        sighting: Sighting | None, gaps: NDArray[np.float64],
    ) -> set[Event]:
        events: set[Event] = set()
        if self._timed_out(now):
            events.add(Event.TIME_OUT)
        if wish == PlatoonWish.NOTHING:
            events.add(Event.WITHDRAWN)
        if self._state == State.FREE:
            if wish == PlatoonWish.LEAD:
                events.add(Event.ASKED_TO_LEAD)
            elif wish == PlatoonWish.JOIN and now >= self._retry_at:
                target = self._platoon_ahead(heard, tracks, sighting)
                if target is not None:
                    self._view = _View(
                        target.sender_id, heard.identity.get(target.sender_id, 0), target,
                        target.time, now)
                    events.add(Event.PLATOON_AHEAD)
            return events
        if self._state in HEADS:
            alone = self._roster is None or len(self._roster.order) == 1
            if alone and (wish != PlatoonWish.LEAD or self._state == State.DISSOLVING):
                events.add(Event.ALONE)
            return events
        self._events_of_leader(now, events)
        self._events_of_gap(now, heard, tracks, ego, sighting, gaps, events)
        self._events_of_succession(now, heard, events)
        return events

    def _timed_out(self, now: int) -> bool:
        name = TIME_OUTS.get(self._state)
        if name is None:
            return False
        limit: float = getattr(self._parameters.platooning, name)
        return now - self._since >= limit * _SECOND

    def _platoon_ahead(
        self, heard: Believed, tracks: Tracks, sighting: Sighting | None
    ) -> PlatoonStatement | None:
        """Return the leader's statement of the platoon whose tail is right ahead."""
        group = self._parameters.platooning
        if sighting is None or sighting.row < 0 or sighting.gap > group.join_range:
            return None
        tail = int(tracks.sender_id[sighting.row])
        asked = b'' if self._request is None else self._request.platoon_id
        for statement in heard.statements.values():
            order = (*statement.members, *statement.joining)
            if (statement.leads and statement.open_to_join and order[-1] == tail
                    and statement.status == StatusInPlatooning.NAVIGATING
                    and len(order) < statement.capacity and not statement.joining
                    and asked in (b'', statement.platoon_id)):
                return statement
        return None

    def _events_of_leader(self, now: int, events: set[Event]) -> None:
        view = self._view
        if view is None:
            events.add(Event.LEADER_SILENT)
            return
        statement = view.statement
        silent = now - view.heard > self._parameters.platooning.silence * _SECOND
        events.add(Event.LEADER_SILENT if silent else Event.LEADER_HEARD)
        if silent:
            if self._state == State.ASKING:
                events.add(Event.REFUSED)
            return
        listed = self._place((*statement.members, *statement.joining)) >= 0
        if listed:
            events.add(Event.ADMITTED)
        elif now - max(view.listed, self._since) > _GRACE:
            if statement.open_to_join and self._state == State.ASKING:
                pass  # The time-out of the answer decides.
            else:
                events.update((Event.REFUSED, Event.STRUCK_OFF))
        if statement.status == StatusInPlatooning.BEGIN_TO_DISMISS:
            events.update((Event.DISMISSED, Event.REFUSED))
        if self._place(statement.leaving) >= 0:
            events.add(Event.RELEASED)

    def _events_of_gap(
        self, now: int, heard: Believed, tracks: Tracks, ego: EgoState,
        sighting: Sighting | None, gaps: NDArray[np.float64], events: set[Event],
    ) -> None:
        group = self._parameters.platooning
        wide, _ = spacing(group.fallback_gap_time, group.standstill_gap, ego.speed)
        open_at = _OPEN_SHARE * wide
        partners = self._partners()
        name = -1 if sighting is None or sighting.row < 0 else int(
            tracks.sender_id[sighting.row])
        if (sighting is None and not self._driver.blind) or (
                sighting is not None and sighting.gap >= open_at):
            events.add(Event.GAP_OPEN)
        if sighting is not None and name in partners[-1:] and (
                sighting.gap <= wide + _CLOSED
                and abs(sighting.speed - ego.speed) <= _CLOSED_SPEED):
            events.add(Event.GAP_CLOSED)
        stranger = sighting is not None and name not in partners
        if stranger and name < 0 and sighting is not None:
            # Whom the radio does not know is a stranger only where the member ahead, which the
            # radio knows, is farther off: else it is that member without a radio.
            rows = [heard.row[one] for one in partners[-1:] if one in heard.row]
            stranger = any(gaps[row] > sighting.gap + _BETWEEN for row in rows)
        if stranger:
            self._stranger = now if self._stranger is None else self._stranger
            self._clear_since = None
        else:
            self._stranger = None
            self._clear_since = now if self._clear_since is None else self._clear_since
        if self._stranger is not None and now - self._stranger >= _INTRUDED:
            events.add(Event.INTRUDER)
        if self._clear_since is not None and now - self._clear_since >= _CLEARED:
            events.add(Event.INTRUDER_GONE)

    def _events_of_succession(self, now: int, heard: Believed, events: set[Event]) -> None:
        view = self._view
        if view is None:
            return
        members = view.statement.members
        place = self._place(members)
        behind = [one for one in members[place + 1:] if one not in view.statement.leaving]
        if place < 1 or not behind:
            return
        if self._state == State.CUT_IN and Event.TIME_OUT in events:
            events.add(Event.SPLIT_DUE)
        lately = now - self._since >= self._parameters.platooning.heir_time * _SECOND
        if self._state == State.LEADER_LOST and lately and (
                not any(one in heard.statements for one in members[:place])
                and any(one in heard.statements for one in behind)):
            events.add(Event.HEIR)

    # Changes of state.

    def _enter(self, state: State, now: int, heard: Believed | None) -> None:
        before, self._state, self._since = self._state, state, now
        if state == State.LEADING:
            behind: tuple[int, ...] = ()
            if self._view is not None and before in ENROLLED:
                statement = self._view.statement
                place = self._place(statement.members)
                behind = tuple(
                    one for one in statement.members[place + 1:]
                    if one not in statement.leaving and heard is not None and one in heard.row)
            self._roster = Roster(_platoon_id(self._ids[0], now), self._ids[0], behind, now)
            self._view = None
            self._driver.reset()
        elif state == State.FREE:
            self._roster = self._view = None
            self._driver.reset()
            self._retry_at = now + round(self._parameters.platooning.retry * _SECOND)
        elif state == State.JOINING:
            self._driver.reset()

    # Driving.

    def _partners(self) -> tuple[int, ...]:
        """Return the ids ahead in the own platoon, the nearest last."""
        view = self._view
        if view is None:
            return ()
        order = (*view.statement.members, *view.statement.joining)
        place = self._place(order)
        return order if place < 0 else order[:place]

    def _drive(
        self, now: int, heard: Believed, tracks: Tracks, ego: EgoState,
        sighting: Sighting | None,
    ) -> Advice | None:
        view = self._view
        if view is None or self._state in (State.FREE, State.ASKING):
            return None
        silent = now - view.heard > self._parameters.platooning.silence * _SECOND
        situation = Situation(
            sighting=sighting, tracks=tracks, partners=self._partners(),
            parting=view.statement.leaving, leader=heard.row.get(view.leader, -1),
            short=not silent and self._state in (State.FOLLOWING, State.ASKING_TO_LEAVE),
            keeps=self._state == State.JOINING)
        desired = math.nan if self._request is None else self._request.desired_speed
        return self._driver.step(ego, situation, limits_of(self._parameters, desired))

    def _plan(
        self, now: int, wish: PlatoonWish, tracks: Tracks, ego: EgoState,
        sighting: Sighting | None, advice: Advice | None,
    ) -> PlatoonPlan:
        ahead = ''
        if sighting is not None and sighting.row >= 0:
            ahead = tracks.name(sighting.row)
        values: dict[str, object] = {}
        roster, view = self._roster, self._view
        if roster is not None:
            values = {
                'platoon_id': roster.platoon_id, 'members': tuple(roster.members),
                'joining': tuple(roster.joining), 'leaving': tuple(roster.leaving),
                'capacity': self._capacity(), 'open_to_join': self._open_to_join(now),
                'place': 0}
        elif view is not None and self._state != State.FREE:
            told = view.statement
            values = {
                'platoon_id': told.platoon_id, 'members': told.members, 'joining': told.joining,
                'leaving': told.leaving, 'capacity': told.capacity,
                'open_to_join': told.open_to_join, 'place': self._place(told.members)}
        if advice is not None:
            values |= {
                'control': advice.control, 'gap_wanted': advice.answer.gap_wanted,
                'time_gap': advice.answer.time_gap, 'command': advice.answer.command,
                'needed_deceleration': advice.needed_deceleration, 'time': advice.time,
                'distance': advice.distance, 'speed': advice.speed,
                'acceleration': advice.acceleration}
        gap = math.nan if sighting is None else sighting.gap
        reason = reason_of(
            self._state, wish, values.get('members', ()), gap=gap, speed=ego.speed,
            advice=advice, seen=sighting is not None)
        return PlatoonPlan(
            stamp=now, state=self._state, reason=reason, ahead=ahead, gap=gap,
            **values)  # type: ignore[arg-type]


def _platoon_id(own: int, now: int) -> bytes:
    """Return an id that nobody else draws and that tells nothing of the vehicle."""
    octets = own.to_bytes(8, 'big') + now.to_bytes(8, 'big')
    return hashlib.blake2b(octets, digest_size=PLATOON_ID_OCTETS).digest()


def _behind(
    tail: int, who: int, heard: Believed, tracks: Tracks, ego: EgoState, reach: float
) -> bool:
    """Whether a vehicle is where it could join behind the last one."""
    if who not in heard.row:
        return False
    row = heard.row[who]
    x, y, heading = ego.x, ego.y, ego.heading
    if tail in heard.row:
        last = heard.row[tail]
        x, y = float(tracks.x[last]), float(tracks.y[last])
        heading = float(tracks.heading[last])
    east, north = float(tracks.x[row]) - x, float(tracks.y[row]) - y
    distance = math.hypot(east, north)
    turned = math.remainder(float(tracks.heading[row]) - heading, 2.0 * math.pi)
    # Seen from the tail it stands behind, off its axis by half of what it is turned.
    off = math.remainder(math.atan2(-north, -east) - heading + 0.5 * -turned, 2.0 * math.pi)
    return (
        distance <= reach + 20.0 and abs(turned) < math.radians(45.0)
        and abs(off) < math.radians(90.0) and abs(distance * math.sin(off)) < 3.0)

