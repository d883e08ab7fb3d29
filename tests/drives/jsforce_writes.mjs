// Writes contacts of its own with jsforce in every way it has, and prints what it was told as one line of JSON.
//
//     node jsforce_writes.mjs FOLDER ADDRESS

import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, address] = process.argv.slice(2);
const jsforce = createRequire(join(folder, "index.js"))("jsforce");

const connection = new jsforce.Connection({
  instanceUrl: address,
  version: "62.0",
  oauth2: { loginUrl: address, clientId: "hub", clientSecret: "hub-secret" },
});
await connection.authorize({ grant_type: "client_credentials" });
const contacts = connection.sobject("Contact");
const one = await contacts.create({ LastName: "One", HubId__c: "js 1" });
const many = await contacts.create([...Array(450).keys()].map((number) => ({ LastName: `Many ${number}` })), {
  allowRecursive: true,
});
await contacts.update({ Id: one.id, Title: "Buyer" });
await contacts.update(many.slice(0, 300).map(({ id }) => ({ Id: id, Department: "Sales" })), { allowRecursive: true });
const upserted = await contacts.upsert({ HubId__c: "js-2", LastName: "Two" }, "HubId__c");
await contacts.upsert(
  [
    { HubId__c: "js 1", LastName: "One again" },
    { HubId__c: "js 3", LastName: "Three" },
  ],
  "HubId__c",
);
const refused = await contacts.create([{ FirstName: "Nameless" }, { LastName: "Fine" }]);
const duplicate = await contacts.create({ LastName: "Twice", HubId__c: "js 3" }).catch((problem) => problem.errorCode);
await contacts.destroy(many.slice(400).map(({ id }) => id), { allowRecursive: true });
const found = await contacts.find({ HubId__c: "js 1" }, ["Id", "LastName"]).limit(5);
const read = await contacts.retrieve(many.slice(0, 3).map(({ id }) => id));
const loaded = await connection.bulk2.loadAndWaitForResults({
  object: "Contact",
  operation: "insert",
  input: [
    { FirstName: "A", LastName: "Loaded, in bulk" },
    { FirstName: "B", LastName: "Loaded\nin lines" },
    { FirstName: "Nameless", LastName: "" },
  ],
  pollInterval: 50,
  pollTimeout: 60_000,
});
console.log(
  JSON.stringify({
    one: one.id,
    many: many.map(({ id }) => id),
    upserted: upserted.id,
    refused: refused.map(({ success, errors }) => (success ? "made" : errors[0].statusCode)),
    duplicate,
    found: found.map(({ LastName }) => LastName),
    read: read.map(({ Department }) => Department),
    loaded: loaded.successfulResults.map((row) => row.sf__Id),
    failed: loaded.failedResults.map((row) => row.sf__Error.split(":")[0]),
  }),
);
