# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Vehicle payment (VPM): the dialogue."""

from __future__ import annotations

from dataclasses import dataclass, field

from icv_v2x.message_set.records.common import DateTime
from icv_v2x.message_set.records.registry import record, sent_as
from icv_v2x.message_set.records.vpm_accounts import (
    ChannelId,
    PaymentEntityID,
    ReturnStatus,
    RoadsideServiceTable,
    TollingPosition,
    TollResult,
    VehicleServiceInformation,
)


@record('VehiclePaymentMessage')
@dataclass(frozen=True)
class VehiclePaymentMessage:
    """Vehicle payment message: VehiclePaymentMessage of T/CSAE 157-2020.

    Attributes:
        message_count: Counter of the sender, 0..127, one up per message.
        payment: Payment, one of them.
    """

    message_count: int = field(metadata=sent_as('msgCnt'))
    payment: (
        RoadsideServiceTable | VehicleServiceInformation | ActionRequest | ActionResponse
    ) = field(metadata=sent_as('payment'))


@record('Action-Request')
@dataclass(frozen=True)
class ActionRequest:
    """Action request: Action-Request of T/CSAE 157-2020.

    Attributes:
        time: Time.
        mode: Mode.
        source_id: Source id, eight octets, big-endian.
        target_id: Target id, eight octets, big-endian; None absent.
        payment_entity_id: Payment entity id.
        action_parameter: Action parameter, one of them.
        access_credentials: Access credentials, eight octets, big-endian; None absent.
    """

    time: DateTime = field(metadata=sent_as('time'))
    mode: bool = field(metadata=sent_as('mode'))
    source_id: int = field(metadata=sent_as('sourceId'))
    target_id: int | None = field(metadata=sent_as('targetId'))
    payment_entity_id: PaymentEntityID = field(metadata=sent_as('paymentEntityId'))
    action_parameter: (
        GetTollDataRequest | GetTollDataResponse | GetSecureRequest | GetSecureResponse |
        SetTollDataRequest | SetTollDataResponse | ChannelRequest | ChannelResponse |
        SetDisplayRequest
    ) = field(metadata=sent_as('actionParameter'))
    access_credentials: int | None = field(metadata=sent_as('accessCredentials'))


@record('Action-Response')
@dataclass(frozen=True)
class ActionResponse:
    """Action response: Action-Response of T/CSAE 157-2020.

    Attributes:
        time: Time.
        source_id: Source id, eight octets, big-endian.
        target_id: Target id, eight octets, big-endian; None absent.
        payment_entity_id: Payment entity id.
        response_parameter: Response parameter, one of them; None absent.
        result: Result.
    """

    time: DateTime = field(metadata=sent_as('time'))
    source_id: int = field(metadata=sent_as('sourceId'))
    target_id: int | None = field(metadata=sent_as('targetId'))
    payment_entity_id: PaymentEntityID = field(metadata=sent_as('paymentEntityId'))
    response_parameter: (
        GetTollDataRequest | GetTollDataResponse | GetSecureRequest | GetSecureResponse |
        SetTollDataRequest | SetTollDataResponse | ChannelRequest | ChannelResponse |
        SetDisplayRequest | None
    ) = field(metadata=sent_as('responseParameter'))
    result: ReturnStatus = field(metadata=sent_as('ret'))


@record('GetTollDataRq')
@dataclass(frozen=True)
class GetTollDataRequest:
    """Get toll data request: GetTollDataRq of T/CSAE 157-2020.

    Attributes:
        vehicle_info: Vehicle info.
        toll_info: Toll info; None absent.
        access_key_id: Access key id; None absent.
    """

    vehicle_info: RangeOfFile = field(metadata=sent_as('vehicleInfo'))
    toll_info: RangeOfFile | None = field(metadata=sent_as('tollInfo'))
    access_key_id: int | None = field(metadata=sent_as('keyIdForAC'))


@record('GetTollDataRs')
@dataclass(frozen=True)
class GetTollDataResponse:
    """Get toll data response: GetTollDataRs of T/CSAE 157-2020.

    Attributes:
        vehicle_info: Vehicle info, octets.
        toll_info: Toll info, octets; None absent.
    """

    vehicle_info: bytes = field(metadata=sent_as('vehicleInfo'))
    toll_info: bytes | None = field(metadata=sent_as('tollInfo'))


@record('RangeOfFile')
@dataclass(frozen=True)
class RangeOfFile:
    """Range of file: RangeOfFile of T/CSAE 157-2020.

    Attributes:
        offset: Offset.
        length: Length.
    """

    offset: int = field(metadata=sent_as('offset'))
    length: int = field(metadata=sent_as('length'))


@record('PartOfFile')
@dataclass(frozen=True)
class PartOfFile:
    """Part of file: PartOfFile of T/CSAE 157-2020.

    Attributes:
        offset: Offset.
        length: Length.
        file_content: File content, octets.
    """

    offset: int = field(metadata=sent_as('offset'))
    length: int = field(metadata=sent_as('length'))
    file_content: bytes = field(metadata=sent_as('fileContent'))


@record('GetSecureRq')
@dataclass(frozen=True)
class GetSecureRequest:
    """Get secure request: GetSecureRq of T/CSAE 157-2020.

    Attributes:
        vehicle_info: Vehicle info.
        random_number: Random number, eight octets, big-endian.
        authentication_key_id: Authentication key id.
        encryption_key_id: Encryption key id; None absent.
    """

    vehicle_info: RangeOfFile = field(metadata=sent_as('vehicleInfo'))
    random_number: int = field(metadata=sent_as('rndRsuForAuthen'))
    authentication_key_id: int = field(metadata=sent_as('keyIdForAuthen'))
    encryption_key_id: int | None = field(metadata=sent_as('keyIdForEncrypt'))


@record('GetSecureRs')
@dataclass(frozen=True)
class GetSecureResponse:
    """Get secure response: GetSecureRs of T/CSAE 157-2020.

    Attributes:
        file: File.
        authenticator: Authenticator, eight octets, big-endian.
    """

    file: RangeOfFile = field(metadata=sent_as('file'))
    authenticator: int = field(metadata=sent_as('authenticator'))


@record('SetTollDataRq')
@dataclass(frozen=True)
class SetTollDataRequest:
    """Set toll data request: SetTollDataRq of T/CSAE 157-2020.

    Attributes:
        random_number: Random number, eight octets, big-endian; None absent.
        parameters: Parameters; None absent.
        toll_info: Toll info; None absent.
        tolling_pos: Tolling pos; None absent.
        authentication_key_id: Authentication key id; None absent.
    """

    random_number: int | None = field(metadata=sent_as('rndRSU'))
    parameters: TransactionParameters | None = field(metadata=sent_as('transPara'))
    toll_info: PartOfFile | None = field(metadata=sent_as('tollInfo'))
    tolling_pos: TollingPosition | None = field(metadata=sent_as('tollingPos'))
    authentication_key_id: int | None = field(metadata=sent_as('keyIdForAuthen'))


@record('TransPara')
@dataclass(frozen=True)
class TransactionParameters:
    """Transaction parameters: TransPara of T/CSAE 157-2020.

    Attributes:
        amount: Amount, octets.
        transaction_type: Transaction type, octets.
        terminal_id: Terminal id, octets.
        serial_number: Serial number, octets.
        time: Time, octets.
        station_id: Station id, octets.
    """

    amount: bytes = field(metadata=sent_as('transAmount'))
    transaction_type: bytes = field(metadata=sent_as('transType'))
    terminal_id: bytes = field(metadata=sent_as('terminalID'))
    serial_number: bytes = field(metadata=sent_as('transSN'))
    time: bytes = field(metadata=sent_as('transTime'))
    station_id: bytes = field(metadata=sent_as('transStationID'))


@record('SetTollDataRs')
@dataclass(frozen=True)
class SetTollDataResponse:
    """Set toll data response: SetTollDataRs of T/CSAE 157-2020.

    Attributes:
        transaction_code: Transaction code, octets; None absent.
        authenticator: Authenticator, eight octets, big-endian; None absent.
        account_info: Account info; None absent.
        trans_credential: Trans credential; None absent.
    """

    transaction_code: bytes | None = field(metadata=sent_as('tacInfo'))
    authenticator: int | None = field(metadata=sent_as('authenticator'))
    account_info: AccountInfo | None = field(metadata=sent_as('accountInfo'))
    trans_credential: TransCredential | None = field(metadata=sent_as('transCredential'))


@record('SetMMIRq')
@dataclass(frozen=True)
class SetDisplayRequest:
    """Set display request: SetMMIRq of T/CSAE 157-2020.

    Attributes:
        toll: Toll.
    """

    toll: TollResult = field(metadata=sent_as('toll'))


@record('AccountInfo')
@dataclass(frozen=True)
class AccountInfo:
    """Account info: AccountInfo of T/CSAE 157-2020.

    Attributes:
        account: Account, octets.
    """

    account: bytes = field(metadata=sent_as('account'))


@record('TransCredential')
@dataclass(frozen=True)
class TransCredential:
    """Trans credential: TransCredential of T/CSAE 157-2020.

    Attributes:
        credential: Credential, octets.
    """

    credential: bytes = field(metadata=sent_as('tc'))


@record('ChannelRq')
@dataclass(frozen=True)
class ChannelRequest:
    """Channel request: ChannelRq of T/CSAE 157-2020.

    Attributes:
        channel_id: Channel id.
        apdu: Apdu, any number.
    """

    channel_id: ChannelId = field(metadata=sent_as('channelid'))
    apdu: tuple[bytes, ...] = field(metadata=sent_as('apdu'))


@record('ChannelRs')
@dataclass(frozen=True)
class ChannelResponse:
    """Channel response: ChannelRs of T/CSAE 157-2020.

    Attributes:
        channel_id: Channel id.
        apdu: Apdu, any number.
    """

    channel_id: ChannelId = field(metadata=sent_as('channelid'))
    apdu: tuple[bytes, ...] = field(metadata=sent_as('apdu'))
