/** Who the tests' requests come from. An API that wants more than a URL is told it here, once for all of them. */

/** What every request of the tests carries beside what it is about. */
export const HEADERS: Record<string, string> = {};

/** What the page finds in the storage of the tests' browsers. */
export const STORED: Record<string, string> = {};

/** What every deploy of the tests has in its environment. */
export const ENVIRONMENT: Record<string, string> = {};

Object.assign(process.env, ENVIRONMENT);
