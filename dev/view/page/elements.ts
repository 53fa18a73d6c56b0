/** Elements of the page. What comes from requests is only ever put in as text. */

type Child = Node | string | undefined;

/** An element with its attributes; those that are undefined are left out. */
export function el<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string | undefined> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined) element.setAttribute(key, value);
  element.append(...children.filter(child => child !== undefined));
  return element;
}

/** The element with an id. */
export const byId = (id: string): HTMLElement => document.getElementById(id)!;

/** A button that does something. */
export function button(
  label: Child,
  onClick: () => void,
  attributes: Record<string, string | undefined> = {},
) {
  const element = el("button", { type: "button", ...attributes }, label);
  element.addEventListener("click", onClick);
  return element;
}

export const inMs = (ms: number): string => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
