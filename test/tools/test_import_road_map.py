# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Importing road maps: the value convention, the looser dialect, and files that are no map."""

from __future__ import annotations

import copy
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from strategies.recordings import RECORDINGS
from strategies.road_maps import crossing_links, map_frame

from icv_v2x.inputs import FrameBatch, Odometry, SignerRole
from icv_v2x.interchange import BagReader
from icv_v2x.interchange.map_plans import map_octets
from icv_v2x.message_set import decode, decode_frames, encode
from icv_v2x.parameters import load
from icv_v2x.tools import cli
from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.import_road_map import write_map
from icv_v2x.tools.road_map_text import read_road_map

YIZHUANG = RECORDINGS / 'yizhuang_map' / 'beijing_yizhuang_map.json'


@pytest.fixture
def value() -> dict[str, Any]:
    return decode(map_octets(crossing_links(), map_frame()))


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / 'map.json'
    path.write_text(text)
    return path


def loosened(value: Any, name: str = '') -> Any:
    """Returns a value as converters from XML write it; lists take the name of their elements."""
    if isinstance(value, dict) and set(value) == {'value', 'length'}:
        bits = f'{int(value["value"], 16):0{4 * len(value["value"])}b}'
        return bits[:value['length']]
    if isinstance(value, dict):
        return {key: loosened(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        parts = [loosened(one) for one in value]
        return {f'Of{name}': parts if len(parts) > 1 else parts[0]}
    if name == 'type':
        return {value: None}
    return str(value)


def test_the_value_convention_is_read_as_it_is(tmp_path: Path, value: dict[str, Any]) -> None:
    for text in (json.dumps(value), json.dumps(value['mapFrame']), json.dumps([value])):
        assert read_road_map(written(tmp_path, text)) == [value]
    lines = '\n'.join([json.dumps(value)] * 2)
    assert read_road_map(written(tmp_path, lines)) == [value, value]
    packed = tmp_path / 'map.json.gz'
    packed.write_bytes(gzip.compress(json.dumps(value).encode()))
    assert read_road_map(packed) == [value]


def test_the_loose_dialect_says_the_same(tmp_path: Path, value: dict[str, Any]) -> None:
    text = json.dumps(loosened(value['mapFrame']))
    assert '"laneID": "1"' in text
    assert read_road_map(written(tmp_path, text)) == [value]


@pytest.mark.skipif(not YIZHUANG.exists(), reason='the recorded map is not at hand')
def test_a_real_map_in_the_loose_dialect_is_read() -> None:
    (frame,) = read_road_map(YIZHUANG)
    assert decode(encode(frame)) == frame
    (node,) = frame['mapFrame']['nodes']
    assert [len(link['lanes']) for link in node['inLinks']] == [2, 2, 2, 2]
    phases = {
        way['phaseId'] for link in node['inLinks'] for lane in link['lanes']
        for way in lane['connectsTo']}
    assert phases == {6, 7, 8, 16, 17, 18, 26, 27, 28, 36, 37, 38}


@pytest.mark.parametrize(('change', 'text'), [
    (lambda node: node.update(colour='red'), 'colour'),
    (lambda node: node['id'].update(id='five'), 'five'),
    (lambda node: node['inLinks'][0]['lanes'][0].update(maneuvers='10'), '12 zeros and ones'),
    (lambda node: node.pop('refPos'), 'refPos'),
    (lambda node: node['inLinks'][0].update(linkWidth=70000), '70000'),
])
def test_what_is_wrong_is_named(tmp_path: Path, value, change, text: str) -> None:
    wrong = copy.deepcopy(value)
    change(wrong['mapFrame']['nodes'][0])
    with pytest.raises(SourceError, match=text):
        read_road_map(written(tmp_path, json.dumps(wrong)))


@pytest.mark.parametrize('text', ['', '[]', '7', '{', '{"a": 1}\n{', '[[[', 'null'])
def test_what_is_no_map_is_refused_in_one_line(tmp_path: Path, text: str, capsys) -> None:
    source = written(tmp_path, text)
    assert cli.main(['import', 'map', str(source), str(tmp_path / 'bag')]) == 2
    assert capsys.readouterr().err.count('\n') == 1
    assert not (tmp_path / 'bag').exists()


def test_the_bag_holds_the_map_every_second_and_an_ego_on_its_lane(
    tmp_path: Path, value: dict[str, Any],
) -> None:
    source = written(tmp_path, json.dumps(value))
    imported = write_map(source, tmp_path / 'bag', ego='22:2')
    assert (imported.nodes, imported.lanes, imported.ego) == (1, 8, '22:2')
    with BagReader(tmp_path / 'bag') as bag:
        records = list(bag)
    frames = [record for _, _, record in records if isinstance(record, FrameBatch)]
    poses = [record for _, _, record in records if isinstance(record, Odometry)]
    assert np.allclose(np.diff([batch.stamp for batch in frames]), 1e9)
    assert all((batch.signer_role == SignerRole.ROADSIDE).all() for batch in frames)
    counts = [decode_frames(batch.payload, batch.length).others[0][2]['msgCnt']
              for batch in frames]
    assert counts == list(range(counts[0], counts[0] + len(counts)))
    # From the north, with the centre line of the crossing on the left.
    assert [poses[-1].x, poses[-1].y] == pytest.approx([-5.25, 15.0], abs=1.5)
    assert poses[0].y - poses[-1].y > 180.0
    parameters = load(imported.parameters)
    assert parameters.map_origin.latitude == pytest.approx(39.795, abs=1e-3)


def test_an_ego_on_no_lane_is_refused_and_none_leaves_it_out(
    tmp_path: Path, value: dict[str, Any],
) -> None:
    source = written(tmp_path, json.dumps(value))
    with pytest.raises(SourceError, match='21:1, 21:2'):
        write_map(source, tmp_path / 'bag', ego='99:1')
    assert write_map(source, tmp_path / 'bag', ego='none').ego == ''
    with BagReader(tmp_path / 'bag') as bag:
        assert all(isinstance(record, FrameBatch) for _, _, record in bag)
