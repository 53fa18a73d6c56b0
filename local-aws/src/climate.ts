/** What can befall the callers of AWS, and how much of it there is. */

/** How bad the days are. */
export interface Climate {
  /** How long a call takes at most, in milliseconds. */
  latency: number;
  /** How often a call is throttled: 0 to 1. */
  throttling: number;
  /** How often a call ends in a 500 or a broken connection: 0 to 1. Half of them after the effect. */
  failures: number;
  /** For how long a read may not see a write yet, in milliseconds. */
  lag: number;
  /** How long states last at most that AWS takes time to leave, in milliseconds. */
  states: number;
  /** How often API Gateway throttles a request to an API: 0 to 1. */
  gateway?: number;
  /** The one service whose calls the latency, the throttling and the failures befall; without it, all. */
  only?: string;
  /** Whether the keys of roles are not known yet, as a new role's are not everywhere. */
  strangers?: boolean;
  /** Whether API Gateway's fixed quotas for its control plane hold. */
  quotas: boolean;
}

/** Nothing fails and nothing takes time. */
export const CLEAR: Climate = { latency: 0, throttling: 0, failures: 0, lag: 0, states: 0, quotas: false };
