import type { ClockRestart } from '../../store/rows/entry-rows.ts';

/** What an entry of kind `clock` says: who declared that earlier entries were stamped ahead. */
export type ClockRestartBody = {
  readonly v: 1;
  readonly what: 'restart';
  readonly by: string;
  readonly reason: string;
  /** `seen` of the entry before this one. */
  readonly lastSeen: string;
  /** What the clock of the machine showed. */
  readonly atMs: number;
};

/** Undefined for another body of that kind. */
export function clockRestartOf(index: number, body: object): ClockRestart | undefined {
  const { what, atMs } = body as Partial<ClockRestartBody>;
  if (what !== 'restart' || !Number.isSafeInteger(atMs)) return undefined;
  return { index, atMs: atMs as number };
}
