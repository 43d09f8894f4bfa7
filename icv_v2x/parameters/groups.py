# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Every parameter of the package, group by group."""

from __future__ import annotations

from dataclasses import dataclass, field

from icv_v2x.parameters.event_groups import (
    AbnormalVehicle,
    Carriageway,
    ControlLoss,
    EmergencyBraking,
    EmergencyVehicle,
    HazardDistances,
    VulnerableRoadUser,
)
from icv_v2x.parameters.lane_groups import (
    BlindSpot,
    DoNotPass,
    LaneChangeWarning,
    LaneIntent,
    TurnAssist,
)
from icv_v2x.parameters.merge_group import Merging
from icv_v2x.parameters.parking_group import Parking
from icv_v2x.parameters.platoon_group import Platooning
from icv_v2x.parameters.prediction_groups import (
    HeadingFilter,
    Prediction,
    StopProfile,
    TurnPrediction,
)
from icv_v2x.parameters.radio_group import Radio
from icv_v2x.parameters.road_groups import Roads
from icv_v2x.parameters.roadside_groups import (
    DynamicLanes,
    HazardousLocation,
    InVehicleSignage,
    RoadEventStoreLimits,
    SpeedLimitWarning,
    TrafficJam,
)
from icv_v2x.parameters.schema import in_order, parameter
from icv_v2x.parameters.signal_groups import GreenLightSpeed, RedLight, Signals
from icv_v2x.parameters.trust_group import Trust

_DATUMS = ('wgs84', 'cgcs2000', 'gcj02')
_RULES = 'common rules of the scenario specification'


@dataclass(frozen=True)
class MapOrigin:
    """Where the origin of the map frame lies on the ellipsoid."""

    latitude: float = parameter(
        None, 'WGS-84 latitude of the map origin.',
        unit='deg', minimum=-90.0, maximum=90.0, changeable=False)
    longitude: float = parameter(
        None, 'WGS-84 longitude of the map origin.',
        unit='deg', minimum=-180.0, maximum=180.0, changeable=False)
    altitude: float = parameter(
        0.0, 'Height of the map origin above the WGS-84 ellipsoid.',
        unit='m', minimum=-500.0, maximum=9000.0, changeable=False)


@dataclass(frozen=True)
class Datum:
    """Datum of the positions that come over the air, per kind of sender."""

    vehicle: str = parameter(
        'wgs84', 'Datum of positions sent by vehicles and persons.',
        choices=_DATUMS, changeable=False)
    roadside: str = parameter(
        'wgs84', 'Datum of positions sent by road-side units.',
        choices=_DATUMS, changeable=False)
    ego: str = parameter(
        'wgs84', 'Datum of the ego position where it is given as latitude and longitude.',
        choices=_DATUMS, changeable=False)


@dataclass(frozen=True)
class Vehicle:
    """The ego vehicle."""

    length: float = parameter(
        None, 'Length of the ego, bumper to bumper.',
        unit='m', minimum=0.5, maximum=40.0, changeable=False)
    width: float = parameter(
        None, 'Width of the ego with its mirrors.',
        unit='m', minimum=0.3, maximum=5.0, changeable=False)
    height: float = parameter(
        1.6, 'Height of the ego.', unit='m', minimum=0.3, maximum=6.0, changeable=False)
    base_link_to_center: float = parameter(
        None, 'Distance from base_link to the centre of the footprint, forward positive '
        '(about half the wheelbase where base_link is the rear axle).',
        unit='m', minimum=-10.0, maximum=20.0, changeable=False)
    temporary_id: str = parameter(
        '', 'Temporary id that the own unit sends, 16 hexadecimal digits, to drop the own echo.',
        changeable=True)
    heavy: bool = parameter(
        False, 'Whether the ego brakes like a truck or bus.', changeable=False)
    kind: str = parameter(
        'car', 'What the ego is to signs and lanes.',
        choices=('car', 'bus', 'truck', 'emergency'), changeable=False)
    mass: float = parameter(
        2000.0, 'Mass of the ego as it drives.',
        unit='kg', minimum=50.0, maximum=100000.0, changeable=False)
    axle_load: float = parameter(
        1200.0, 'Greatest load of one of its axles.',
        unit='kg', minimum=10.0, maximum=30000.0, changeable=False)
    high_occupancy: bool = parameter(
        False, 'Whether so many people are on board that lanes for high occupancy are open to it.')


@dataclass(frozen=True)
class Clock:
    """Limits on the times that messages state."""

    age_maximum: float = parameter(
        1.0, 'Frames whose state is older at reception are rejected as stale.',
        unit='s', minimum=0.1, maximum=10.0, source='GB/T 45315-2025')
    future_maximum: float = parameter(
        0.2, 'Frames whose state lies further in the future are rejected.',
        unit='s', minimum=0.0, maximum=1.0, source='fault matrix, row 9')


@dataclass(frozen=True)
class Tracking:
    """The track store."""

    maximum: int = parameter(
        1024, 'Tracks kept at most; the farthest are dropped first.', minimum=16, maximum=10000,
        changeable=False)
    coast_full: float = parameter(
        0.5, 'Age up to which a track counts in full.', unit='s', minimum=0.1, maximum=3.0)
    coast_limited: float = parameter(
        1.0, 'Age beyond which a track causes no IMMINENT.', unit='s', minimum=0.1, maximum=3.0)
    drop_periods: float = parameter(
        3.0, 'A track is dropped after this many periods of its sender, but not before '
        'coast_limited.', minimum=1.0, maximum=10.0)
    drop_age: float = parameter(
        3.0, 'A track is dropped at this age at the latest.', unit='s', minimum=0.5, maximum=10.0)

    def __post_init__(self) -> None:
        """Refuse limits in the wrong order."""
        in_order('tracking', self, 'coast_full', 'coast_limited', 'drop_age')


@dataclass(frozen=True)
class Ego:
    """The ego state."""

    age_limited: float = parameter(
        0.2, 'Age of the ego pose beyond which no IMMINENT is given.',
        unit='s', minimum=0.05, maximum=2.0)
    age_maximum: float = parameter(
        0.5, 'Age of the ego pose beyond which no advisory is given at all.',
        unit='s', minimum=0.05, maximum=2.0)

    def __post_init__(self) -> None:
        """Refuse limits in the wrong order."""
        in_order('ego', self, 'age_limited', 'age_maximum')


@dataclass(frozen=True)
class Collision:
    """What the collision applications share."""

    horizon: float = parameter(
        8.0, 'How far ahead motion is predicted.', unit='s', minimum=2.0, maximum=12.0)
    emergency_deceleration: float = parameter(
        5.0, 'Deceleration that is counted on in an emergency, cars.',
        unit='m/s2', minimum=1.0, maximum=10.0, source=_RULES)
    emergency_deceleration_heavy: float = parameter(
        4.0, 'Deceleration that is counted on in an emergency, trucks and buses.',
        unit='m/s2', minimum=1.0, maximum=10.0, source=_RULES)
    warning_delay: float = parameter(
        1.7, 'WARNING while braking that starts this much later still suffices.',
        unit='s', minimum=0.0, maximum=4.0, source=_RULES)
    caution_delay: float = parameter(
        3.2, 'CAUTION likewise.', unit='s', minimum=0.0, maximum=6.0, source=_RULES)
    imminent_delay: float = parameter(
        0.3, 'IMMINENT likewise.', unit='s', minimum=0.0, maximum=2.0, source=_RULES)
    imminent_time: float = parameter(
        3.0, 'No IMMINENT with more time than this to the contact.',
        unit='s', minimum=0.5, maximum=6.0, source=_RULES)
    probability: float = parameter(
        0.5, 'Probability of an overlap that WARNING takes.', minimum=0.0, maximum=1.0,
        source=_RULES)
    exit_margin: float = parameter(
        0.85, 'A level is left when the required deceleration falls below this share of what '
        'entered it.', minimum=0.3, maximum=1.0)
    same_direction: float = parameter(
        30.0, 'Heading difference below which a subject counts as driving the same way.',
        unit='deg', minimum=5.0, maximum=60.0, source=_RULES)
    oncoming: float = parameter(
        150.0, 'Heading difference above which a moving subject counts as oncoming.',
        unit='deg', minimum=120.0, maximum=175.0, source=_RULES)
    height_difference: float = parameter(
        4.0, 'Objects this much above or below are on another level.',
        unit='m', minimum=2.0, maximum=10.0, source=_RULES)


@dataclass(frozen=True)
class ForwardCollision:
    """Forward collision warning (FCW)."""

    enabled: bool = parameter(True, 'Whether the application speaks.')
    deceleration_steady: float = parameter(
        1.5, 'WARNING needs at least this deceleration, the leader holding its speed.',
        unit='m/s2', minimum=0.0, maximum=6.0, source=_RULES)
    deceleration_braking: float = parameter(
        3.0, 'WARNING needs at least this deceleration, the leader braking to standstill.',
        unit='m/s2', minimum=0.0, maximum=8.0, source=_RULES)
    braking_least: float = parameter(
        0.5, 'Slowing down by less than this is no braking.',
        unit='m/s2', minimum=0.1, maximum=3.0, source='recorded and simulated traffic')
    braking_time: float = parameter(
        0.35, 'A leader is expected to brake to standstill once it has braked for this long, or '
        'where else it would be IMMINENT; WARNING may come 0.5 s after its rule.',
        unit='s', minimum=0.0, maximum=1.0, source=_RULES)
    oncoming_caution: float = parameter(
        6.0, 'CAUTION for oncoming traffic in the own path below this time.',
        unit='s', minimum=1.0, maximum=8.0, source=_RULES)
    oncoming_warning: float = parameter(
        4.0, 'WARNING likewise.', unit='s', minimum=1.0, maximum=8.0, source=_RULES)
    oncoming_imminent: float = parameter(
        1.7, 'IMMINENT likewise.', unit='s', minimum=0.3, maximum=4.0, source=_RULES)


@dataclass(frozen=True)
class IntersectionCollision:
    """Intersection collision warning (ICW)."""

    enabled: bool = parameter(True, 'Whether the application speaks.')
    clearance_time: float = parameter(
        1.0, 'A starting ego is warned when the other arrives within this after it is clear.',
        unit='s', minimum=0.0, maximum=4.0, source=_RULES)
    contact_time: float = parameter(
        6.0, 'No WARNING for an overlap that is farther ahead than this; motion is known for so '
        'long.', unit='s', minimum=3.0, maximum=12.0, source=_RULES)
    last_deceleration: float = parameter(
        8.0, 'IMMINENT only while this deceleration still stops the ego before the zone.',
        unit='m/s2', minimum=4.0, maximum=12.0, source=_RULES)
    yield_deceleration: float = parameter(
        3.0, 'A subject that must yield, or brakes already, is trusted to stop while it needs no '
        'more than this.', unit='m/s2', minimum=1.0, maximum=8.0, source=_RULES)
    yield_braking: float = parameter(
        1.0, 'Who slows down by more than this has begun to brake.',
        unit='m/s2', minimum=0.2, maximum=4.0, source='recorded and simulated traffic')


@dataclass(frozen=True)
class Arbitration:
    """How candidates become advisories."""

    hold: float = parameter(
        0.5, 'A level falls only after its exit condition held this long.',
        unit='s', minimum=0.0, maximum=2.0, source=_RULES)
    validity: float = parameter(
        0.3, 'An advisory of a collision application is valid this long.',
        unit='s', minimum=0.05, maximum=0.3, source='interface contract')
    maximum: int = parameter(
        64, 'Advisories published at most, the most urgent first.', minimum=1, maximum=1000)


@dataclass(frozen=True)
class Cycle:
    """The cycle of the package."""

    rate: float = parameter(
        20.0, 'Cycles per second.', unit='Hz', minimum=5.0, maximum=50.0, changeable=False)


@dataclass(frozen=True)
class Parameters:
    """All parameters of the pipeline."""

    map_origin: MapOrigin = field(kw_only=True)
    map_projection: str = parameter(
        'local_tangent_plane', 'How latitude and longitude become map coordinates.',
        choices=('local_tangent_plane', 'utm', 'transverse_mercator', 'mgrs'), changeable=False)
    vehicle: Vehicle = field(kw_only=True)
    driving_side: str = parameter(
        'right', 'Side of the road that traffic keeps to.',
        choices=('right', 'left'), changeable=False)
    shadow: bool = parameter(
        False, 'Shadow mode: everything runs, and nothing that could be acted on is published; '
        'what would have been is on v2x/shadow/ instead.', changeable=False)
    profile: str = parameter(
        '', 'Name of the vehicle profile in force, empty for none.', changeable=False)
    vehicle_class_numbering: str = parameter(
        'gbt45315', 'Numbering of BasicVehicleClass that senders use.',
        choices=('gbt45315', 'j2735'), changeable=False)
    datum: Datum = field(kw_only=True, default=Datum())
    cycle: Cycle = field(kw_only=True, default=Cycle())
    clock: Clock = field(kw_only=True, default=Clock())
    radio: Radio = field(kw_only=True, default=Radio())
    trust: Trust = field(kw_only=True, default=Trust())
    tracking: Tracking = field(kw_only=True, default=Tracking())
    ego: Ego = field(kw_only=True, default=Ego())
    collision: Collision = field(kw_only=True, default=Collision())
    prediction: Prediction = field(kw_only=True, default=Prediction())
    turning: TurnPrediction = field(kw_only=True, default=TurnPrediction())
    headings: HeadingFilter = field(kw_only=True, default=HeadingFilter())
    stop: StopProfile = field(kw_only=True, default=StopProfile())
    fcw: ForwardCollision = field(kw_only=True, default=ForwardCollision())
    icw: IntersectionCollision = field(kw_only=True, default=IntersectionCollision())
    intent: LaneIntent = field(kw_only=True, default=LaneIntent())
    bsw: BlindSpot = field(kw_only=True, default=BlindSpot())
    lcw: LaneChangeWarning = field(kw_only=True, default=LaneChangeWarning())
    dnpw: DoNotPass = field(kw_only=True, default=DoNotPass())
    lta: TurnAssist = field(kw_only=True, default=TurnAssist())
    carriageway: Carriageway = field(kw_only=True, default=Carriageway())
    hazard: HazardDistances = field(kw_only=True, default=HazardDistances())
    ebw: EmergencyBraking = field(kw_only=True, default=EmergencyBraking())
    avw: AbnormalVehicle = field(kw_only=True, default=AbnormalVehicle())
    clw: ControlLoss = field(kw_only=True, default=ControlLoss())
    vrucw: VulnerableRoadUser = field(kw_only=True, default=VulnerableRoadUser())
    evw: EmergencyVehicle = field(kw_only=True, default=EmergencyVehicle())
    signals: Signals = field(kw_only=True, default=Signals())
    glosa: GreenLightSpeed = field(kw_only=True, default=GreenLightSpeed())
    rlvw: RedLight = field(kw_only=True, default=RedLight())
    roads: Roads = field(kw_only=True, default=Roads())
    road_events: RoadEventStoreLimits = field(
        kw_only=True, default=RoadEventStoreLimits())
    hlw: HazardousLocation = field(kw_only=True, default=HazardousLocation())
    tjw: TrafficJam = field(kw_only=True, default=TrafficJam())
    ivs: InVehicleSignage = field(kw_only=True, default=InVehicleSignage())
    slw: SpeedLimitWarning = field(kw_only=True, default=SpeedLimitWarning())
    dlm: DynamicLanes = field(kw_only=True, default=DynamicLanes())
    merging: Merging = field(kw_only=True, default=Merging())
    parking: Parking = field(kw_only=True, default=Parking())
    platooning: Platooning = field(kw_only=True, default=Platooning())
    arbitration: Arbitration = field(kw_only=True, default=Arbitration())
