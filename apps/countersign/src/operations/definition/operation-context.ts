import type { Clock, Random, TenantId } from '@countersign/core';
import type { Readers } from '../readers/readers.ts';
import type { LedgerOperation } from './operation.ts';

/** What an operation may know of its caller and of the machine. */
export type OperationContext = {
  /** Absolute. */
  readonly dataDir: string;
  readonly tenant: TenantId | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the caller wants no more. */
  readonly signal: AbortSignal;
  /** Opened on demand; the adapter closes them after it has read the result. */
  readonly readers: Readers;
  /** Called while a long operation runs. */
  progress(progress: unknown): void;
  /** A sentence that the caller needs beside the output. */
  notice(text: string): void;
  /** Runs an operation in the process that holds the ledger, wherever that is. */
  perform<Input extends object, Output>(
    operation: LedgerOperation<Input, Output>,
    input: Input,
  ): Promise<Output>;
};
