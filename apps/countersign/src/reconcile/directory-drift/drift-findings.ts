import { plural, type TenantId } from '@countersign/core';
import type { FindingDraft } from '../../store/rows/finding.ts';
import { DAY_MS, EVIDENCE_MAX } from '../limits.ts';
import type { DriftMatch } from './drift-matcher.ts';
import type { PrivilegeKind } from './privilege.ts';

type Words = {
  readonly one: (match: DriftMatch) => string;
  readonly technique: string;
  readonly take: string;
};

const WORDS: Readonly<Record<PrivilegeKind, Words>> = {
  credential: {
    one: ({ value, name }) => `credential ${value} of ${name}`,
    technique: 'T1098.001',
    take: 'remove the credential, and check the sign-ins of the application since then',
  },
  role: {
    one: ({ value, name }) => `role ${value} of ${name}`,
    technique: 'T1098.003',
    take: 'remove the role, and check what the account did since then',
  },
  'app-role': {
    one: ({ value, name }) => `application permission ${value} of ${name}`,
    technique: 'T1098.003',
    take: 'remove the permission, and check what the application did since then',
  },
  grant: {
    one: ({ value, name }) => `consent to ${value} for ${name}`,
    technique: 'T1528',
    take: 'revoke the consent, and check what the application did since then',
  },
  domain: {
    one: ({ value }) => `trust of the domain ${value}`,
    technique: 'T1484.002',
    take: 'remove the trust, and check who signed in with it',
  },
  mailbox: {
    one: ({ value, name }) => `right ${value} of ${name} to a mailbox`,
    technique: 'T1098.002',
    take: 'remove the right, and check which mail was read with it',
  },
  rule: {
    one: ({ value, name }) => `rule ${value === '' ? '(no name)' : value} of mailbox ${name}`,
    technique: 'T1114.003',
    take: 'remove the rule, and check where mail went since then',
  },
};

/** The technique of changes that remove a privilege. */
const GONE = 'T1098';

/** In words, for people. */
export function privilegeText(match: DriftMatch): string {
  return WORDS[match.kind].one(match);
}

/** One finding per privilege and day. */
export function stateFindings(matches: Iterable<DriftMatch>): FindingDraft[] {
  const reported = [...matches].filter(({ cause }) => RULES.has(cause));
  const groups = Map.groupBy(reported, (match) => {
    const { tenant, cause, atMs } = match;
    return JSON.stringify([tenant, cause, groupOf(match), dayOf(atMs)]);
  });
  return [...groups.values()].map(draftOf);
}

const RULES: ReadonlyMap<string, string> = new Map([
  ['state-without-event', 'reconcile/state-without-event'],
  ['event-without-effect', 'reconcile/event-without-effect'],
]);

function draftOf(own: readonly DriftMatch[]): FindingDraft {
  const first = own[0] as DriftMatch;
  const { kind, way, tenant, cause, about, who } = first;
  const isState = about === 'state';
  const times = own.flatMap(({ atMs }) => atMs);
  return {
    rule: RULES.get(cause) ?? '',
    version: 1,
    tenant: tenant as TenantId,
    group: groupOf(first),
    windowMs: dayOf(first.atMs),
    title: isState ? stateTitle(first) : eventTitle(first),
    message: isState ? stateMessage(own) : eventMessage(own),
    next:
      isState && way === 'in'
        ? `Ask the administrators who made the change. If none did, ${WORDS[kind].take}.`
        : ASK,
    severity: Math.max(...own.map(({ severity }) => severity)) as 3 | 4,
    techniques: [way === 'in' ? WORDS[kind].technique : GONE],
    entries: [...new Set(own.flatMap(({ entries }) => entries))].slice(0, EVIDENCE_MAX),
    firstMs: Math.min(...times),
    lastMs: Math.max(...times),
    principals: [...new Set([...first.ids.slice(0, 1), ...(who === null ? [] : [who])])],
    sessions: [],
    apps: [],
    addresses: [],
    confidence: null,
  };
}

const ASK =
  'Compare the object with its audit log in the Microsoft portal. Ask Microsoft for the ' +
  'missing records.';

function stateTitle(match: DriftMatch): string {
  const verb = match.way === 'in' ? 'appeared' : 'disappeared';
  return `The ${privilegeText(match)} ${verb} without an audit event`;
}

function eventTitle(match: DriftMatch): string {
  const { way, who } = match;
  const verb = way === 'in' ? 'added' : 'removed';
  const end = way === 'in' ? 'the directory does not have it' : 'the directory still has it';
  return `${who ?? 'An unnamed account'} ${verb} the ${privilegeText(match)}, but ${end}`;
}

function stateMessage(own: readonly DriftMatch[]): string {
  const { fromMs, atMs, way } = own[0] as DriftMatch;
  const between =
    fromMs === null ? `by ${timeOf(atMs)}` : `between ${timeOf(fromMs)} and ${timeOf(atMs)}`;
  return (
    `Two listings of the directory show that it ${way === 'in' ? 'appeared' : 'disappeared'} ` +
    `${between}. The audit log of that time has no known gap and no event for it. An intruder ` +
    'who can hide a change would leave this trace. Likely harmless when: Microsoft lost the ' +
    'event, or made the change itself.'
  );
}

function eventMessage(own: readonly DriftMatch[]): string {
  return (
    `The audit log has ${plural(own.length, 'such change')} on that day. The next listing of the ` +
    'directory does not show it, and no event reversed it. Likely harmless when: Microsoft ' +
    'lost the event that reversed it.'
  );
}

function groupOf({ kind, way, ids, value }: DriftMatch): string {
  return [kind, way, ...ids, value].join(' ');
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}
