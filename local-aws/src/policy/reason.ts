/** Why policies allow something or do not, for a person to read. */
import {
  deciding,
  failing,
  type Policy,
  type PolicyRequest,
  type Statement,
  statementsOf,
  type Verdict,
  verdictOf,
} from "./evaluate.ts";

export interface Judgement {
  verdict: Verdict;
  why: string;
  /** The statement that decided, or those that did not apply. */
  statements: Statement[];
}

/** What several policies together say to a request, and which statement decided, or what kept each from applying. */
export function judge(policies: readonly (string | Policy)[], request: PolicyRequest): Judgement {
  const applying = policies.flatMap(policy => deciding(policy, request) ?? []);
  const statement = applying.find(({ Effect }) => Effect === "Deny") ?? applying[0];
  const all = policies.flatMap(statementsOf);
  if (statement) {
    const name = statement.Sid ? `"${statement.Sid}"` : `${all.indexOf(statement) + 1} of ${all.length}`;
    const says = statement.Effect === "Deny" ? "denies" : "allows";
    return {
      verdict: verdictOf(statement),
      why: `Statement ${name} ${says} ${request.action}.`,
      statements: [statement],
    };
  }
  return { verdict: "none", why: whyNone(all, request), statements: all };
}

function whyNone(statements: Statement[], request: PolicyRequest): string {
  const { action, resource } = request;
  if (statements.length === 0) return `No policy says anything: ${action} on ${resource} is not allowed.`;
  const reasons = statements.map((statement, at) => {
    const lacking = failing(statement, request).map(
      element => `its ${element} ${saidBy(statement, element)}`,
    );
    return `${statement.Sid ? `"${statement.Sid}"` : at + 1}: ${lacking.join(", ")} does not fit`;
  });
  return `No statement allows ${action} on ${resource}. ${reasons.join("; ")}.`;
}

const saidBy = (statement: Statement, element: string): string =>
  JSON.stringify(statement[element as keyof Statement] ?? statement[`Not${element}` as keyof Statement]);
