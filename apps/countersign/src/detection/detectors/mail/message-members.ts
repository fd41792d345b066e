import { DELIVERIES_READ_MAX } from '../limits.ts';
import { textOf } from '../windows/event-query.ts';
import type { DetectionWindow } from '../windows/window-detector.ts';

type Members = Readonly<Record<string, unknown>>;

/**
 * Members of the first of these entries that has a member of this name, in the record or in the
 * export's place for it. `entries` is an SQL list such as `[1, 2]`.
 */
export async function memberOfEntries(
  { bodyOf }: DetectionWindow,
  entries: string,
  name: string,
): Promise<Members | undefined> {
  const indexes = (entries.match(/\d+/g) ?? []).map(Number);
  for (const index of indexes.slice(0, DELIVERIES_READ_MAX)) {
    const whole = objectOf(parsed((await bodyOf(index)) ?? ''));
    for (const members of [whole, objectOf(whole['properties'])]) {
      if (members[name] !== undefined) return members;
    }
  }
  return undefined;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

export function objectOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {};
}

export function memberText(members: Members, name: string): string {
  const value = members[name];
  return typeof value === 'string' ? (textOf(value) ?? '') : '';
}
