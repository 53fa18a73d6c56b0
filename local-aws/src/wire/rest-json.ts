/** AWS REST JSON (Lambda, API Gateway). */
import type { Protocol } from "../service.ts";
import type { BodyFormat } from "./bindings.ts";
import { type Faults, faultsOf } from "./faults.ts";
import { parseJson, readJson, toJson } from "./json-document.ts";
import { restProtocol } from "./rest.ts";
import type { Api } from "./shape.ts";

const FORMAT: BodyFormat = {
  read: (shape, _root, body, at, noticed) => readJson(shape, parseJson(body), at, noticed),
  write: (shape, _root, value) => JSON.stringify(toJson(shape, value)),
  contentType: "application/json",
  textType: "text/plain",
};

/** A service that speaks REST JSON. */
export const restJson = (api: Api, faults?: Partial<Faults>): Protocol =>
  restProtocol(api, {
    format: FORMAT,
    faults: { ...faultsOf("SerializationException", "ValidationException"), ...faults },
    headers: requestId => ({ "x-amzn-requestid": requestId }),
    errorDocument: ({ code, message, extra }) => ({
      headers: { "content-type": "application/json", "x-amzn-errortype": code },
      body: JSON.stringify({ message, ...extra.members }),
    }),
  });
