/**
 * Scripts are written against these; nothing else is ever returned.
 *
 * - `done`         done; for a question, yes
 * - `no`           for a question, no; for `fsck`, `verify` and `test`: problems found
 * - `wrongUsage`   wrong usage, or nothing of the input could be read
 * - `cannotTell`   cannot tell; one line on standard error says why
 * - `ourDefect`    a defect of ours
 * - `interrupted`  128 + SIGINT, `terminated` 128 + SIGTERM: what shells expect of a program that
 *                  somebody stopped. What was read before stands in the ledger, whole batches only.
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
