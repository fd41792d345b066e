import { isIP } from 'node:net';
import { isGuid } from '@countersign/core';
import { addressName, appName, sessionName, uidName } from '../analysis/party-names.ts';
import { EvictionError } from '../errors.ts';
import type { Name } from '../reversals/parties.ts';
import type { Seed } from './lineage.ts';

/**
 * Parses a party that a person names: `user:NAME`, `app:ID`, `session:ID`, `ip:ADDRESS`, or one
 * without its kind if it is unambiguous.
 * @throws EvictionError SEED_INVALID
 */
export function namedSeed(text: string, sinceMs: number): Seed {
  const because = `${text} was named`;
  const origin = { kind: 'named' } as const;
  const taint = { sinceMs, because, entries: [], techniques: [], origin };
  const seedOf = (name: Name): Seed => ({
    called: { names: [name], tenant: '', atMs: sinceMs },
    taint,
  });
  const at = text.indexOf(':');
  const kind = at < 0 ? '' : text.slice(0, at).toLowerCase();
  const value = text.slice(at + 1).trim();
  if (value !== '') {
    if (kind === 'app' && isGuid(value)) return seedOf(appName(value));
    if (kind === 'session') return seedOf(sessionName(value.toLowerCase()));
    if (kind === 'ip' && isIP(value) !== 0) return seedOf(addressName(value));
    if (kind === 'user') return seedOf(userName(value));
  }
  const bare = text.trim();
  if (isIP(bare) !== 0) return seedOf(addressName(bare));
  if (isGuid(bare) || bare.includes('@')) return seedOf(userName(bare));
  throw new EvictionError(
    'SEED_INVALID',
    `could not read "${text}" as a suspect: write user:NAME, app:ID, session:ID or ip:ADDRESS`,
  );
}

function userName(value: string): string {
  return isGuid(value) ? uidName(value) : `name:${value.toLowerCase()}`;
}
