/** Errors for a person to read: what was attempted, why it failed, what to do. */

/** A failure that is understood: its message says what and why, its remedy what to do. */
export class Refusal extends Error {
  override name = "Refusal";

  constructor(
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
