// Reads records of a portal with @hubspot/api-client and prints each as a line of JSON: {object, record}.
//
//     node hubspot_node_reads.mjs FOLDER ADDRESS WAY TYPES     (WAY: list, search, batch, bin or links)

import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, address, way, types] = process.argv.slice(2);
const { Client } = createRequire(join(folder, "index.js"))("@hubspot/api-client");
const { crm } = new Client({ accessToken: "hub-token", basePath: address });

function say(object, record) {
  return new Promise((done) => process.stdout.write(JSON.stringify({ object, record }) + "\n", done));
}

async function* listed(type, names, archived) {
  let after;
  do {
    const page = await crm.objects.basicApi.getPage(type, 100, after, names, undefined, undefined, archived);
    yield* page.results;
    after = page.paging?.next?.after;
  } while (after);
}

async function* searched(type, names) {
  let last = "0";
  for (;;) {
    const filters = [{ propertyName: "hs_object_id", operator: "GT", value: last }];
    const sorts = [{ propertyName: "hs_object_id", direction: "ASCENDING" }];
    const asked = { filterGroups: [{ filters }], sorts, properties: names, limit: 200 };
    const { results } = await crm.objects.searchApi.doSearch(type, asked);
    if (results.length === 0) return;
    yield* results;
    last = results.at(-1).id;
  }
}

async function* inBatches(type, names) {
  const ids = [];
  for await (const { id } of listed(type, [], false)) ids.push({ id });
  for (let start = 0; start < ids.length; start += 100) {
    const inputs = ids.slice(start, start + 100);
    yield* (await crm.objects.batchApi.read(type, { inputs, properties: names, propertiesWithHistory: [] })).results;
  }
}

async function* links(type) {
  const ids = [];
  for await (const { id } of listed(type, [], false)) ids.push({ id });
  for (let inputs = ids; inputs.length > 0; ) {
    const { results } = await crm.associations.v4.batchApi.getPage(type, "companies", { inputs: inputs.slice(0, 1000) });
    yield* results;
    const more = results.filter(({ paging }) => paging?.next).map(({ _from, paging }) => ({ id: _from.id, after: paging.next.after }));
    inputs = [...more, ...inputs.slice(1000)];
  }
}

for (const type of types.split(",")) {
  const { results } = await crm.properties.coreApi.getAll(type);
  const names = results.map(({ name }) => name);
  const records = { list: () => listed(type, names, false), bin: () => listed(type, names, true), search: () => searched(type, names), batch: () => inBatches(type, names), links: () => links(type) }[way]();
  for await (const record of records) await say(type, record);
}
