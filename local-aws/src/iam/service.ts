/** IAM: roles and their policies. https://docs.aws.amazon.com/IAM/latest/APIReference/ */

import type { Service } from "../service.ts";
import { awsQuery } from "../wire/query.ts";
import { policyOperations } from "./policies.ts";
import { roleOperations } from "./roles.ts";

export const iam: Service = {
  name: "iam",
  protocol: awsQuery("https://iam.amazonaws.com/doc/2010-05-08/"),
  operations: { ...roleOperations, ...policyOperations },
};
