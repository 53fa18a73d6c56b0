/** Texts as they fit into the lines of a terminal. */

/** A text that fits into one line. */
export const cut = (text: string, columns: number): string =>
  text.length <= columns ? text : `${text.slice(0, Math.max(columns - 1, 0))}…`;

/**
 * A text whose lines end between words. What is indented is there to be copied, and stays as it is; so does all of it
 * where nobody knows how wide the terminal is.
 * @param indent what a line begins with that goes on with the one above it
 */
export function wrapped(text: string, columns = Number.POSITIVE_INFINITY, indent = ""): string {
  return text
    .split("\n")
    .flatMap(line => (line.startsWith(" ") ? line : broken(line, columns, indent)))
    .join("\n");
}

function broken(line: string, columns: number, indent: string): string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > columns) {
    const before = rest.lastIndexOf(" ", columns);
    const at = before > indent.length ? before : rest.indexOf(" ", columns);
    if (at < 0) break;
    lines.push(rest.slice(0, at));
    rest = indent + rest.slice(at + 1);
  }
  return [...lines, rest];
}
