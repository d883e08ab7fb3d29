"""A first look at exports: which files there are, whose exports they are, and how an unknown one might be read.

Files of a folder with the same columns are parts of one object; the different objects of one vendor's export are one
source, so that its contacts find their accounts. Everything else is a source of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.drafts import Choice, Draft
from unified_model.errors import UsageError

if TYPE_CHECKING:
    from connectors.files.connector import Preview
    from connectors.files.recognise import Recognised

SAMPLE_ROWS = 1_000
ENCODING_CERTAIN = 0.95
"""Below it a person is asked: a wrong encoding spoils names for good."""
BESIDE_EXPORTS = {
    "truth": (frozenset(("file", "record_id", "person_id")), "known truth to measure against, not a source."),
    "rejects": (frozenset(("file", "line", "record_id", "reason")), "a list of broken lines, not a source."),
}
"""Files that generated exports bring along: how their names begin, the columns that prove it, what they are."""


@dataclass(frozen=True, slots=True)
class Found:
    """Drafts of sources, and what was passed over with the reason."""

    drafts: tuple[Draft, ...]
    skipped: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Look:
    """One file, looked at."""

    path: Path
    preview: Preview
    known: Recognised | None
    sheet: str = ""
    """Of a workbook with data in several sheets."""

    @property
    def rows(self) -> list[list[str]]:
        return [[row.get(name, "") for name in self.preview.columns] for row in self.preview.rows]


def look_at(paths: Sequence[Path], folder: Path, known: Iterable[str] = ()) -> Found:
    """Look at files and folders; paths in the drafts count from `folder`, labels differ from those `known`."""
    drafts: list[Draft] = []
    skipped: list[tuple[str, str]] = []
    labels = set(known)
    for path in paths:
        looks = list(_looks(path, skipped))
        for group in _grouped(looks):
            draft = _draft(path, group, folder, _free_label(_name_of(path, group), labels))
            labels.add(draft.label)
            drafts.append(draft)
    if paths and not drafts:
        raise UsageError("None of these files can be a source.", " ".join(f"{name}: {why}" for name, why in skipped))
    return Found(tuple(drafts), tuple(skipped))


def _looks(path: Path, skipped: list[tuple[str, str]]) -> Iterator[_Look]:
    """Every table of the path. In a folder a file that can't be read is passed over; one that was named must do."""
    from connectors.files.connector import open_files
    from connectors.files.recognise import recognise
    from unified_model.errors import UnsiloError

    connector = open_files("init", {"path": str(path)})
    try:
        try:
            objects = connector.objects()
        except UnsiloError as error:
            raise UsageError(error.message, error.remedy) from error
        for object, parts in objects.items():
            file = parts[0].file.path
            try:
                preview = connector.preview(object, SAMPLE_ROWS)
            except UnsiloError as error:
                if path.is_dir():
                    skipped.append((file.name, str(error)))
                    continue
                raise UsageError(error.message, error.remedy) from error
            what = _beside(file.name, preview.columns)
            if what is not None:
                skipped.append((file.name, what))
                continue
            rows = [[row.get(name, "") for name in preview.columns] for row in preview.rows]
            yield _Look(file, preview, recognise(preview.columns, rows), parts[0].sheet)
    finally:
        connector.close()


def _beside(name: str, columns: Sequence[str]) -> str | None:
    """What a file that only accompanies exports is; None: it is an export itself."""
    for begins, (telling, what) in BESIDE_EXPORTS.items():
        if name.lower().startswith(begins) and telling <= set(columns):
            return what
    return None


def _grouped(looks: Sequence[_Look]) -> Iterator[list[_Look]]:
    """Files that belong to one source."""
    by_columns: dict[tuple[Any, ...], list[_Look]] = {}
    for look in looks:
        by_columns.setdefault((look.path.suffix, look.sheet, tuple(look.preview.columns)), []).append(look)
    vendors: dict[str, list[_Look]] = {}
    for same in by_columns.values():
        known = same[0].known
        objects = {one.known.object for one in vendors.get(known.vendor, []) if one.known} if known else set()
        if known is None or len(same) > 1 or known.object in objects or same[0].sheet:
            yield same
        else:
            vendors.setdefault(known.vendor, []).append(same[0])
    yield from vendors.values()


def _name_of(path: Path, group: Sequence[_Look]) -> str:
    first = group[0]
    if len(group) == 1:
        return first.preview.object
    if first.known is not None and len({one.known.object for one in group if one.known}) > 1:
        return first.known.vendor
    return path.name if path.is_dir() else first.preview.object


def _free_label(name: str, taken: Iterable[str]) -> str:
    """A name that settings accept and no other source has."""
    plain = re.sub(r"[^a-z0-9_-]+", "_", name.lower()).strip("_-")[:50] or "source"
    label, number = plain, 1
    while label in set(taken):
        number += 1
        label = f"{plain}_{number}"
    return label


def _draft(path: Path, group: Sequence[_Look], folder: Path, label: str) -> Draft:
    first = group[0]
    whole = first.known is not None
    one_object = len({tuple(one.preview.columns) for one in group}) == 1
    single = len(group) == 1
    choices = _encoding(first.preview)
    if first.sheet:
        choices["sheet"] = Choice(first.sheet, reason="one of its sheets")
    draft = Draft(
        label,
        _from_folder(first.path if single else path, folder),
        files=() if single else tuple(one.path.name for one in group),
        object=_object(first, label) if one_object else None,
        choices=choices,
        doubtful=_doubt(choices),
    )
    return _known_draft(draft, group) if whole else _proposed_draft(draft, first)


def _object(look: _Look, label: str) -> str | None:
    """A name for the records that outlives the file's: the next export will be called something else."""
    if look.known is not None:
        return look.known.object
    return label


def _known_draft(draft: Draft, group: Sequence[_Look]) -> Draft:
    """Standard exports: nothing but their name must be said, unless times are doubtful."""
    from unified_model.mapping.rows import unmapped

    known = [one.known for one in group if one.known is not None]
    names = tuple(dict.fromkeys(f"{one.vendor}.{one.object}" for one in known))
    certainty = min(one.certainty for one in known)
    first = known[0].mapping
    choices = dict(draft.choices)
    if first.date_order != "ymd":
        choices["date_order"] = Choice(first.date_order, 0.9, "by the dates in it")
    for note in dict.fromkeys(note for one in known for note in one.notes):
        name = "zone" if "zone" in note else "date_order"
        choices[name] = Choice("UTC" if name == "zone" else first.date_order, 0.75, note.rstrip("."))
    left = [column for one in group if one.known for column in unmapped(one.known.mapping, one.preview.columns)]
    export = Choice(names[0], certainty, "recognised by its columns") if len(names) == 1 else None
    notes = () if export else (f"Recognised by their columns: {', '.join(names)}.",)
    return replace(
        draft, holds=", ".join(names), export=export, choices=choices, unmapped=tuple(dict.fromkeys(left)), notes=notes
    )


def _proposed_draft(draft: Draft, look: _Look) -> Draft:
    """An unknown file: everything proposed, with how certain it is."""
    from connectors.files.propose import proposal_toml, propose

    found = propose(look.preview.columns, look.rows, object_name=look.preview.object)
    choices = dict(draft.choices)
    choices["key"] = Choice(found.key.value, found.key.certainty, found.key.reason)
    if found.date_order.value != "ymd" or found.date_order.certainty < 1:
        choices["date_order"] = Choice(found.date_order.value, found.date_order.certainty, found.date_order.reason)
    if found.zone.certainty < 0.9:
        choices["zone"] = Choice(found.zone.value or "UTC", found.zone.certainty, found.zone.reason)
    weak = sum(1 for one in found.columns if one.field and one.certainty < 0.8)
    return replace(
        draft,
        holds=f"unknown: {found.kind.value or 'person'}s",
        choices=choices,
        mapping_text=proposal_toml(draft.label, found),
        weak_columns=weak,
    )


def _encoding(preview: Preview) -> dict[str, Choice]:
    decision = preview.encoding
    if decision is None or (decision.certainty >= 1 and decision.encoding.startswith("utf")):
        return {}
    others = {one.encoding: one.samples for one in decision.candidates}
    return {"encoding": Choice(decision.encoding, decision.certainty, decision.reason, others, ENCODING_CERTAIN)}


def _doubt(choices: dict[str, Choice]) -> str | None:
    encoding = choices.get("encoding")
    if encoding is None or not encoding.doubtful:
        return None
    return f"its encoding was guessed ({encoding.value}, {encoding.certainty:.0%} certain)"


def _from_folder(path: Path, folder: Path) -> str:
    """The path as the settings shall write it: from their own folder where it lies below, else whole."""
    whole = path.resolve()
    return whole.relative_to(folder.resolve()).as_posix() if whole.is_relative_to(folder.resolve()) else str(whole)
