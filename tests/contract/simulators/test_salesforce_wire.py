"""What goes over the wire is spelled as the vendor spells it: some clients mind the case of a header's name."""

from __future__ import annotations

import http.client

from tests.contract.simulators.salesforce_org import Org


def test_names_of_headers_are_in_mixed_case(quiet_org: Org) -> None:
    token, job = quiet_org.sign_in(), {"operation": "query", "query": "SELECT Id FROM User"}
    made = quiet_org.call("POST", "jobs/query", job).json()["id"]
    while quiet_org.call("GET", f"jobs/query/{made}").json()["state"] != "JobComplete":
        pass

    wire = http.client.HTTPConnection(quiet_org.address.removeprefix("http://"), timeout=10)
    path = f"/services/data/v62.0/jobs/query/{made}/results"
    wire.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    names = {name for name, _ in wire.getresponse().getheaders()}
    wire.close()

    assert {"Content-Type", "Sforce-Locator", "Sforce-NumberOfRecords", "Sforce-Limit-Info"} <= names
