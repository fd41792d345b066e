import { join } from 'node:path';
import { runChild } from './child.ts';
import { type BenchOptions, type Figure, ROOT } from './harness.ts';

/**
 * Runs a benchmark in this checkout and in another one, each in its own process, by turns. For
 * benchmarks that call the code they measure. The other checkout MUST have a benchmark of this
 * name; its figures are compared by name.
 *
 * @throws Error if a run fails
 */
export async function alternate(
  name: string,
  options: BenchOptions & { readonly against: string },
): Promise<Figure[]> {
  const figures = new Map<string, Figure>();
  const roots = { here: ROOT, there: options.against } as const;
  for (let run = 0; run < options.runs; run++) {
    for (const checkout of ['here', 'there'] as const) {
      options.log(`${name} (${checkout}), run ${run + 1} of ${options.runs}`);
      for (const figure of await runOnce(name, roots[checkout], options)) {
        const id = `${checkout} ${figure.name}`;
        const earlier = figures.get(id);
        if (earlier === undefined) figures.set(id, { ...figure, checkout });
        else earlier.values.push(...figure.values);
      }
    }
  }
  return [...figures.values()];
}

async function runOnce(
  name: string,
  root: string,
  { size, folder }: BenchOptions,
): Promise<readonly Figure[]> {
  const args = [join(root, 'bench', 'index.ts'), name, '--runs', '1', '--json'];
  if (size !== undefined) args.push('--size', String(size));
  const { code, stdout, stderr } = await runChild([...args, '--folder', folder], { cwd: root });
  if (code !== 0) throw new Error(stderr);
  const { results } = JSON.parse(stdout) as { results: Record<string, readonly Figure[]> };
  return results[name] ?? [];
}
