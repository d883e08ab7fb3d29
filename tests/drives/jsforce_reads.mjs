// Reads objects of an org with jsforce and prints each record as a line of JSON: {object, way, record}.
//
//     node jsforce_reads.mjs FOLDER ADDRESS WAY     (WAY: rest, bulk2 or bulk1)

import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, address, way] = process.argv.slice(2);
const jsforce = createRequire(join(folder, "index.js"))("jsforce");

function say(object, record) {
  return new Promise((done) => process.stdout.write(JSON.stringify({ object, record }) + "\n", done));
}

async function readByRest(connection, name, fields) {
  const found = await connection.query(`SELECT ${fields.join(", ")} FROM ${name}`, {
    autoFetch: true,
    maxFetch: 1_000_000,
    scanAll: true,
  });
  for (const record of found.records) await say(name, record);
}

async function readInBulk(bulk, options, name, fields) {
  const found = await bulk.query(`SELECT ${fields.join(", ")} FROM ${name}`, options);
  for await (const record of found) await say(name, record);
}

const connection = new jsforce.Connection({
  instanceUrl: address,
  version: "62.0",
  oauth2: { loginUrl: address, clientId: "hub", clientSecret: "hub-secret" },
});
await connection.authorize({ grant_type: "client_credentials" });
connection.bulk.pollInterval = connection.bulk2.pollInterval = 50;
connection.bulk.pollTimeout = connection.bulk2.pollTimeout = 60_000;
const { sobjects } = await connection.describeGlobal();
for (const { name } of sobjects) {
  const { fields } = await connection.sobject(name).describe();
  const names = fields.filter((each) => way === "rest" || each.type !== "address").map((each) => each.name);
  if (way === "rest") await readByRest(connection, name, names);
  else if (way === "bulk2") await readInBulk(connection.bulk2, { scanAll: true, pollInterval: 50 }, name, names);
  else await readInBulk(connection.bulk, undefined, name, names);
}
