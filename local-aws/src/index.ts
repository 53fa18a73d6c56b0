/** A small, strict AWS in one process: S3, API Gateway, Lambda, DynamoDB, IAM, CloudWatch Logs and STS. */

export { issueRoleKey, type RoleKey } from "./access/authorize.ts";
export { type SignedFor, signed } from "./access/signer.ts";
export { apisIn } from "./apigateway/state.ts";
export { type Answer, type Around, ConnectionCut } from "./aws.ts";
export { listen } from "./http.ts";
export { inProcessHandler } from "./in-process.ts";
export { configureLambda } from "./lambda/runtime.ts";
export { evaluate, type PolicyRequest, type Principal } from "./policy/evaluate.ts";
export { s3State } from "./s3/state.ts";
export { forgetWorld } from "./save.ts";
export { type Aws, type AwsOptions, createAws, startAws } from "./server.ts";
export { AwsError, isRead, type WireRequest } from "./service.ts";
export { CLEAR, type Climate, climateFrom, randomFrom, Weather } from "./weather.ts";
