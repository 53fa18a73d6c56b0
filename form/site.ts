/** What else can be reached when the API can't. */

const TIME_LIMIT_MS = 3_000;

/** What can be reached of the site when no answer came: this page, another one since, or not even that, nor a network. */
export type Reach = "page" | "newer page" | "nothing";

/** A laptop without a network still reaches a site of its own; and a site may have been deployed anew. */
export async function reachOfSite(apiUrl: string): Promise<Reach> {
  try {
    const asked = { cache: "no-store", signal: AbortSignal.timeout(TIME_LIMIT_MS) } as const;
    const response = await fetch(location.href, asked);
    return !response.ok || (await response.text()).includes(apiUrl) ? "page" : "newer page";
  } catch {
    return navigator.onLine ? "page" : "nothing";
  }
}
