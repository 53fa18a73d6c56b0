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
import type { Answer, Question } from "./workplace.ts";

let loading: Promise<{ work: Work }> | undefined;

process.on("message", async ({ number, part, args }: Question) => {
  const answer = (rest: Omit<Answer, "number">) => process.send!({ number, ...rest });
  try {
    loading ??= import("./from-sources.ts");
    const { work } = await loading;
    answer({ value: (await (work[part] as (...args: unknown[]) => unknown)(...args)) as never });
  } catch (error) {
    const { message, stack } = error as Error; // some errors of loaders would lose both on the way
    answer({ failure: { message, stack } });
  }
});
process.on("disconnect", () => process.exit());
