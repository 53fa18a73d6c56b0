/** How long an answer took, part by part. */

/** In milliseconds, of the browser, the API, the function and the table: each within the one before. */
export type Times = { browser: number; [part: string]: number };

/** As the browser and the function took them; only answers that allow it tell more than their status. */
export function timesOnTheWay(url: string, headers: Headers): Record<string, number> {
  const [entry] = performance.getEntriesByName(url) as PerformanceResourceTiming[];
  const told = (headers.get("server-timing") ?? "").matchAll(/(\w+);dur=([\d.]+)/g);
  return {
    ...(entry?.requestStart && { API: entry.responseStart - entry.requestStart }),
    ...Object.fromEntries(Array.from(told, ([, part, ms]) => [part, Number(ms)])),
  };
}
