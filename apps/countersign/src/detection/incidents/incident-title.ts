import type { FindingDraft } from '../../store/rows/finding.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { techniqueName } from '../findings/attack-techniques.ts';
import type { Incident } from './incident.ts';
import { SUSPECT_SEVERITY_MIN, TITLE_STEPS_MAX } from './limits.ts';

/** The steps of a chain that a rule's findings stand for, from first to last, by rule id. */
export type StepNames = ReadonlyMap<string, readonly string[]>;

/** The chain of events in words. For a single step, the most severe finding's title. */
export function incidentTitle({ findings }: Incident, names: StepNames): string {
  const suspects = findings.filter(({ draft }) => draft.severity >= SUSPECT_SEVERITY_MIN);
  const steps = stepsOf(suspects, names);
  if (steps.length < 2) return gravestOf(findings).draft.title;
  const gravest = steps.toSorted((a, b) => b.severity - a.severity || a.atMs - b.atMs);
  const shown = gravest.slice(0, TITLE_STEPS_MAX).sort((a, b) => a.atMs - b.atMs);
  const text = shown.map(wordsOf).join(', ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

type Step = {
  readonly name: string;
  /** When it happened first. */
  readonly atMs: number;
  readonly severity: number;
  readonly people: ReadonlySet<string>;
};

function stepsOf(findings: readonly StoredFinding[], names: StepNames): Step[] {
  const all = findings.flatMap(({ draft }) =>
    namesOf(draft, names).map((name, at): Step => {
      const { firstMs, lastMs, severity, principals } = draft;
      return { name, atMs: at === 0 ? firstMs : lastMs, severity, people: new Set(principals) };
    }),
  );
  return [...Map.groupBy(all, ({ name }) => name)].map(([name, own]) => ({
    name,
    atMs: Math.min(...own.map(({ atMs }) => atMs)),
    severity: Math.max(...own.map(({ severity }) => severity)),
    people: new Set(own.flatMap(({ people }) => [...people])),
  }));
}

const HIT = 'account taken over';
const GUESSED = 'password guessed';

const OF_DETECTORS: StepNames = new Map([
  ['stream/password-spray', ['password spray']],
  ['stream/brute-force', ['passwords guessed']],
  ['stream/credential-used', ['application credential added']],
  ['stream/consent-read', ['application consented to', 'mail read by an application']],
  ['stream/account-raised', ['account created']],
  ['stream/session-moved', ['session stolen']],
  ['stream/impossible-travel', ['impossible travel']],
  ['stream/volume', ['unusual volume read']],
  ['stream/app-new', ['mail read by an application']],
  ['stream/mailbox-new-to-app', ['mail read by an application']],
  ['stream/look-alike', ['phishing']],
  ['stream/first-contact', ['phishing']],
  ['stream/rare-attachment', ['phishing']],
  ['stream/lure-link', ['phishing']],
  ['stream/display-name', ['phishing']],
  ['stream/reply-mismatch', ['phishing']],
  ['stream/lateral-phishing', ['phishing from inside']],
  ['reconcile/no-sign-in', ['activity without a sign-in']],
]);

function namesOf({ rule, techniques }: FindingDraft, names: StepNames): readonly string[] {
  if (rule === 'stream/spray-hit') return [techniques.includes('T1078.004') ? HIT : GUESSED];
  const known = OF_DETECTORS.get(rule) ?? names.get(rule) ?? [];
  if (known.length > 0) return known;
  const technique = techniques.findLast((uid) => techniqueName(uid) !== undefined);
  const called = technique === undefined ? undefined : techniqueName(technique);
  return called === undefined ? [] : [called.split(': ').at(-1) ?? called];
}

const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

function wordsOf({ name, people }: Step): string {
  if (name !== HIT && name !== GUESSED) return name.toLowerCase();
  const count = people.size;
  const number = NUMBERS[count] ?? String(count);
  if (count === 1) return `${number} ${name}`;
  return `${number} ${name === HIT ? 'accounts taken over' : 'passwords guessed'}`;
}

function gravestOf(findings: readonly StoredFinding[]): StoredFinding {
  return findings.reduce((a, b) => (b.draft.severity > a.draft.severity ? b : a));
}
