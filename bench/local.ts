/** The local stack beside a bare server with the SDK and the same database. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { APIGatewayClient, GetRestApisCommand, UpdateStageCommand } from "@aws-sdk/client-api-gateway";
import { type Figure, median } from "./figures.ts";
import type { Load } from "./load.ts";
import { ENVIRONMENT, type Running, runForJson, startServer, TSX } from "./processes.ts";
