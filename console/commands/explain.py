"""`unsilo explain`: why a customer has a value, and why two are, or are not, one. Words first, then weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from console.options import Call, Command, json_option
from console.output import cell, print_json, print_table, visible

_FIRST = (
    "display_name", "prefix", "given_name", "middle_name", "family_name", "suffix", "name", "job_title", "department",
    "company", "email", "phone", "street", "locality", "region", "postal_code", "country", "website", "domain",
)  # fmt: skip
_ORDER = {name: place for place, name in enumerate(_FIRST)}
_RULES = {
    "most_recent": "newest",
    "most_complete": "most complete",
    "most_frequent": "most frequent",
    "best_reach": "best to reach",
    "a_person_chose": "a person's choice",
}


@click.command(
    cls=Command,
    examples="""
    unsilo explain 8c1f0e...
    unsilo explain 8c1f0e... --field email
    unsilo explain crm/0035g00001 fair/B00000017
    """,
)
@click.argument("subject", metavar="ID")
@click.argument("other", metavar="[OTHER]", required=False)
@click.option("--field", help="Only this field, with everything that lost.")
@json_option
@click.pass_obj
def explain(call: Call, subject: str, other: str | None, field: str | None, as_json: bool) -> None:
    """Why this value; why (not) the same customer.

    ID and OTHER are customer ids, or source records written as label/object/record-id or label/record-id. With one of
    them: every golden value, where it came from, by which rule, and what lost. With two: whether they are one
    customer, and the evidence for and against.
    """
    from flows.hub import open_hub
    from unified_model.use_cases.explain import explain_customer, explain_pair

    if other is not None and field is not None:
        raise click.UsageError("--field goes with one customer, not with two.")
    with open_hub(call.settings(), upgrade="never") as hub:
        if other is None:
            answer = explain_customer(hub.store, subject, field)
        else:
            answer = explain_pair(hub.store, subject, other, hub.clock)
    if as_json:
        print_json(answer)
    elif other is None:
        show_customer(answer, whole=field is None)
    else:
        show_pair(answer)


def show_customer(answer: Mapping[str, Any], *, whole: bool = True) -> None:
    """A customer field by field, for people. Its source records are numbered, so that the table stays narrow."""
    for line in answer["words"]:
        click.echo(visible(line))
    if answer["state"] != "active":
        click.echo(f"It is {answer['state']}.")
    if not whole:
        for name, field in answer["fields"].items():
            show_field(name, field)
        return
    numbers = {one["record"]: place for place, one in enumerate(answer["members"], 1)}
    print_table(
        ("", "source record", "changed", "state"),
        [(str(numbers[one["record"]]), one["record"], one["modified_at"], _state(one)) for one in answer["members"]],
    )
    fields = sorted(answer["fields"].items(), key=lambda item: (_ORDER.get(item[0], len(_ORDER)), item[0]))
    print_table(
        ("field", "value", "from", "because it is", "lost"),
        [
            (
                name,
                field["value"],
                _origin(field["record"], numbers),
                _rule(field["rule"]),
                len(field["others"]) or None,
            )
            for name, field in fields
        ],
    )
    if answer["bonds"]:
        bonds = [f"{numbers[one['a']]} and {numbers[one['b']]} {one['weight_bits']:+.1f}" for one in answer["bonds"]]
        click.echo(f"Held together by (bits): {', '.join(bonds)}.")


def show_field(name: str, field: Mapping[str, Any]) -> None:
    """One golden value: why it won, what lost, what would change that."""
    click.echo(f"\n{name}: {visible(cell(field['value']))}")
    click.echo(f"  {visible(field['words'])}")
    for other in field["others"]:
        since = f", since {other['since']:%Y-%m-%d}" if other.get("since") else ""
        click.echo(f"  not {visible(cell(other['value']))}: {visible(other['record'])}{since}")
    click.echo(f"  {visible(field['flips'])}")


def show_pair(answer: Mapping[str, Any]) -> None:
    """A pair: the verdict in words, then the weights."""
    for line in answer["words"]:
        click.echo(visible(line))
    for line in answer.get("flips", ()):
        click.echo(f"What would change that: {visible(line)}")


def _origin(record: str, numbers: Mapping[str, int]) -> str:
    """`3 hubspot`: the record's number and its source."""
    label = record.partition("/")[0]
    return f"{numbers[record]} {label}" if record in numbers else record


def _rule(name: str) -> str:
    return _RULES.get(name, "derived" if name.startswith("derived") else name.replace("_", " "))


def _state(member: Mapping[str, Any]) -> str:
    if member["deleted"]:
        return "deleted in its source; kept as evidence"
    return "known only because persons name it" if member["implied"] else ""
