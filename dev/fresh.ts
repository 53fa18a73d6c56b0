/** A process of `npm start` that is warm, and loads no source of the project's until it is asked for something. */
import "@aws-sdk/client-api-gateway";
import "@aws-sdk/client-cloudwatch-logs";
import "@aws-sdk/client-dynamodb";
import "@aws-sdk/client-iam";
import "@aws-sdk/client-lambda";
import "@aws-sdk/client-s3";
import "@aws-sdk/client-sts";
import "esbuild";
import type { Work } from "./from-sources.ts";
import type { Question, Told } from "./workplace.ts";

let loading: Promise<Work> | undefined;

const tell = (told: Told) => process.send!(told);

async function load(): Promise<Work> {
  const { Work } = await import("./from-sources.ts");
  return new Work(shown => tell({ shown }));
}

process.on("message", async ({ number, part, args }: Question) => {
  try {
    loading ??= load();
    const work = await loading;
    tell({ number, value: await Reflect.apply(work[part], work, args) });
  } catch (error) {
    const { message, stack } = error as Error; // errors of loaders would lose both on the way
    tell({ number, failure: { message, stack } });
  }
});
process.on("disconnect", () => process.exit());
process.on("SIGINT", () => {}); // a terminal sends Ctrl-C to every process of its group: npm start ends this one
