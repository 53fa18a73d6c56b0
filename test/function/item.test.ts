import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, FIELD_NAMES, FIELDS, problemWith } from "../../item.ts";

/** Characters of one, two, three and four bytes in UTF-8. */
const CHARACTERS = ["a", "é", "€", "😀"];

for (const field of FIELD_NAMES) {
  test(`a missing ${field} is named as missing`, () => {
    for (const missing of [undefined, null, ""]) {
      const problem = problemWith(field, missing);
      assert.equal(problem?.field, field);
      assert.match(problem.message, /is missing/);
    }
  });

  for (const character of CHARACTERS)
    test(`${character} counts ${bytesOf(character)} bytes towards the limit of the ${field}`, () => {
      const limit = FIELDS[field].maxBytes;
      const text = character.repeat(limit / bytesOf(character));
      const full = text + "a".repeat(limit - bytesOf(text));
      const fits = problemWith(field, full);
      const problem = problemWith(field, `${full}a`);
      assert.equal(fits, undefined);
      assert.match(problem!.message, new RegExp(`has ${limit + 1} bytes; at most ${limit} are allowed`));
    });

  test(`half a character is not a ${field}`, () => {
    for (const half of ["\ud83d", "\ude00", "a\ud83d", "\ude00\ud83d", "\ud83d\ud83d\ude00"])
      assert.match(problemWith(field, half)!.message, /not well-formed/);
  });

  test(`what stands for undecodable bytes is not a ${field}`, () => {
    assert.match(problemWith(field, "caf\ufffd")!.message, /not well-formed/);
  });

  test(`every control character keeps a text from being a ${field}`, () => {
    const codes = [...Array(0x20).keys(), ...Array.from({ length: 0x21 }, (_, index) => 0x7f + index)];
    for (const code of codes)
      assert.match(problemWith(field, `a${String.fromCodePoint(code)}b`)!.message, /control character/);
  });

  test(`spaces, combining marks, emoji, right-to-left text and markup are a ${field} like any other`, () => {
    const texts = [
      " ",
      "  a  ",
      "e\u0301",
      "\u00e9",
      "👩‍👩‍👧",
      "שלום",
      "<b>&amp;</b>",
      "'; --",
      "\u2028",
      "\ufeff",
      "0",
    ];
    for (const text of texts) assert.equal(problemWith(field, text), undefined, JSON.stringify(text));
  });
}

test("the largest item, percent-encoded, leaves 1,500 bytes of the request line and headers to others", () => {
  const encoded = 3 * FIELD_NAMES.reduce((sum, field) => sum + FIELDS[field].maxBytes, 0);
  assert.ok(encoded + 1_500 <= 10_240, `${encoded} bytes`);
});
