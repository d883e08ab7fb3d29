// Writes records of its own with @hubspot/api-client in every way it has, and prints what it was told as one line of JSON.
//
//     node hubspot_node_writes.mjs FOLDER ADDRESS

import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, address] = process.argv.slice(2);
const { Client, AssociationTypes } = createRequire(join(folder, "index.js"))("@hubspot/api-client");
const { crm } = new Client({ accessToken: "hub-token", basePath: address });

const row = (properties, more = {}) => ({ properties, associations: [], ...more });
const contact = await crm.contacts.basicApi.create(row({ email: "one@example.com", firstname: "One" }));
await crm.contacts.basicApi.update(contact.id, { properties: { city: "Ulm", firstname: "" } });
const inputs = [...Array(100).keys()].map((number) =>
  row({ email: number === 7 ? "nobody" : `many${number}@example.com` }, { objectWriteTraceId: `t${number}` }),
);
const many = await crm.contacts.batchApi.create({ inputs });
const ids = many.results.map(({ id }) => id);
await crm.contacts.batchApi.update({ inputs: ids.map((id) => ({ id, properties: { city: "Bonn" } })) });
const keyed = (properties) => ({ inputs: [{ id: "N-1", idProperty: "customer_number", properties }] });
const made = await crm.companies.batchApi.upsert(keyed({ name: "Key Ltd" }));
const again = await crm.companies.batchApi.upsert(keyed({ city: "Kiel" }));
const company = made.results[0].id;
await crm.associations.v4.basicApi.create("contacts", contact.id, "companies", company, [
  { associationCategory: "HUBSPOT_DEFINED", associationTypeId: AssociationTypes.contactToCompany },
]);
const labelled = await crm.associations.v4.schema.definitionsApi.create("contacts", "companies", {
  name: "adviser",
  label: "Adviser",
});
const merged = await crm.contacts.basicApi.merge({ primaryObjectId: ids[0], objectIdToMerge: ids[1] });
await crm.contacts.batchApi.archive({ inputs: ids.slice(90).map((id) => ({ id })) });
await crm.contacts.basicApi.purge({ objectId: "many50@example.com", idProperty: "email" });
const taken = await crm.contacts.basicApi.create(row({ email: "one@example.com" })).catch(({ code }) => code);
const unknown = await crm.contacts.basicApi.getById("999999999").catch(({ code }) => code);
const task = { properties: { hs_task_subject: "Call", hs_timestamp: "2026-11-20T08:00:00Z" } };
const specs = [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: AssociationTypes.taskToContact }];
const linked = await crm.objects.tasks.basicApi.create({ ...task, associations: [{ to: { id: contact.id }, types: specs }] });
console.log(
  JSON.stringify({
    contact: contact.id,
    many: ids,
    failed: many.errors.map(({ context }) => context.objectWriteTraceId[0]),
    upserted: [made.results[0]._new, again.results[0]._new, again.results[0].id === company],
    company,
    label: labelled.results.find(({ label }) => label === "Adviser").category,
    merged: merged.id,
    refused: [taken, unknown],
    task: linked.id,
  }),
);
