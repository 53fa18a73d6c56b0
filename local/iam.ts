/** IAM: roles and their policies. https://docs.aws.amazon.com/IAM/latest/APIReference/ */
import { policyOperations } from "./iam/policies.ts";
import { roleOperations } from "./iam/roles.ts";
import { awsQuery } from "./query.ts";
import type { Service } from "./service.ts";

export const iam: Service = {
  name: "iam",
  protocol: awsQuery("https://iam.amazonaws.com/doc/2010-05-08/"),
  operations: { ...roleOperations, ...policyOperations },
};
