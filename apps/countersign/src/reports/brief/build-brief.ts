import { plural } from '@countersign/core';
import type { SuspectParty } from '../../eviction/eviction-report.ts';
import { partyKind, partyName, sinceMsOf } from '../../eviction/lineage/suspect-names.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { shortTimeText, withReadableTimes } from '../time-text.ts';
import type { Brief, BriefSection, BriefSectionId, BriefSentence } from './brief.ts';
import type { BriefInput } from './brief-input.ts';
import {
  firstEntries,
  firstNames,
  openFootholds,
  SENTENCES_MAX,
  section,
  sentence,
  unknownFootholds,
  unknownSentence,
} from './brief-sentences.ts';
import { type FindingPhase, phaseOf } from './finding-phase.ts';
import { cannotTell, firstActions, stillOpen } from './open-and-next.ts';

/** Lowest severity that the brief describes: medium. */
const SERIOUS_SEVERITY_MIN = 3;

/** Builds a one-minute summary for an executive. Each sentence cites ledger entries. */
export function buildBrief(input: BriefInput): Brief {
  const { incident, findings, fromMs, toMs, asOf } = input;
  const serious = seriousFindings(findings);
  const all = [
    section('what-happened', 'What happened', whatHappened(input, serious)),
    whoGotIn(input),
    phaseSection('how-they-got-in', 'How they got in', 'got-in', serious, input),
    phaseSection('what-they-did', 'What they did', 'did', serious, input),
    whatTheyRead(input, serious),
    stillOpen(input),
    cannotTell(input),
    section('do-first', 'Do first', firstActions(input, serious)),
    section('confidence', 'Confidence', confidence(input, serious)),
  ];
  const sections = all.map((each) => readableSection(each, input.readable));
  return {
    incident: incident === undefined ? undefined : { id: incident.id, shortId: incident.shortId },
    ...{ fromMs, toMs, asOf, sections, conclusion: conclusionOf(input) },
    severity: Math.max(...findings.map(({ draft }) => draft.severity)),
  };
}

function readableSection(of: BriefSection, readable: BriefInput['readable']): BriefSection {
  const text = (given: string): string => withReadableTimes(readable(given));
  const read = <T extends BriefSentence>(each: T): T => ({
    ...each,
    text: capital(text(each.text)),
  });
  return { ...of, sentences: of.sentences.map(read), unknown: of.unknown.map(read) };
}

/** Email addresses keep their case. */
function capital(text: string): string {
  if (/^\S*@/.test(text)) return text;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The serious findings; all of them if none is serious. */
function seriousFindings(findings: readonly StoredFinding[]): readonly StoredFinding[] {
  const serious = findings.filter(({ draft }) => draft.severity >= SERIOUS_SEVERITY_MIN);
  const chosen = serious.length === 0 ? findings : serious;
  return chosen.toSorted(
    (a, b) => b.draft.severity - a.draft.severity || a.draft.firstMs - b.draft.firstMs,
  );
}

function conclusionOf({ eviction }: BriefInput): string {
  const open = openFootholds(eviction).length;
  const unknown = unknownFootholds(eviction).length;
  if (open > 0) {
    const known = plural(open, 'foothold is', 'footholds are');
    const rest = unknown === 0 ? 'none is unknown' : plural(unknown, 'is unknown', 'are unknown');
    return `They are not out: ${known} open, and ${rest}.`;
  }
  return unknown === 0
    ? `They are out: all ${eviction.footholds.length} footholds are closed.`
    : `Cannot tell whether they are out: no foothold is known to be open, but ` +
        `${plural(unknown, 'is', 'are')} unknown.`;
}

function whatHappened(
  { incident, fromMs, toMs, findings }: BriefInput,
  serious: readonly StoredFinding[],
): BriefSentence[] {
  const when = `${shortTimeText(fromMs, 'with year')} to ${shortTimeText(toMs, 'with year')} UTC`;
  const count = plural(findings.length, 'finding');
  const title = incident?.title ?? serious[0]?.draft.title ?? '';
  return [
    sentence(title, firstEntries(serious), serious),
    sentence(`${count}, from ${when}`, firstEntries(findings), findings),
  ];
}

function whoGotIn({ eviction }: BriefInput): BriefSection {
  const { lineage } = eviction;
  const of = (kind: string): readonly SuspectParty[] =>
    lineage.filter((party) => partyKind(party) === kind);
  const sentences = [...of('account'), ...of('application')]
    .slice(0, SENTENCES_MAX)
    .map((party) => {
      const kind = partyKind(party) === 'account' ? 'The account' : 'The application';
      const since = shortTimeText(sinceMsOf(party), 'with year');
      return sentence(
        `${kind} ${partyName(party)} is treated as compromised from ${since}`,
        party.taints.flatMap(({ entries }) => entries),
      );
    });
  const addresses = of('address');
  if (addresses.length > 0) {
    const names = addresses.map((party) => partyName(party).replace(/^address /, ''));
    sentences.push(
      sentence(
        `They came from ${plural(addresses.length, 'address', 'addresses')}: ${firstNames(names)}`,
        addresses.flatMap(({ taints }) => taints[0]?.entries.slice(0, 1) ?? []),
      ),
    );
  }
  if (sentences.length > 0) return section('who-got-in', 'Who got in', sentences);
  return section(
    'who-got-in',
    'Who got in',
    [],
    [
      unknownSentence(
        'who got in',
        'no finding of high severity names an account or an application',
        'Name the suspects that you know: countersign eviction --tainted user:NAME',
      ),
    ],
  );
}

/** Combines findings with the same text into one sentence. */
function findingSentences(findings: readonly StoredFinding[]): BriefSentence[] {
  const byTitle = [...Map.groupBy(findings, ({ draft }) => draft.title)];
  const sentences = byTitle.slice(0, SENTENCES_MAX).map(([title, same]) => {
    const first = Math.min(...same.map(({ draft }) => draft.firstMs));
    const times = same.length === 1 ? '' : `, ${same.length} times`;
    const when = shortTimeText(first, 'without year');
    return sentence(`${when}: ${title}${times}`, firstEntries(same), same);
  });
  const rest = byTitle.slice(SENTENCES_MAX).flatMap(([, same]) => same);
  if (rest.length === 0) return sentences;
  return [
    ...sentences,
    sentence(`${plural(rest.length, 'more finding')} of this kind`, firstEntries(rest), rest),
  ];
}

const UNKNOWN_PHASES: Readonly<Record<FindingPhase, string>> = {
  'got-in': 'how they got in',
  did: 'what they changed',
  read: 'what they read',
};

function phaseSection(
  id: BriefSectionId,
  title: string,
  phase: FindingPhase,
  serious: readonly StoredFinding[],
  { blind }: BriefInput,
): BriefSection {
  const own = serious.filter(({ draft }) => phaseOf(draft.techniques) === phase);
  if (own.length > 0) return section(id, title, findingSentences(own));
  const [reason] = blind;
  const because =
    reason === undefined ? 'no finding states it' : `no finding states it, and ${reason.text}`;
  return section(
    id,
    title,
    [],
    [
      unknownSentence(
        UNKNOWN_PHASES[phase],
        because,
        'countersign rules status lists what each rule needs',
      ),
    ],
  );
}

function whatTheyRead({ eviction }: BriefInput, serious: readonly StoredFinding[]): BriefSection {
  const found = eviction.footholds.find(({ foothold }) => foothold.id === 'exposed-secrets');
  const readings = (found?.openings ?? []).map(({ text, entries }) =>
    sentence(text.replace(/: the secrets in them count as known$/, ''), entries),
  );
  const known = findingSentences(
    serious.filter(({ draft }) => phaseOf(draft.techniques) === 'read'),
  );
  const shown = readings.slice(0, SENTENCES_MAX);
  const rest = readings.slice(SENTENCES_MAX);
  if (rest.length > 0) {
    const text = `${plural(rest.length, 'more location')} that they read`;
    shown.push(
      sentence(
        text,
        rest.flatMap(({ entries }) => entries),
      ),
    );
  }
  const sentences = [...shown, ...known];
  if (sentences.length > 0) return section('what-they-read', 'What they read', sentences);
  return section(
    'what-they-read',
    'What they read',
    [],
    [
      unknownSentence(
        'what they read',
        'no record shows that they read anything',
        'Import the Exchange and SharePoint audit of the period, with MailItemsAccessed',
      ),
    ],
  );
}

function confidence(
  { eviction, incident }: BriefInput,
  serious: readonly StoredFinding[],
): BriefSentence[] {
  const stated = serious.filter(({ draft }) => draft.confidence !== null);
  const [best] = stated.toSorted((a, b) => (b.draft.confidence ?? 0) - (a.draft.confidence ?? 0));
  const sentences: BriefSentence[] = [];
  if (best === undefined) {
    const agree = plural(serious.length, 'finding agrees', 'findings agree');
    const text = `No finding states a probability; ${agree}`;
    sentences.push(sentence(text, firstEntries(serious), serious));
  } else {
    const { title, confidence: value } = best.draft;
    const others = serious.length - 1;
    const scope = incident === undefined ? 'period' : 'incident';
    const agree = others === 0 ? '' : `, and ${plural(others, 'more finding')} of this ${scope}`;
    sentences.push(
      sentence(`${(value ?? 0).toFixed(2)} for "${title}"${agree}`, firstEntries([best]), [best]),
    );
  }
  const [doubt] = eviction.doubts
    .filter(({ cleared }) => cleared.length > 0)
    .toSorted((a, b) => b.cleared.length - a.cleared.length);
  if (doubt !== undefined) {
    const { finding, cleared } = doubt;
    const parties = plural(cleared.length, 'party is', 'parties are');
    sentences.push(
      sentence(
        `If "${finding.draft.title}" is a false alarm, ${parties} cleared`,
        firstEntries([finding]),
        [finding],
      ),
    );
  }
  return sentences;
}
