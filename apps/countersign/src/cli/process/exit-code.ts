/**
 * The contract with scripts; no other code is returned.
 *
 * - `done`        done; for a question, yes
 * - `no`          for a question, no; for `fsck`, `verify` and `test`: problems found
 * - `wrongUsage`  wrong usage, or none of the input could be read
 * - `cannotTell`  cannot tell; one line on standard error says why
 * - `internalError` a bug in Countersign
 * - `interrupted` 128 + SIGINT, `terminated` 128 + SIGTERM, as shells expect of a stopped program.
 *                 Batches read before are in the ledger.
 */
export const EXIT = {
  done: 0,
  no: 1,
  wrongUsage: 2,
  cannotTell: 3,
  internalError: 70,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
