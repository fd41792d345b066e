import type { ClockRestart } from '../../store/rows/entry-rows.ts';

/** The body of an entry of kind `clock`: who declared that earlier entries have a future time. */
export type ClockRestartBody = {
  readonly v: 1;
  readonly what: 'restart';
  readonly by: string;
  readonly reason: string;
  /** `seen` of the previous entry. */
  readonly lastSeen: string;
  /** The time of the machine's clock. */
  readonly atMs: number;
};

/** Undefined for another body of that kind. */
export function clockRestartOf(index: number, body: object): ClockRestart | undefined {
  const { what, atMs } = body as Partial<ClockRestartBody>;
  if (what !== 'restart' || !Number.isSafeInteger(atMs)) return undefined;
  return { index, atMs: atMs as number };
}
