/** STS: who asks. https://docs.aws.amazon.com/STS/latest/APIReference/ */
import * as sdk from "@aws-sdk/client-sts";
import { arnOf } from "../access/authorize.ts";
import { queryRefusals } from "../access/refusals.ts";
import { roleOf } from "../iam/state.ts";
import { userId } from "../iam/users.ts";
import type { Service } from "../service.ts";
import { awsQuery } from "../wire/aws-query.ts";
import type { Operations } from "../wire/operations.ts";
import { apiOf } from "../wire/schema.ts";

const operations: Operations<typeof sdk> = {
  GetCallerIdentity: {
    params: [],
    run: (_input, { world, caller }) => ({
      Account: world.account,
      Arn: arnOf(world, caller),
      UserId:
        caller.kind === "role"
          ? `${roleOf(world, caller.roleName)?.id}:${caller.sessionName}`
          : userId(world),
    }),
  },
};

const api = apiOf(sdk);

export const sts: Service = {
  name: "sts",
  api,
  protocol: awsQuery(api, { namespace: "https://sts.amazonaws.com/doc/2011-06-15/" }),
  operations,
  // https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
  permissions: "none",
  refusals: queryRefusals,
};
