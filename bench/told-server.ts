/**
 * A local AWS with the stack deployed, kept on disk, which tells what it decides or does not, to a viewer or to nobody:
 * `told-server.ts silent|telling|watched <directory>`
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startAws, Weather } from "local-aws";
import { serveView } from "../dev/view/serve.ts";
import { deploy } from "../ensure.ts";

const [how, directory] = process.argv.slice(2);
const weather = new Weather();
const aws = await startAws({ directory, weather, ...(how === "silent" && { traces: 0 }) });
Object.assign(process.env, aws.environment);
const { apiUrl, siteUrl } = await deploy({ name: "bench", region: aws.region });
if (how === "watched") {
  const { url } = await serveView({ aws, weather, siteUrl: () => siteUrl });
  fork(fileURLToPath(new URL("viewer.ts", import.meta.url)), [`${url}events`]);
}
console.log(apiUrl);
