import { isIP } from 'node:net';
import { isGuid } from '../core/index.ts';
import { IncidentError } from './errors.ts';
import type { Seed } from './lineage.ts';
import { addressName, appName, sessionName, uidName } from './names.ts';

/**
 * What a person names as the intruders': `user:NAME`, `app:ID`, `session:ID`, `ip:ADDRESS`, or one
 * of them without its kind where it can be told.
 * @throws IncidentError SEED_INVALID
 */
export function namedSeed(text: string, sinceMs: number): Seed {
  const taint = { sinceMs, because: `${text} was named`, entries: [], techniques: [] };
  const at = text.indexOf(':');
  const kind = at < 0 ? '' : text.slice(0, at).toLowerCase();
  const value = text.slice(at + 1).trim();
  if (value !== '') {
    if (kind === 'app' && isGuid(value)) return { name: appName(value), taint };
    if (kind === 'session') return { name: sessionName(value.toLowerCase()), taint };
    if (kind === 'ip' && isIP(value) !== 0) return { name: addressName(value), taint };
    if (kind === 'user') return { name: userName(value), taint };
  }
  const bare = text.trim();
  if (isIP(bare) !== 0) return { name: addressName(bare), taint };
  if (isGuid(bare) || bare.includes('@')) return { name: userName(bare), taint };
  throw new IncidentError(
    'SEED_INVALID',
    `couldn't tell what "${text}" is: write user:NAME, app:ID, session:ID or ip:ADDRESS`,
  );
}

function userName(value: string): string {
  return isGuid(value) ? uidName(value) : `name:${value.toLowerCase()}`;
}
