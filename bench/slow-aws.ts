/**
 * A local AWS in a process of its own, each call of which takes so long. Tells its parent the environment that leads
 * here and then, for each answer of a deployed API, how long it took; when asked, how many calls there have been since it
 * was asked last. `slow-aws.ts <milliseconds>`
 */
import { setTimeout } from "node:timers/promises";
import { startAws } from "local-aws";

const milliseconds = Number(process.argv[2]);
let calls = 0;
const aws = await startAws({
  async weather(_call, run) {
    calls++;
    await setTimeout(milliseconds);
    return run();
  },
});
process.on("disconnect", () => aws.close());
process.on("message", () => {
  process.send!({ calls });
  calls = 0;
});
process.send!(aws.environment);
aws.on("served", ({ ms }) => process.send!(ms));
