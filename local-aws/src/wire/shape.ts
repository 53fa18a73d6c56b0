/** What an API's operations, inputs and outputs are made of. https://smithy.io/2.0/spec/ explains the traits. */
import type { SchemaTraitsObject } from "@smithy/types";

export type Traits = SchemaTraitsObject;
export type TimeFormat = "date-time" | "http-date" | "epoch-seconds";

/** A value without parts: in JSON, in an element of XML, in a header or a query. */
export interface Simple {
  kind: "string" | "number" | "boolean" | "blob" | "timestamp" | "document";
  /** The format of a timestamp that has another than the protocol's. */
  format?: TimeFormat;
}

export interface List {
  kind: "list";
  item: Member;
}

export interface Dictionary {
  kind: "map";
  key: Member;
  value: Member;
}

export interface Structure {
  kind: "structure";
  /** Whether it has one of its members only. */
  union: boolean;
  name: string;
  traits: Traits;
  members: ReadonlyMap<string, Member>;
  required: readonly Member[];
}

export type Shape = Simple | List | Dictionary | Structure;

/** A member of a structure, the items of a list, the keys or values of a map. */
export interface Member {
  name: string;
  traits: Traits;
  readonly shape: Shape;
}

export interface OperationShape {
  name: string;
  /** Undefined when it takes or answers nothing at all. */
  input?: Structure;
  output?: Structure;
  /** Method, path and status, in the protocols that bind to HTTP. */
  http?: [method: string, path: string, status: number];
}

/** All operations of an API by name. */
export type Api = ReadonlyMap<string, OperationShape>;
