/**
 * A certificate that signs itself, made anew for each run: Node can make keys and signatures, but no certificates.
 * https://datatracker.ietf.org/doc/html/rfc5280#section-4.1
 */
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

export interface Certificate {
  /** In PEM, like the certificate. */
  key: string;
  cert: string;
}

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
/** A host name among the alternative names of a subject. */
const DNS_NAME = 0x82;
/** Parts of a certificate that are told apart by a number: its version and its extensions. */
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

/** Object identifiers, encoded. */
const ECDSA_WITH_SHA256 = Buffer.from("06082a8648ce3d040302", "hex");
const COMMON_NAME = Buffer.from("0603550403", "hex");
const SUBJECT_ALTERNATIVE_NAME = Buffer.from("0603551d11", "hex");

/** An element of DER: its kind, its length, its content. */
function der(tag: number, ...content: (Uint8Array | string)[]): Buffer {
  const body = Buffer.concat(content.map(part => Buffer.from(part)));
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length = Buffer.from(body.length.toString(16).replace(/^(..)*.$/, "0$&"), "hex");
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body]);
}

const DAY = 24 * 60 * 60 * 1000;

/** "261124180000Z" */
const utcTime = (time: number) =>
  der(UTC_TIME, `${new Date(time).toISOString().replace(/\D/g, "").slice(2, 14)}Z`);

const bits = (content: Uint8Array) => der(BIT_STRING, Buffer.of(0), content);

/** Makes a certificate for host names, valid from yesterday for a month. */
export function makeCertificate(hosts: readonly string[]): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = der(SEQUENCE, ECDSA_WITH_SHA256);
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, "local-aws"))));
  const names = der(SEQUENCE, ...hosts.map(host => der(DNS_NAME, host)));
  const extension = der(SEQUENCE, SUBJECT_ALTERNATIVE_NAME, der(OCTET_STRING, names));
  const unsigned = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, Buffer.of(2))),
    der(INTEGER, Buffer.of(1), randomBytes(8)),
    algorithm,
    name,
    der(SEQUENCE, utcTime(Date.now() - DAY), utcTime(Date.now() + 30 * DAY)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(EXTENSIONS, der(SEQUENCE, extension)),
  );
  const certificate = der(SEQUENCE, unsigned, algorithm, bits(sign("sha256", unsigned, privateKey)));
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines(certificate)}\n-----END CERTIFICATE-----\n`,
  };
}

const lines = (content: Buffer) => content.toString("base64").replace(/.{64}(?=.)/g, "$&\n");
