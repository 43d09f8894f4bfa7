# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The lists that a leader keeps: who is in, who is on the way in, who on the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.message_set.records.clpmm import RoleInPlatooning, StatusInPlatooning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from icv_v2x.translate.platoon_statements import PlatoonStatement

_SECOND = 1e9


class Roster:
    """Members from the front to the rear, and those in between in and out.

    Attributes:
        platoon_id: 17 octets.
        members: Their ids, the leader's own first.
        joining: Id to since when [ns since the Unix epoch].
        leaving: Likewise.
    """

    def __init__(self, platoon_id: bytes, own: int, behind: Iterable[int], now: int) -> None:
        """Begin with those that are behind already.

        Args:
            platoon_id: 17 octets.
            own: Id of the leader.
            behind: Ids from the front to the rear.
            now: [ns since the Unix epoch].
        """
        self.platoon_id = platoon_id
        self.members = [own, *behind]
        self.joining: dict[int, int] = {}
        self.leaving: dict[int, int] = {}
        self._heard = dict.fromkeys(self.members, now)
        self._confirmed: set[int] = set()
        self._identity: dict[int, int] = {}

    @property
    def order(self) -> tuple[int, ...]:
        """Everybody from the front to the rear, those on the way in last."""
        return (*self.members, *self.joining)

    def rename_own(self, own: int) -> None:
        """Lead on under another temporary id."""
        self.members[0] = own

    def update(
        self, now: int, statements: Iterable[PlatoonStatement], *, capacity: int,
        open_to_join: bool, may_join: Callable[[int, int], bool], identity: Mapping[int, int],
        silence: float, join_time: float, leave_time: float,
    ) -> None:
        """Take note of what members and others say.

        Args:
            now: [ns since the Unix epoch].
            statements: Those that are believed, of others than the leader.
            capacity: Most members, those on their way in included.
            open_to_join: Whether anybody is let in.
            may_join: Takes the last id of the platoon and that of who asks; whether that one is
                where it could join.
            identity: Sender to the number of its track, which outlasts a change of its id.
            silence: A member that is not heard for so long is none any more [s].
            join_time: Who has not arrived after so long is not let in [s].
            leave_time: Who is still here after so long after leaving is let go [s].
        """
        statements = tuple(statements)
        for statement in statements:
            if statement.platoon_id == self.platoon_id and not statement.leads:
                self._rename(statement, identity)
                self._hear(statement, now, capacity, open_to_join, may_join)
            elif statement.leads or statement.sender_id in self._confirmed:
                # Who was here follows another leader now, or leads; those that a new leader takes
                # along speak of their old platoon for a moment.
                self._remove(statement.sender_id)
        for member in self.members[1:]:
            if now - self._heard.get(member, 0) > silence * _SECOND:
                self._remove(member)
        for waiting, patience in ((self.joining, join_time), (self.leaving, leave_time)):
            for one in [one for one, since in waiting.items() if now - since > patience * _SECOND]:
                self._remove(one)
        self._identity = {
            one: identity.get(one, self._identity.get(one, 0)) for one in self.order}

    def _hear(
        self, statement: PlatoonStatement, now: int, capacity: int, open_to_join: bool,
        may_join: Callable[[int, int], bool],
    ) -> None:
        sender, status = statement.sender_id, statement.status
        if sender in self.members[1:] or sender in self.joining:
            self._heard[sender] = now
            self._confirmed.add(sender)
        if statement.role == RoleInPlatooning.FREE_VEHICLE:
            if status == StatusInPlatooning.LEAVING:
                self._remove(sender)
            elif (status == StatusInPlatooning.ASK_FOR_JOINING
                    and sender not in self.order and not self.joining and open_to_join
                    and len(self.order) < capacity and may_join(self.order[-1], sender)):
                self.joining[sender] = self._heard[sender] = now
        elif sender in self.joining and status == StatusInPlatooning.FOLLOWING:
            del self.joining[sender]
            self.members.append(sender)
        elif sender in self.members[1:] and status in (
                StatusInPlatooning.ASK_FOR_LEAVING, StatusInPlatooning.LEAVING):
            self.leaving.setdefault(sender, now)
        elif status == StatusInPlatooning.FOLLOWING:
            # It thought better of it.
            self.leaving.pop(sender, None)

    def _rename(self, statement: PlatoonStatement, identity: Mapping[int, int]) -> None:
        """Let a member that speaks under another id keep its place: the track is the same."""
        sender = statement.sender_id
        number = identity.get(sender, 0)
        free = statement.role == RoleInPlatooning.FREE_VEHICLE
        if sender in self._heard or not number or free:
            return
        for place, member in enumerate(self.members[1:], start=1):
            if self._identity.get(member) == number and member not in identity:
                self.members[place] = sender
                self._heard[sender] = self._heard.pop(member)
                if member in self.leaving:
                    self.leaving[sender] = self.leaving.pop(member)
                return

    def _remove(self, one: int) -> None:
        if one in self.members[1:]:
            self.members.remove(one)
        self.joining.pop(one, None)
        self.leaving.pop(one, None)
        self._heard.pop(one, None)
        self._confirmed.discard(one)
