import assert from "node:assert/strict";

/** What a refusal must be like, for `assert.rejects`. */
export const refused =
  (name: string, message: RegExp = /./, status?: number) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof Error);
    assert.equal(error.name, name, error.message);
    assert.match(error.message, message);
    if (status)
      assert.equal((error as { $metadata?: { httpStatusCode: number } }).$metadata?.httpStatusCode, status);
    return true;
  };
