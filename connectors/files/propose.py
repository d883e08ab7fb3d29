"""Propose how an unknown file is to be read: kind, mapping, key, date order and zone, each with its certainty.

A proposal is for a person to look at. What is unknown stays unmapped: its values are kept in the raw payload anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.files.columns import Column, judge
from connectors.files.dates import OrderGuess, guess_order
from connectors.files.fields import ColumnProposal, assign
from connectors.files.guesses import Guess, guess_key, guess_kind, guess_zone
from unified_model.entities import Kind
from unified_model.mapping.rows import FieldRow, ObjectMapping, validate
from unified_model.mapping.settings import mapping_to_settings, setting_of, to_toml

_TIME_FIELDS = ("created_at", "modified_at", "birth_date")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping to look at, and how sure each part of it is."""

    mapping: ObjectMapping
    columns: tuple[ColumnProposal, ...]
    """Every column in the file's order."""
    kind: Guess
    key: Guess
    date_order: Guess
    zone: Guess

    @property
    def unmapped(self) -> tuple[ColumnProposal, ...]:
        """Columns that stay in the raw payload only; the key's column is not among them."""
        return tuple(each for each in self.columns if each.field is None and each.column != self.key.value)


def propose(
    header: Sequence[str],
    sample_rows: Sequence[Sequence[str]],
    *,
    object_name: str = "records",
    exclude_fields: Sequence[str] = (),
) -> Proposal:
    """A proposal for a file of this header and these first rows (a thousand do). `exclude_fields` are not looked at."""
    values = {
        name: [row[place] if place < len(row) else "" for row in sample_rows]
        for place, name in enumerate(header)
        if name not in exclude_fields
    }
    columns = [judge(name, sample) for name, sample in values.items()]
    kind, key = guess_kind(columns), guess_key(columns)
    record_kind: Kind = "organization" if kind.value == "organization" else "person"
    proposals = _with_stamp(assign(columns, record_kind, key.value), columns)
    dated = [value for each in proposals if each.field in _TIME_FIELDS for value in values[each.column]]
    order, zone = guess_order(dated), guess_zone(dated)
    mapping = ObjectMapping(
        object=object_name,
        kind=record_kind,
        rows=tuple(FieldRow(each.column, each.field, each.read) for each in proposals if each.field),
        key=key.value,
        date_order=order.order,
    )
    return Proposal(validate(mapping), tuple(proposals), kind, key, _guess(order), zone)


def proposal_toml(label: str, proposal: Proposal) -> str:
    """The mapping's table for `unsilo.toml`, each line with its certainty and reason as a comment."""
    table = mapping_to_settings(proposal.mapping, [each.column for each in proposal.unmapped])
    comments = {"kind": _remark(proposal.kind.certainty, proposal.kind.reason)}
    for each in proposal.columns:
        comments[setting_of(each.column)] = _remark(each.certainty, each.reason) if each.field else each.reason
    return to_toml(f"sources.{label}.mapping", table, comments)


def _with_stamp(proposals: Sequence[ColumnProposal], columns: Sequence[Column]) -> list[ColumnProposal]:
    """Without a stamp of change, the only column of moments serves as one."""
    if any(each.field == "modified_at" for each in proposals):
        return list(proposals)
    shapes = {column.name: column.shape for column in columns}
    moments = [each for each in proposals if each.field is None and shapes[each.column].clock >= 0.8]
    if len(moments) != 1:
        return list(proposals)
    reason = "the only column of moments: taken as the time of each record"
    stamped = moments[0]._replace(field="modified_at", certainty=0.6, reason=reason)
    return [stamped if each is moments[0] else each for each in proposals]


def _guess(order: OrderGuess) -> Guess:
    return Guess(order.order, order.certainty, order.reason)


def _remark(certainty: float, reason: str) -> str:
    return f"{certainty:.0%}: {reason}"
