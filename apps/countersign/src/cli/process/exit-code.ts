/**
 * Scripts depend on these codes; there are no others.
 *
 * - `done`         done; for a question, yes
 * - `no`           for a question, no; for `fsck`, `verify` and `test`: problems found
 * - `wrongUsage`   wrong usage, or nothing of the input could be read
 * - `cannotTell`   cannot tell; one line on standard error states the reason
 * - `ourDefect`    a defect of Countersign
 * - `interrupted`  128 + SIGINT, `terminated` 128 + SIGTERM: as shells expect from a stopped
 *                  program. Complete batches read before are in the ledger.
 */
export const EXIT = {
  done: 0,
  no: 1,
  wrongUsage: 2,
  cannotTell: 3,
  ourDefect: 70,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
