# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The page that tells of the tables, written from their schema."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from icv_v2x.dataset.evaluation_schema import EVALUATION_TABLES
from icv_v2x.dataset.schema import TABLES, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from icv_v2x.dataset.schema import Table

_HEADING = f"""\
# Data for analysis and training

`icv-v2x export BAG --parquet DIR` replays a bag and writes a folder of Parquet files, and
`summary.json` with the counts that the replay prints and the rows of every table. It takes the
extra `data`: `pip install 'icv_v2x[data]'`. The files are written in groups of rows, so that
memory does not grow with the bag; a broken-off export leaves no file under its final name.

```python
import pandas as pd

tracks = pd.read_parquet('DIR/tracks.parquet', columns=['time', 'name', 'x', 'y', 'speed'])
outcomes = pd.read_parquet('DIR/outcomes.parquet')
print(outcomes.groupby(['application', 'level'], observed=True)['ego_braking'].describe())
```

Units are SI, angles in radians, positions in the map frame (x east, y north of the map origin);
what is not available is null, NaN in the words below. Tables join by `stamp`, advisories and
outcomes by `advisory_id`, subjects and tracks by `name`. All of it is what the own vehicle knew,
not ground truth: a subject of an outcome is where its messages say that it was. Version {VERSION}
of the tables stands in the metadata of each file under `icv_v2x.tables`, with the source under
`icv_v2x.source` and the version of the package under `icv_v2x.version`.

This page is written from the code, with `python3 -m icv_v2x.dataset.document`.
"""


_EVALUATION = """\
# Many bags

`icv-v2x evaluate BAG... --out DIR` replays bags side by side on Dask, in local processes or, with
`--scheduler ADDRESS`, on a cluster that sees the same files, and writes `index.html`, the tables
below and `bags/`, one result of each bag. A bag whose result is there is not replayed again unless
the bag, the parameters or the version of the package changed: an evaluation that was killed goes
on where it was, and bags can be added. A bag that cannot be read is named in the page and does not
stop the others. Durations are those of the machine and its load at the time.
"""


def page() -> str:
    """Return `docs/data.md`: every table and column."""
    return '\n'.join([
        _HEADING, *(line for table in TABLES for line in _section(table)),
        _EVALUATION, *(line for table in EVALUATION_TABLES for line in _section(table)),
    ])


def _section(table: Table) -> Iterator[str]:
    yield f'## {table.name}.parquet\n'
    yield f'A row is {table.row}.\n'
    yield '| column | type | meaning |'
    yield '|-|-|-|'
    for column in table.columns:
        yield f'| `{column.name}` | {column.type} | {column.description} |'
    yield ''


if __name__ == '__main__':
    sys.stdout.write(page())
