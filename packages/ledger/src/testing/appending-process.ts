/**
 * Appends to the ledger in the folder argv[2] until it is killed: batches of argv[3] records,
 * including repeated ones. With `thread` as argv[5], the ledger integrates in a thread. Prints
 * `number index` for each acknowledged record, and nothing else.
 */
import { randomFillSync } from 'node:crypto';
import { argv, stdout } from 'node:process';
import { systemClock } from '@countersign/core';
import { Ledger } from '../ledger.ts';
import { numbered } from './numbered-draft.ts';

const [, , dir = '', batch = '', first = '', integration] = argv;
const batchCount = Number(batch);
const ledger = await Ledger.open({
  dir,
  clock: systemClock,
  random: { fill: randomFillSync },
  integration: integration === 'thread' ? 'thread' : 'timer',
});
stdout.write('open\n');

const worker = async (start: number): Promise<void> => {
  for (let next = start; ; next += 4 * batchCount) {
    const numbers = Array.from({ length: batchCount }, (_, i) => next + i);
    if (next >= 40) numbers.push(next - 40);
    const appended = await ledger.append(numbers.map(numbered));
    stdout.write(appended.map(({ index }, i) => `${numbers[i]} ${index}\n`).join(''));
  }
};
const from = Number(first);
await Promise.all([0, 1, 2, 3].map((i) => worker(from + i * batchCount)));
