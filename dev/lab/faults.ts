/** Faults that people really make. Each is one change by hand to a stack that works. */
import type { Part } from "local-aws";
import * as change from "./changes.ts";
import type { Stand } from "./stand.ts";

export interface Fault {
  /** What somebody would report. */
  symptom: string;
  /** From the vague to the plain. */
  hints: string[];
  /** Where the view marks it. */
  part: Part;
  inject(stand: Stand): Promise<unknown>;
}

const LOOK = "Open the view and ask once more: which hop is marked, and what does it say?";
const ANOTHER_STACK = "dynamosync-of-yesterday";

export const FAULTS: Fault[] = [
  {
    symptom: "Every request answers 500, and the function has not run.",
    hints: [LOOK, "Who may invoke a function is said by the function's own policy.", "aws lambda get-policy"],
    part: "permission",
    inject: change.removePermissions,
  },
  {
    symptom: "Items can be looked up, but none can be saved.",
    hints: [
      LOOK,
      "What the function may do is said by its role.",
      "Which actions does the policy of the role allow?",
    ],
    part: "iam",
    inject: stand => change.putRolePolicy(stand, changed(stand, 0, { actions: ["dynamodb:GetItem"] })),
  },
  {
    symptom: "The function runs, and each of its calls to the table is denied.",
    hints: [
      LOOK,
      "A statement has a resource, too.",
      "Compare the table's ARN with the one in the role's policy.",
    ],
    part: "iam",
    inject: stand =>
      change.putRolePolicy(stand, changed(stand, 0, { resource: `${stand.stack.table.arn}-of-yesterday` })),
  },
  {
    symptom: "Where API Gateway itself answers an error, the page says that the API cannot be reached.",
    hints: [
      LOOK,
      "A page may read an answer only if a header allows it.",
      "aws apigateway get-gateway-responses",
    ],
    part: "api",
    async inject(stand) {
      await change.deleteGatewayResponses(stand);
      await change.deployApi(stand);
    },
  },
  {
    symptom: "curl is served, but the page is refused.",
    hints: [LOOK, "The function serves the page of one origin.", "Which ALLOWED_ORIGIN has the function?"],
    part: "lambda",
    inject: stand => change.setVariables(stand, { ALLOWED_ORIGIN: "https://renamed.example" }),
  },
  {
    symptom: "Saving works, replacing does not, although the API has a method for it.",
    hints: [LOOK, "A stage shows a snapshot of the API, not the API.", "aws apigateway create-deployment"],
    part: "api",
    inject: stand => change.leaveUndeployed(stand, "PUT"),
  },
  {
    symptom: "Every request answers 429, even the first of the day.",
    hints: [
      LOOK,
      "Requests are counted where they arrive.",
      "aws apigateway get-stage: what are its method settings?",
    ],
    part: "api",
    inject: stand => change.throttle(stand, 0, 0),
  },
  {
    symptom: "Every request answers 502.",
    hints: [
      LOOK,
      "The function's code is there, but it is not found.",
      "Which handler is the function to call?",
    ],
    part: "lambda",
    inject: stand => change.configure(stand, { Handler: "index.handle" }),
  },
  {
    symptom: "Every request answers 500 with a request id, and the function is not at fault.",
    hints: [LOOK, "Which table does it ask for?", "Look at the function's environment variables."],
    part: "iam",
    inject: stand => change.setVariables(stand, { TABLE_NAME: ANOTHER_STACK }),
  },
  {
    symptom: "The page is not shown to anybody; the API answers.",
    hints: [LOOK, "The bucket's policy is as it was.", "aws s3api get-public-access-block"],
    part: "s3",
    inject: stand => change.blockPublicAccess(stand, { acls: true, policies: true }),
  },
  {
    symptom: "The page is shown, and says that it cannot reach the API; curl reaches it.",
    hints: [
      LOOK,
      "Which URL does the page ask?",
      "The page in the bucket was built for an API that is gone.",
    ],
    part: "api",
    inject: stand => change.uploadPage(stand, stand.apiUrl.replace(stand.restApiId, "0goneapi00")),
  },
  {
    symptom: "All is well, but whoever looks into the log finds nothing of today.",
    hints: [LOOK, "A function may write only what its role allows.", "The role's policy lacks a statement."],
    part: "logs",
    inject: stand => change.putRolePolicy(stand, stand.stack.role.statements.slice(0, 1)),
  },
  {
    symptom: "Since somebody has given the function the table's full ARN, every request answers 500.",
    hints: [
      LOOK,
      "An ARN says more than a name: read it to its end.",
      "Compare the regions of TABLE_NAME and of the function.",
    ],
    part: "iam",
    inject: stand => change.setVariables(stand, { TABLE_NAME: elsewhere(stand) }),
  },
  {
    symptom: "While the table is slow, requests answer 503 after half a second instead of waiting for it.",
    hints: [
      "Choose the weather slow in the view, and ask some more times.",
      "Which hop is marked, and for how long was it allowed to run?",
      "aws lambda get-function-configuration: which timeout has it?",
    ],
    part: "lambda",
    inject: stand => change.configure(stand, { Timeout: 1 }),
  },
];

/** The ARN of a table of that name in another region. */
export const elsewhere = ({ stack }: Stand): string =>
  stack.table.arn.replace(stack.region, stack.region === "eu-west-1" ? "us-east-1" : "eu-west-1");

type Statements = Stand["stack"]["role"]["statements"];

/** The role's statements, one of them changed. */
export const changed = ({ stack }: Stand, at: number, difference: Partial<Statements[number]>): Statements =>
  stack.role.statements.map((statement, place) =>
    place === at ? { ...statement, ...difference } : statement,
  );
