import { type RecordDraft, TENANT_NOT_STATED } from '@countersign/core';
import { findingUid } from '../../detection/findings/finding-identity.ts';
import type { PasskeyRefusal } from '../../operators/operator-record.ts';
import { findingBody } from '../../projection/entries/finding-body.ts';
import { ownEntryDraft } from '../../projection/entries/own-entry.ts';
import { type FindingDraft, HARMLESS_WHEN } from '../../store/rows/finding.ts';

const RULE = 'operators/break-glass';

const TITLES = {
  'signed-in': 'signed in with a break-glass passkey',
  registered: 'registered a break-glass passkey',
} as const;

type Happening = { readonly atMs: number; readonly id: string };

/**
 * A finding for others to see: break-glass operators pass by the identity provider, so each use is
 * either an emergency or an attack.
 */
export function breakGlassFinding(
  act: keyof typeof TITLES,
  who: string,
  { atMs, id }: Happening,
): RecordDraft {
  return findingDraft(atMs, {
    group: `${who} ${act} ${id}`,
    title: `The ${who} ${TITLES[act]}`,
    message:
      'Break-glass operators sign in without the identity provider of the company. ' +
      `${HARMLESS_WHEN} the provider is down, or a drill was announced.`,
    next: 'Ask the operator. If it was not they: countersign operators revoke.',
    severity: 4,
  });
}

/** A finding about a break-glass passkey that was used and refused. */
export function refusedPasskeyFinding(
  { name, passkey, why }: PasskeyRefusal,
  atMs: number,
): RecordDraft {
  const isCopy = why === 'copied';
  return findingDraft(atMs, {
    group: `${name} refused ${why} ${passkey}`,
    title: isCopy
      ? `A copy of the break-glass passkey of ${name} was used`
      : `The break-glass passkey of ${name} was refused`,
    message: isCopy
      ? 'The counter of the authenticator was not ahead of its last use, so two devices have the ' +
        `same key. It did not get in. ${HARMLESS_WHEN} the authenticator was restored.`
      : 'Someone named this passkey and did not prove that they have it. ' +
        `${HARMLESS_WHEN} the operator used another address of the service, or another device.`,
    next: 'Ask the operator. If it was not they: countersign operators revoke.',
    severity: isCopy ? 5 : 3,
  });
}

type FindingText = Pick<FindingDraft, 'group' | 'title' | 'message' | 'next' | 'severity'>;

function findingDraft(atMs: number, text: FindingText): RecordDraft {
  const draft: FindingDraft = {
    ...text,
    rule: RULE,
    version: 1,
    tenant: TENANT_NOT_STATED,
    windowMs: atMs,
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
