import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deflateRawSync } from "node:zlib";
import { Zip, ZipPassThrough } from "fflate";
import { aws, ECHO } from "./functions.ts";
import { zipOf } from "./lambda-world.ts";
import { refused } from "./refused.ts";

/** A zip of zeros that declares its compressed size as its real one. */
function bombOf(size: number): Uint8Array {
  const parts: Uint8Array[] = [];
  const zip = new Zip((_error, part) => parts.push(part));
  const file = new ZipPassThrough("zeros.bin");
  file.compression = 8;
  zip.add(file);
  file.push(deflateRawSync(new Uint8Array(size), { level: 1 }), true);
  zip.end();
  return Buffer.concat(parts);
}

describe("a deployment package", () => {
  const create = (ZipFile: Uint8Array) => aws.createFunction(ECHO, { Code: { ZipFile } });

  it("that declares more than 250 MB is refused before it is inflated", async () => {
    const zip = zipOf({ "zeros.bin": "small" });
    // In the zip's directory, the size of a file is 24 bytes after the signature.
    const directory = Buffer.from(zip).lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    new DataView(zip.buffer, zip.byteOffset).setUint32(directory + 24, 1_000_000_000, true);

    const attempt = create(zip);

    await assert.rejects(attempt, refused("InvalidParameterValueException", /Unzipped size must be smaller/));
  });

  it("that inflates to more than it declares is stopped at 250 MB", async () => {
    const bomb = bombOf(2_000_000_000);
    const before = process.resourceUsage().maxRSS;

    const attempt = create(bomb);

    await assert.rejects(attempt, refused("InvalidParameterValueException", /Unzipped size must be smaller/));
    const kilobytes = process.resourceUsage().maxRSS - before;
    assert.ok(kilobytes < 1_000_000, `it took ${kilobytes} kB`);
  });

  for (const name of ["../evil.mjs", "/etc/evil", "a/../../evil", "a\\..\\evil", "C:evil"])
    it(`with a file named ${name} is refused`, async () => {
      await assert.rejects(
        create(zipOf({ [name]: "x" })),
        refused("InvalidParameterValueException", /Could not unzip/),
      );
    });

  it("that is no zip at all, or empty, is refused", async () => {
    await assert.rejects(
      create(new Uint8Array(100)),
      refused("InvalidParameterValueException", /Could not unzip/),
    );
    await assert.rejects(create(zipOf({})), refused("InvalidParameterValueException", /non-empty zip/));
  });
});
