import { join } from 'node:path';
import { participleTypes, retiredWords } from './tidy/names.ts';
import { type Breach, readTree, type Source } from './tidy/source.ts';

/** Remaining defects: each count may only fall. The counts are in `ratchet.json`. */
export const RATCHET: ReadonlyMap<string, (tree: readonly Source[]) => readonly Breach[]> = new Map<
  string,
  (tree: readonly Source[]) => readonly Breach[]
>([
  ['participleTypes', (tree) => tree.flatMap(participleTypes)],
  ['retiredWords', (tree) => tree.flatMap(retiredWords)],
]);

/**
 * `node tools/ratchet.ts [NAME [PART OF A PATH]]`: prints the counts, or each position behind one.
 */
if (import.meta.main) {
  const [, , name, part = ''] = process.argv;
  const tree = readTree(join(import.meta.dirname, '..'));
  for (const [key, find] of RATCHET) {
    if (name !== undefined && name !== key) continue;
    const breaches = find(tree).filter(({ path }) => path.includes(part));
    if (name === undefined) console.log(`${key}: ${breaches.length}`);
    else for (const { path, line, what } of breaches) console.log(`${path}:${line}: ${what}`);
  }
}
