/** Which resource and method of a deployment a request is for. */
import type { ApiResource, Method, Snapshot } from "../apigateway/rest-api.ts";

export interface Route {
  resource: ApiResource;
  method: Method;
  pathParameters: Record<string, string> | null;
}

interface Node {
  resource?: ApiResource;
  literals: Map<string, Node>;
  variable?: { name: string; node: Node };
  greedy?: { name: string; resource: ApiResource };
}

const trees = new WeakMap<Snapshot, Node>();

/** Finds the method for a request: a literal path part wins over a variable, a variable over a greedy one. */
export function route(snapshot: Snapshot, httpMethod: string, path: string): Route | undefined {
  const tree = trees.get(snapshot) ?? plant(snapshot);
  const segments = path
    .split("/")
    .filter((segment, at, all) => at > 0 && !(segment === "" && at === all.length - 1));
  const found = find(tree, segments, {});
  const method = found?.resource.methods[httpMethod] ?? found?.resource.methods.ANY;
  return found && method && { ...found, method };
}

function plant(snapshot: Snapshot): Node {
  const root: Node = { literals: new Map() };
  for (const resource of Object.values(snapshot.resources)) grow(root, resource);
  trees.set(snapshot, root);
  return root;
}

function grow(root: Node, resource: ApiResource): void {
  let node = root;
  for (const part of resource.path.split("/").filter(Boolean)) {
    const [, name = "", plus] = /^\{(.+?)(\+?)\}$/.exec(part) ?? [];
    if (plus) {
      node.greedy = { name, resource };
      return;
    }
    node = name ? variableOf(node, name) : literalOf(node, part);
  }
  node.resource = resource;
}

function variableOf(parent: Node, name: string): Node {
  parent.variable ??= { name, node: { literals: new Map() } };
  return parent.variable.node;
}

function literalOf(parent: Node, part: string): Node {
  const node = parent.literals.get(part) ?? { literals: new Map() };
  parent.literals.set(part, node);
  return node;
}

type Found = Pick<Route, "resource" | "pathParameters">;

function find(node: Node, [part, ...rest]: string[], parameters: Record<string, string>): Found | undefined {
  if (part === undefined)
    return (
      node.resource && {
        resource: node.resource,
        pathParameters: Object.keys(parameters).length > 0 ? parameters : null,
      }
    );
  const { variable, greedy } = node;
  const literal = node.literals.get(decoded(part));
  return (
    (literal && find(literal, rest, parameters)) ??
    (variable && find(variable.node, rest, { ...parameters, [variable.name]: decoded(part) })) ??
    (greedy && {
      resource: greedy.resource,
      pathParameters: { ...parameters, [greedy.name]: [part, ...rest].map(decoded).join("/") },
    })
  );
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
