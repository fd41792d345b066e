import type { SourceId } from '@countersign/core';
import { SIGN_DEPTH_MAX, SIGN_MEMBERS_MAX } from '../limits.ts';
import type { CanaryAct, CanaryPlan } from './canary-plan.ts';

/** By what a feed's record of a canary is known: a text in a member of that name, at any depth. */
export type CanaryMarker = {
  readonly source: SourceId;
  /** Null where each feed words the operation in its own way. */
  readonly operation: string | null;
  readonly member: string;
  readonly text: string;
};

/** With what every mark begins: no other text of a tenant does. */
export const CANARY_MARK = 'countersign-canary-';

/**
 * How the record of an act will be known in each feed: by the mark in what was acted on, for a
 * sign-in by the id of the token. What undoes the act, or is done next, names the mark as well:
 * as what was, and under another operation.
 */
export function canarySigns(
  { act, sources }: Pick<CanaryPlan, 'act' | 'sources'>,
  { mark, tokenId }: { readonly mark: string; readonly tokenId: string },
): CanaryMarker[] {
  const { operation, member } = SIGNS[act];
  const text = act === 'sign-in' ? tokenId : mark;
  return sources.map((source) => ({ source, operation, member, text }));
}

const SIGNS: Readonly<Record<CanaryAct, Pick<CanaryMarker, 'operation' | 'member'>>> = {
  draft: { operation: 'Create', member: 'Subject' },
  file: { operation: 'FileUploaded', member: 'SourceFileName' },
  channel: { operation: 'ChannelSettingChanged', member: 'NewValue' },
  attribute: { operation: null, member: 'NewValue' },
  'sign-in': { operation: null, member: 'uniqueTokenIdentifier' },
};

/** Whether a record, parsed as JSON, is the one that the sign describes. */
export function bears(record: unknown, { operation, member, text }: CanaryMarker): boolean {
  if (typeof record !== 'object' || record === null) return false;
  const said = (record as Json)['Operation'] ?? (record as Json)['operation'];
  if (operation !== null && (typeof said !== 'string' || said.trim() !== operation)) return false;
  const name = member.toLowerCase();
  return holds(record as Json, (key, value) => key.toLowerCase() === name && value.includes(text));
}

type Json = { readonly [member: string]: unknown };

/** Records come from outside: neither their depth nor their size is ours. */
function holds(record: Json, fits: (key: string, value: string) => boolean): boolean {
  let left = SIGN_MEMBERS_MAX;
  const look = (value: object, depth: number): boolean =>
    Object.entries(value).some(([key, inner]: [string, unknown]) => {
      if (left-- <= 0) return false;
      if (typeof inner === 'string') return fits(key, inner);
      if (typeof inner !== 'object' || inner === null || depth >= SIGN_DEPTH_MAX) return false;
      return look(inner, depth + 1);
    });
  return look(record, 0);
}
