/** The function: its package, its cold start, and what it adds to DynamoDB's answer once it is warm. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { buildFunction } from "../bundle/function.ts";
import { type Figure, median } from "./figures.ts";
import { ENVIRONMENT, inDirectory, run } from "./processes.ts";
import { startTable, type Table } from "./table-over-https.ts";

/** A function that does nothing. */
const EMPTY = "export const handler = async () => ({ statusCode: 201 });";

/** A function that makes one HTTPS call to the table, as short as it can be written. */
const BARE = `
  import { request } from "node:https";
  export const handler = () => new Promise((resolve, reject) => {
    const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.PutItem" };
    const post = request(process.env.AWS_ENDPOINT_URL, { method: "POST", headers }, response => {
      let text = "";
      response.setEncoding("utf8").on("data", chunk => { text += chunk; });
      response.on("end", () => resolve({ statusCode: 201, body: JSON.stringify(JSON.parse(text)) }));
    });
    post.on("error", reject).end('{"TableName":"items","Item":{"id":{"S":"a"},"value":{"S":"b"}}}');
  });`;

/** What one process saw: how long until its first answer, and how long a warm answer takes. */
interface Seen {
  status: number;
  coldMs: number;
  coldCpuMs: number;
  warmMs: number;
}

const PROCESSES = 25;
const FUNCTIONS = ["empty", "bare", "ours"] as const;
type Name = (typeof FUNCTIONS)[number];

/** Measures the function in fresh processes, interleaved with an empty one and a bare one. */
export const measureFunction = (): Promise<Figure[]> =>
  inDirectory(async directory => {
    const { zip } = await buildFunction();
    const sources = { empty: EMPTY, bare: BARE, ours: unzipSync(zip)["index.mjs"]! };
    for (const name of FUNCTIONS) await writeFile(join(directory, `${name}.mjs`), sources[name]);
    const table = await startTable(directory);
    try {
      return [packageFigure(zip.length), ...figures(await seenBy(directory, table))];
    } finally {
      await table.stop();
    }
  });

async function seenBy(directory: string, { environment }: Table): Promise<Record<Name, Seen[]>> {
  const seen: Record<Name, Seen[]> = { empty: [], bare: [], ours: [] };
  for (let round = 0; round < PROCESSES; round++)
    for (const name of FUNCTIONS) seen[name].push(await runOnce(join(directory, `${name}.mjs`), environment));
  return seen;
}

async function runOnce(file: string, environment: Record<string, string>): Promise<Seen> {
  const env = { ...ENVIRONMENT, ...environment, SPAWNED_AT: `${Date.now()}` };
  const { stdout } = await run([process.execPath, "bench/invoke.mjs", file], { env });
  const seen: Seen = JSON.parse(stdout);
  if (seen.status !== 201) throw new Error(`Cannot measure ${file} because it answered ${seen.status}.`);
  return seen;
}

const packageFigure = (bytes: number): Figure => ({
  name: "function: zip",
  measured: bytes / 1000,
  unit: "kB",
  budget: { atMost: 60 },
});

function figures(seen: Record<Name, Seen[]>): Figure[] {
  const of = (name: Name, what: keyof Seen) => median(seen[name].map(each => each[what]));
  const bare = (what: keyof Seen) => ({ name: "bare, one HTTPS call", measured: of("bare", what) });
  return [
    {
      name: "function: cold, spawn to first answer",
      measured: of("ours", "coldMs"),
      unit: "ms",
      against: bare("coldMs"),
      budget: { atMost: 1.5 },
    },
    {
      name: "function: cold, processor time",
      measured: of("ours", "coldCpuMs"),
      unit: "ms",
      against: bare("coldCpuMs"),
    },
    {
      name: "function: cold, bare against empty",
      measured: of("bare", "coldMs"),
      unit: "ms",
      against: { name: "empty function", measured: of("empty", "coldMs") },
    },
    {
      name: "function: warm, one POST",
      measured: of("ours", "warmMs"),
      unit: "ms",
      against: bare("warmMs"),
    },
    {
      name: "function: warm, above the table's answer",
      measured: of("ours", "warmMs") - of("bare", "warmMs"),
      unit: "ms",
    },
  ];
}
