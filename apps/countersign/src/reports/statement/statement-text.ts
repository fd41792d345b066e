import { type Answer, plural, type Reason } from '@countersign/core';
import type { Principal } from '../../store/identity/principal.ts';
import type { CoverageGap } from '../../store/rows/completeness.ts';
import { eventsText } from '../../store/rows/event-kind.ts';
import type { Period } from '../../store/rows/period.ts';
import type {
  Outcome,
  Statement,
  StatementAction,
  StatementEvent,
  StatementSignIn,
} from './statement.ts';

/** The texts of a statement that all its formats share. */

export function nameOf(principal: Principal): string {
  return principal.name ?? principal.uid ?? 'an unnamed account';
}

export function periodText({ from, to }: Period): string {
  if (from === null && to === null) return 'everything in the ledger';
  if (from === null) return `up to ${instantText(to as string)} UTC`;
  if (to === null) return `from ${instantText(from)} UTC on`;
  return `${instantText(from)} to ${instantText(to)} UTC`;
}

/** One coverage hole: when, what, and why. */
export function holeText(hole: CoverageGap): string {
  const { source, workload, subject, state, because } = hole;
  const of = [source, workload, subject].filter((part) => part !== null).join(', ');
  return `${holePeriod(hole)}: ${state}, ${of}: ${because}`;
}

function holePeriod({ fromMs, toMs }: CoverageGap): string {
  const [from, to] = [fromMs, toMs].map((ms) =>
    Number.isFinite(ms) ? instantText(new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')) : '…',
  );
  return `${from} to ${to} UTC`;
}

/** `2024-01-12 08:31:07`. The column header says UTC. */
export function instantText(instant: string): string {
  return instant.replace('T', ' ').replace(/Z$/, '');
}

export function answerText(answer: Answer): string {
  switch (answer.kind) {
    case 'yes':
      return 'Yes';
    case 'no':
      return `No, because ${clauses(answer.because).join('; ')}`;
    case 'unknown':
      return `Cannot tell, because ${clauses(answer.because).join('; ')}`;
  }
}

/** Each clause once, because a dozen imports give the same reason with small additions. */
function clauses(because: readonly Reason[]): readonly string[] {
  return [...new Set(because.flatMap(({ text }) => text.split('; ')))];
}

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  success: 'done',
  failure: 'failed',
  other: 'other',
  unknown: 'outcome not known',
};

export function outcomeText({ outcome, statusCode }: StatementEvent): string {
  const code = outcome === 'success' || statusCode === null ? '' : ` (${statusCode})`;
  return `${OUTCOMES[outcome]}${code}`;
}

const WEB_FILE = /^(https?:\/\/[^/]+\/.*)\/([^/]+)$/i;

/** The objects of an action, most telling first: the file's name, then its location. */
export function subjectsOf(action: StatementAction): string[] {
  const { object, target, mailbox, folder, site } = action;
  const file = object?.match(WEB_FILE)?.[2] ?? null;
  const parts = [
    file,
    file === null ? object : (object?.match(WEB_FILE)?.[1] ?? null),
    target === null || target === object ? null : `on ${target}`,
    mailbox === null || mailbox === object ? null : `mailbox ${mailbox}`,
    folder === null ? null : `folder ${folder}`,
    site === null || object?.startsWith(site) ? null : `site ${site}`,
  ];
  return parts.filter((part) => part !== null);
}

export function volumeText({ volume }: StatementAction): string {
  const parts: string[] = [];
  if (volume.contents === 'unknown') parts.push('a whole folder, contents not known');
  else if (volume.items > 1) parts.push(plural(volume.items, 'item'));
  if (volume.bytes !== null) parts.push(plural(volume.bytes, 'byte'));
  if (volume.throttled) parts.push('recording throttled for 24 h from here');
  return parts.join(', ');
}

export function whereOf({ ip, country }: StatementEvent): string {
  return [ip, country].filter((part) => part !== null).join(', ');
}

const FLOWS: Readonly<Record<string, string>> = {
  interactiveUser: 'interactive',
  nonInteractiveUser: 'not interactive',
  servicePrincipal: 'service principal',
  managedIdentity: 'managed identity',
};

/** The flow and the factors of a sign-in. */
export function howText({ type, multiFactor }: StatementSignIn): string {
  const factors = ['one factor', 'several factors'][Number(multiFactor)] as string;
  const flow = type === null ? null : (FLOWS[type] ?? type);
  return [flow, multiFactor === null ? null : factors].filter((part) => part !== null).join(', ');
}

export function sessionTitle(session: string | null): string {
  return session === null ? 'Without a session id' : `Session ${session}`;
}

/** One line about the sign-ins, which are not actions. */
export function signInsText({ signIns }: Statement): string {
  const { succeeded, failed, unknown, failedByCode } = signIns;
  const codes = Object.entries(failedByCode).map(([code, count]) => `${code}: ${count}`);
  const parts = [
    `${succeeded} succeeded`,
    `${failed} failed${codes.length === 0 ? '' : ` (${codes.join(', ')})`}`,
    unknown === 0 ? null : `${unknown} with an unknown outcome`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

/** One line about events without an actor; undefined if there are none. */
export function happenedText({ events }: Statement): string | undefined {
  const text = eventsText(events);
  return text === undefined ? undefined : `${text}; the timeline lists them`;
}

/** "None" is only as good as the number of undecided actions allows. */
export function unaccountedText({ balance }: Statement): string {
  if (balance.unaccounted > 0) {
    return `${plural(balance.unaccounted, 'action')} without an authorization:`;
  }
  if (balance.unknown === 0) return 'None.';
  return `None is known; for ${plural(balance.unknown, 'action')}, cannot tell.`;
}
