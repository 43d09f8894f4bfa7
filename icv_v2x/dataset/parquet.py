# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Writes tables as Parquet, a bounded group of rows at a time, and whole or not at all."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.dataset.schema import CATEGORY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from icv_v2x.dataset.schema import Column, Table

GROUP = 32_768
"""Rows that are held before they are written."""
EXTRA = "this takes the extra `data`: pip install 'icv_v2x[data]'"


class MissingExtraError(Exception):
    """A library of the extra `data` is not installed; the text says what to do."""


def arrow() -> tuple[Any, Any]:
    """Return pyarrow and its Parquet part.

    Raises:
        MissingExtraError: They are not installed.
    """
    try:
        import pyarrow  # noqa: PLC0415 - no need of the vehicle
        import pyarrow.parquet as parquet  # noqa: PLC0415, PLR0402
    except ImportError as error:
        raise MissingExtraError(f'{EXTRA} ({error})') from error
    return pyarrow, parquet


class TableWriter:
    """Writes one table; a context manager that leaves a file only where its block succeeds."""

    def __init__(
        self, path: Path, table: Table, metadata: Mapping[str, str], *, group: int = GROUP,
    ) -> None:
        """Open the file under a passing name.

        Args:
            path: The final name; its folder exists.
            table: What is written.
            metadata: Of the file.
            group: Rows that are held before they are written.

        Raises:
            MissingExtraError: pyarrow is not installed.
            OSError: The file cannot be written.
        """
        self.rows = 0
        self._path = path
        self._partial = path.with_name(path.name + '.partial')
        self._columns = table.columns
        self._group = group
        self._held = 0
        self._chunks: dict[str, list[Any]] = {column.name: [] for column in table.columns}
        self._arrow, parquet = arrow()
        self._schema = self._arrow.schema(
            [(column.name, self._kind(column)) for column in table.columns],
            metadata=dict(metadata))
        self._writer = parquet.ParquetWriter(self._partial, self._schema, compression='zstd')

    def __enter__(self) -> TableWriter:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the file, or remove what there is of it."""
        try:
            if kind is None:
                self._flush()
            self._writer.close()
            if kind is None:
                self._partial.replace(self._path)
        finally:
            self._partial.unlink(missing_ok=True)

    def add(self, rows: int, columns: Mapping[str, Sequence[Any] | np.ndarray]) -> None:
        """Take rows.

        Args:
            rows: Their number.
            columns: Values of every column, as many as there are rows.
        """
        if not rows:
            return
        for name, chunks in self._chunks.items():
            chunks.append(columns[name])
        self.rows += rows
        self._held += rows
        if self._held >= self._group:
            self._flush()

    def _flush(self) -> None:
        if not self._held:
            return
        arrays = [self._array(column, self._chunks[column.name]) for column in self._columns]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        for chunks in self._chunks.values():
            chunks.clear()
        self._held = 0

    def _array(self, column: Column, chunks: list[Any]) -> Any:
        values: Any = (
            np.concatenate(chunks) if isinstance(chunks[0], np.ndarray)
            else list(chain.from_iterable(chunks)))
        if column.type == CATEGORY:
            return self._arrow.array(values, self._arrow.string()).dictionary_encode()
        # NaN becomes null.
        return self._arrow.array(values, self._kind(column), from_pandas=True)

    def _kind(self, column: Column) -> Any:
        if column.type == CATEGORY:
            return self._arrow.dictionary(self._arrow.int32(), self._arrow.string())
        if column.type.startswith('list<'):
            inner = column.type.removeprefix('list<').removesuffix('>')
            return self._arrow.list_(self._arrow.type_for_alias(inner))
        return self._arrow.type_for_alias(column.type)
