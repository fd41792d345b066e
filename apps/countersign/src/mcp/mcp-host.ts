import type { Clock, Random } from '@countersign/core';
import type { LedgerOperation } from '../operations/definition/operation.ts';
import type { Caller } from '../operators/caller.ts';
import type { AgentPeople } from './agent-people.ts';

/** What the process that offers the tools gives them. */
export type McpHost = {
  /** Absolute. */
  readonly dataDir: string;
  readonly clock: Clock;
  /** The time of this machine, by which people sign in, whatever an emulator shows. */
  readonly machineClock: Clock;
  readonly random: Random;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The version of Countersign. */
  readonly version: string;
  /** Aborted when the process stops. */
  readonly signal: AbortSignal;
  /** Runs an operation in the process that holds the ledger. The caller is the actor. */
  perform<Input extends object, Output>(
    caller: Caller,
    operation: LedgerOperation<Input, Output>,
    input: Input,
  ): Promise<Output>;
  /** A line of the log of the process: a defect, or an entry that could not be written. */
  log(line: string): void;
  /** For callers who see pseudonyms. Undefined: they get no tool that names people. */
  readonly people?: AgentPeople | undefined;
  /** Ends a call that takes longer. Default {@link CALL_MS_MAX}. */
  readonly callMsMax?: number;
};
