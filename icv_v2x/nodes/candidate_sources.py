# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Who has answered for which instant: the arbiter's bookkeeping, free of any middleware."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from icv_v2x.advisory.types import Advisory
    from icv_v2x.parameters.node_groups import Candidates


@dataclass(frozen=True)
class Answer:
    """What one source said last.

    Attributes:
        stamp: Instant that it holds for [ns since the Unix epoch].
        came: When it came, on a steady clock [ns].
        advisories: The candidates.
    """

    stamp: int
    came: int
    advisories: tuple[Advisory, ...]


class CandidateSources:
    """Keeps the last answer of every source."""

    def __init__(self, limits: Candidates) -> None:
        """Start without any answer; the topics of the parameters are the sources."""
        self._limits = limits
        self._answers: dict[str, Answer | None] = dict.fromkeys(limits.topics)

    def configure(self, limits: Candidates) -> None:
        """Take changed limits over; the sources stay."""
        self._limits = limits

    def clear(self) -> None:
        """Forget all answers."""
        self._answers = dict.fromkeys(self._answers)

    def answer(self, source: str, answer: Answer) -> None:
        """Take what a source says; an earlier instant than its last one starts anew."""
        self._answers[source] = answer

    def complete(self, stamp: int, steady: int) -> bool:
        """Return whether every source that is not silent has answered for an instant.

        Args:
            stamp: The instant [ns since the Unix epoch].
            steady: Now, on a steady clock [ns].
        """
        live = [answer for answer in self._answers.values() if self._live(answer, steady)]
        return bool(live) and all(answer.stamp >= stamp for answer in live if answer)

    def silent(self, steady: int) -> list[str]:
        """Return the sources that have not answered for a while; `steady` as above."""
        return [
            source for source, answer in self._answers.items() if not self._live(answer, steady)
        ]

    def candidates(self, stamp: int) -> tuple[int, list[Advisory]]:
        """Return what counts at an instant.

        An answer for an earlier instant stands in for a missing one for a short time.

        Args:
            stamp: The instant [ns since the Unix epoch].

        Returns:
            The instant of the oldest answer that counts (`stamp` where none does) and the
            candidates of all that do.
        """
        carry = self._limits.carry * 1e9
        counted = [
            answer for answer in self._answers.values()
            if answer is not None and 0 <= stamp - answer.stamp <= carry
        ]
        oldest = min((answer.stamp for answer in counted), default=stamp)
        return oldest, [advisory for answer in counted for advisory in answer.advisories]

    def _live(self, answer: Answer | None, steady: int) -> bool:
        return answer is not None and steady - answer.came <= self._limits.silence * 1e9
