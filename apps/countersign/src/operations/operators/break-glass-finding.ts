import { type RecordDraft, TENANT_NOT_STATED } from '@countersign/core';
import { findingUid } from '../../detection/findings/finding-identity.ts';
import { findingBody } from '../../projection/entries/finding-body.ts';
import { ownEntryDraft } from '../../projection/entries/own-entry.ts';
import { type FindingDraft, HARMLESS_WHEN } from '../../store/rows/finding.ts';

const RULE = 'operators/break-glass';

const TITLES = {
  'signed-in': 'signed in with a break-glass passkey',
  registered: 'registered a break-glass passkey',
} as const;

/**
 * A finding for others to see: break-glass operators pass by the identity provider, so each use is
 * either an emergency or an attack.
 */
export function breakGlassFinding(
  act: keyof typeof TITLES,
  who: string,
  { atMs, id }: { readonly atMs: number; readonly id: string },
): RecordDraft {
  const draft: FindingDraft = {
    rule: RULE,
    version: 1,
    tenant: TENANT_NOT_STATED,
    group: `${who} ${act} ${id}`,
    windowMs: atMs,
    title: `The ${who} ${TITLES[act]}`,
    message:
      'Break-glass operators sign in without the identity provider of the company. ' +
      `${HARMLESS_WHEN} the provider is down, or a drill was announced.`,
    next: 'Ask the operator. If it was not they: countersign operators revoke.',
    severity: 4,
    techniques: ['T1078'],
    entries: [],
    firstMs: atMs,
    lastMs: atMs,
    principals: [],
    sessions: [],
    apps: [],
    addresses: [],
    confidence: null,
  };
  const uid = findingUid(draft);
  const fact = { uid, detector: RULE, state: 'open', because: null, revision: 0, draft } as const;
  return ownEntryDraft('finding', atMs, findingBody(fact), `finding ${uid}`);
}
