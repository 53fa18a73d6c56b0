/** Requests that the SDK would not send: it makes and signs them, but with another body. */

interface Stack {
  add(middleware: unknown, options: object): void;
  clone(): Stack;
}

/** Gives a command's request another body, for this call. */
export function tampered<Command extends { middlewareStack: unknown }>(
  command: Command,
  change: (body: string) => string,
): Command {
  const stack = command.middlewareStack as Stack;
  const middleware =
    (next: (args: object) => unknown) =>
    ({ request, ...others }: { request: { body: string | Uint8Array } }) =>
      next({
        ...others,
        request: Object.assign(request, { body: change(textOf(request.body)) }),
      });
  stack.add(middleware, { step: "serialize", priority: "low", name: "tampered" });
  return command;
}

const textOf = (body: string | Uint8Array) =>
  typeof body === "string" ? body : new TextDecoder().decode(body);
