/** What tags may be, whatever is tagged. */

/** How many a resource may have. */
export const MAX_TAGS = 50;

/** Of what keys and values may consist. */
export const TAG_CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Whether a key is one of AWS's own. */
export const isReserved = (key: string): boolean => /^aws:/i.test(key);

/** Whether a resource may have these tags, as API Gateway and Lambda see it. */
export const areAllowed = (tags: Record<string, string>): boolean =>
  Object.keys(tags).length <= MAX_TAGS &&
  Object.entries(tags).every(
    ([key, value]) => key.length >= 1 && key.length <= 128 && value.length <= 256 && !isReserved(key),
  );
