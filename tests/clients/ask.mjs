import { QueryEngine } from "@comunica/query-sparql";
const engine = new QueryEngine();
const { query, sources } = JSON.parse(process.argv[2]);
const rows = await (await engine.queryBindings(query, { sources })).toArray();
console.log(JSON.stringify(rows.map((row) => Object.fromEntries([...row].map(([name, term]) => [name.value, term.value])))));
