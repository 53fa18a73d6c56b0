/** What the view is sent: requests and deploys, each with its spans, and what the session would have cost. */
import type { Part, Span, Trace } from "local-aws";

export interface ShownSpan extends Span {
  /** The line of the project that decided: "handler.ts:91". */
  line?: string;
}

export interface Shown extends Omit<Trace, "kind" | "spans"> {
  kind: Trace["kind"] | "deploy";
  spans: ShownSpan[];
  /** A deploy that has not ended yet: it is told again, with the same id, whenever a call of it is answered. */
  isRunning?: boolean;
  /** The first part that did not let it through. */
  broken?: Part;
  /** The first part that answered no, as it should. */
  declined?: Part;
}

/** Shows a deploy, as far as it is. */
export type Show = (deploy: Shown) => void;

/** What one part would have cost on AWS. */
export interface Cost {
  part: Part;
  /** "3 requests" */
  what: string;
  dollars: number;
}

/** What came since the update before. */
export interface Update {
  traces: Shown[];
  /** How many requests came that are not among them, because there were too many to look at. */
  skipped: number;
  costs: Cost[];
  /** The weather that reigns, by its name. */
  weather: string;
  /** How often the form's page has been stored. */
  pages: number;
}

/** The first part, in the order in which they told it, that kept a request from coming through, or else answered no. */
export function marksOf(spans: readonly Span[]): Pick<Shown, "broken" | "declined"> {
  const broken = spans.find(({ outcome }) => outcome === "refused" || outcome === "failed")?.part;
  return broken ? { broken } : { declined: spans.find(({ outcome }) => outcome === "declined")?.part };
}
