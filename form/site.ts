/** What can be reached of the page's own site. */

const TIME_LIMIT_MS = 3_000;

/** Asks for the page again, as it is there now. */
const askAgain = (method: "GET" | "HEAD") =>
  fetch(location.href, { method, cache: "no-store", signal: AbortSignal.timeout(TIME_LIMIT_MS) });

/** What can be reached of the site when no answer came: this page, another one since, or not even that, nor a network. */
export type Reach = "page" | "newer page" | "nothing";

/** A laptop without a network still reaches a site of its own; and a site may have been deployed anew. */
export async function reachOfSite(apiUrl: string): Promise<Reach> {
  try {
    const response = await askAgain("GET");
    return !response.ok || (await response.text()).includes(apiUrl) ? "page" : "newer page";
  } catch {
    return navigator.onLine ? "page" : "nothing";
  }
}

/** Whether the site has another page by now than the one that is open. */
export async function hasNewerPage(): Promise<boolean> {
  const response = await askAgain("HEAD").catch(() => undefined);
  const since = response?.ok && response.headers.get("last-modified");
  // The document's is local time, which comes twice in the hour when summer time ends.
  return !!since && (Date.parse(since) - Date.parse(document.lastModified)) % 3_600_000 !== 0;
}
