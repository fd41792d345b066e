import { watermarkText } from '@countersign/core';
import { entriesText } from '../entries-text.ts';
import { homeDomain, withoutDomain } from '../findings/person-names.ts';
import { periodText } from '../time-text.ts';
import { visible } from '../visible-text.ts';
import type { Brief, BriefSection, BriefSentence, BriefUnknown } from './brief.ts';

const LABEL_COLUMNS = 17;
const CITED_MAX = 4;

/** Lines of at most `columns`; `wrap` breaks a text into lines. */
export function* briefLines(
  brief: Brief,
  columns: number,
  wrap: (text: string, columns: number) => readonly string[],
): Generator<string> {
  const domain = homeDomain(brief.sections.flatMap(addressesOf));
  yield* wrap(briefTitle(brief), columns);
  yield* wrap(`As of ${watermarkText(brief.asOf)}.`, columns);
  if (domain !== undefined) yield* wrap(visible(`Names without a domain: @${domain}.`), columns);
  yield '';
  yield* wrap(visible(brief.conclusion), columns);
  for (const section of brief.sections) {
    yield '';
    let label = section.title;
    for (const text of sectionTexts(section)) {
      const short = visible(withoutDomain(text, domain));
      for (const line of wrap(short, Math.max(columns - LABEL_COLUMNS, LABEL_COLUMNS))) {
        yield `${label.padEnd(LABEL_COLUMNS)}${line}`.trimEnd();
        label = '';
      }
    }
  }
}

export function briefTitle({ incident, fromMs, toMs }: Brief): string {
  const period = `${periodText(fromMs, toMs)} UTC`;
  return incident === undefined
    ? `BRIEF  ${period}`
    : `INCIDENT BRIEF  ${incident.shortId}  ${period}`;
}

const ADDRESS = /[^\s@"]+@[^\s@"]+\.[\w-]+/g;

function addressesOf({ sentences, unknown }: BriefSection): string[] {
  return [...sentences, ...unknown].flatMap(({ text }) => text.match(ADDRESS) ?? []);
}

function* sectionTexts(section: BriefSection): Generator<string> {
  const { sentences, unknown, id } = section;
  for (const [at, sentence] of sentences.entries()) {
    const number = id === 'do-first' ? `${at + 1}. ` : '';
    yield `${number}${sentence.text}${citation(sentence)}`;
  }
  for (const each of unknown) yield `${unknownText(each)}${citation(each)}`;
}

function unknownText({ text, wouldDecide }: BriefUnknown): string {
  return `${text} What would decide it: ${wouldDecide}.`;
}

/** The entries that support a sentence, as ` [3367–3370]`. */
export function citation({ entries }: BriefSentence): string {
  if (entries.length === 0) return '';
  return ` [${entriesText(entries, CITED_MAX).replace(/^entr(?:y|ies) /, '')}]`;
}
