# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""One track for every object, however many tell of it, and who of them confirms it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from icv_v2x.translate.reports import Source
from icv_v2x.world.association import (
    Pairs,
    best_pairs,
    possible_pairs,
    possible_pairs_of,
)
from icv_v2x.world.fusion import fused
from icv_v2x.world.tracks import joined

if TYPE_CHECKING:
    from icv_v2x.world.association import Allowed
    from icv_v2x.world.tracks import Tracks

# A detection older than this confirms nothing [s].
_AGE = 0.5
# Where the observer names the object, the places may differ this many times as much.
_NAMED = 2.0


@dataclass(frozen=True)
class Observations:
    """What is known of n tracks besides their states.

    Attributes:
        subject_id: (n,) uint64, id under which the object itself sends, as its observer says, 0:
            not given.
        since: (n,) int64, time of the first report [ns].
        trusted: (n,) the newest message of the track is verified as far as is asked for.
    """

    subject_id: NDArray[np.uint64]
    since: NDArray[np.int64]
    trusted: NDArray[np.bool_]

    def take(self, rows: NDArray[np.bool_]) -> Observations:
        """Return those of a mask (n,)."""
        return Observations(self.subject_id[rows], self.since[rows], self.trusted[rows])


def with_second_source(tracks: Tracks, detections: Tracks) -> Tracks:
    """Return the tracks, those marked that a detection of the vehicle itself confirms.

    Each detection confirms at most one track: pairs within the gates of `association` are
    chosen at the least sum of distances.

    Args:
        tracks: Objects heard over the radio, n.
        detections: Own detections predicted to the same instant, m.

    Returns:
        The tracks with `corroborated` and `source` completed.
    """
    fresh = detections.take(detections.age <= _AGE)
    pairs = possible_pairs(tracks, fresh)
    pairs = pairs.take(best_pairs(pairs))
    if not len(pairs.first):
        return tracks
    confirmed = tracks.corroborated.copy()
    confirmed[pairs.first] = True
    source = tracks.source.copy()
    source[pairs.first] |= fresh.source[pairs.second]
    both = joined(tracks, fresh.take(pairs.second))
    own = np.arange(len(tracks))
    states = fused(
        both, np.concatenate([own, pairs.first]), np.arange(len(both)) >= len(tracks)).take(own)
    return replace(states, corroborated=confirmed, source=source)


def one_per_object(tracks: Tracks, observed: Observations) -> Tracks:
    """Return the tracks with all that tell of one object made one, see `united`."""
    return united(tracks, observed)[0]


def united(
    tracks: Tracks, observed: Observations
) -> tuple[Tracks, NDArray[np.intp]]:
    """Return the tracks with all that tell of one object made one.

    The track of the object's own messages leads; its state becomes that of all who tell of it,
    as far as they are fresh, trusted and within the gates. Of several observers the one leads
    that has known the object longest, so that its name lasts. What is not trusted leads nothing
    that is. The others' bits of `source` are added, and the object is corroborated where a fresh
    trusted observation by a sensor comes from another signer than the leader. One observer never
    sees an object twice, so two of its objects stay two.

    Args:
        tracks: n tracks at one instant.
        observed: What else is known of them.

    Returns:
        The leading tracks, in the order given, and the row of the leader of each of the n, (n,).
    """
    perceived = np.flatnonzero(tracks.object_id >= 0)
    if not len(perceived):
        return tracks, np.arange(len(tracks))
    leader, confirms = _leaders(tracks, observed, perceived)
    follower = np.flatnonzero(leader != np.arange(len(tracks)))
    if not len(follower):
        return tracks, leader
    led = leader[follower]
    source = tracks.source.copy()
    np.bitwise_or.at(source, led, tracks.source[follower])
    independent = (
        confirms[follower]
        & ((tracks.source[follower] & int(Source.SENSOR)) != 0)
        & (tracks.age[follower] <= _AGE)
        & observed.trusted[follower]
        # Without a digest nobody can tell that it is another one.
        & (tracks.signer[follower] != 0) & (tracks.signer[led] != 0)
        & (tracks.signer[follower] != tracks.signer[led])
    )
    corroborated = tracks.corroborated.copy()
    corroborated[led[independent]] = True
    kept = np.ones(len(tracks), dtype=np.bool_)
    kept[follower] = False
    states = fused(tracks, leader, confirms & observed.trusted & (tracks.age <= _AGE))
    return replace(states, source=source, corroborated=corroborated).take(kept), leader


def _leaders(
    tracks: Tracks, observed: Observations, perceived: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the leading row of every track, (n,), and who is near enough to confirm it, (n,)."""
    leader = np.arange(len(tracks))
    confirms = np.zeros(len(tracks), dtype=np.bool_)
    _, observer = np.unique(tracks.sender_id, return_inverse=True)
    sends = tracks.object_id < 0
    senders = np.flatnonzero(sends & observed.trusted)

    alone = perceived
    if len(senders):
        named = _named(tracks, observed, alone, senders, observer)
        leader[named.first] = named.second
        near = _within(tracks, alone, senders)
        key = _key(near, observer, len(tracks))
        if len(named.first):
            is_named = np.zeros(len(tracks), dtype=np.bool_)
            is_named[named.first] = True
            # What is named is taken, and counts as confirming where it lies within the gates too.
            confirms[near.first[is_named[near.first] & (leader[near.first] == near.second)]] = True
            free = ~is_named[near.first] & ~np.isin(key, _key(named, observer, len(tracks)))
            near, key = near.take(free), key[free]
        best = near.take(best_pairs(near, key))
        leader[best.first] = best.second
        confirms[best.first] = True
        alone = alone[leader[alone] == alone]

    # Who is not trusted must not hide by a claim of its own what others see.
    alone = np.concatenate([alone, np.flatnonzero(sends & ~observed.trusted)])
    # Those that send themselves are different objects, like those of one observer.
    observer = np.where(sends, observer.max() + 1, observer)
    seniority = np.empty(len(tracks), dtype=np.intp)
    seniority[np.lexsort((
        tracks.object_id, tracks.sender_id, observed.since, ~sends, ~observed.trusted,
    ))] = np.arange(len(tracks))
    near = _within(tracks, alone, alone, allowed=lambda one, other: (
        (observer[one] != observer[other]) & (seniority[other] < seniority[one])))
    if len(near.first):
        best = near.take(best_pairs(near, _key(near, observer, len(tracks))))
        _follow(leader, confirms, best, near, observer)
    return leader, confirms


def _named(
    tracks: Tracks, observed: Observations, perceived: NDArray[np.intp],
    senders: NDArray[np.intp], observer: NDArray[np.intp],
) -> Pairs:
    """Return the pairs of observed objects and senders whose id their observer gives."""
    perceived = perceived[observed.subject_id[perceived] != 0]
    pairs = _within(tracks, perceived, senders, wide=_NAMED)
    pairs = pairs.take(observed.subject_id[pairs.first] == tracks.sender_id[pairs.second])
    # A pair of observer and object once: an observer may give one id to several of its objects.
    return pairs.take(best_pairs(pairs, _key(pairs, observer, len(tracks))))


def _within(
    tracks: Tracks, first: NDArray[np.intp], second: NDArray[np.intp], *, wide: float = 1.0,
    allowed: Allowed | None = None,
) -> Pairs:
    """Return the possible pairs of some tracks and others, as rows of all tracks."""
    return possible_pairs_of(
        tracks, first, tracks, second, wide=wide, held=True, allowed=allowed)


def _key(pairs: Pairs, observer: NDArray[np.intp], count: int) -> NDArray[np.int64]:
    """Return a number for each combination of observer and leading track, (k,)."""
    key: NDArray[np.int64] = observer[pairs.first].astype(np.int64) * count + pairs.second
    return key


def _follow(
    leader: NDArray[np.intp], confirms: NDArray[np.bool_], best: Pairs, near: Pairs,
    observer: NDArray[np.intp],
) -> None:
    """Let every track follow the most senior one that its chosen partners lead to.

    A track that lies outside the gates of that one stays alone; so do several objects of one
    observer that came to follow the same.
    """
    follows = np.arange(len(leader))
    follows[best.first] = best.second
    while True:
        further = follows[follows]
        if (further == follows).all():
            break
        follows = further
    rows = best.first
    count = len(leader)
    allowed = np.isin(rows * count + follows[rows], near.first * count + near.second)
    rows = rows[allowed]
    place = observer[rows] * count + follows[rows]
    _, first, number = np.unique(place, return_index=True, return_counts=True)
    rows = rows[first[number == 1]]
    leader[rows] = follows[rows]
    confirms[rows] = True
