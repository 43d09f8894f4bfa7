# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Vehicle payment (VPM): what is charged, and whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from icv_v2x.message_set.records.common import DateTime, Position
from icv_v2x.message_set.records.map_common import NodeReference
from icv_v2x.message_set.records.position_offset import PositionOffset
from icv_v2x.message_set.records.registry import enumeration, record, sent_as
from icv_v2x.message_set.records.rsi import ReferencePath


@record('RST')
@dataclass(frozen=True)
class RoadsideServiceTable:
    """Roadside service table: RST of T/CSAE 157-2020.

    Attributes:
        time: Time.
        id: Id, eight octets, big-endian.
        payment_list: Payment list, 1..16.
    """

    time: DateTime = field(metadata=sent_as('time'))
    id: int = field(metadata=sent_as('id'))
    payment_list: tuple[ApplicationParameter, ...] = field(metadata=sent_as('paymentList'))


@record('ApplicationParameter')
@dataclass(frozen=True)
class ApplicationParameter:
    """Application parameter: ApplicationParameter of T/CSAE 157-2020.

    Attributes:
        entity: Entity.
        payment: Payment, one of them.
    """

    entity: PaymentEntityID = field(metadata=sent_as('pid'))
    payment: TollPaymentInfo = field(metadata=sent_as('paymentInfo'))


@enumeration('PaymentEntityID')
class PaymentEntityID(IntEnum):
    """PaymentEntityID of VPM."""

    SYSTEM = 0
    FREEFLOW = 1
    ENCLOSED = 2
    CONGESTION = 3
    CHARGING = 4
    PARKING = 5


@record('PaymentInfoType1')
@dataclass(frozen=True)
class TollPaymentInfo:
    """Toll payment info: PaymentInfoType1 of T/CSAE 157-2020.

    Attributes:
        tolling_node_info: Tolling node info; None absent.
        toll_info: Toll info; None absent.
        service_info: Service info, octets; None absent.
    """

    tolling_node_info: TollingNodeInfo | None = field(metadata=sent_as('tollingNodeInfo'))
    toll_info: TollInfo | None = field(metadata=sent_as('tollInfo'))
    service_info: bytes | None = field(metadata=sent_as('serviceInfo'))


@record('TollingNodeInfo')
@dataclass(frozen=True)
class TollingNodeInfo:
    """Tolling node info: TollingNodeInfo of T/CSAE 157-2020.

    Attributes:
        id: Id; None absent.
        position: Position; None absent.
        tolling_node_type: Tolling node type; None absent.
        tolling_direction: Tolling direction; None absent.
    """

    id: int | None = field(metadata=sent_as('id'))
    position: Position | None = field(metadata=sent_as('pos'))
    tolling_node_type: TollingNodeType | None = field(metadata=sent_as('tollingNodeType'))
    tolling_direction: TollingDirection | None = field(metadata=sent_as('tollingDirection'))


@enumeration('TollingNodeType')
class TollingNodeType(IntEnum):
    """TollingNodeType of VPM."""

    ENTRANCE_STATION = 0
    EXIT_STATION = 1
    ENTRANCE_AND_EXIT_STATION = 2
    GANTRY = 3


@enumeration('TollingDirection')
class TollingDirection(IntEnum):
    """TollingDirection of VPM."""

    NORTH = 0
    NORTHEAST = 1
    EAST = 2
    SOUTHEAST = 3
    SOUTH = 4
    SOUTHWEST = 5
    WEST = 6
    NORTHWEST = 7


@record('TollInfo')
@dataclass(frozen=True)
class TollInfo:
    """Toll info: TollInfo of T/CSAE 157-2020.

    Attributes:
        price: Price [CNY]; NaN unavailable.
        entrance_pos: Entrance pos; None absent.
        exit_pos: Exit pos; None absent.
        toll_road: Toll road, 2..256; empty where absent.
        toll_path: Toll path; None absent.
        time_begin: Time begin; None absent.
        time_end: Time end; None absent.
    """

    price: float = field(metadata=sent_as('price'))
    entrance_pos: PositionOffset | None = field(metadata=sent_as('entrancePos'))
    exit_pos: PositionOffset | None = field(metadata=sent_as('exitPos'))
    toll_road: tuple[NodeReference, ...] = field(metadata=sent_as('tollRoad'))
    toll_path: ReferencePath | None = field(metadata=sent_as('tollPath'))
    time_begin: DateTime | None = field(metadata=sent_as('timeBegin'))
    time_end: DateTime | None = field(metadata=sent_as('timeEnd'))


@record('VSI')
@dataclass(frozen=True)
class VehicleServiceInformation:
    """Vehicle service information: VSI of T/CSAE 157-2020.

    Attributes:
        time: Time.
        obu_id: Obu id, eight octets, big-endian.
        target_id: Target id, eight octets, big-endian; None absent.
        obu_information: Obu information; None absent.
        applications: Applications, 1..16; empty where absent.
        random_number: Random number, eight octets, big-endian; None absent.
    """

    time: DateTime = field(metadata=sent_as('time'))
    obu_id: int = field(metadata=sent_as('obuId'))
    target_id: int | None = field(metadata=sent_as('targetId'))
    obu_information: ObuInfo | None = field(metadata=sent_as('obuInfo'))
    applications: tuple[VehiclePaymentParameter, ...] = field(
        metadata=sent_as('vpapplicationList'))
    random_number: int | None = field(metadata=sent_as('rndOBU'))


@record('VPApplicationParameter')
@dataclass(frozen=True)
class VehiclePaymentParameter:
    """Vehicle payment parameter: VPApplicationParameter of T/CSAE 157-2020.

    Attributes:
        entity: Entity.
        payment: Payment, one of them.
    """

    entity: PaymentEntityID = field(metadata=sent_as('pid'))
    payment: ObuPaymentInfo = field(metadata=sent_as('obuPaymentInfo'))


@record('OBUPaymentInfoType1')
@dataclass(frozen=True)
class ObuPaymentInfo:
    """Obu payment info: OBUPaymentInfoType1 of T/CSAE 157-2020.

    Attributes:
        equipment_class: Equipment class; None absent.
        card: Card; None absent.
        contract: Contract; None absent.
        vehicle_info: Vehicle info; None absent.
        passed_sites_info: Passed sites info; None absent.
    """

    equipment_class: EquipmentClass | None = field(metadata=sent_as('equipmentClass'))
    card: IcCardInfo | None = field(metadata=sent_as('gbiCCInfo'))
    contract: ContractInfo | None = field(metadata=sent_as('sysInfo'))
    vehicle_info: VehicleInfo | None = field(metadata=sent_as('vehicleInfo'))
    passed_sites_info: PassedSitesInfo | None = field(metadata=sent_as('passedSitesInfo'))


@enumeration('EquipmentClass')
class EquipmentClass(IntEnum):
    """EquipmentClass of VPM."""

    ONECHIP_OBU = 0
    ICC_OBU = 1
    CPC_OBU = 2


@record('GBICCInfo')
@dataclass(frozen=True)
class IcCardInfo:
    """Ic card info: GBICCInfo of T/CSAE 157-2020.

    Attributes:
        icc_issue_info: Icc issue info, octets.
        icc_uni_toll_info: Icc uni toll info, octets.
        icc_balance: Icc balance, octets.
    """

    icc_issue_info: bytes = field(metadata=sent_as('iccIssueInfo'))
    icc_uni_toll_info: bytes = field(metadata=sent_as('iccUniTollInfo'))
    icc_balance: bytes = field(metadata=sent_as('iccBalance'))


@record('OBUInfo')
@dataclass(frozen=True)
class ObuInfo:
    """Obu info: OBUInfo of T/CSAE 157-2020.

    Attributes:
        obu_type: Obu type.
        obu_motion_status: Obu motion status; None absent.
    """

    obu_type: ObuType = field(metadata=sent_as('obuType'))
    obu_motion_status: ObuMotionStatus | None = field(metadata=sent_as('obuMotionStatus'))


@enumeration('OBUType')
class ObuType(IntEnum):
    """OBUType of VPM."""

    OEM_OBU = 0
    AFTERMARKET_OBU = 1
    MOBILE_PHONE = 2


@record('OBUMotionStatus')
@dataclass(frozen=True)
class ObuMotionStatus:
    """Obu motion status: OBUMotionStatus of T/CSAE 157-2020.

    Attributes:
        position: Position; None absent.
        heading: Heading, clockwise from north [rad]; NaN unavailable.
        speed: Speed [m/s]; NaN unavailable.
    """

    position: Position | None = field(metadata=sent_as('pos'))
    heading: float = field(metadata=sent_as('heading'))
    speed: float = field(metadata=sent_as('speed'))


@record('SysInfo')
@dataclass(frozen=True)
class ContractInfo:
    """Contract info: SysInfo of T/CSAE 157-2020.

    Attributes:
        contract_provider: Contract provider, eight octets, big-endian.
        contract_type: Contract type.
        contract_version: Contract version.
        contract_serial_number: Contract serial number, eight octets, big-endian.
        contract_signed_date: Contract signed date.
        contract_expired_date: Contract expired date.
        reserved: Reserved, octets.
    """

    contract_provider: int = field(metadata=sent_as('contractProvider'))
    contract_type: int = field(metadata=sent_as('contractType'))
    contract_version: int = field(metadata=sent_as('contractVersion'))
    contract_serial_number: int = field(metadata=sent_as('contractSerialNumer'))
    contract_signed_date: Date = field(metadata=sent_as('contractSignedDate'))
    contract_expired_date: Date = field(metadata=sent_as('contractExpiredDate'))
    reserved: bytes = field(metadata=sent_as('reserved'))


@record('VehicleInfo')
@dataclass(frozen=True)
class VehicleInfo:
    """Vehicle info: VehicleInfo of T/CSAE 157-2020.

    Attributes:
        vehicle_licence_plate_number: Vehicle licence plate number, octets.
        vehicle_licence_plate_color: Vehicle licence plate color, octets.
        vehicle_tolling_class: Vehicle tolling class.
        vehicle_user_type: Vehicle user type.
        vehicle_dimensions: Vehicle dimensions.
        vehicle_wheels: Vehicle wheels.
        vehicle_axles: Vehicle axles.
        vehicle_wheel_bases: Dm [m].
        vehicle_weight_limits: Kg (truck) or seats (bus).
        vehicle_specific_information: Vehicle specific information, octets.
        vehicle_engine_number: Vehicle engine number, octets.
        description: Description, octets; None absent.
    """

    vehicle_licence_plate_number: bytes = field(metadata=sent_as('vehicleLicencePlateNumber'))
    vehicle_licence_plate_color: bytes = field(metadata=sent_as('vehicleLicencePlateColor'))
    vehicle_tolling_class: int = field(metadata=sent_as('vehicleTollingClass'))
    vehicle_user_type: int = field(metadata=sent_as('vehicleUserType'))
    vehicle_dimensions: VehicleDimensions = field(metadata=sent_as('vehicleDimensions'))
    vehicle_wheels: int = field(metadata=sent_as('vehicleWheels'))
    vehicle_axles: int = field(metadata=sent_as('vehicleAxles'))
    vehicle_wheel_bases: float = field(metadata=sent_as('vehicleWheelBases'))
    vehicle_weight_limits: int = field(metadata=sent_as('vehicleWeightLimits'))
    vehicle_specific_information: bytes = field(metadata=sent_as('vehicleSpecificInformation'))
    vehicle_engine_number: bytes = field(metadata=sent_as('vehicleEngineNumber'))
    description: bytes | None = field(metadata=sent_as('description'))


@record('VehicleDimensions')
@dataclass(frozen=True)
class VehicleDimensions:
    """Vehicle dimensions: VehicleDimensions of T/CSAE 157-2020.

    Attributes:
        vehicle_length: Dm [m].
        vehicle_width: Dm [m].
        vehicle_height: Dm [m].
    """

    vehicle_length: float = field(metadata=sent_as('vehicleLength'))
    vehicle_width: float = field(metadata=sent_as('vehicleWidth'))
    vehicle_height: float = field(metadata=sent_as('vehicleHeigth'))


@record('TollingPos')
@dataclass(frozen=True)
class TollingPosition:
    """Tolling position: TollingPos of T/CSAE 157-2020.

    Attributes:
        id: Id.
        position: Position; None absent.
    """

    id: int = field(metadata=sent_as('id'))
    position: Position | None = field(metadata=sent_as('pos'))


@record('PassedPos')
@dataclass(frozen=True)
class PassedPosition:
    """Passed position: PassedPos of T/CSAE 157-2020.

    Attributes:
        tolling_pos: Tolling pos.
        tolling_time: Tolling time.
        tolling_amount: Tolling amount, octets; None absent.
    """

    tolling_pos: TollingPosition = field(metadata=sent_as('tollingPos'))
    tolling_time: DateTime = field(metadata=sent_as('tollingTime'))
    tolling_amount: bytes | None = field(metadata=sent_as('tollingAmount'))


@record('PassedSitesInfo')
@dataclass(frozen=True)
class PassedSitesInfo:
    """Passed sites info: PassedSitesInfo of T/CSAE 157-2020.

    Attributes:
        entrance_info: Entrance info; None absent.
        passed_pos: Passed pos, 2..512; empty where absent.
    """

    entrance_info: PassedPosition | None = field(metadata=sent_as('entranceInfo'))
    passed_pos: tuple[PassedPosition, ...] = field(metadata=sent_as('passedPos'))


@record('Date')
@dataclass(frozen=True)
class Date:
    """Date: Date of T/CSAE 157-2020.

    Attributes:
        year: Year.
        month: Month; None unknown.
        day: Day; None unknown.
    """

    year: int = field(metadata=sent_as('year'))
    month: int | None = field(metadata=sent_as('month'))
    day: int | None = field(metadata=sent_as('day'))


@enumeration('ReturnStatus')
class ReturnStatus(IntEnum):
    """ReturnStatus of VPM."""

    NO_ERROR = 0
    ACCESS_DENIED = 1
    ARGUMENT_ERROR = 2
    COMPLEXITY_LIMITATION = 3
    PROCESSING_FAILURE = 4
    PROCESSING = 5


@enumeration('TollResult')
class TollResult(IntEnum):
    """TollResult of VPM."""

    OK = 0
    NOK = 1
    CONTACT_OPERATOR = 2


@enumeration('ChannelID')
class ChannelId(IntEnum):
    """ChannelID of VPM."""

    OBU = 0
    ESAM = 1
    ICC = 2
    HMI = 3
    BEEPER = 4
