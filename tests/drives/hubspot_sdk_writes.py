"""Writes records of its own with hubspot-sdk, by its dated paths, and prints what it was told as one line of JSON.

    python hubspot_sdk_writes.py ADDRESS

It is run by the program's own interpreter and imports nothing of ours.
"""

import json
import sys
from typing import Any

from hubspot_sdk import ConflictError, HubSpot, NotFoundError  # type: ignore[import-not-found,unused-ignore]

client = HubSpot(access_token="hub-token", base_url=sys.argv[1], max_retries=0)
contacts, companies = client.crm.objects.contacts, client.crm.objects.companies


def row(**properties: str) -> dict[str, Any]:
    return {"properties": properties, "associations": []}


def refused(kind: type[Exception], work: Any) -> str:
    """The status of a refusal, which comes as an exception of this kind."""
    try:
        work()
    except kind as problem:
        return str(problem.status_code)  # type: ignore[attr-defined,unused-ignore]
    return "none"


contact = contacts.create(**row(email="one@example.com", firstname="One")).id
contacts.update(contact, properties={"city": "Ulm", "firstname": ""})
rows = [{**row(email=f"many{number}@example.com"), "object_write_trace_id": f"t{number}"} for number in range(100)]
rows[7]["properties"]["email"] = "nobody"
many = contacts.batch.create(inputs=rows)
ids = [each.id for each in many.results]
contacts.batch.update(inputs=[{"id": each, "properties": {"city": "Bonn"}} for each in ids])
keyed = {"id": "N-1", "id_property": "customer_number"}
(made,) = companies.batch.upsert(inputs=[{**keyed, "properties": {"name": "Key Ltd"}}]).results
(again,) = companies.batch.upsert(inputs=[{**keyed, "properties": {"city": "Kiel"}}]).results
link = {"association_category": "HUBSPOT_DEFINED", "association_type_id": 279}
pair = {"from": {"id": contact}, "to": {"id": made.id}, "types": [link]}
client.crm.associations.batch.create("companies", from_object_type="contacts", inputs=[pair])
merged = contacts.merge(primary_object_id=ids[0], object_id_to_merge=ids[1]).id
contacts.batch.delete(inputs=[{"id": each} for each in ids[90:]])
contacts.gdpr_delete(object_id="many50@example.com", id_property="email")
task = {"hs_task_subject": "Call", "hs_timestamp": "2026-11-20T08:00:00Z"}
types = [{"association_category": "HUBSPOT_DEFINED", "association_type_id": 204}]
linked = client.crm.objects.tasks.create(properties=task, associations=[{"to": {"id": contact}, "types": types}])
told = {
    "contact": contact,
    "many": ids,
    "failed": [each["context"]["objectWriteTraceId"][0] for each in many.to_dict(mode="json")["errors"]],
    "upserted": [made.new, again.new, again.id == made.id],
    "company": made.id,
    "merged": merged,
    "refused": [
        int(refused(ConflictError, lambda: contacts.create(**row(email="one@example.com")))),
        int(refused(NotFoundError, lambda: contacts.get("999999999"))),
    ],
    "task": linked.id,
}
print(json.dumps(told))
