/** The constraints of API models, and the words in which AWS says that a value breaks one. */

export interface Constraints {
  required?: boolean;
  min?: number;
  max?: number;
  pattern?: RegExp;
  /** The only values there are. */
  oneOf?: readonly (string | number)[];
}

/** Says which constraint a value breaks, as AWS words it, or undefined when it keeps them all. */
export function brokenConstraint(name: string, value: unknown, constraints: Constraints): string | undefined {
  const broken = constraintOn(value, constraints);
  if (broken === undefined) return undefined;
  const shown = value === undefined || value === null ? "null" : `'${value}'`;
  return `1 validation error detected: Value ${shown} at '${name}' failed to satisfy constraint: Member must ${broken}`;
}

function constraintOn(value: unknown, { required, min, max, pattern, oneOf }: Constraints) {
  if (value === undefined || value === null) return required ? "not be null" : undefined;
  const size = typeof value === "number" ? value : (value as string | unknown[]).length;
  const sized = typeof value === "number" ? "have value" : "have length";
  if (max !== undefined && size > max) return `${sized} less than or equal to ${max}`;
  if (min !== undefined && size < min) return `${sized} greater than or equal to ${min}`;
  if (oneOf && !oneOf.includes(value as string)) return `satisfy enum value set: [${oneOf.join(", ")}]`;
  if (pattern && !pattern.test(String(value)))
    return `satisfy regular expression pattern: ${pattern.source.replace(/^\^|\$$/g, "")}`;
  return undefined;
}
