import { type Observation, plural } from '@countersign/core';
import type { FootholdAnswer } from '../../eviction/eviction-report.ts';
import { partyKind, partyName } from '../../eviction/lineage/suspect-names.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import type { BriefSection, BriefSentence, BriefUnknown } from './brief.ts';
import type { BriefInput } from './brief-input.ts';
import {
  firstEntries,
  firstNames,
  isOpen,
  openFootholds,
  SENTENCES_MAX,
  section,
  sentence,
  unknownFootholds,
  unknownSentence,
} from './brief-sentences.ts';

/** Footholds by the access that they give, most first. The rest follow in their own order. */
const URGENT: readonly string[] = [
  ...['directory-roles', 'federation', 'eligible-roles', 'sessions', 'passwords'],
  ...['application-credentials', 'principal-credentials', 'app-roles', 'consents'],
  ...['forwarding', 'inbox-rules', 'mailbox-permissions', 'second-factors', 'passkeys'],
];

function urgencyOf({ foothold }: FootholdAnswer): number {
  const at = URGENT.indexOf(foothold.id);
  return at < 0 ? URGENT.length : at;
}

export function stillOpen({ eviction }: BriefInput): BriefSection {
  const open = openFootholds(eviction).toSorted((a, b) => urgencyOf(a) - urgencyOf(b));
  const sentences = open.slice(0, SENTENCES_MAX).map(({ foothold, openings }) => {
    const own = openings.filter(isOpen);
    const [first] = own;
    const more = own.length > 1 ? ` (and ${own.length - 1} more)` : '';
    return sentence(
      `${foothold.name}: ${first?.text ?? ''}${more}`,
      own.flatMap(({ entries }) => entries),
    );
  });
  const rest = open.slice(SENTENCES_MAX);
  if (rest.length > 0) {
    const names = rest.map(({ foothold }) => foothold.name);
    const entries = rest.flatMap(({ openings }) =>
      openings.filter(isOpen).flatMap((each) => each.entries),
    );
    sentences.push(sentence(`Also open: ${names.join('; ')}`, entries));
  }
  if (sentences.length > 0) return section('still-open', 'Still open', sentences);
  if (unknownFootholds(eviction).length === 0) {
    const entries = eviction.footholds.flatMap(({ openings }) =>
      openings.flatMap((each) => each.entries.slice(0, 1)),
    );
    const closed = sentence('Nothing: every foothold is closed', entries);
    return section('still-open', 'Still open', [closed]);
  }
  return section(
    'still-open',
    'Still open',
    [],
    [
      unknownSentence(
        'what is still open',
        'no foothold is known to be open, and the live state was not read back',
        'countersign eviction names what would decide each foothold',
      ),
    ],
  );
}

export function cannotTell(input: BriefInput): BriefSection {
  const { eviction, coverage, blind } = input;
  const { answer, facts } = coverage;
  const entries = facts.flatMap(({ index }) => index);
  const unknowns: BriefUnknown[] = [];
  if (answer.kind !== 'yes') {
    const kinds = [...Map.groupBy(answer.because, ({ code }) => code).values()];
    const texts = kinds.flatMap(([first]) => first?.text ?? []);
    const decide =
      textOf(answer.kind === 'unknown' ? answer.wouldDecide : []) ??
      'Collect the sources of this period, or import them completely';
    unknowns.push(
      unknownSentence(
        'whether this is all that happened',
        texts.slice(0, 2).join('; '),
        decide,
        entries,
      ),
    );
  }
  for (const { text } of blind) {
    unknowns.push(
      unknownSentence(
        'what these rules would have found',
        text,
        'Connect the logs that they need',
        entries,
      ),
    );
  }
  const left = unknownFootholds(eviction);
  if (left.length > 0) {
    const because = `the live state of ${plural(left.length, 'foothold')} was not read back`;
    const decide = `countersign eviction${optionOf(input)} names what would decide each`;
    unknowns.push(unknownSentence('whether they hold anything else', because, decide, entries));
  }
  return section('cannot-tell', 'Cannot tell', [], unknowns);
}

function textOf(observations: readonly Observation[]): string | undefined {
  return observations[0]?.what;
}

export function firstActions(
  input: BriefInput,
  serious: readonly StoredFinding[],
): BriefSentence[] {
  const accounts = input.eviction.lineage.filter((party) => partyKind(party) === 'account');
  const steps: BriefSentence[] = [];
  if (accounts.length > 0) {
    const names = firstNames(accounts.map(partyName));
    const word = accounts.length === 1 ? 'its' : 'their';
    steps.push(
      sentence(
        `Disable ${names}, and revoke ${word} sessions`,
        accounts.flatMap(({ taints }) => taints[0]?.entries ?? []),
      ),
    );
  }
  const byNext = [...Map.groupBy(serious, ({ draft }) => draft.next)];
  for (const [next, same] of byNext.slice(0, SENTENCES_MAX - 2)) {
    steps.push(sentence(next, firstEntries(same), same));
  }
  const open = openFootholds(input.eviction);
  const entries = open.flatMap(({ openings }) =>
    openings.flatMap((each) => each.entries.slice(0, 1)),
  );
  steps.push(
    sentence(
      `See each open foothold and how to check it: countersign eviction${optionOf(input)}`,
      entries.length > 0 ? entries : firstEntries(serious),
    ),
  );
  return steps;
}

function optionOf({ incident }: BriefInput): string {
  return incident === undefined ? '' : ` --incident ${incident.shortId}`;
}
