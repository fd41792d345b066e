import type { Answer, Operations } from '@countersign/client';
import { coverageTexts as t } from '../../texts/coverage.ts';

export type Rule = Operations['rulesStatus']['output'];

/** Do all rules receive their logs? A rule for hand-imported files waits for no collector. */
export function rulesAnswer(
  all: readonly Rule[],
  timeText: (iso: string) => string,
): { readonly answer: Answer; readonly text: string } {
  const rules = all.filter(({ handedIn }) => !handedIn);
  const blind = rules.filter(({ state }) => state === 'blind' || state === 'failed');
  const partial = rules.filter((rule) => rule.state === 'partial' || isIncomplete(rule));
  const because = [...new Set([...blind, ...partial].map((rule) => reasonOf(rule)))]
    .filter((text) => text !== '')
    .map((text) => ({ code: 'rules', text }));
  const more = all.length - rules.length;
  const note = more > 0 ? [{ code: 'handed-in', text: t.rules.handedIn(more) }] : [];
  if (rules.length === 0) {
    return { answer: { kind: 'unknown', because: note }, text: t.rules.none };
  }
  if (blind.length > 0) {
    const since = blind.map((rule) => rule.since ?? '').filter((text) => text !== '');
    const earliest = since.sort()[0];
    const text =
      earliest === undefined || since.length < blind.length
        ? t.rules.no(blind.length, rules.length)
        : t.rules.since(timeText(earliest), blind.length, rules.length);
    return { answer: { kind: 'no', because: [...because, ...note] }, text };
  }
  if (partial.length > 0) {
    const text = t.rules.unknown(partial.length, rules.length);
    return { answer: { kind: 'unknown', because: [...because, ...note] }, text };
  }
  return { answer: { kind: 'yes', because: note }, text: t.rules.yes(rules.length) };
}

function isIncomplete({ state, incomplete }: Rule): boolean {
  return state === 'live' && incomplete !== null;
}

function reasonOf({ because, incomplete }: Rule): string {
  return because ?? incomplete ?? '';
}
