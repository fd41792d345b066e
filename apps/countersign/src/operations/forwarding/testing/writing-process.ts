import { randomFillSync } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@countersign/core';
import { runCommand } from '../../host/ledger-host.ts';
import { TestLock } from './lock.ts';

/**
 * One of several processes that want to write at once.
 *
 * A command is one line in `DIR/written`, with its caller and its host. The one called `hang` says
 * that it began, and never ends.
 */
const [dir = '', name = '', repeatable = 'once'] = process.argv.slice(2);

const result = await runCommand({
  socketFile: join(dir, 'run', 'api.sock'),
  work: { operation: 'write', input: { name }, mode: 'perform', tenant: null, who: 'tests' },
  clock: systemClock,
  random: { fill: (into) => randomFillSync(into) },
  signal: new AbortController().signal,
  where: 'anywhere',
  repeatable: repeatable === 'repeatable',
  open: async () => new TestLock(join(dir, 'run', 'lock.sqlite')),
  close: async (lock) => lock.release(),
  perform: async (_, work) => {
    const { name: given } = work.input as { readonly name: string };
    const line = { work: given, by: name };
    process.stdout.write(`began ${given}\n`);
    if (name === 'hang') await sleep(2 ** 30);
    appendFileSync(join(dir, 'written'), `${JSON.stringify(line)}\n`);
    return line;
  },
  beforeHandOver: async (work) => work,
  progress: () => undefined,
  waiting: () => undefined,
  finishing: () => undefined,
});
process.stdout.write(`${JSON.stringify(result)}\n`);
