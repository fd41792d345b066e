import { type AuthorizedResource, authorize } from '../../../operators/authorize.ts';
import type { Caller } from '../../../operators/caller.ts';
import { refuse } from '../http/problem.ts';

/** A caller who states both sees names, if it has the scope. The values are percent-encoded. */
export const PURPOSE_HEADER = 'countersign-purpose';
export const CASE_HEADER = 'countersign-case';

/** Why a caller reads names. */
export type NamesReason = { readonly purpose: string; readonly case: string };

/** Undefined: the request states no reason. @throws ProblemError 400 */
export function namesReasonOf(headers: Headers): NamesReason | undefined {
  const [purpose, ofCase] = [textOf(headers, PURPOSE_HEADER), textOf(headers, CASE_HEADER)];
  if (purpose === undefined && ofCase === undefined) return undefined;
  if (purpose === undefined || ofCase === undefined) {
    const text = `send ${PURPOSE_HEADER} and ${CASE_HEADER} together, or neither`;
    refuse(400, 'invalid-purpose', text);
  }
  return { purpose, case: ofCase };
}

/** The caller, who sees names for this reason. @throws ProblemError 403 */
export function withNames(
  caller: Caller,
  about: Pick<AuthorizedResource, 'personGroups'>,
  nowMs: number,
): Caller {
  const decided = authorize(caller, { name: 'names', scope: 'names:read' }, about, nowMs);
  if (decided.kind === 'permit') return { ...caller, people: 'names' };
  return refuse(403, decided.cause, decided.because);
}

function textOf(headers: Headers, name: string): string | undefined {
  const given = headers.get(name);
  if (given === null) return undefined;
  try {
    const text = decodeURIComponent(given).trim();
    if (text !== '') return text;
  } catch {
    // Refused below.
  }
  return refuse(400, 'invalid-purpose', `${name} is percent-encoded text, and not empty`);
}
