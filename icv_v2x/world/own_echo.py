# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Recognition of the own vehicle in what others, or the own radio unit, report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from icv_v2x.clock import age
from icv_v2x.frames import wrap_angle
from icv_v2x.parameters import ParameterError
from icv_v2x.translate.plausibility import STANDING_SPEED
from icv_v2x.world.extrapolation import move

if TYPE_CHECKING:
    from icv_v2x.translate.reports import ObjectReports
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

MESSAGES = 3
"""Messages in a row that must coincide with the ego before their sender counts as the own one."""

_ID_DIGITS = 16
# Two vehicles cannot share this much of their length and of their width at one speed and
# heading; what remains is for errors of position.
_SHARED = 0.8
# A sender known to be the own one stays so within this many times the limits.
_HOLD = 3.0
_FORGET = 5.0
_REMEMBERED = 32
_HEADING = 0.35
_SPEED = 1.5
_SPEED_SHARE = 0.1
_LEVEL = 4.0
_EXTRAPOLATED = 1.5


def parse_temporary_id(text: str) -> int | None:
    """Return the temporary id of a parameter, None where it is empty.

    Args:
        text: Up to 16 hexadecimal digits.

    Raises:
        ParameterError: It is no such number.
    """
    if not text:
        return None
    try:
        if len(text) != _ID_DIGITS:
            raise ValueError
        return int.from_bytes(bytes.fromhex(text), 'big')
    except ValueError:
        raise ParameterError(
            f'parameter vehicle.temporary_id = {text!r} is not allowed; it takes '
            f'{_ID_DIGITS} hexadecimal digits or nothing'
        ) from None


class OwnEcho:
    """Tells reports of the own vehicle: by its temporary id, else by its motion.

    A report coincides with the ego where the footprints overlap by a fifth in length and in
    width with the same heading and speed, which two vehicles cannot do. From an object not
    known yet it is taken for the own vehicle at once, and after three in a row every report of
    the sender that is not far off. A track that was somewhere else before must coincide several
    times in a row, so that a vehicle in a collision does not vanish.
    """

    def __init__(self, temporary_id: str) -> None:
        """Take the own id.

        Args:
            temporary_id: Parameter `vehicle.temporary_id`.

        Raises:
            ParameterError: The id is not one.
        """
        self._temporary_id = parse_temporary_id(temporary_id)
        # Sender and object: messages in a row, time of the last one.
        self._suspects: dict[tuple[int, int], tuple[int, int]] = {}

    def configure(self, temporary_id: str) -> None:
        """Take another own id over.

        Raises:
            ParameterError: The id is not one.
        """
        self._temporary_id = parse_temporary_id(temporary_id)

    def clear(self) -> None:
        """Forget the senders recognised by their motion."""
        self._suspects.clear()

    def by_id(self, reports: ObjectReports) -> NDArray[np.bool_]:
        """Return which reports the own unit sent, and those that name it as their object, (n,).

        What the own unit perceived and shared is no second source when it comes back.
        """
        if self._temporary_id is None:
            return np.zeros(len(reports), dtype=np.bool_)
        own = np.uint64(self._temporary_id)
        same: NDArray[np.bool_] = (reports.sender_id == own) | (reports.subject_id == own)
        return same

    def by_motion(
        self, reports: ObjectReports, ego: EgoState, tracked: NDArray[np.bool_]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which reports are the own vehicle.

        Args:
            reports: n reports.
            ego: The ego at about the same time.
            tracked: (n,) the object has been seen elsewhere.

        Returns:
            Two masks (n,): the own vehicle; and whether the report coincides with the ego,
            which for tracked objects the caller counts.
        """
        near, nearby = _coincidence(reports, ego, age(ego.stamp, reports.time))
        own = near & ~tracked
        now = ego.stamp
        for key, (count, last) in list(self._suspects.items()):
            if float(age(last, now)) > _FORGET:
                del self._suspects[key]
            elif count >= MESSAGES:
                same = (reports.sender_id == np.uint64(key[0])) & (reports.object_id == key[1])
                own |= same & nearby
        self._remember(reports, near & ~tracked, own)
        return own, near

    def recognise(self, sender_id: int, object_id: int, time: int) -> None:
        """Take an object for the own vehicle from now on.

        Args:
            sender_id: Its sender.
            object_id: Its number, -1 the sender itself.
            time: Of the last report [ns].
        """
        self._suspects[sender_id, object_id] = (MESSAGES, time)
        self._bound()

    def _remember(
        self, reports: ObjectReports, near: NDArray[np.bool_], own: NDArray[np.bool_]
    ) -> None:
        if not self._suspects and not near.any():
            return
        for row in np.flatnonzero(near | own):
            key = (int(reports.sender_id[row]), int(reports.object_id[row]))
            count, last = self._suspects.pop(key, (0, 0))
            time = int(reports.time[row])
            if near[row]:
                self._suspects[key] = (min(count + 1, MESSAGES), max(time, last))
            else:
                self._suspects[key] = (count, last)
        self._bound()

    def _bound(self) -> None:
        while len(self._suspects) > _REMEMBERED:
            del self._suspects[next(iter(self._suspects))]


def own_vehicle(tracks: Tracks, ego: EgoState | None) -> NDArray[np.bool_]:
    """Return which perceived objects are the own vehicle now, (n,).

    Observers see it like any other; one that measures it badly at first, or loses it and finds
    it again, would have the own vehicle warned of itself meanwhile.

    Args:
        tracks: Objects at one instant.
        ego: The ego at the same instant, None where unknown.
    """
    if ego is None or not (tracks.object_id >= 0).any():
        return np.zeros(len(tracks), dtype=np.bool_)
    near, _ = _coincidence(tracks, ego, np.zeros(len(tracks)))
    return near & (tracks.object_id >= 0)


def _coincidence(
    objects: ObjectReports | Tracks, ego: EgoState, elapsed: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which objects coincide with the ego, and which nearly do, (n,) each.

    Args:
        objects: n objects.
        ego: The ego.
        elapsed: (n,) from the state of the ego to that of the object [s].
    """
    lasts = np.minimum(np.maximum(elapsed, -_EXTRAPOLATED), _EXTRAPOLATED)
    there = move(
        ego.x, ego.y, ego.heading, ego.speed, ego.acceleration, ego.yaw_rate, lasts)
    east, north = objects.x - there.x, objects.y - there.y
    cosine, sine = np.cos(there.heading), np.sin(there.heading)
    along = np.abs(cosine * east + sine * north)
    across = np.abs(cosine * north - sine * east)
    length = _SHARED * (objects.length + ego.length) / 2.0
    width = _SHARED * (objects.width + ego.width) / 2.0
    standing = np.abs(objects.speed) < STANDING_SPEED
    turned = np.abs(wrap_angle(objects.heading - there.heading)) > _HEADING
    alike = (
        (np.abs(elapsed) <= _EXTRAPOLATED)
        & ~(turned & ~standing)
        & (np.abs(objects.speed - there.speed)
           <= _SPEED + _SPEED_SHARE * np.abs(there.speed))
        & ~(np.abs(objects.z - ego.z) > _LEVEL)
    )
    near = alike & (along <= length) & (across <= width)
    nearby = alike & (along <= _HOLD * length) & (across <= _HOLD * width)
    return near, nearby
