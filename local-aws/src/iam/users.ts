/** The account's one user, whose key the account's own calls are signed with. */
import type * as sdk from "@aws-sdk/client-iam";
import { accountKey, arnOf } from "../access/authorize.ts";
import { AwsError, type Context } from "../service.ts";
import type { Operations } from "../wire/operations.ts";
import type { World } from "../world.ts";

const UserName = "local";

/** A unique id as IAM makes them, "AIDA" and 17 letters and digits: the same as long as the key is the same. */
export const userId = (world: World): string => `AIDA${accountKey(world).id.slice("AKIA".length)}A`;

export const userOperations: Operations<typeof sdk> = {
  GetUser: {
    params: ["UserName"],
    run({ UserName: asked }, { world, caller }: Context) {
      if (asked === undefined && caller.kind !== "account")
        throw new AwsError(
          "ValidationError",
          400,
          "Must specify userName when calling with non-User credentials",
        );
      if ((asked ?? UserName) !== UserName)
        throw new AwsError("NoSuchEntity", 404, `The user with name ${asked} cannot be found.`);
      const Arn = arnOf(world, { kind: "account" });
      return { User: { Path: "/", UserName, UserId: userId(world), Arn, CreateDate: new Date(0) } };
    },
  },
};
