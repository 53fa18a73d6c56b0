/**
 * How a service of the local AWS is written: its operations as a table by name, each typed by the SDK's own command.
 *
 *     import type * as sdk from "@aws-sdk/client-iam";
 *
 *     export const roleOperations: Operations<typeof sdk> = {
 *       GetRole: { params: ["RoleName"], run: ({ RoleName }, { world }) => ({ Role: ... }) },
 *     };
 *
 * A name, parameter or member that AWS does not have does not compile. What is missing in the table is refused by
 * name, and so is a parameter that `params` does not list. Inputs have been checked against the schema when `run`
 * sees them: types are right, required members are there. Times are Dates, blobs are bytes.
 */
import type { CommandIO } from "@smithy/types";
import type { Demand } from "../access/demands.ts";
import type { Context } from "../service.ts";

/** Operations of one API: a subset of what its client has commands for. */
export type Operations<Sdk> = {
  [Name in keyof Sdk as Name extends `${infer Operation}Command` ? Operation : never]?: TypedOperation<
    Sdk[Name]
  >;
};

type TypedOperation<Command> = Command extends abstract new (
  ...input: never[]
) => CommandIO<infer I, infer O>
  ? {
      params: readonly (keyof I)[];
      run(input: Given<I>, context: Context): Answered<O> | Promise<Answered<O>>;
      demands?(input: Partial<Given<I>>, resource: string): Demand[];
    }
  : never;

/** An input or a part of it after the check: what is required is there. */
export type Given<T> = T extends Part
  ? T
  : T extends Stream
    ? Buffer
    : T extends object
      ? { [K in keyof T]: object extends Pick<T, K> ? Given<T[K]> : Given<Exclude<T[K], undefined>> }
      : T;

/** What an operation returns; nothing, if the output has nothing that must be there. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is meant
type Answered<O> = object extends Output<O> ? Output<O> | void : Output<O>;

export type Output<O> = Written<Omit<O, "$metadata">>;

type Written<T> = T extends Date
  ? T
  : T extends Uint8Array | Stream
    ? Uint8Array
    : T extends object
      ? { [K in keyof T]: Written<T[K]> }
      : T;

/** Values that have no parts for us. */
type Part = Date | Uint8Array | ((...args: never[]) => unknown);
interface Stream {
  pipe: unknown;
}
