/**
 * What a curious reader types, in this order, and what must come out. Each runs in a shell, in one folder, led to the local
 * AWS by the environment; $NAME is what an earlier command left in a variable.
 */
export interface Typed {
  command: string;
  /** What it must print; its exit code must be 0 unless `fails`. */
  prints: RegExp;
  fails?: boolean;
  /** The variable that keeps what it prints. */
  keep?: string;
}

const types = (command: string, prints: RegExp = /^\s*$/): Typed => ({ command, prints });
const keeps = (keep: string, command: string, prints: RegExp): Typed => ({ keep, command, prints });
const fails = (command: string, prints: RegExp): Typed => ({ command, prints, fails: true });

const whoami: Typed[] = [
  types("aws sts get-caller-identity", /"Account": "000000000000"/),
  types("aws sts get-caller-identity --query Arn --output text", /^arn:aws:iam::000000000000:user\//),
];

const roles: Typed[] = [
  types("aws iam create-role --role-name reader --assume-role-policy-document file://trust.json", /"RoleId"/),
  fails(
    "aws iam create-role --role-name reader --assume-role-policy-document file://trust.json",
    /EntityAlreadyExists/,
  ),
  keeps("ROLE", "aws iam get-role --role-name reader --query Role.Arn --output text", /:role\/reader/),
  types("aws iam put-role-policy --role-name reader --policy-name use --policy-document file://policy.json"),
  types("aws iam list-role-policies --role-name reader", /"use"/),
  types("aws iam get-role-policy --role-name reader --policy-name use", /dynamodb:GetItem/),
  types("aws iam list-roles --query 'Roles[].RoleName' --output text", /reader/),
  types("aws iam tag-role --role-name reader --tags Key=team,Value=a"),
  types("aws iam list-role-tags --role-name reader", /"Value": "a"/),
  types("aws iam list-attached-role-policies --role-name reader", /"AttachedPolicies": \[\]/),
  fails("aws iam get-role --role-name nobody", /NoSuchEntity/),
];

const table: Typed[] = [
  types(
    "aws dynamodb create-table --table-name notes --attribute-definitions AttributeName=id,AttributeType=S --key-schema AttributeName=id,KeyType=HASH --billing-mode PAY_PER_REQUEST --query TableDescription.TableName",
    /"notes"/,
  ),
  types("aws dynamodb wait table-exists --table-name notes"),
  types("aws dynamodb list-tables", /"notes"/),
  types("aws dynamodb describe-table --table-name notes --query Table.TableStatus", /"ACTIVE"/),
  types(`aws dynamodb put-item --table-name notes --item '{"id":{"S":"1"},"value":{"S":"hello"}}'`),
  types(`aws dynamodb get-item --table-name notes --key '{"id":{"S":"1"}}'`, /"hello"/),
  types(
    `aws dynamodb update-item --table-name notes --key '{"id":{"S":"1"}}' --update-expression 'SET n = :n' --expression-attribute-values '{":n":{"N":"2"}}' --return-values UPDATED_NEW`,
    /"N": "2"/,
  ),
  types(
    `aws dynamodb query --table-name notes --key-condition-expression 'id = :id' --expression-attribute-values '{":id":{"S":"1"}}' --query Count`,
    /^1$/m,
  ),
  types("aws dynamodb scan --table-name notes --select COUNT", /"Count": 1/),
  fails(
    `aws dynamodb put-item --table-name notes --item '{"id":{"S":"1"}}' --condition-expression 'attribute_not_exists(id)'`,
    /ConditionalCheckFailedException/,
  ),
  types(
    "aws dynamodb describe-continuous-backups --table-name notes --query ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus",
    /"DISABLED"/,
  ),
  types(
    "aws dynamodb update-table --table-name notes --deletion-protection-enabled --query TableDescription.DeletionProtectionEnabled",
    /true/,
  ),
  fails("aws dynamodb delete-table --table-name notes", /ValidationException.*deletion protection/s),
  fails("aws dynamodb describe-table --table-name nothing", /ResourceNotFoundException/),
  types(`aws dynamodb delete-item --table-name notes --key '{"id":{"S":"1"}}'`),
];

const logs: Typed[] = [
  types("aws logs create-log-group --log-group-name /aws/lambda/hello"),
  types("aws logs put-retention-policy --log-group-name /aws/lambda/hello --retention-in-days 7"),
  types("aws logs describe-log-groups --log-group-name-prefix /aws/lambda/h", /"retentionInDays": 7/),
  fails("aws logs describe-log-streams --log-group-name /nowhere", /ResourceNotFoundException/),
];

const lambda: Typed[] = [
  types(
    "aws lambda create-function --function-name hello --runtime nodejs24.x --handler index.handler --role $ROLE --zip-file fileb://function.zip --query State",
    /"(Active|Pending)"/,
  ),
  types("aws lambda wait function-active-v2 --function-name hello"),
  types("aws lambda get-function --function-name hello --query Code.RepositoryType", /"S3"/),
  keeps("CODE", "aws lambda get-function --function-name hello --query Code.Location --output text", /^http/),
  types('curl -sf -o copy.zip "$CODE" && cmp copy.zip function.zip'),
  types("aws lambda list-functions --query 'Functions[].FunctionName'", /"hello"/),
  types(
    "aws lambda invoke --function-name hello --payload fileb://payload.json out.json && cat out.json",
    /"StatusCode": 200[\s\S]*"hello you"/,
  ),
  types(
    "aws lambda invoke --function-name hello --log-type Tail --query LogResult --output text out.json | base64 -d",
    /said by the function/,
  ),
  types(
    "aws logs filter-log-events --log-group-name /aws/lambda/hello --query 'events[].message' --output text",
    /said by the function/,
  ),
  types(
    "aws lambda update-function-configuration --function-name hello --memory-size 256 --query MemorySize",
    /256/,
  ),
  types("aws lambda wait function-updated --function-name hello"),
  types(
    "aws lambda update-function-code --function-name hello --zip-file fileb://function.zip --query CodeSize",
    /^\d+$/m,
  ),
  types(
    "aws lambda add-permission --function-name hello --statement-id api --action lambda:InvokeFunction --principal apigateway.amazonaws.com",
    /"Statement"/,
  ),
  types("aws lambda get-policy --function-name hello", /apigateway\.amazonaws\.com/),
  types("aws lambda remove-permission --function-name hello --statement-id api"),
  fails("aws lambda get-function --function-name nobody", /ResourceNotFoundException/),
];

const api: Typed[] = [
  keeps("API", "aws apigateway create-rest-api --name hello --query id --output text", /^\w{10}$/m),
  keeps(
    "ROOT",
    "aws apigateway get-resources --rest-api-id $API --query 'items[0].id' --output text",
    /^\w+$/m,
  ),
  keeps(
    "PATH_ID",
    "aws apigateway create-resource --rest-api-id $API --parent-id $ROOT --path-part hi --query id --output text",
    /^\w+$/m,
  ),
  types(
    "aws apigateway put-method --rest-api-id $API --resource-id $PATH_ID --http-method GET --authorization-type NONE",
    /"httpMethod": "GET"/,
  ),
  types(
    `aws apigateway put-integration --rest-api-id $API --resource-id $PATH_ID --http-method GET --type MOCK --request-templates '{"application/json":"{\\"statusCode\\":200}"}'`,
    /"MOCK"/,
  ),
  types(
    "aws apigateway put-method-response --rest-api-id $API --resource-id $PATH_ID --http-method GET --status-code 200",
    /"200"/,
  ),
  types(
    `aws apigateway put-integration-response --rest-api-id $API --resource-id $PATH_ID --http-method GET --status-code 200 --response-templates '{"application/json":"hi there"}'`,
    /hi there/,
  ),
  types("aws apigateway create-deployment --rest-api-id $API --stage-name dev", /"createdDate"/),
  types("curl -s $AWS_ENDPOINT_URL/_aws/execute-api/$API/dev/hi", /hi there/),
  types("aws apigateway get-stages --rest-api-id $API --query 'item[].stageName'", /"dev"/),
  types(
    "aws apigateway update-stage --rest-api-id $API --stage-name dev --patch-operations 'op=replace,path=/*/*/throttling/rateLimit,value=5' --query 'methodSettings.*.throttlingRateLimit'",
    /5\.0/,
  ),
  types(
    "aws apigateway get-gateway-response --rest-api-id $API --response-type DEFAULT_4XX",
    /"defaultResponse": true/,
  ),
  types("aws apigateway get-rest-apis --query 'items[].name'", /"hello"/),
  fails("aws apigateway get-stage --rest-api-id $API --stage-name prod", /NotFoundException/),
  keeps("KEY", "aws apigateway create-api-key --name reader --enabled --query id --output text", /^\w{10}$/m),
  types("aws apigateway get-api-key --api-key $KEY --include-value --query value", /^"\w{40}"$/m),
  keeps(
    "PLAN",
    "aws apigateway create-usage-plan --name readers --api-stages apiId=$API,stage=dev --query id --output text",
    /^\w{6}$/m,
  ),
  types(
    "aws apigateway create-usage-plan-key --usage-plan-id $PLAN --key-id $KEY --key-type API_KEY",
    /"name": "reader"/,
  ),
  types("aws apigateway get-usage-plan-keys --usage-plan-id $PLAN --query 'items[].name'", /"reader"/),
  fails("aws apigateway delete-usage-plan --usage-plan-id $PLAN", /there are API Stages associated with it/),
  types(
    "aws apigateway update-usage-plan --usage-plan-id $PLAN --patch-operations op=remove,path=/apiStages,value=$API:dev --query apiStages",
    /^\[\]$/m,
  ),
  types("aws apigateway delete-usage-plan --usage-plan-id $PLAN"),
  types("aws apigateway delete-api-key --api-key $KEY"),
];

const bucket: Typed[] = [
  types("aws s3 mb s3://readers-bucket", /make_bucket/),
  types("aws s3 mb s3://readers-copy", /make_bucket/),
  types("aws s3 cp index.html s3://readers-bucket/", /upload: .*index\.html/),
  types("aws s3 cp large.bin s3://readers-bucket/ --no-progress", /upload: /),
  types("aws s3 ls s3://readers-bucket", /12582912 large\.bin/),
  types(
    "aws s3 cp s3://readers-bucket/large.bin copy.bin --no-progress && cmp large.bin copy.bin",
    /download: /,
  ),
  types("aws s3 cp s3://readers-bucket/index.html s3://readers-copy/", /copy: /),
  types("aws s3 sync s3://readers-bucket synced --no-progress && ls synced", /index\.html/),
  types("aws s3 cp s3://readers-copy/index.html -", /<title>/),
  // Version 1 of the command presigns in the old way unless told otherwise.
  types("aws configure set default.s3.signature_version s3v4"),
  keeps("SIGNED", "aws s3 presign s3://readers-bucket/index.html", /Signature=/),
  types('curl -sf "$SIGNED"', /<title>/),
  types(
    "aws s3api get-object --bucket readers-bucket --key index.html --range bytes=0-8 part.html >/dev/null && cat part.html",
    /^<!doctype$/m,
  ),
  types("aws s3api head-object --bucket readers-bucket --key index.html", /"ContentType": "text\/html"/),
  types("aws s3api get-public-access-block --bucket readers-bucket", /"BlockPublicPolicy": true/),
  types("aws s3api get-bucket-location --bucket readers-bucket", /"LocationConstraint": null/),
  types("aws s3 website s3://readers-bucket --index-document index.html"),
  types("aws s3api get-bucket-website --bucket readers-bucket", /"Suffix": "index\.html"/),
  fails("aws s3api get-bucket-policy --bucket readers-bucket", /NoSuchBucketPolicy/),
  fails("aws s3 cp s3://readers-bucket/nothing -", /404/),
  fails("aws s3api delete-bucket --bucket readers-bucket", /BucketNotEmpty/),
  types("aws s3 rm s3://readers-bucket --recursive", /delete: /),
];

const end: Typed[] = [
  types("aws s3 rb s3://readers-bucket", /remove_bucket/),
  types("aws s3 rb s3://readers-copy --force", /remove_bucket/),
  types("aws apigateway delete-rest-api --rest-api-id $API"),
  types("aws lambda delete-function --function-name hello", /"StatusCode": 204|^\s*$/),
  types("aws logs delete-log-group --log-group-name /aws/lambda/hello"),
  types(
    "aws dynamodb update-table --table-name notes --no-deletion-protection-enabled --query TableDescription.TableName",
    /notes/,
  ),
  types("aws dynamodb delete-table --table-name notes --query TableDescription.TableName", /notes/),
  fails("aws iam delete-role --role-name reader", /DeleteConflict/),
  types("aws iam delete-role-policy --role-name reader --policy-name use"),
  types("aws iam delete-role --role-name reader"),
];

/** What the local AWS does not carry out, it says by name. */
const refused: Typed[] = [
  fails(
    "aws lambda create-alias --function-name hello --name live --function-version 1",
    /does not implement.*CreateAlias/,
  ),
  fails("aws apigateway get-vpc-links", /does not implement.*GetVpcLinks/),
  fails(
    "aws apigateway test-invoke-method --rest-api-id $API --resource-id $PATH_ID --http-method GET",
    /does not implement.*TestInvokeMethod/,
  ),
  fails("aws iam list-users", /does not implement.*ListUsers/),
];

export const COMMANDS = [whoami, roles, table, logs, lambda, api, bucket, refused, end].flat();
