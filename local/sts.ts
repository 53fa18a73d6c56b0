/** STS: who asks. https://docs.aws.amazon.com/STS/latest/APIReference/ */
import { arnOf } from "./access.ts";
import { roleOf } from "./iam/state.ts";
import { awsQuery } from "./query.ts";
import type { Service } from "./service.ts";

export const sts: Service = {
  name: "sts",
  protocol: awsQuery("https://sts.amazonaws.com/doc/2011-06-15/"),
  operations: {
    GetCallerIdentity: {
      params: [],
      run: (_input, { world, caller }) => ({
        Account: world.account,
        Arn: arnOf(world, caller),
        UserId:
          caller.kind === "role"
            ? `${roleOf(world, caller.roleName)?.id}:${caller.sessionName}`
            : world.account,
      }),
    },
  },
};
