"""Golden tables and views as Parquet or CSV files, one snapshot, a file each, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from unified_model.errors import UsageError
from unified_model.store.arrow import batches, columns_of, schema_of, snapshot
from unified_model.store.engine import Store
from unified_model.store.faults import writing_file
from unified_model.store.tables.golden import consent, customer, customer_contact_point, organization, person
from unified_model.store.view_definitions import VIEWS

if TYPE_CHECKING:
    import pyarrow as pa

Format = Literal["parquet", "csv"]

EXPORTED: dict[str, Any] = {
    **{table.name: table for table in (customer, person, organization, customer_contact_point, consent)},
    **{view.name: view for view in VIEWS if view.name not in ("raw_record", "crosswalk_history")},
}
"""What an export holds unless told otherwise; `raw_record` and `crosswalk_history` must be asked for."""

_EXPORTABLE = {**EXPORTED, **{view.name: view for view in VIEWS}}

_STARTS_FORMULA = r"^[=+\-@\t\r\n]"
_IS_NUMBER = r"^[+-][0-9 .,()/-]*$"


class ExportedFile(NamedTuple):
    """A file that an export wrote."""

    name: str
    path: Path
    rows: int


def export(
    store: Store,
    folder: Path,
    format_: Format = "parquet",
    names: Sequence[str] | None = None,
    progress: Callable[[str, int], None] | None = None,
) -> list[ExportedFile]:
    """Write tables and views into `folder` (made if missing); a file is replaced only when its successor is whole.

    CSV guards spreadsheets: text that would be taken for a formula gets a leading apostrophe; numbers and phone
    numbers stay as they are.
    """
    for name in names or ():
        if name not in _EXPORTABLE:
            raise UsageError(f"{name} can't be exported.", f"Choose from: {', '.join(_EXPORTABLE)}.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The folder {folder} can't be made: {error.strerror}.", "Choose another.") from None
    written = []
    with snapshot(store) as connection:
        for name in names or EXPORTED:
            path = folder / f"{name}.{format_}"
            columns = columns_of(_EXPORTABLE[name])
            rows = 0
            with writing_file(path) as partial, _writer(partial, format_, schema_of(columns)) as writer:
                for batch in batches(store, connection, f'select * from "{name}"', columns):
                    writer.write_batch(_guarded(batch) if format_ == "csv" else batch)
                    rows += batch.num_rows
                    if progress:
                        progress(name, rows)
            written.append(ExportedFile(name, path, rows))
    return written


def _writer(path: Path, format_: Format, schema: pa.Schema) -> Any:
    if format_ == "csv":
        from pyarrow import csv

        return csv.CSVWriter(str(path), schema)
    from pyarrow import parquet

    return parquet.ParquetWriter(str(path), schema, compression="zstd")


def _guarded(batch: pa.RecordBatch) -> pa.RecordBatch:
    """An apostrophe before text that a spreadsheet would run."""
    import pyarrow as pa
    import pyarrow.compute as pc

    arrays = []
    for array in batch.columns:
        guarded = array
        if pa.types.is_string(array.type):
            formula = pc.and_not(
                pc.match_substring_regex(array, _STARTS_FORMULA), pc.match_substring_regex(array, _IS_NUMBER)
            )
            guarded = pc.if_else(formula, pc.binary_join_element_wise("'", array, ""), array)
        arrays.append(guarded)
    return pa.RecordBatch.from_arrays(arrays, schema=batch.schema)
