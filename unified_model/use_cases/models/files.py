"""Models as files: readable JSON that can be kept in version control, edited, and brought into another store.

A file is the model's document itself, in Splink's shape, with what the store knows of it under `unsilo_export`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from unified_model.errors import UsageError
from unified_model.identity.fit import misfit
from unified_model.identity.model import MatchModel, read_model, shipped_model
from unified_model.resolution.imagined import Progress
from unified_model.resolution.linking_all import every_pair
from unified_model.store import audit, members
from unified_model.store import models as stored
from unified_model.store.engine import Store
from unified_model.use_cases.models.active import keep_shipped
from unified_model.use_cases.models.catalogue import find_model, ready
from unified_model.use_cases.naming import labels_of, shown

Clock = Callable[[], datetime]
FORMAT = 1
ABOUT = "unsilo_export"


class Imported(NamedTuple):
    """A model that was read from a file and stored, not in use. `known`: the very same one was stored before."""

    name: str
    kind: str
    version: str
    known: bool
    doubts: list[str]
    """What a person should know of it before it is used."""


def export_model(store: Store, name: str, *, splink: bool = False, clock: Clock) -> str:
    """The text of a model's file; with `splink` the settings that Splink itself reads."""
    keep_shipped(store, clock)
    with store.read() as conn:
        found = find_model(conn, name)
    if splink:
        from unified_model.identity.splink import splink_settings

        return json.dumps(splink_settings(ready(found)), indent=2, ensure_ascii=False) + "\n"
    about = {
        "format": FORMAT, "name": found.name, "version": found.version, "origin": found.origin,
        "stored_at": found.stored_at.isoformat(), "notes": found.notes,
    }  # fmt: skip
    return json.dumps({ABOUT: about, **found.document}, indent=2, ensure_ascii=False) + "\n"


def export_pairs(store: Store, name: str, file: Path, *, clock: Clock, progress: Progress | None = None) -> int:
    """Write the store's candidate pairs with their levels as Parquet, for Splink to train on; returns how many.

    It holds record names and levels, and no values of customers.
    """
    import pyarrow.parquet

    from unified_model.identity.splink import pairs_table

    keep_shipped(store, clock)
    pairs, writer = 0, None
    with store.read() as conn:
        model = ready(find_model(conn, name))
        labels = labels_of(conn)
        for found in every_pair(conn, model.kind, model):
            keys = members.keys_by_record(conn, sorted({*found.left.tolist(), *found.right.tolist()}))
            names = {record: shown(key, labels) for record, key in keys.items()}
            sides = [[names[record] for record in side.tolist()] for side in (found.left, found.right)]
            table = pairs_table(model, found.levels, *sides, first=pairs)
            writer = writer or pyarrow.parquet.ParquetWriter(file, table.schema)
            writer.write_table(table)
            pairs += len(found.left)
            if progress:
                progress(f"compare {model.kind}s", round(found.share * 100), 100)
    if writer is None:
        raise UsageError(f"No two {model.kind} records of this store share a sign, so there is nothing to write.")
    writer.close()
    return pairs


def import_model(
    store: Store, text: str, *, actor: str, clock: Clock, name: str | None = None, splink: bool = False,
    kind: str | None = None,
) -> Imported:  # fmt: skip
    """Store a model from the text of a file, not in use. UsageError tells what in it does not fit this Unsilo.

    Splink's settings carry no thresholds of ours: the model they were exported from lends them, or, where its version
    is not told or not known here, the shipped one of `kind`.
    """
    keep_shipped(store, clock)
    document, about, doubts = _read(store, text, splink, kind)
    model = _checked(document)
    now = clock()
    with store.begin() as work:
        before = {one.version: one.name for one in stored.stored_models(work.conn)}
        called = name or about.get("name")
        if called in before.values() and name is None:
            called = None
        notes = {"from": {k: v for k, v in about.items() if k != "notes"} or None, "notes": about.get("notes")}
        if about.get("version") not in (None, model.version):
            doubts = [*doubts, f"It was edited since it was exported as {about.get('name')}."]
        kept = stored.put(
            work.conn, model.version, model.kind, model.document, now, origin=stored.IMPORTED, name=called, notes=notes
        )
        audit.append(
            work.conn, at=now, actor=actor, action="model.import", subject=kept, payload={"version": model.version}
        )
        work.commit()
    return Imported(kept, model.kind, model.version, model.version in before, doubts)


def _read(store: Store, text: str, splink: bool, kind: str | None) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """The document of a file, what is said about it, and doubts."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise UsageError(f"This is not JSON: {error}.", "Give a file that `unsilo model export` wrote.") from error
    if not isinstance(document, dict):
        raise UsageError("This is not a match model: it is not a JSON object.", "See `unsilo model export`.")
    if splink or "unsilo" not in document:
        return _from_splink(store, document, kind)
    about = document.pop(ABOUT, {})
    if about.get("format", FORMAT) > FORMAT:
        raise UsageError("A newer Unsilo wrote this file.", "Install the newer Unsilo.")
    return document, about, []


def _from_splink(
    store: Store, settings: dict[str, Any], kind: str | None
) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    from unified_model.identity.splink import doubts_about, model_from_splink, origin_of

    kind_told, version = origin_of(settings) or (kind, None)
    if kind_told not in ("person", "organization"):
        raise UsageError("Splink's settings don't say what they match.", "Add --kind person or --kind organization.")
    with store.read() as conn:
        exported = [one for one in stored.stored_models(conn) if one.version == version]
    like = ready(exported[0]) if exported else shipped_model("person" if kind_told == "person" else "organization")
    return model_from_splink(settings, like), {}, doubts_about(settings, like)


def _checked(document: dict[str, Any]) -> MatchModel:
    model = read_model(json.dumps(document))
    if fault := misfit(model, shipped_model(model.kind)):
        raise UsageError(
            f"This model does not fit. {fault}", "Start from `unsilo model export` of a model of this version."
        )
    if model.review > model.merge:
        raise UsageError(
            f"The review threshold ({model.review}) is above the merge threshold ({model.merge}).",
            "Pairs between review and merge wait for a person: review must be the lower one.",
        )
    return model
