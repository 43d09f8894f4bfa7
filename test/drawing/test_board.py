# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A viewer that does what it is sent shows exactly what there is, for little traffic."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from icv_v2x.drawing import Board, Kind, Placed, Removed, Shape
from icv_v2x.drawing.board import MOST, MOVING_LIFE, STANDING_LIFE

SECOND = 1_000_000_000
PERIOD = SECOND // 5


def dot(key: str, x: float = 0.0, *, namespace: str = 'objects', standing: bool = False) -> Shape:
    return Shape(
        namespace, key, Kind.DOTS, np.array([[x, 0.0, 0.0]]), (1.0, 1.0, 1.0), standing=standing)


class Viewer:
    """Keeps markers as RViz does: by namespace and number, each for its life."""

    def __init__(self) -> None:
        self.shown: dict[tuple[str, int], tuple[float, int]] = {}

    def take(self, now: int, placed: list[Placed], removed: list[Removed]) -> None:
        for gone in removed:
            self.shown.pop((gone.namespace, gone.number), None)
        for number, shape, life in placed:
            self.shown[shape.namespace, number] = (
                float(shape.points[0, 0]), now + round(life * SECOND))

    def places(self, now: int) -> list[float]:
        return sorted(x for x, until in self.shown.values() if until > now)


@given(st.lists(st.dictionaries(st.sampled_from('abcdef'), st.integers(0, 3)), max_size=40),
       st.integers(0, 39))
def test_a_viewer_shows_what_there_is_from_when_it_comes_on(
    frames: list[dict[str, int]], comes: int
) -> None:
    board, early, late = Board(), Viewer(), Viewer()
    for number, frame in enumerate(frames):
        now = number * PERIOD
        if number == comes:
            board.renew()
        placed, removed = board.update(now, [dot(key, float(x)) for key, x in frame.items()])
        early.take(now, placed, removed)
        if number >= comes:
            late.take(now, placed, removed)
            assert late.places(now) == sorted(map(float, frame.values()))
        assert early.places(now) == sorted(map(float, frame.values()))


def test_what_does_not_change_is_sent_only_to_outlive_its_life() -> None:
    board = Board()
    sent: dict[str, list[int]] = {'car': [], 'lane': []}
    for now in range(0, 30 * SECOND, PERIOD):
        placed, _ = board.update(now, [dot('car'), dot('lane', standing=True)])
        for one in placed:
            sent[one.shape.key].append(now)
    for key, life in (('car', MOVING_LIFE), ('lane', STANDING_LIFE)):
        gaps = np.diff(sent[key])
        assert max(gaps) < life * SECOND
        assert min(gaps) >= 0.5 * life * SECOND


def test_a_number_is_the_same_while_its_thing_is_there() -> None:
    board = Board()
    numbers = set()
    for step in range(20):
        others = [dot(f'other {step} {k}') for k in range(3)]
        placed, _ = board.update(step * PERIOD, [*others, dot('mine', float(step))])
        numbers |= {one.number for one in placed if one.shape.key == 'mine'}
    assert len(numbers) == 1


def test_numbers_are_bounded_over_a_day_of_new_things() -> None:
    board = Board()
    highest = 0
    for step in range(20_000):
        placed, _ = board.update(step * PERIOD, [dot(f'{step}')])
        highest = max(highest, *(one.number for one in placed))
    assert highest < 200


def test_too_many_shapes_and_unknown_places_are_left_out() -> None:
    board = Board()
    placed, _ = board.update(0, [dot('nowhere', float('nan')), *(dot(f'{k}') for k in range(
        MOST + 7))])
    assert (len(placed), board.omitted) == (MOST, 7)


def test_a_movement_that_cannot_be_seen_is_not_sent() -> None:
    board = Board()
    board.update(0, [dot('car', 1.0)])
    assert board.update(PERIOD, [dot('car', 1.001)])[0] == []
    assert len(board.update(PERIOD, [dot('car', 1.1)])[0]) == 1
