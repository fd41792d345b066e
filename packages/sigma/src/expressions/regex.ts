import { messageOf } from '@countersign/core';
import { RE2JS } from 're2js';
import { REGEX_CHARACTERS_MAX, REGEX_INSTRUCTIONS_MAX } from '../limits.ts';

export const CASE_INSENSITIVE: number = RE2JS.CASE_INSENSITIVE;
export const DOTALL: number = RE2JS.DOTALL;
export const MULTILINE: number = RE2JS.MULTILINE;

/**
 * Describes what is wrong with a regular expression; undefined if it compiles and runs in linear
 * time.
 */
export function checkRegex(
  source: string,
  flags: number,
): { readonly what: string; readonly cure: string } | undefined {
  if (source.length > REGEX_CHARACTERS_MAX) {
    const what = `the expression is longer than ${REGEX_CHARACTERS_MAX} characters`;
    return { what, cure: 'split it into several values' };
  }
  try {
    const size = RE2JS.compile(source, flags).programSize();
    if (size <= REGEX_INSTRUCTIONS_MAX) return undefined;
    const what = `the expression becomes ${size} instructions, more than ${REGEX_INSTRUCTIONS_MAX}`;
    return { what, cure: 'repeat fewer times: {n,m} multiplies' };
  } catch (error) {
    const cure =
      'look-around and back references are not supported, because they cannot run in linear time';
    return { what: messageOf(error), cure };
  }
}

/** Replaces every match in the text; `$1` is the first group. */
export function regexReplacer(source: string, replacement: string): (text: string) => string {
  const compiled = RE2JS.compile(source);
  return (text) => compiled.matcher(text).replaceAll(replacement);
}

/** Matches anywhere in the text, in time linear in its length. */
export function regexTester(source: string, flags: number): (text: string) => boolean {
  const compiled = RE2JS.compile(source, flags);
  return (text) => compiled.test(text);
}
