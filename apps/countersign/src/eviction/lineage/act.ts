import type { EventRow } from '../../store/rows/event-row.ts';
import type { PartyReference } from '../reversals/parties.ts';

/** The actor of a record as it names them, with session and address. */
export type Act = {
  readonly actor: PartyReference;
  readonly session: string | null;
  readonly ip: string | null;
};

/** Footholds that give control over their holder. The others are things, not parties. */
export const GIVES_CONTROL: ReadonlySet<number> = new Set([
  ...[4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 17, 18, 26, 27],
]);

export function actOf(row: EventRow, actor: PartyReference): Act {
  return { actor, session: row.event.sessionUid, ip: row.event.ip };
}
