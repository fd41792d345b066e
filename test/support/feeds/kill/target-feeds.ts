import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { FeedKind } from '../../../../apps/countersign/src/config/feeds/feed-kind.ts';
import { start } from '../../command-line.ts';
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

type Mark = { readonly id: string; readonly index: number; readonly kind: 'mark' };
type TailRecord = { readonly id: string; readonly index: number; readonly kind: FeedKind };

/** The records of the kinds that these feeds have by default, in the order of the ledger. */
export async function tailRecords(dir: string): Promise<readonly TailRecord[]> {
  const child = start(['tail', '--json', '--data', dir]);
  const { stdout, stderr } = child;
  assert.ok(stdout && stderr);
  child.stdin?.end();
  const said = text(stderr);
  const closed = once(child, 'close');
  const records: TailRecord[] = [];
  // Line by line: the records of a day are more than a text can hold.
  for await (const line of createInterface({ input: stdout })) {
    const { id, index, kind } = JSON.parse(line) as TailRecord | Mark;
    if (kind !== 'mark') records.push({ id, index, kind });
  }
  assert.deepEqual(await closed, [0, null], await said);
  return records;
}

/** What a feed selects of them. */
export function selectedItems(
  records: readonly TailRecord[],
  target: KillTarget,
): readonly (string | number)[] {
  return records
    .filter(({ kind }) => isSelected(kind, target))
    .map(({ id, index }) => (target.items === 'ids' ? id : index));
}

/** A lake has no decisions. People get messages about findings. */
export function isSelected(kind: FeedKind, { name, items }: KillTarget): boolean {
  if (items === 'messages') return kind === 'finding';
  return !name.startsWith('lake') || kind !== 'decision';
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
