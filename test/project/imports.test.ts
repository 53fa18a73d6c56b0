/** Who may import whom: the arrows of the architecture, held over every import of the project. */
import assert from "node:assert/strict";
import { posix } from "node:path";
import { describe, test } from "node:test";
import { type Source, sources } from "./sources.ts";

interface Rule {
  says: string;
  /** Whose imports it rules; the first rule that fits a file is its own. */
  of: RegExp;
  /** What of ours they may import. */
  may: RegExp;
  /** What of ours they may import as a type only. */
  types?: RegExp;
  /** The packages that they may import: any, if it is left out. */
  packages?: RegExp;
}

const NOTHING = /^$/;
const RULES: Rule[] = [
  { says: "stack.ts and item.ts import nothing", of: /^(stack|item)\.ts$/, may: NOTHING, packages: NOTHING },
  {
    says: "the function imports item.ts and itself",
    of: /^(handler|answer)\.ts$/,
    may: /^(item|answer)\.ts$/,
  },
  {
    says: "the page imports item.ts and itself",
    of: /^(form|request)\.ts$|^form\//,
    may: /^(item|request)\.ts$|^form\//,
  },
  {
    says: "deploy.ts and teardown.ts import command/, and what they do",
    of: /^(deploy|teardown)\.ts$/,
    may: /^command\/|^(ensure|remove)\.ts$/,
    packages: NOTHING,
  },
  {
    says: "ensure.ts and remove.ts import stack.ts, resources/, converge/, command/ and bundle/",
    of: /^\w+\.ts$/,
    may: /^(stack\.ts$|(resources|converge|command|bundle)\/)/,
  },
  {
    says: "resources/ imports converge/, stack.ts and the SDK, and no resource another",
    of: /^resources\//,
    may: /^(stack\.ts$|converge\/)/,
    packages: /^@(aws-sdk|smithy)\//,
  },
  {
    says: "converge/ imports itself, and types of stack.ts",
    of: /^converge\//,
    may: /^converge\//,
    types: /^stack\.ts$/,
  },
  {
    says: "bundle/ imports itself, and types of stack.ts",
    of: /^bundle\//,
    may: /^bundle\//,
    types: /^stack\.ts$/,
  },
  {
    says: "command/ imports itself, converge/, and stack.ts for the names that may be typed",
    of: /^command\//,
    may: /^(command|converge)\/|^stack\.ts$/,
  },
  {
    says: "dev/ imports the product, and local-aws by its name",
    of: /^dev\//,
    may: /^\w+\.ts$|^(dev|resources|converge|command|bundle)\/|^local-aws$/,
  },
  {
    says: "docs/ imports the product's data",
    of: /^docs\//,
    may: /^(\w+\.ts|package\.json|resources\/routes\.ts)$/,
    packages: NOTHING,
  },
  {
    says: "test/ imports the product, and local-aws by its name",
    of: /^test\//,
    may: /^\w+\.ts$|^(test|dev|docs|resources|converge|command|bundle)\/|^local-aws$/,
  },
  {
    says: "bench/ imports the product and test/, and local-aws by its name",
    of: /^bench\//,
    may: /^\w+\.ts$|^(bench|test|dev|resources|converge|command|bundle)\/|^local-aws$/,
  },
  { says: "local-aws/ imports itself alone", of: /^local-aws\//, may: /^local-aws\// },
];

interface Import {
  from: string;
  line: number;
  /** The file, from the project's folder on, or the package. */
  of: string;
  isOurs: boolean;
  isType: boolean;
}

/** `import … from "…"`, `export … from "…"`, `import "…"` and `import("…")`. */
const IMPORT =
  /^(?:import|export)\s+((?:type\s+)?[\w$*\s,]*(?:\{[^}]*\})?)\s*from\s*"([^"]+)"|^import\s+"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;
const ONLY_TYPES = /^type\s|^\{(\s*type\s[^,}]+,?)+\s*\}$/;

const importsOf = ({ path, text }: Source): Import[] =>
  [...text.matchAll(IMPORT)].map(({ 0: whole, 1: what = "", 2: from, 3: bare, 4: dynamic, index }) => {
    const name = (from ?? bare ?? dynamic)!;
    const isPath = name.startsWith(".");
    return {
      from: path,
      line: text.slice(0, index + whole.length).split("\n").length,
      of: isPath ? posix.join(posix.dirname(path), name) : name,
      isOurs: isPath || /^local-aws(\/|$)/.test(name),
      isType: ONLY_TYPES.test(what.trim()),
    };
  });

const ruleOf = (path: string) => RULES.find(({ of }) => of.test(path));

function isAllowed({ of, isOurs, isType }: Import, { may, types = NOTHING, packages = /./ }: Rule): boolean {
  if (isOurs) return may.test(of) || (isType && types.test(of));
  return of.startsWith("node:") || packages.test(of);
}

/** Every import of a file that its rule forbids. */
function forbidden(source: Source): Import[] {
  const rule = ruleOf(source.path);
  assert.ok(rule, `${source.path} stands where no rule reaches: which is its place?`);
  return importsOf(source).filter(each => !isAllowed(each, rule));
}

const named = ({ from, line, of }: Import) => `${from}:${line} imports ${of}, but ${ruleOf(from)!.says}`;

describe("Who may import whom", () => {
  const code = sources().filter(({ path }) => /\.(ts|mjs)$/.test(path));

  test("every import goes the way that the architecture draws", () => {
    const astray = code.flatMap(forbidden);

    assert.ok(code.flatMap(importsOf).length > 500, "hardly any imports were found");
    assert.deepEqual(astray.map(named), []);
  });

  for (const [path, text] of [
    ["item.ts", 'import { z } from "zod";'],
    ["stack.ts", 'import { connect } from "./converge/aws.ts";'],
    ["handler.ts", 'import { stack } from "./stack.ts";'],
    ["form.ts", 'import type { Deployed } from "./ensure.ts";'],
    ["deploy.ts", 'import { connect } from "./converge/aws.ts";'],
    ["ensure.ts", 'if (local) await import("local-aws");'],
    ["remove.ts", 'import { startAws } from "local-aws";'],
    ["resources/stage.ts", 'import type { Api } from "./api.ts";'],
    ["resources/role.ts", 'export * from "../command/explain.ts";'],
    ["resources/role.ts", 'import { zip } from "fflate";'],
    ["converge/urls.ts", 'import { type Stack, stack } from "../stack.ts";'],
    ["bundle/page.ts", 'import { retry } from "../converge/retry.ts";'],
    ["command/explain.ts", 'import { role } from "../resources/role.ts";'],
    ["dev/start.ts", 'import "../local-aws/src/index.ts";'],
    ["dev/start.ts", 'import { openWorld } from "local-aws/src/save.ts";'],
    ["test/deploy/counts.test.ts", 'import {\n  s3State,\n} from "../../local-aws/src/s3/state.ts";'],
    ["test/deploy/anywhere/counts.test.ts", 'import { aws } from "../../../local-aws/test/started.ts";'],
    ["bench/slow-aws.ts", 'import { listen } from "../local-aws/src/http.ts";'],
    ["local-aws/src/aws.ts", 'import { stack } from "../../stack.ts";'],
  ] as const)
    test(`in ${path}, ${text.replaceAll("\n", " ")} would be named`, () => {
      const lines = `// a comment\n${text}\n`;

      const found = forbidden({ path, text: lines }).map(named);

      assert.equal(found.length, 1);
      assert.ok(found[0]!.startsWith(`${path}:${lines.trimEnd().split("\n").length} imports `), found[0]);
    });
});
