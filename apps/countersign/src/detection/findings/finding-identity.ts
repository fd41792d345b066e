import { createHash } from 'node:crypto';
import type { FindingDraft } from '../../store/rows/finding.ts';

/** The members that identify a finding. All others may change between revisions. */
export type FindingIdentity = Pick<
  FindingDraft,
  'rule' | 'version' | 'tenant' | 'group' | 'windowMs'
>;

/**
 * The id of a finding, derived from its identity: a GUID of free form (RFC 9562, version 8).
 *
 * It can be computed from a guessed name, so it MUST NOT be stored where a body is not.
 */
export function findingUid(identity: FindingIdentity): string {
  const { rule, version, tenant, group, windowMs } = identity;
  const text = JSON.stringify(['finding', rule, version, tenant, group, windowMs]);
  const digest = createHash('sha256').update(text).digest();
  digest[6] = ((digest[6] as number) & 0x0f) | 0x80;
  digest[8] = ((digest[8] as number) & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
  return `${parts.join('-')}-${hex.slice(20, 32)}`;
}
