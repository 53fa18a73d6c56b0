/** What there is in an account, by what each service lists, page by page. */
import { paginateGetRestApis, type RestApi } from "@aws-sdk/client-api-gateway";
import { type LogGroup, paginateDescribeLogGroups } from "@aws-sdk/client-cloudwatch-logs";
import { paginateListTables } from "@aws-sdk/client-dynamodb";
import { paginateListRoles } from "@aws-sdk/client-iam";
import { paginateListFunctions } from "@aws-sdk/client-lambda";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import type { Clients } from "../../converge/aws.ts";

/** What has a text in its name: names, and of APIs and log groups all that is listed. */
export interface Listed {
  apis: RestApi[];
  tables: string[];
  roles: string[];
  functions: string[];
  groups: LogGroup[];
  buckets: string[];
}

async function all<Page, One>(pages: AsyncIterable<Page>, ofPage: (page: Page) => One[] | undefined) {
  const found: One[] = [];
  for await (const page of pages) found.push(...(ofPage(page) ?? []));
  return found;
}

/** @param region where the names of roles and buckets end: those of all regions are listed */
export async function list(sdk: Clients, text: string, region = ""): Promise<Listed> {
  const prefix = `/aws/lambda/${text}`;
  const [apis, tables, roles, functions, groups, { Buckets = [] }] = await Promise.all([
    all(paginateGetRestApis({ client: sdk.apigateway, pageSize: 500 }, {}), ({ items }) => items),
    all(paginateListTables({ client: sdk.dynamodb }, {}), ({ TableNames }) => TableNames),
    all(paginateListRoles({ client: sdk.iam }, {}), ({ Roles }) => Roles),
    all(paginateListFunctions({ client: sdk.lambda }, {}), ({ Functions }) => Functions),
    all(
      paginateDescribeLogGroups({ client: sdk.logs }, { logGroupNamePrefix: prefix }),
      page => page.logGroups,
    ),
    sdk.s3.send(new ListBucketsCommand({})),
  ]);
  const isMeant = (name: string | undefined) => name?.includes(text) ?? false;
  const isHere = (name: string) => isMeant(name) && name.endsWith(region);
  return {
    apis: apis.filter(({ name }) => isMeant(name)),
    tables: tables.filter(isMeant),
    roles: roles.map(({ RoleName }) => RoleName!).filter(isHere),
    functions: functions.map(({ FunctionName }) => FunctionName!).filter(isMeant),
    groups: groups.filter(({ logGroupName }) => isMeant(logGroupName)),
    buckets: Buckets.map(({ Name }) => Name!).filter(isHere),
  };
}

/** The same, by names alone. */
export async function listedNames(sdk: Clients, text: string, region?: string): Promise<string[]> {
  const { apis, groups, ...others } = await list(sdk, text, region);
  return [
    ...apis.map(({ name }) => name!),
    ...groups.map(({ logGroupName }) => logGroupName!),
    ...Object.values(others).flat(),
  ];
}
