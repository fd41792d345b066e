import type { TenantId } from '@countersign/core';
import type { Level } from '@countersign/sigma';
import type { About } from '../../projection/signals/signal-extractor.ts';
import {
  type FindingDraft,
  type FindingSeverity,
  HARMLESS_WHEN,
} from '../../store/rows/finding.ts';
import type { SignalRow } from '../../store/rows/signal-row.ts';
import { filledIn } from './finding-text.ts';
import type { AlertingRule } from './rule-content.ts';

/** Names in a message. The detection runner bounds the whole text. */
const MESSAGE_NAMES_MAX = 5;

/** Entries that a draft cites, the first and the last ones. Its text states the full count. */
export const DRAFT_ENTRIES_MAX = 200;

/** The evidence of a finding: signals with their place, in time order. */
export type FindingEvidence = {
  readonly rule: string;
  readonly tenant: string;
  readonly group: string;
  readonly windowMs: number;
  readonly rows: readonly SignalRow[];
};

const SEVERITIES: Readonly<Record<Level, FindingSeverity>> = {
  informational: 1,
  low: 2,
  medium: 3,
  high: 4,
  critical: 5,
};

/** A rule without a level has medium severity. */
export function severityOfLevel(level: Level | null): FindingSeverity {
  return level === null ? 3 : SEVERITIES[level];
}

/** The finding of a rule for these signals. There MUST be at least one. */
export function draftOf(
  { document, custom }: AlertingRule,
  grounds: FindingEvidence,
): FindingDraft {
  const { rule, tenant, group, windowMs } = grounds;
  const rows = stepped(grounds.rows);
  const abouts = aboutsOf(rows);
  const entries = entriesOf(rows);
  const words = wordsOf(abouts);
  const level = 'level' in document ? document.level : null;
  return {
    rule,
    version: custom.version,
    tenant: tenant as TenantId,
    group,
    windowMs,
    title: titleOf({ document, custom }, words),
    message: messageOf({ document }, rows.length),
    next: filledIn(custom.next, words),
    severity: severityOfLevel(level),
    techniques: document.tags.flatMap(techniqueOf),
    entries,
    firstMs: rows.reduce((least, { timeMs }) => Math.min(least, timeMs), Infinity),
    lastMs: rows.reduce((most, { timeMs }) => Math.max(most, timeMs), -Infinity),
    principals: distinct(abouts.flatMap(({ actor, target }) => [actor, principalOf(target)])),
    sessions: distinct(abouts.map(({ session }) => session)),
    apps: distinct(abouts.map(({ app }) => app)),
    addresses: distinct(abouts.map(({ address }) => address)),
    confidence: null,
  };
}

/** The distinct ones, in order of their first record: a flood of one person has few. */
function aboutsOf(rows: readonly SignalRow[]): readonly About[] {
  return distinct(rows.map(({ about }) => about)).map((about) => JSON.parse(about) as About);
}

/**
 * Drops rows so that the count grows in steps of a quarter. Otherwise a growing finding would be
 * revised with each record. The result still depends on the records alone.
 */
function stepped<T>(rows: readonly T[]): readonly T[] {
  let step = EXACT_MAX;
  if (rows.length <= step) return rows;
  while (Math.floor(step * STEP) <= rows.length) step = Math.floor(step * STEP);
  return rows.slice(0, step);
}

const EXACT_MAX = 32;
const STEP = 1.25;

function entriesOf(rows: readonly SignalRow[]): readonly number[] {
  const half = DRAFT_ENTRIES_MAX / 2;
  const shown =
    rows.length <= DRAFT_ENTRIES_MAX ? rows : [...rows.slice(0, half), ...rows.slice(-half)];
  return [...new Set(shown.map(({ index }) => index))].sort((a, b) => a - b);
}

const TECHNIQUE = /^attack\.(t\d{4}(?:\.\d{3})?)$/;

function techniqueOf(tag: string): readonly string[] {
  const found = TECHNIQUE.exec(tag)?.[1];
  return found === undefined ? [] : [found.toUpperCase()];
}

/** The values of a rule's placeholders, from the records behind the finding. */
function wordsOf(abouts: readonly About[]): (name: string) => string | undefined {
  const known: Readonly<Record<string, () => string | undefined>> = {
    actor: () => listed(abouts.map(({ name }) => name)) ?? 'an unnamed account',
    target: () => listed(abouts.map(({ target }) => target)),
    object: () => listed(abouts.map(({ object }) => object)),
    address: () => listed(abouts.map(({ address }) => address)),
    app: () => listed(abouts.map(({ app, appName }) => appName ?? app)),
  };
  return (name) =>
    Object.hasOwn(known, name)
      ? known[name]?.()
      : listed(abouts.map(({ fields }) => fields?.[name] ?? null));
}

function titleOf(
  { document, custom }: Pick<AlertingRule, 'document' | 'custom'>,
  words: (name: string) => string | undefined,
): string {
  if (custom.says !== null) return filledIn(custom.says, words);
  return `${document.title}: ${words('actor')}`;
}

/** The first few names, in order of their first record. */
function listed(names: readonly (string | null)[]): string | undefined {
  const all = distinct(names);
  if (all.length === 0) return undefined;
  const shown = all.slice(0, MESSAGE_NAMES_MAX).join(', ');
  return all.length <= MESSAGE_NAMES_MAX
    ? shown
    : `${shown} and ${all.length - MESSAGE_NAMES_MAX} more`;
}

function messageOf({ document }: Pick<AlertingRule, 'document'>, count: number): string {
  const { description, falsepositives } = document;
  const why = (description ?? document.title).trim().replaceAll(/\s+/g, ' ');
  const harmless = falsepositives.filter((text) => !/^(?:unknown|none)$/i.test(text.trim()));
  const parts = [
    /[.!?]$/.test(why) ? why : `${why}.`,
    ...(count > 1 ? [`At least ${count} records match.`] : []),
    ...(harmless.length === 0 ? [] : [`${HARMLESS_WHEN} ${harmless.join('; ')}.`]),
  ];
  return parts.join(' ');
}

function distinct(values: readonly (string | null | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== null && value !== undefined))];
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A target that is a person or directory object, as an actor key of the store. */
function principalOf(target: string | null): string | null {
  if (target === null) return null;
  if (GUID.test(target)) return target.toLowerCase();
  return /^[^\s@/\\]+@[^\s@/\\]+$/.test(target) ? `user:${target.toLowerCase()}` : null;
}
