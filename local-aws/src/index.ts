/** A small, strict AWS in one process: S3, API Gateway, Lambda, DynamoDB, IAM, CloudWatch Logs and STS. */

export type { RoleKey } from "./access/authorize.ts";
export { type SignedFor, signed } from "./access/signer.ts";
export type { Answer, Around } from "./aws.ts";
export { CLEAR, type Climate } from "./climate.ts";
export { inProcessHandler } from "./in-process.ts";
export { evaluate, type PolicyRequest, type Principal } from "./policy/evaluate.ts";
export { forgetWorld } from "./save.ts";
export { type Aws, type AwsOptions, createAws, startAws } from "./server.ts";
export { AwsError, isRead, type WireRequest, type WireResponse } from "./service.ts";
export type { Part, Span, Trace } from "./trace/trace.ts";
export { Weather } from "./weather.ts";
export type { CallRecord, Decision, LogRecord, ServedRecord, Told } from "./world.ts";
