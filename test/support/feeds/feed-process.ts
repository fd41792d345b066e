import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { countersign } from '../command-line.ts';
import { recordText } from '../ingest/audit-record.ts';
import type { ServerProcess } from '../server-process.ts';

const KINDS = 'event, finding, decision, import, coverage, config, act';

/** A data folder with so many records. */
export async function importedFolder(root: string, name: string, records: number): Promise<string> {
  const dir = join(root, name);
  const file = join(root, `${name}.json`);
  const texts = Array.from({ length: records }, (_, number) => recordText(number));
  writeFileSync(file, `[${texts.join(',')}]`);
  const { code, stderr } = await countersign(['import', file, '--data', dir]);
  assert.ok(code === 0 || code === 3, stderr);
  return dir;
}

/** A configuration with one feed of the given members, named `feed`. */
export function writeFeedConfig(file: string, members: string): string {
  const text = `listen: 127.0.0.1:0
log: json
feeds:
  - name: feed
    kinds: [${KINDS}]
    start: beginning
    allow: [loopback]
${members.replace(/^(?=.)/gm, '    ')}
`;
  writeFileSync(file, text);
  return file;
}

/** Waits until `serve` has sent everything, and reports nothing refused. */
export async function everythingSent(serving: ServerProcess): Promise<void> {
  for (;;) {
    const text = await (await serving.get('/metrics')).text();
    const metric = (name: string): string | undefined =>
      new RegExp(`^countersign_${name}\\{sink="feed".*\\} (\\S+)$`, 'm').exec(text)?.[1];
    if (metric('feed_lag_entries') === '0') {
      assert.equal(metric('feed_parked'), '0');
      return;
    }
    assert.equal(serving.child.exitCode, null, JSON.stringify(serving.log));
    await pause(20);
  }
}

/** The index of every entry that the feed selects, in order. */
export async function selectedIndices(dir: string): Promise<number[]> {
  const args = KINDS.split(', ').flatMap((kind) => ['--kind', kind]);
  const { stdout } = await countersign(['tail', '--json', '--data', dir, ...args]);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { readonly index: number; readonly kind: string })
    .filter(({ kind }) => kind !== 'mark')
    .map(({ index }) => index);
}
