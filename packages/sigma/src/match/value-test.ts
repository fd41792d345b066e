import { BlockList, isIP } from 'node:net';
import { msOfInstant, normalizeInstant } from '@countersign/core';
import type { DatePart, ValueTest } from '../expressions/expression.ts';
import { regexTester } from '../expressions/regex.ts';
import { formOf, globTest, MANY, type TextPattern } from '../expressions/text-pattern.ts';
import type { Comparison } from '../rule-document.ts';

/**
 * Tests one text against a value of a rule. `lower` is the lowercased text, computed once for all
 * tests of a value.
 */
export type TextTest = (text: string, lower: string) => boolean;

type Form = 'equals' | 'contains' | 'starts' | 'ends';

/** Tests of one value alone, which need nothing else of the event. */
export type SimpleTest = Exclude<ValueTest, { kind: 'field' } | { kind: 'differs' }>;

export function textTest(test: SimpleTest): TextTest {
  switch (test.kind) {
    case 'text':
      return patternTest(test.pattern, test.isCased ? 'cased' : 'any case');
    case 'regex': {
      const is = regexTester(test.source, test.flags);
      return (text) => is(text);
    }
    case 'cidr':
      return networkTest(test.network);
    case 'number': {
      const is = comparison(test.op, test.value);
      return (text) => {
        const number = numberOf(text);
        return number !== undefined && is(number);
      };
    }
    case 'date': {
      const is = comparison(test.op, test.value);
      return (text) => {
        const part = datePart(text, test.part);
        return part !== undefined && is(part);
      };
    }
  }
}

/** A keyword matches anywhere in the text. */
export function keywordTest(test: SimpleTest): TextTest {
  if (test.kind === 'text') {
    return textTest({ ...test, pattern: anywhere(test.pattern) });
  }
  if (test.kind === 'number') {
    const pattern: TextPattern = [MANY, String(test.value), MANY];
    return textTest({ kind: 'text', pattern, isCased: false });
  }
  return textTest(test);
}

/** Adds a star on each side, without doubling one. */
function anywhere(pattern: TextPattern): TextPattern {
  const front: TextPattern = pattern[0] === MANY ? [] : [MANY];
  const back: TextPattern = pattern.at(-1) === MANY ? [] : [MANY];
  return [...front, ...pattern, ...back];
}

export function compare(form: Form, a: string, b: string): boolean {
  switch (form) {
    case 'equals':
      return a === b;
    case 'contains':
      return a.includes(b);
    case 'starts':
      return a.startsWith(b);
    case 'ends':
      return a.endsWith(b);
  }
}

function patternTest(pattern: TextPattern, mode: 'cased' | 'any case'): TextTest {
  const folded =
    mode === 'cased'
      ? pattern
      : pattern.map((piece) => (typeof piece === 'string' ? piece.toLowerCase() : piece));
  const found = formOf(folded);
  if (found.form === 'glob') {
    const is = globTest(found.pattern);
    return mode === 'cased' ? (text) => is(text) : (_, lower) => is(lower);
  }
  const { form, text: wanted } = found;
  if (mode === 'cased') return (text) => compare(form, text, wanted);
  switch (form) {
    case 'equals':
      return (_, lower) => lower === wanted;
    case 'contains':
      return (_, lower) => lower.includes(wanted);
    case 'starts':
      return (_, lower) => lower.startsWith(wanted);
    case 'ends':
      return (_, lower) => lower.endsWith(wanted);
  }
}

/** Longer than the longest IPv6 address with brackets and a port. */
const ADDRESS_CHARACTERS_MAX = 64;

function networkTest(network: string): TextTest {
  const [address = '', length = '0'] = network.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(address, Number(length), family);
  return (text) => {
    if (text.length > ADDRESS_CHARACTERS_MAX) return false;
    const found = addressOf(text.trim());
    const version = isIP(found);
    return version !== 0 && list.check(found, version === 6 ? 'ipv6' : 'ipv4');
  };
}

/** `[2001:db8::1]:443` and `192.0.2.1:443` without the port. */
function addressOf(text: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1];
  if (bracketed !== undefined) return bracketed;
  return /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text;
}

/** Longer than every number that a double holds exactly. */
const NUMBER_CHARACTERS_MAX = 32;

function numberOf(text: string): number | undefined {
  if (text.length === 0 || text.length > NUMBER_CHARACTERS_MAX) return undefined;
  const trimmed = text.trim();
  const number = trimmed === '' ? Number.NaN : Number(trimmed);
  return Number.isFinite(number) ? number : undefined;
}

export function comparison(op: Comparison, bound: number): (number: number) => boolean {
  switch (op) {
    case 'gt':
      return (number) => number > bound;
    case 'gte':
      return (number) => number >= bound;
    case 'lt':
      return (number) => number < bound;
    case 'lte':
      return (number) => number <= bound;
    case 'eq':
      return (number) => number === bound;
    case 'neq':
      return (number) => number !== bound;
  }
}

const DAY_MS = 86_400_000;

/**
 * A part of a time in any form that the suite writes; UTC. A number is milliseconds since the
 * epoch.
 */
function datePart(text: string, part: DatePart): number | undefined {
  const instant = normalizeInstant(text);
  const ms = instant === undefined ? numberOf(text) : msOfInstant(instant);
  const date = ms === undefined ? undefined : new Date(ms);
  if (date === undefined || Number.isNaN(date.getTime())) return undefined;
  switch (part) {
    case 'minute':
      return date.getUTCMinutes();
    case 'hour':
      return date.getUTCHours();
    case 'day':
      return date.getUTCDate();
    case 'month':
      return date.getUTCMonth() + 1;
    case 'year':
      return date.getUTCFullYear();
    case 'week':
      return isoWeek(date);
  }
}

/** ISO 8601: the week of a day is that of its Thursday. */
function isoWeek(date: Date): number {
  const weekday = (date.getUTCDay() + 6) % 7;
  const thursday = new Date(date.getTime() + (3 - weekday) * DAY_MS);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return Math.floor((thursday.getTime() - first) / (7 * DAY_MS)) + 1;
}
