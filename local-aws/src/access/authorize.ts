/** Access keys and what their holders may do. */
import { randomBytes } from "node:crypto";
import { policiesOf } from "../iam/policies.ts";
import { roleOf, uniqueId } from "../iam/state.ts";
import type { Verdict } from "../policy/evaluate.ts";
import { type Judgement, judge } from "../policy/reason.ts";
import type { Call, Caller, Context, Service } from "../service.ts";
import type { World } from "../world.ts";
import { type Demand, demandsOf, type Route } from "./demands.ts";

/** The account's own key: everything is allowed to it. */
export interface AccountKey {
  id: string;
  secret: string;
}

/** Temporary credentials of a role, as a function finds them in its environment. */
export interface RoleKey extends AccountKey {
  token: string;
}

interface KeysState {
  account?: AccountKey;
  roles: (RoleKey & { roleName: string; roleId: string; sessionName: string })[];
}

const keysOf = (world: World) => world.state<KeysState>("keys", () => ({ roles: [] }));
const newSecret = () => randomBytes(30).toString("base64");

/** The key that the account's user signs with: random, made once. */
export function accountKey(world: World): AccountKey {
  const keys = keysOf(world);
  keys.account ??= { id: uniqueId("AKIA", 16), secret: newSecret() };
  return keys.account;
}

/**
 * Credentials for a role. The same role and session get the same ones again; a role that was created again
 * under its name gets new ones.
 * @param sessionName what shows in the caller's ARN: for Lambda, the function's name
 */
export function issueRoleKey(world: World, roleName: string, sessionName = roleName): RoleKey {
  const roleId = roleOf(world, roleName)?.id;
  if (!roleId) throw new Error(`Cannot issue a key because there is no role ${roleName}.`);
  const { roles } = keysOf(world);
  const issued = roles.find(key => key.roleId === roleId && key.sessionName === sessionName);
  if (issued) return { id: issued.id, secret: issued.secret, token: issued.token };
  const key = { id: uniqueId("ASIA", 16), secret: newSecret(), token: randomBytes(96).toString("base64") };
  roles.push({ ...key, roleName, roleId, sessionName });
  return key;
}

/** A key as whoever signs with it has it, and who that is. */
export interface HeldKey extends AccountKey {
  token?: string;
  caller: Caller;
}

/** The key of an ID. The keys of a role end with the role. */
export function keyNamed(world: World, accessKeyId: string): HeldKey | undefined {
  const account = accountKey(world);
  if (accessKeyId === account.id) return { ...account, caller: { kind: "account" } };
  const key = keysOf(world).roles.find(({ id }) => id === accessKeyId);
  if (!key || roleOf(world, key.roleName)?.id !== key.roleId) return undefined;
  const { id, secret, token, roleName, sessionName } = key;
  return { id, secret, token, caller: { kind: "role", roleName, sessionName } };
}

/** A caller's ARN, as GetCallerIdentity and refusals name it. */
export function arnOf(world: World, caller: Caller): string {
  if (caller.kind === "account") return `arn:aws:iam::${world.account}:user/local`;
  if (caller.kind === "anonymous") return "anonymous";
  return `arn:aws:sts::${world.account}:assumed-role/${caller.roleName}/${caller.sessionName}`;
}

/** What a role's policies say to what it asks for, and why. */
export function judgeRole(
  world: World,
  roleName: string,
  { action, resource, ...given }: Demand,
  secure = true,
): Judgement {
  const role = roleOf(world, roleName);
  if (!role) return { verdict: "none", why: `There is no role ${roleName}.`, statements: [] };
  const conditions = {
    "aws:PrincipalArn": role.arn,
    "aws:PrincipalAccount": world.account,
    "aws:SecureTransport": String(secure),
    ...given.conditions,
  };
  return judge(policiesOf(role), { action, resource, conditions });
}

/** What the caller's policies say to something; the world is told what was decided for a role. */
export function verdictOf(
  { world, caller, secure, trace }: Pick<Context, "world" | "caller" | "secure" | "trace">,
  demand: Demand,
): Verdict {
  if (caller.kind === "account") return "allow";
  if (caller.kind === "anonymous") return "none";
  const { roleName } = caller;
  const { verdict, why, statements } = judgeRole(world, roleName, demand, secure);
  world.emit("decided", { ...demand, roleName, verdict });
  const outcome = verdict === "allow" ? "passed" : "refused";
  trace?.tell("iam", { what: demand.action, outcome, why, data: { roleName, ...demand, statements } });
  return verdict;
}

/** Only API Gateway's permissions depend on it. */
const NO_ROUTE: Route = { method: "POST", path: "/" };

/** Refuses what the caller's policies do not allow. */
export function authorize(service: Service, call: Call, context: Context, route = NO_ROUTE): void {
  if (context.caller.kind === "account") return;
  for (const demand of demandsOf(service, call, context, route)) {
    const verdict = verdictOf(context, demand);
    if (verdict !== "allow")
      throw service.refusals.denied(inWords(arnOf(context.world, context.caller), demand, verdict));
  }
}

function inWords(arn: string, { action, resource }: Demand, verdict: Verdict): string {
  const because =
    verdict === "deny"
      ? "with an explicit deny in an identity-based policy"
      : `because no identity-based policy allows the ${action} action`;
  return `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${because}`;
}
