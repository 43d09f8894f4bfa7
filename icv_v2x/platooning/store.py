# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps the newest word of every vehicle on its platoon: bounded, believed, expired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.inputs import Verification

if TYPE_CHECKING:
    from icv_v2x.parameters import Parameters
    from icv_v2x.translate.platoon_statements import PlatoonStatement

# Senders kept at most; whoever was silent longest is dropped first.
_MOST = 256
_SECOND = 1e9
# A clock that goes back by more than this starts anew [ns].
_BACK = 1_000_000_000


class PlatoonStore:
    """The newest statement of each sender."""

    def __init__(self, parameters: Parameters) -> None:
        """Start without any."""
        self._known: dict[int, PlatoonStatement] = {}
        self.configure(parameters)

    def configure(self, parameters: Parameters) -> None:
        """Take changed parameters over."""
        self._age_maximum = parameters.platooning.statement_age
        self._own = int(parameters.vehicle.temporary_id or '0', 16)
        self._verified_only = parameters.trust.minimum_verification != 'not_checked'

    def clear(self) -> None:
        """Forget all statements."""
        self._known.clear()

    def update(self, statement: PlatoonStatement) -> str | None:
        """Take a statement in.

        Unverified ones change nothing, unless `trust.minimum_verification` admits them: who is a
        member of a platoon is nothing that anybody may decide.

        Args:
            statement: What was said; well-formed.

        Returns:
            Why it changes nothing, None where it is taken.
        """
        if statement.sender_id == self._own:
            return 'own_echo'
        verified = statement.verification == Verification.VERIFIED
        if self._verified_only and not verified:
            return 'not_verified'
        known = self._known.get(statement.sender_id)
        if known is not None:
            if statement.signer != known.signer and _weaker(statement, known):
                return 'less_trusted_or_too_many'
            if known.time - _BACK < statement.time <= known.time:
                return 'duplicate' if statement.time == known.time else 'late'
        self._known.pop(statement.sender_id, None)
        self._known[statement.sender_id] = statement
        while len(self._known) > _MOST:
            del self._known[next(iter(self._known))]
        return None

    def statements(self, now: int) -> tuple[PlatoonStatement, ...]:
        """Return what holds at an instant [ns since the Unix epoch], by sender."""
        oldest = now - self._age_maximum * _SECOND
        self._known = {key: one for key, one in self._known.items() if one.time >= oldest}
        return tuple(self._known[key] for key in sorted(self._known))


def _weaker(one: PlatoonStatement, than: PlatoonStatement) -> bool:
    """Whether a statement under another certificate must not replace what is known."""
    return (
        one.verification != Verification.VERIFIED or than.verification == Verification.VERIFIED)
