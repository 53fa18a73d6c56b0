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

/** Whether the site has another page by now than the one that is open. */
export async function hasNewerPage(): Promise<boolean> {
  const asked = { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(TIME_LIMIT_MS) } as const;
  const response = await fetch(location.href, asked).catch(() => undefined);
  const since = response?.ok && response.headers.get("last-modified");
  // The document's is local time, which comes twice in the hour when summer time ends.
  return !!since && (Date.parse(since) - Date.parse(document.lastModified)) % 3_600_000 !== 0;
}
