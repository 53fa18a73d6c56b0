/** How a deploy and a teardown begin: by saying whose account it is, before anything is changed. */
import { type Aws, identify } from "./aws.ts";
import type { Progress, Task } from "./progress.ts";

/** A resolver that nobody answers is silent for longer than a person waits. */
const SILENCE_MS = 4000;
const SILENCE = "AWS has not answered yet. Is there a network, and is AWS_REGION a region?";

/** Asks whose credentials these are, and tells. */
export async function begin(
  { tell, during }: Progress,
  aws: Aws,
  action: Task["action"],
  name: string,
): Promise<{ account: string; partition: string }> {
  const silence = setTimeout(() => tell({ kind: "note", text: SILENCE }), SILENCE_MS);
  const asked = identify(aws).finally(() => clearTimeout(silence));
  const { account, partition, caller } = await during("Asking whose credentials these are", asked);
  const { region, endpoint } = aws;
  tell({ kind: "begun", task: { action, name, account, region, caller, endpoint } });
  return { account, partition };
}
