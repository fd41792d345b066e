import { answerRequests, startThread } from '@countersign/core';
import { nodeFiles } from '../disk/disk.ts';
import type { LocalKeys } from '../entries/keyed-hash.ts';
import { RangeChecker, type RangeReport } from './range-checker.ts';

export type FsckWorkerSetup = {
  readonly dir: string;
  readonly size: number;
  readonly keys: LocalKeys | undefined;
};

/** The entries `[from, to)`. */
export type FsckRange = readonly [from: number, to: number];

const { port, setup } = startThread<FsckWorkerSetup>();
const checker = new RangeChecker({ files: nodeFiles, ...setup });

answerRequests<FsckRange, RangeReport>(
  port,
  ([from, to]) => checker.check(from, to),
  ({ hashes }) => [hashes.buffer],
);
