import type { Answer, Page } from '@countersign/client';
import { texts } from '../../texts/en.ts';

/**
 * A yes about all items of a list holds only if all of them were read. A no needs one item, so it
 * holds for any part.
 *
 * @param unknown the sentence if it cannot be told
 */
export function wholeAnswer<Found extends { readonly answer: Answer; readonly text: string }>(
  found: Found,
  last: Page<unknown>,
  unknown: string,
): { readonly answer: Answer; readonly text: string } {
  if (found.answer.kind !== 'yes' || last.next === null) return found;
  const because = [{ code: 'not-all-read', text: texts.list.notAllRead }];
  return { answer: { kind: 'unknown', because }, text: unknown };
}
