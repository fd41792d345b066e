import { plural } from '@countersign/core';
import type { SuspectParty } from '../eviction-report.ts';

/** The kinds of parties that intruders hold. */
export type PartyKind = 'account' | 'application' | 'session' | 'address' | 'other';

export function partyKind({ names }: SuspectParty): PartyKind {
  const has = (start: string): boolean => names.some((name) => name.startsWith(start));
  if (has('session:')) return 'session';
  if (has('address:')) return 'address';
  if (has('app:')) return 'application';
  return has('name:') || !has('label:') ? 'account' : 'other';
}

export function partyCount(kind: PartyKind, count: number): string {
  switch (kind) {
    case 'account':
      return plural(count, 'account');
    case 'application':
      return plural(count, 'application');
    case 'session':
      return plural(count, 'session');
    case 'address':
      return plural(count, 'address', 'addresses');
    case 'other':
      return plural(count, 'other object');
  }
}

/** The name that people know. */
export function partyName({ names }: SuspectParty): string {
  const [name = ''] = ['name:', 'label:', 'app:', 'uid:'].flatMap(
    (start) => names.find((each) => each.startsWith(start)) ?? [],
  );
  return plainName(name === '' ? (names[0] ?? '') : name);
}

export function plainName(name: string): string {
  const [kind, ...rest] = name.split(':');
  const value = kind === 'label' ? rest.slice(1).join(':') : rest.join(':');
  return kind === 'label' || kind === 'name' ? value : `${kind} ${value}`;
}

export function sinceMsOf({ taints }: SuspectParty): number {
  return taints[0]?.sinceMs ?? 0;
}
