/** A local AWS with Lambda, new for each test of the file that imports this. */
import { afterEach, beforeEach } from "node:test";
import { type LambdaWorld, lambdaWorld } from "./lambda-world.ts";

/** A function that answers with its event. */
export const ECHO = "export const handler = async event => event;";
export const FunctionName = "fn";

export let aws: LambdaWorld;
beforeEach(async () => {
  aws = await lambdaWorld();
});
afterEach(() => aws.world.close());
