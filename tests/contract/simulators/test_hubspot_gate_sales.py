"""What follows from writes to deals and their lines in the simulated portal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.contract.simulators.hubspot_portal import NOW, Portal, served

DEAL = {"dealname": "Boiler", "pipeline": "default", "dealstage": "appointmentscheduled"}


@pytest.fixture(scope="module")
def crm() -> Iterator[Portal]:
    with served(people=20) as each:
        yield each


def patch(crm: Portal, kind: str, record: str, **properties: Any) -> requests.Response:
    return crm.call("PATCH", f"crm/v3/objects/{kind}/{record}", {"properties": properties})


def codes(answer: requests.Response) -> dict[str, str]:
    """What was wrong by property, as the errors tell it."""
    assert answer.status_code == 400, answer.text
    return {each["context"]["propertyName"][0]: each["code"] for each in answer.json()["errors"]}


def test_a_lost_deal_is_closed_and_not_won(crm: Portal) -> None:
    record = crm.create("deals", **{**DEAL, "dealstage": "closedlost"})

    held = crm.rows("deals")[record]["properties"]

    assert (held["hs_is_closed"], held["hs_is_closed_won"]) == ("true", "false")


def test_a_line_without_a_price_has_no_amount(crm: Portal) -> None:
    record = crm.create("line_items", name="Valve", quantity="2")

    assert crm.held("line_items", record, "amount") is None


def test_what_follows_from_a_deal_s_stage_and_amount_follows(crm: Portal) -> None:
    record = crm.create("deals", **DEAL, amount="1200.50", deal_currency_code="USD")
    open_ = crm.rows("deals")[record]["properties"]

    patch(crm, "deals", record, dealstage="closedwon")
    won = crm.rows("deals")[record]["properties"]

    assert (open_["hs_is_closed"], open_["hs_is_closed_won"], open_["closedate"]) == ("false", "false", None)
    assert (won["hs_is_closed"], won["hs_is_closed_won"]) == ("true", "true")
    assert won["closedate"][:10] == str(NOW.date())
    assert won["hs_amount_in_home_currency"] == "1032.43"


def test_a_stage_of_another_pipeline_needs_that_pipeline(crm: Portal) -> None:
    record = crm.create("deals", **DEAL)

    alone = patch(crm, "deals", record, dealstage="148310031")
    both = patch(crm, "deals", record, dealstage="148310031", pipeline="74310021")

    assert codes(alone) == {"dealstage": "INVALID_OPTION"}
    assert both.status_code == 200


def test_a_new_line_copies_its_product_and_its_amount_follows(crm: Portal) -> None:
    product = crm.create("products", name="Valve", price="12.50")
    line = crm.create("line_items", hs_product_id=product, quantity="4")

    first = crm.rows("line_items")[line]["properties"]
    crm.write("products", product, price="99")
    patch(crm, "line_items", line, discount="0.50")
    then = crm.rows("line_items")[line]["properties"]

    assert (first["name"], first["price"], first["amount"]) == ("Valve", "12.50", "50")
    assert (then["price"], then["amount"]) == ("12.50", "48")
