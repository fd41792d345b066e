import type { SourceId } from '@countersign/core';
import { SIGN_DEPTH_MAX, SIGN_MEMBERS_MAX } from '../limits.ts';
import type { CanaryAct, CanaryPlan } from './canary-plan.ts';

/** How to recognize a canary's record in a feed: a text in a member of that name, at any depth. */
export type CanaryMarker = {
  readonly source: SourceId;
  /** Null if each feed names the operation differently. */
  readonly operation: string | null;
  readonly member: string;
  readonly text: string;
};

/** The prefix of every mark. No other text of a tenant has it. */
export const CANARY_MARK = 'countersign-canary-';

/**
 * How to recognize the record of an act in each feed: by the mark in the changed object, or for a
 * sign-in by the token id. The act that reverts it also contains the mark, as an old value or under
 * another operation.
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

/** Returns whether a record, parsed as JSON, matches the sign. */
export function bears(record: unknown, { operation, member, text }: CanaryMarker): boolean {
  if (typeof record !== 'object' || record === null) return false;
  const said = (record as Json)['Operation'] ?? (record as Json)['operation'];
  if (operation !== null && (typeof said !== 'string' || said.trim() !== operation)) return false;
  const name = member.toLowerCase();
  return holds(record as Json, (key, value) => key.toLowerCase() === name && value.includes(text));
}

type Json = { readonly [member: string]: unknown };

/** Records come from outside, so depth and size are limited. */
function holds(record: Json, fits: (key: string, value: string) => boolean): boolean {
  let left = SIGN_MEMBERS_MAX;
  const search = (value: object, depth: number): boolean =>
    Object.entries(value).some(([key, inner]: [string, unknown]) => {
      if (left-- <= 0) return false;
      if (typeof inner === 'string') return fits(key, inner);
      if (typeof inner !== 'object' || inner === null || depth >= SIGN_DEPTH_MAX) return false;
      return search(inner, depth + 1);
    });
  return search(record, 0);
}
