import { posix } from 'node:path';
import { importsOf } from './imports.ts';
import { type Breach, isCode, isTest, type Source } from './source.ts';

/** People cannot survey a larger folder. It is split by topic. */
const FOLDER_FILES_MAX = 20;

/** Folders of packages and of the product with too many source files. */
export function largeFolders(tree: readonly Source[]): Breach[] {
  const sources = tree.filter(
    (source) =>
      isCode(source) &&
      (/^test\//.test(source.path) ||
        (!isTest(source) && /^(?:packages|apps)\//.test(source.path))),
  );
  const folders = Map.groupBy(sources, ({ path }) => posix.dirname(path));
  return [...folders]
    .filter(([, files]) => files.length > FOLDER_FILES_MAX)
    .map(([path, files]) => ({ path, line: 1, what: `${files.length} files: split the folder` }));
}

/** Files that import each other, directly or indirectly, types included. */
export function importCycles(tree: readonly Source[]): Breach[] {
  const imports = importGraph(tree);
  return stronglyConnected(imports)
    .filter((files) => files.length > 1)
    .map((files) => {
      const [path = '', ...others] = files.sort();
      return { path, line: 1, what: `in a cycle of imports with ${others.join(', ')}` };
    });
}

function importGraph(tree: readonly Source[]): ReadonlyMap<string, readonly string[]> {
  const files = new Map(tree.filter(isCode).map((source) => [source.path, source]));
  return new Map(
    [...files].map(([path, source]) => {
      const targets = importsOf(source)
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => posix.normalize(posix.join(posix.dirname(path), specifier)))
        .filter((target) => files.has(target));
      return [path, targets];
    }),
  );
}

/** Tarjan's algorithm, without recursion: a chain of imports may be long. */
function stronglyConnected(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const components: string[][] = [];
  for (const root of graph.keys()) {
    const work: { node: string; next: number }[] = order.has(root) ? [] : [{ node: root, next: 0 }];
    for (let frame = work.at(-1); frame !== undefined; frame = work.at(-1)) {
      const { node } = frame;
      if (frame.next === 0 && !order.has(node)) {
        order.set(node, order.size);
        low.set(node, order.get(node) as number);
        stack.push(node);
        onStack.add(node);
      }
      const target = (graph.get(node) ?? [])[frame.next++];
      if (target !== undefined) {
        if (!order.has(target)) work.push({ node: target, next: 0 });
        else if (onStack.has(target)) lower(low, node, order.get(target) as number);
        continue;
      }
      work.pop();
      const parent = work.at(-1)?.node;
      if (parent !== undefined) lower(low, parent, low.get(node) as number);
      if (low.get(node) === order.get(node)) components.push(popThrough(stack, onStack, node));
    }
  }
  return components;
}

function lower(low: Map<string, number>, node: string, to: number): void {
  low.set(node, Math.min(low.get(node) as number, to));
}

function popThrough(stack: string[], onStack: Set<string>, node: string): string[] {
  const component = stack.splice(stack.indexOf(node));
  for (const member of component) onStack.delete(member);
  return component;
}
