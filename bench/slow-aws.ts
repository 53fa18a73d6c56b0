/**
 * A local AWS in a process of its own, each call of which takes so long. Tells its parent the environment that leads
 * here and then, for each answer of a deployed API, how long it took; when asked, how many calls there have been since it
 * was asked last. `slow-aws.ts <milliseconds>`
 */
import { setTimeout } from "node:timers/promises";
import { startAws } from "local-aws";

const milliseconds = Number(process.argv[2]);
const aws = await startAws({
  async weather(_call, run) {
    const response = run();
    await Promise.allSettled([response, setTimeout(milliseconds)]); // its own work is part of that time
    return response;
  },
});
process.on("disconnect", () => aws.close());
process.on("message", () => {
  // The function's own are none of the deploy's.
  process.send!({ calls: aws.calls.filter(({ by }) => by === "account").length });
  aws.calls.length = 0;
});
process.send!(aws.environment);
aws.on("served", ({ ms }) => process.send!(ms));
