/** IAM: roles and their policies. https://docs.aws.amazon.com/IAM/latest/APIReference/ */
import * as sdk from "@aws-sdk/client-iam";
import { queryRefusals } from "../access/refusals.ts";
import type { Service } from "../service.ts";
import { awsQuery } from "../wire/aws-query.ts";
import { apiOf } from "../wire/schema.ts";
import { policyOperations } from "./policies.ts";
import { roleOperations } from "./roles.ts";
import { userOperations } from "./users.ts";

const api = apiOf(sdk);

export const iam: Service = {
  name: "iam",
  api,
  protocol: awsQuery(api, { namespace: "https://iam.amazonaws.com/doc/2010-05-08/" }),
  operations: { ...roleOperations, ...policyOperations, ...userOperations },
  permissions: {
    resourcesOf: ({ RoleName = "*", UserName }, { world }) => [
      `arn:aws:iam::${world.account}:${UserName === undefined ? `role/${RoleName}` : `user/${UserName}`}`,
    ],
  },
  refusals: queryRefusals,
};
