# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers of objects that last while those who tell of them come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from icv_v2x.world.track_table import TrackTable


def identified(
    table: TrackTable, rows: NDArray[np.intp], leader: NDArray[np.intp]
) -> NDArray[np.uint32]:
    """Return the numbers of objects of which several tracks tell, and remember them.

    The oldest number of an object's tracks is that of the object. Where tracks that were taken
    for one object part, who sends itself keeps the number, else who has told of it longest.

    Args:
        table: Tracks.
        rows: (n,) rows of tracks.
        leader: (n,) for each the index among them of the track that leads its object.

    Returns:
        (n,) numbers.
    """
    own = table.identity[rows]
    if (leader == np.arange(len(rows))).all() and len(np.unique(own)) == len(own):
        return own
    oldest = np.full(len(rows), np.iinfo(np.uint32).max, dtype=np.uint32)
    np.minimum.at(oldest, leader, own)
    leads = np.unique(leader)
    perceived = table.latest.object_id[rows[leads]] >= 0
    first = leads[np.lexsort((table.since[rows[leads]], perceived, oldest[leads]))]
    again = np.zeros(len(first), dtype=np.bool_)
    again[1:] = oldest[first[1:]] == oldest[first[:-1]]
    oldest[first[again]] = table.new_identities(int(np.count_nonzero(again)))
    table.identity[rows] = oldest[leader]
    return table.identity[rows]
