# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the pipeline takes in: plain records of the topics that it listens to."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence


class Standard(IntEnum):
    """Message standard of a batch of frames (constants of `icv_v2x_msgs/ObuFrames`)."""

    CSAE = 1
    ETSI = 2
    J2735 = 3


class Encoding(IntEnum):
    """Encoding of a batch of frames (constants of `icv_v2x_msgs/ObuFrames`)."""

    UPER = 0
    JER = 1


class Verification(IntEnum):
    """Verdict of the on-board unit on a signature (constants of `icv_v2x_msgs/ObuFrames`)."""

    NOT_CHECKED = 0
    VERIFIED = 1
    FAILED = 2
    EXPIRED = 3
    REVOKED = 4
    UNKNOWN_ISSUER = 5


class SignerRole(IntEnum):
    """Kind of certificate that signed a frame (constants of `icv_v2x_msgs/ObuFrames`)."""

    UNKNOWN = 0
    VEHICLE = 1
    EMERGENCY = 2
    ROADSIDE = 3


class Health(IntEnum):
    """What an on-board unit says of a part of it (constants of `icv_v2x_msgs/ObuStatus`)."""

    UNKNOWN = 0
    GOOD = 1
    BAD = 2


class Indicator(IntEnum):
    """Direction indicator of the ego (constants of `icv_v2x_msgs/VehicleStatus`)."""

    NONE = 0
    LEFT = 1
    RIGHT = 2
    HAZARD = 3


class Gear(IntEnum):
    """Gear of the ego (constants of `icv_v2x_msgs/VehicleStatus`)."""

    UNAVAILABLE = 0
    NEUTRAL = 1
    PARK = 2
    FORWARD = 3
    REVERSE = 4


class BatchError(ValueError):
    """A batch of frames whose arrays do not agree; all its frames are lost.

    Attributes:
        frames: How many frames the batch claimed to carry (at least 1), all of them rejected.
    """

    def __init__(self, message: str, frames: int) -> None:
        """Keep the message and the number of frames lost."""
        super().__init__(message)
        self.frames = frames


@dataclass(frozen=True)
class CertificateScope:
    """When and where the certificates of n frames hold.

    Attributes:
        begin: (n,) int64 [ns since the Unix epoch], 0 where not given.
        end: (n,) int64 [ns since the Unix epoch], 0 where not given.
        latitude: (n,) float64, centre of the region [deg] WGS-84, NaN where there is no region.
        longitude: (n,) float64 [deg] WGS-84.
        radius: (n,) float32 [m].
    """

    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    radius: NDArray[np.float32]

    @staticmethod
    def not_given(count: int) -> CertificateScope:
        """Return that of so many frames of which nothing is known."""
        none, nowhere = np.zeros(count, np.int64), np.full(count, np.nan)
        return CertificateScope(none, none, nowhere, nowhere, nowhere.astype(np.float32))

    @property
    def has_region(self) -> NDArray[np.bool_]:
        """Which certificates are bound to a region, (n,)."""
        return ~(np.isnan(self.latitude) & np.isnan(self.longitude))

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> CertificateScope:
        """Return those of some frames, by mask (n,) or indices."""
        return CertificateScope(**{name: getattr(self, name)[rows] for name in _OF_CERTIFICATE})

    def later(self, change: int) -> CertificateScope:
        """Return what holds later by so much [ns]; what is not given stays so."""
        begin, end = (
            np.where(time != 0, time + change, 0) for time in (self.begin, self.end))
        return replace(self, begin=begin, end=end)


_OF_CERTIFICATE = tuple(f.name for f in fields(CertificateScope))


@dataclass(frozen=True)
class FrameBatch:
    """Radio frames as they left the OBU driver, n of them in parallel arrays.

    Attributes:
        stamp: When the driver handed the batch over [ns since the Unix epoch].
        standard: Message standard of all frames.
        encoding: Encoding of all frames.
        reception_time: (n,) int64 [ns since the Unix epoch].
        length: (n,) uint32, octets of each frame in `payload`.
        payload: (sum of length,) uint8, the frames one after the other.
        verification: (n,) uint8, values of `Verification`.
        signer: (n,) uint64, certificate digest, 0 where none was given.
        aid: (n,) uint32, application id, 0 where not given.
        rssi: (n,) float32 [dBm], NaN where not given.
        generation_time: (n,) int64 [ns since the Unix epoch], 0 where not given.
        signer_role: (n,) uint8, values of `SignerRole`.
        scope: When and where the certificates hold, None where nothing is given of any.
    """

    stamp: int
    standard: int
    encoding: int
    reception_time: NDArray[np.int64]
    length: NDArray[np.uint32]
    payload: NDArray[np.uint8]
    verification: NDArray[np.uint8]
    signer: NDArray[np.uint64]
    aid: NDArray[np.uint32]
    rssi: NDArray[np.float32]
    generation_time: NDArray[np.int64]
    signer_role: NDArray[np.uint8]
    scope: CertificateScope | None = None

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.length)

    def octets(self, row: int) -> bytes:
        """Return one frame."""
        end = int(self.length[:row + 1].sum(dtype=np.int64))
        return self.payload[end - int(self.length[row]):end].tobytes()

    def take(self, rows: NDArray[np.bool_]) -> FrameBatch:
        """Return the frames that a mask (n,) keeps."""
        if bool(np.all(rows)):
            return self
        columns: dict[str, Any] = {name: getattr(self, name)[rows] for name in _PER_FRAME}
        return replace(
            self, payload=self.payload[np.repeat(rows, self.length)],
            scope=None if self.scope is None else self.scope.take(rows), **columns)


_PER_FRAME = tuple(
    f.name for f in fields(FrameBatch)
    if f.name not in ('stamp', 'standard', 'encoding', 'payload', 'scope')
)


def join(batches: Sequence[FrameBatch]) -> FrameBatch:
    """Return batches of one standard and encoding as one; the stamp is the newest."""
    if len(batches) == 1:
        return batches[0]
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(batch, name) for batch in batches])
        for name in (*_PER_FRAME, 'payload')
    }
    return replace(
        batches[0], stamp=max(batch.stamp for batch in batches), scope=_joined_scope(batches),
        **columns)


def _joined_scope(batches: Sequence[FrameBatch]) -> CertificateScope | None:
    if all(batch.scope is None for batch in batches):
        return None
    parts = [batch.scope or CertificateScope.not_given(len(batch)) for batch in batches]
    return CertificateScope(**{
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in _OF_CERTIFICATE})


@dataclass(frozen=True)
class ObuStatus:
    """What the on-board unit says of its own health.

    Attributes:
        stamp: [ns since the Unix epoch].
        security_module: The hardware that keeps the keys and checks signatures.
        time_synchronised: Its clock.
        certificates: Pseudonym certificates left that are valid now, -1: not known.
    """

    stamp: int
    security_module: Health
    time_synchronised: Health
    certificates: int


@dataclass(frozen=True)
class Odometry:
    """Pose and velocity of the ego's base_link.

    Attributes:
        stamp: Instant of the pose [ns since the Unix epoch].
        frame_id: Frame of the pose, `map` expected.
        x: [m] in that frame.
        y: [m] in that frame.
        z: [m] in that frame, NaN where unknown.
        yaw: [rad] counter-clockwise from east.
        velocity_x: [m/s] in base_link, forward.
        velocity_y: [m/s] in base_link, to the left.
        yaw_rate: [rad/s] counter-clockwise.
        variance_xx: [m2] position variance in the pose's frame, NaN where unknown.
        variance_xy: [m2]
        variance_yy: [m2]
        variance_yaw: [rad2]
        variance_speed: [m2/s2]
    """

    stamp: int
    frame_id: str
    x: float
    y: float
    z: float
    yaw: float
    velocity_x: float
    velocity_y: float
    yaw_rate: float
    variance_xx: float = float('nan')
    variance_xy: float = float('nan')
    variance_yy: float = float('nan')
    variance_yaw: float = float('nan')
    variance_speed: float = float('nan')


@dataclass(frozen=True)
class VehicleStatus:
    """State of the ego that odometry does not carry.

    Attributes:
        stamp: [ns since the Unix epoch].
        indicator: Direction indicator.
        gear: Gear.
        brake: True while the brake is applied, None where unavailable.
        acceleration: [m/s2] longitudinal, forward positive, NaN where unavailable.
        steering_wheel_angle: [rad] left positive, NaN where unavailable.
        lights: Bit set of the LIGHT constants of `icv_v2x_msgs/VehicleStatus`.
    """

    stamp: int
    indicator: Indicator
    gear: Gear
    brake: bool | None
    acceleration: float
    steering_wheel_angle: float
    lights: int


@dataclass(frozen=True)
class PlannedPath:
    """Poses that the planner intends to pass, each with its own instant.

    Attributes:
        stamp: [ns since the Unix epoch].
        time: (n,) int64 [ns since the Unix epoch], increasing.
        x: (n,) [m] in `map`, of base_link.
        y: (n,) [m] in `map`.
        yaw: (n,) [rad].
    """

    stamp: int
    time: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    yaw: NDArray[np.float64]


@dataclass(frozen=True)
class MergeRequest:
    """What the planning stack asks of the merge planner (`icv_v2x_msgs/MergeRequest`).

    Attributes:
        stamp: [ns since the Unix epoch].
        ego_lane_x: (n,) [m] in `map`, centre line of the lane that the ego drives on.
        ego_lane_y: (n,) [m].
        target_lane_x: (m,) [m] centre line of the lane to merge into; empty withdraws.
        target_lane_y: (m,) [m].
        begin: [m] along the ego lane, where the lane change may begin.
        end: [m] along the ego lane, where it must be complete.
        desired_speed: [m/s].
        target_lane_id: -1 where not known.
    """

    stamp: int
    ego_lane_x: NDArray[np.float64]
    ego_lane_y: NDArray[np.float64]
    target_lane_x: NDArray[np.float64]
    target_lane_y: NDArray[np.float64]
    begin: float
    end: float
    desired_speed: float
    target_lane_id: int = -1


class PlatoonWish(IntEnum):
    """What the planning stack wants of platooning (constants of `icv_v2x_msgs/PlatoonRequest`)."""

    NOTHING = 0
    LEAD = 1
    JOIN = 2


@dataclass(frozen=True)
class PlatoonRequest:
    """What the planning stack asks of platooning (`icv_v2x_msgs/PlatoonRequest`).

    Attributes:
        stamp: [ns since the Unix epoch].
        wish: NOTHING leaves or dissolves.
        platoon_id: The platoon to join, 17 octets; empty: the one ahead in the own lane.
        capacity: Most members of an own platoon, 0: as the parameters say.
        open_to_join: Whether others may join an own platoon.
        desired_speed: Not to be exceeded [m/s], NaN: as the parameters say.
    """

    stamp: int
    wish: PlatoonWish
    platoon_id: bytes = b''
    capacity: int = 0
    open_to_join: bool = True
    desired_speed: float = float('nan')
