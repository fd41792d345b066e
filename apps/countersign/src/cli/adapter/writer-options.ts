import { Option } from 'commander';

/** Flags of every command that may append to the ledger. */
export type WriterValues = {
  readonly key?: string;
  readonly acceptFork?: boolean;
  readonly dryRun?: boolean;
};

const KEY = 'the signing key of the log, if it is outside the data folder';
const ACCEPT_FORK = 'append to a restored folder, although entries may be missing';

export function writerOptions(): readonly Option[] {
  return [new Option('--key <file>', KEY), new Option('--accept-fork', ACCEPT_FORK)];
}

export function dryRunOption(): Option {
  return new Option('--dry-run', 'check everything, show what would be done, and change nothing');
}
