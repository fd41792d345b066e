import { setTimeout as pause } from 'node:timers/promises';
import { countersign } from '../../command-line.ts';
import { WEBHOOK_SECRET } from '../webhook-receiver.ts';
import type { KillTarget } from './kill-target.ts';

/** What the receivers of these feeds need to be known by. */
export function environmentOf(targets: readonly KillTarget[]): Record<string, string> {
  return Object.assign({ HOOK_SECRET: WEBHOOK_SECRET }, ...targets.map(({ env }) => env ?? {}));
}

/** A configuration with a feed for each of them, named like it. */
export function feedsYaml(targets: readonly KillTarget[]): string {
  const feeds = targets.map(({ name, feed }) => {
    const members = `name: ${name}\nstart: beginning\nallow: [loopback]\n${feed}`;
    return `  - ${members.replaceAll('\n', '\n    ')}\n`;
  });
  return `listen: 127.0.0.1:0\nlog: json\nfeeds:\n${feeds.join('')}`;
}

type TailRecord = { readonly id: string; readonly index: number; readonly kind: string };

/** The records of the kinds that these feeds have by default, in the order of the ledger. */
export async function tailRecords(dir: string): Promise<readonly TailRecord[]> {
  const { stdout } = await countersign(['tail', '--json', '--data', dir]);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TailRecord)
    .filter(({ kind }) => kind !== 'mark')
    .map(({ id, index, kind }) => ({ id, index, kind }));
}

/** What a feed selects of them. A lake has no decisions. */
export function selectedItems(
  records: readonly TailRecord[],
  { name, items }: KillTarget,
): readonly (string | number)[] {
  const isLake = name.startsWith('lake');
  return records
    .filter(({ kind }) => !isLake || kind !== 'decision')
    .map(({ id, index }) => (items === 'ids' ? id : index));
}

const SETTLE_EVERY_MS = 100;
const SETTLE_TRIES = 100;

/** What the receiver has once it has so many different items. It may write a moment later. */
export async function settledItems(
  { received }: KillTarget,
  count: number,
): Promise<readonly (string | number)[]> {
  for (let round = 0; ; round++) {
    const items = await received();
    if (round >= SETTLE_TRIES || new Set(items).size >= count) return items;
    await pause(SETTLE_EVERY_MS);
  }
}
