/** What --help says of each command, and the switches that it has besides those of both. */
import { DEFAULT_NAME } from "../stack.ts";

export interface Usage {
  usage: string;
  flags: string[];
}

const ofDeploy = `Usage: npx tsx deploy.ts [options]

Creates the stack on AWS, or changes what differs from stack.ts.

Options:
  --name <name>      the stack's name (default: ${DEFAULT_NAME})
  --region <region>  where (default: AWS_REGION, or the profile's region)
  --dry-run          say what would be created or changed, and change nothing
  --exit-code        with --dry-run: end with 3 when something differs
  --explain          show each call to AWS as the aws command that does the same
  --on-aws           go to AWS itself, even while npm start runs in this folder
  --json             print the result as one JSON object
  --help             show this help

Credentials and endpoints come from the SDK's environment variables:
AWS_PROFILE, AWS_ENDPOINT_URL, ...
`;

const ofTeardown = `Usage: npx tsx teardown.ts [options]

Removes from AWS everything that deploy.ts created, and nothing else.

Options:
  --name <name>      the stack's name (default: ${DEFAULT_NAME})
  --region <region>  where (default: AWS_REGION, or the profile's region)
  --list             name every stack of the account in the region, and its age
  --yes              delete the table even if it holds items
  --keep-data        keep the table; the next deploy takes it up again
  --dry-run          say what would be removed, and remove nothing
  --exit-code        with --dry-run: end with 3 when something differs
  --explain          show each call to AWS as the aws command that does the same
  --on-aws           go to AWS itself, even while npm start runs in this folder
  --json             print the result as one JSON object
  --help             show this help
`;

export const USAGES = {
  deploy: { usage: ofDeploy, flags: ["dry-run", "exit-code"] },
  teardown: { usage: ofTeardown, flags: ["yes", "keep-data", "dry-run", "exit-code", "list"] },
} satisfies Record<string, Usage>;
