/** What a person sees of what is written to a terminal, as far as live progress needs it. */
import assert from "node:assert/strict";

/** A control character, a sequence that begins with ESC, or the text between those. */
const PIECE = /(?<control>[\n\r])|\p{Cc}\[\??(?<count>[\d;]*)(?<command>[A-Za-z])|(?<text>\P{Cc}+)/gu;

/** Stands in for a stream's terminal. */
export class Screen {
  readonly isTTY = true;
  readonly rows = 24;
  readonly columns: number;
  readonly #lines: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(columns: number) {
    this.columns = columns;
  }

  /** The lines, without the empty ones at the end. */
  get text(): string {
    return this.#lines
      .map(line => line.join(""))
      .join("\n")
      .trimEnd();
  }

  write(written: string): boolean {
    for (const { groups } of written.matchAll(PIECE)) {
      const { count, command, control, text } = groups!;
      if (control) this.#move(control);
      else if (command) this.#obey(command, Number(count || 1));
      else for (const character of text!) this.#put(character);
    }
    return true;
  }

  #move(control: string): void {
    this.#column = 0; // a terminal's driver makes CR LF of LF
    if (control === "\n") this.#row++;
    this.#lines[this.#row] ??= [];
  }

  #put(character: string): void {
    if (this.#column === this.columns) this.#move("\n");
    this.#lines[this.#row]![this.#column++] = character;
  }

  #obey(command: string, count: number): void {
    if (command === "A") this.#row -= count;
    else if (command === "B") this.#row += count;
    else if (command === "G") this.#column = count - 1;
    else if (command === "K") this.#lines[this.#row]!.length = count === 2 ? 0 : this.#column;
    else assert.match(command, /[mhl]/, "neither a style nor a mode");
    assert.ok(this.#row >= 0, "the cursor leaves the screen");
  }
}
