import { parseDirectoryItem, parseDirectoryMark } from '@countersign/core';
import { bodiesOf } from './offered-records.ts';

type Item = { readonly [member: string]: unknown };
export type PartState = Map<string, Item>;

type Part = { whole: PartState; making: PartState | undefined };

/** The state of each part of the directory, derived only from the ledger: see `DirectoryMark`. */
export async function directoryState(dir: string): Promise<ReadonlyMap<string, PartState>> {
  const parts = new Map<string, Part>();
  for (const body of await bodiesOf(dir, ({ kind }) => kind === 'directory')) {
    const value: unknown = JSON.parse(body);
    const entry = parseDirectoryItem(value) ?? parseDirectoryMark(value);
    if (entry === undefined) throw new RangeError(`no entry of the directory: ${body}`);
    const part = parts.get(entry.source) ?? { whole: new Map(), making: undefined };
    parts.set(entry.source, part);
    if (entry.what === 'item') {
      if (entry.mode === 'snapshot') part.making ??= new Map();
      applyItem(part.making ?? part.whole, entry.item);
    } else if (entry.mode === 'snapshot') {
      if (entry.isLast) {
        part.whole = part.making ?? new Map();
        part.making = undefined;
      }
    }
  }
  return new Map([...parts].map(([source, { whole }]) => [source, whole]));
}

function applyItem(held: PartState, item: Item): void {
  const id = String(item['id']);
  if (item['@removed'] !== undefined) {
    held.delete(id);
    return;
  }
  const { 'members@delta': changes, ...members } = item;
  const before = held.get(id);
  const ids = new Set((before?.['members'] as readonly string[] | undefined) ?? []);
  for (const change of (changes as readonly Item[] | undefined) ?? []) {
    if (change['@removed'] === undefined) ids.add(String(change['id']));
    else ids.delete(String(change['id']));
  }
  held.set(id, { ...before, ...members, members: [...ids].sort() });
}
