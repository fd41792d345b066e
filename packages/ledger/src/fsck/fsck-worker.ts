import { parentPort, workerData } from 'node:worker_threads';
import { assert, messageOf } from '@countersign/core';
import { nodeFiles } from '../disk/disk.ts';
import type { LocalKeys } from '../entries/keyed-hash.ts';
import { RangeChecker } from './range-checker.ts';

export type FsckWorkerSetup = {
  readonly dir: string;
  readonly size: number;
  readonly keys: LocalKeys | undefined;
};

/** One message in, `[from, to)`; one message out, a `RangeReport` or an error text. */
const port = parentPort;
assert(port !== null, 'this file is the start of a worker thread');
const checker = new RangeChecker({ files: nodeFiles, ...(workerData as FsckWorkerSetup) });

port.on('message', ([from, to]: [number, number]) => {
  try {
    const report = checker.check(from, to);
    port.postMessage(report, [report.hashes.buffer as ArrayBuffer]);
  } catch (error) {
    port.postMessage(messageOf(error));
  }
});
