import type { Actor, Occurrence } from '../core/feed-record.ts';
import { ServiceRules } from '../records/service-rules.ts';

/**
 * Merges actors in time order, with the service's rules across them: a mailbox that an attacker
 * overreads is throttled for its owner too.
 *
 * MUST be called with adjacent windows, because the rules have state.
 */
export function together(actors: readonly Actor[]): Actor {
  const rules = new ServiceRules();
  return {
    *happenings(fromMs, toMs) {
      for (const happening of merged(actors, fromMs, toMs)) yield rules.apply(happening);
    },
  };
}

function* merged(actors: readonly Actor[], fromMs: number, toMs: number): Generator<Occurrence> {
  const heads = actors.flatMap((actor) => {
    const rest = actor.happenings(fromMs, toMs)[Symbol.iterator]();
    const first = rest.next();
    return first.done ? [] : [{ rest, next: first.value }];
  });
  while (heads.length > 0) {
    let earliest = 0;
    for (let at = 1; at < heads.length; at++) {
      const isEarlier = (heads[at]?.next.atMs ?? 0) < (heads[earliest]?.next.atMs ?? 0);
      if (isEarlier) earliest = at;
    }
    const head = heads[earliest] as (typeof heads)[number];
    yield head.next;
    const next = head.rest.next();
    if (next.done) heads.splice(earliest, 1);
    else head.next = next.value;
  }
}
