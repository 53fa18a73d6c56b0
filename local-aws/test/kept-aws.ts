/** A process of its own with a local AWS in the directory that it is given; tells its parent how to reach it. */
import { startAws } from "../src/index.ts";

const { endpoint, environment } = await startAws({ directory: process.argv[2]! });
process.send!({ endpoint, environment });
