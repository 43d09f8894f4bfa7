# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Exports hold what a replay says, in the documented columns, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from icv_v2x.dataset import TABLES, DatasetRecorder, schema
from icv_v2x.dataset.document import page
from icv_v2x.interchange import BagReader
from icv_v2x.scenes import Scene, encounter, kmh, write
from icv_v2x.tools import cli
from icv_v2x.tools.bag_source import parameters_of
from icv_v2x.tools.export import export
from icv_v2x.tools.replay import replay

pandas = pytest.importorskip('pandas')
parquet = pytest.importorskip('pyarrow.parquet')

ROOT = Path(__file__).resolve().parents[2]


def scene(*, brakes: bool = True) -> Scene:
    """Returns an ego that nears a standing car, and a passing one that nobody warns of."""
    scene = Scene(7.0)
    ego = scene.ego(kmh(60))
    if brakes:
        ego.keep(until=2.0).brake(5.0)
    scene.car('standing', ahead=85.0, speed=0.0)
    scene.car('beside', ahead=-10.0, left=7.0, speed=kmh(60))
    scene.roadside_unit('unit', x=50.0, y=15.0)
    return scene


@pytest.fixture(scope='module')
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns the folder that holds a bag, the lines of its replay and its export."""
    folder = tmp_path_factory.mktemp('export')
    bag = folder / 'drive'
    write(scene(), bag)
    assert cli.main(['replay', str(bag), '--jsonl', str(folder / 'lines')]) == 0
    assert cli.main(['export', str(bag), '--parquet', str(folder / 'tables')]) == 0
    return folder


def table(exported: Path, name: str) -> Any:
    return pandas.read_parquet(exported / 'tables' / f'{name}.parquet')


def test_counts_are_those_of_the_replay(exported: Path) -> None:
    *lines, last = map(json.loads, (exported / 'lines').read_text().splitlines())
    summary = json.loads((exported / 'tables' / 'summary.json').read_text())
    rows = summary.pop('rows')
    assert summary == last['summary']
    ego, advisories = table(exported, 'ego'), table(exported, 'advisories')
    assert len(ego) == summary['cycles']
    assert {name: len(table(exported, name)) for name in rows} == rows
    assert ego['tracks'].sum() == rows['tracks']
    assert ego['advisories'].sum() == len(advisories)
    said = [(line['t'], a['id'], a['application'], a['level'], a['reason'])
            for line in lines for a in line['advisories']]
    columns = ['time', 'advisory_id', 'application', 'level', 'reason']
    found = [(round(row[0], 6), *row[1:]) for row in advisories[columns].itertuples(index=False)]
    assert found == said


@pytest.mark.parametrize('name', [table.name for table in TABLES])
def test_files_have_the_documented_columns(exported: Path, name: str) -> None:
    wanted = {table.name: table for table in TABLES}[name]
    file = parquet.read_schema(exported / 'tables' / f'{name}.parquet')
    assert file.names == [column.name for column in wanted.columns]
    for column in wanted.columns:
        kind = str(file.field(column.name).type).replace('double', 'float64')
        kind = kind.replace('element: ', '').replace('item: ', '')
        if column.type == schema.CATEGORY:
            assert kind.startswith('dictionary<values=string')
        else:
            assert kind == column.type, column.name
    assert file.metadata[b'icv_v2x.tables'] == str(schema.VERSION).encode()
    assert file.metadata[b'icv_v2x.source'] == b'drive'


def test_the_page_is_that_of_the_schema() -> None:
    assert (ROOT / 'docs' / 'data.md').read_text(encoding='utf-8') == page(), (
        'renew it: python3 -m icv_v2x.dataset.document > docs/data.md')
    for one in TABLES:
        for column in one.columns:
            assert len(column.description) > 3, (one.name, column.name)


def test_tracks_join_with_subjects_and_what_is_not_known_is_null(exported: Path) -> None:
    tracks, outcomes = table(exported, 'tracks'), table(exported, 'outcomes')
    standing = tracks[tracks['name'] == scene().subject('standing')]
    assert set(outcomes['subject'].dropna()) <= set(tracks['name'])
    assert standing['object_class'].eq('CAR').all()
    assert standing['speed'].abs().max() < 0.1
    ego = table(exported, 'ego')
    # Before the first message from the ego there is no ego.
    assert ego['x'].isna().sum() == ego['age'].isna().sum() < 3
    assert ego['indicator'].dropna().eq('NONE').all()


def test_outcomes_tell_how_close_it_came_and_who_braked(exported: Path) -> None:
    outcomes = table(exported, 'outcomes')
    row = outcomes[outcomes['subject'] == scene().subject('standing')].iloc[0]
    true = encounter(scene(), 'standing', begin=row['begin'], until=row['begin'] + 5.0)
    assert (row['application'], row['verdict']) == ('FCW', 'hit')
    assert row['closest_distance'] == pytest.approx(true.minimum_distance, abs=0.5)
    assert row['closest_distance'] > 0.5 > row['unbraked_distance']
    assert row['ego_braking'] == pytest.approx(5.0, abs=0.7)
    assert row['begin'] + row['ego_braking_time'] == pytest.approx(2.0, abs=0.4)
    assert row['subject_braking'] < 0.3
    assert row['observed'] == pytest.approx(5.0, abs=0.06)


def test_an_unheeded_warning_ends_in_contact(tmp_path: Path) -> None:
    bag = tmp_path / 'drive'
    write(scene(brakes=False), bag)
    tables = tmp_path / 'tables'
    tables.mkdir()
    with BagReader(bag) as reader:
        export(reader, parameters_of(bag, None), tables)
    outcomes = pandas.read_parquet(tables / 'outcomes.parquet')
    row = outcomes[outcomes['subject'] == scene().subject('standing')].iloc[0]
    assert row['closest_distance'] == 0.0
    assert np.isnan(row['ego_braking_time'])


def test_rows_are_written_in_bounded_groups(tmp_path: Path) -> None:
    bag = tmp_path / 'drive'
    write(scene(), bag)
    held: list[int] = []
    with BagReader(bag) as reader, DatasetRecorder(tmp_path, {}, group=50) as recorder:
        def take(step: Any) -> None:
            recorder.add(step.cycle, step.time)
            held.append(max(writer._held for writer in recorder._tables.values()))

        replay(reader, parameters_of(bag, None), take)
    assert max(held) < 50
    file = parquet.ParquetFile(tmp_path / 'tracks.parquet')
    assert file.num_row_groups > 2
    assert file.metadata.num_rows == recorder.rows['tracks']


def test_a_broken_off_export_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), DatasetRecorder(tmp_path, {}):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_an_export_is_not_replaced_unasked(
    exported: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    words = ['export', str(exported / 'drive'), '--parquet', str(exported / 'tables')]
    assert cli.main(words) == 2
    assert '--force replaces them' in capsys.readouterr().err
