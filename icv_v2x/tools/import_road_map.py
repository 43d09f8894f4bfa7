# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A road map as JSON becomes a bag, with an ego that drives one lane."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.frames import MapFrame, to_wgs84
from icv_v2x.inputs import SignerRole, Verification
from icv_v2x.interchange import BagError, BagWriter
from icv_v2x.interchange.broadcast import Frame, batch_of
from icv_v2x.interchange.map_plans import MAP_AID
from icv_v2x.interchange.parameter_text import parameter_path, parameter_text
from icv_v2x.message_set import encode
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.parameters.groups import MapOrigin, Parameters, Vehicle
from icv_v2x.roads import RoadModel, road_model
from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.import_trajectories import EPOCH, LATENCY, ego_inputs
from icv_v2x.tools.road_map_text import read_road_map
from icv_v2x.tools.trajectories import Trajectory
from icv_v2x.translate.csae_map import node_maps_from_map

if TYPE_CHECKING:
    from pathlib import Path

    from icv_v2x.interchange import Input

SIGNER = 0x5253_5530_0000_0000
"""Certificate digest of the road-side unit."""

_SECOND = 1_000_000_000
_STEP = 0.1
_USUAL_SPEED = 50.0 / 3.6
_LENGTH, _WIDTH = 4.8, 1.9


@dataclass(frozen=True)
class ImportedMap:
    """What an import wrote.

    Attributes:
        nodes: Number of intersections.
        lanes: Number of lanes.
        ego: Lane that the ego drives, as upstream node and lane id, empty for none.
        duration: [s]
        parameters: The parameter file.
    """

    nodes: int
    lanes: int
    ego: str
    duration: float
    parameters: Path


def write_map(
    source: Path, path: Path, *, ego: str | None = None, replace: bool = False
) -> ImportedMap:
    """Write a road map as a bag with its parameter file beside it.

    The map is heard once a second. The ego drives the middle of one lane at the speed allowed,
    up to the stop line.

    Args:
        source: A file that `read_road_map` takes; the map origin is the first node's reference.
        path: Directory to make.
        ego: Lane to drive as `UPSTREAM:LANE` (node and lane id), `none` for no ego; the longest
            lane where None.
        replace: Remove a bag of that name first.

    Raises:
        SourceError: The source cannot be read, or has no such lane.
        BagError: The bag cannot be written.
    """
    values = read_road_map(source)
    origin = _origin(values, source)
    model = _model(values, origin)
    if not len(model):
        raise SourceError(f'{source} has no lane that can be drawn')
    lane = _lane(model, ego, source)
    drive = [] if lane is None else ego_inputs(_drive(model, lane))
    end = max((time for time, _ in drive), default=EPOCH + 5 * _SECOND)
    timed: list[tuple[int, Input]] = list(drive)
    for count, now in enumerate(range(EPOCH, end + 1, _SECOND)):
        heard = [
            Frame(now + LATENCY, now, _octets(value, count), Verification.VERIFIED, SIGNER,
                  SignerRole.ROADSIDE, MAP_AID) for value in values]
        timed.append((now + LATENCY, batch_of(heard, now + LATENCY)))
    timed.sort(key=lambda item: item[0])
    parameters = parameter_path(path)
    with BagWriter(path, replace=replace, simulated=True) as bag:
        for log_time, record in timed:
            bag.write(log_time, record)
    name = '' if lane is None else _name(model, lane)
    try:
        parameters.write_text(_parameters(origin, name), encoding='utf-8')
    except OSError as error:
        raise BagError(f'cannot write {parameters}: {error.strerror}') from error
    return ImportedMap(
        len(model.nodes), len(model), name, (end - EPOCH) / _SECOND, parameters)


def _origin(values: list[dict[str, Any]], source: Path) -> tuple[float, float]:
    place = values[0]['mapFrame']['nodes'][0]['refPos']
    latitude, longitude = to_wgs84(place['lat'] / 1e7, place['long'] / 1e7, 'wgs84')
    if not (abs(float(latitude)) <= 90.0 and abs(float(longitude)) <= 180.0):
        raise SourceError(f'{source}: the first node has no reference position')
    return float(latitude), float(longitude)


def _octets(value: dict[str, Any], count: int) -> bytes:
    message = value['mapFrame']
    return encode({'mapFrame': {**message, 'msgCnt': (message['msgCnt'] + count) % 128}})


def _model(values: list[dict[str, Any]], origin: tuple[float, float]) -> RoadModel:
    parameters = Parameters(
        map_origin=MapOrigin(latitude=origin[0], longitude=origin[1]),
        vehicle=Vehicle(length=_LENGTH, width=_WIDTH, base_link_to_center=0.0))
    batch = batch_of([
        Frame(EPOCH, EPOCH, encode(value), Verification.VERIFIED, SIGNER, SignerRole.ROADSIDE)
        for value in values], EPOCH)
    maps, _ = node_maps_from_map(
        [(row, value['mapFrame']) for row, value in enumerate(values)], batch,
        MapFrame(*origin), parameters)
    newest = {(one.region, one.node): one for one in maps}
    return road_model([newest[key] for key in sorted(newest)])


def _name(model: RoadModel, lane: int) -> str:
    return f'{model.lanes.upstream_node[lane]}:{model.lanes.lane_id[lane]}'


def _lane(model: RoadModel, ego: str | None, source: Path) -> int | None:
    if ego is None:
        return int(np.argmax(model.length))
    if ego == 'none':
        return None
    names = [_name(model, lane) for lane in range(len(model))]
    if ego not in names:
        raise SourceError(
            f'{source} has no lane {ego!r}; it has {", ".join(names[:20])}, as node that the lane '
            'comes from and its number')
    return names.index(ego)


def _drive(model: RoadModel, lane: int) -> Trajectory:
    limit = float(model.speed_limit()[lane])
    speed = limit if math.isfinite(limit) and limit > 0.0 else _USUAL_SPEED
    time = np.arange(0.0, model.length[lane] / speed, _STEP)
    x, y, heading = model.place(lane, speed * time)
    same = np.zeros(len(time))
    return Trajectory(
        name=_name(model, lane), time=time, x=x, y=y, heading=np.unwrap(heading),
        speed=same + speed, acceleration=same, length=_LENGTH, width=_WIDTH,
        object_class=ObjectClass.CAR, fixed=False)


def _parameters(origin: tuple[float, float], ego: str) -> str:
    return parameter_text({
        'map_origin.latitude': origin[0],
        'map_origin.longitude': origin[1],
        'map_origin.altitude': 0.0,
        'vehicle.length': _LENGTH,
        'vehicle.width': _WIDTH,
        'vehicle.base_link_to_center': 0.0,
    }, ['Written by icv-v2x import.', f'The ego drives lane {ego}.' if ego else 'No ego.'])
