import { idsNamed, isCutId } from '@countersign/core';
import type { IdColumn } from '../../store/query/ids-like.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { invalidInput, type OperationError } from '../definition/errors.ts';

/** Number of ids that a message lists if a part matches several. */
const CANDIDATES_SHOWN = 5;

/** What an id identifies, and the command that lists the ids. */
type Kind = { readonly what: string; readonly list: string };

/**
 * The one id that a text names: the whole id, its beginning, or the shortened form of a table.
 *
 * @throws OperationError INVALID_INPUT if it matches none, or several: then it lists them
 */
export function resolveId(text: string, ids: Iterable<string>, kind: Kind): string {
  const [only, ...more] = idsNamed(text, ids);
  if (only === undefined) throw noSuchId(text, kind);
  if (more.length > 0) throw ambiguousId(text, [only, ...more], kind);
  return only;
}

export function noSuchId(text: string, { what, list }: Kind): OperationError {
  return invalidInput(`could not find the ${what} "${text}": "countersign ${list}" lists them`);
}

export function ambiguousId(text: string, ids: readonly string[], { what }: Kind): OperationError {
  const shown = ids.slice(0, CANDIDATES_SHOWN).join(', ');
  const more = ids.length <= CANDIDATES_SHOWN ? '' : ` and ${ids.length - CANDIDATES_SHOWN} more`;
  return invalidInput(`"${text}" matches more than one ${what}: give one of ${shown}${more}`);
}

/**
 * The id that a table prints without its middle; any other text unchanged.
 *
 * @throws OperationError INVALID_INPUT if such an id matches none, or several
 */
export async function idOr<T extends string | undefined>(
  text: T,
  of: { readonly store: StoreReader; readonly column: IdColumn; readonly what: string },
): Promise<T | string> {
  if (text === undefined || !isCutId(text)) return text;
  const { store, column, what } = of;
  const { idsLike } = await import('../../store/query/ids-like.ts');
  return resolveId(text, await idsLike(store, column, text), { what, list: 'timeline' });
}
