/** STS: who asks. https://docs.aws.amazon.com/STS/latest/APIReference/ */
import { arnOf } from "../access/authorize.ts";
import { roleOf } from "../iam/state.ts";
import type { Service } from "../service.ts";
import { awsQuery } from "../wire/query.ts";

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
