import type { TenantId } from '@countersign/core';

/** The candidates of a search. Types are those of the schema. */
export interface Candidates {
  /** Ids of one type in a stable order: at most `count` after an id. */
  list(
    tenant: TenantId,
    type: string,
    range: { readonly after: string | undefined; readonly count: number },
  ): readonly string[];
}

/** The listed ids, then the other known ones, each once. */
export function inTurn(
  stated: readonly string[],
  known: Candidates['list'],
  { tenant, type }: { readonly tenant: TenantId; readonly type: string | undefined },
  { after, count }: { readonly after: string | undefined; readonly count: number },
): readonly string[] {
  const isStated = after !== undefined && stated.includes(after);
  const first =
    after === undefined ? stated : isStated ? stated.slice(stated.indexOf(after) + 1) : [];
  const rest = count - first.length;
  if (rest <= 0 || type === undefined) return first.slice(0, count);
  const range = { after: isStated ? undefined : after, count: rest };
  const others = known(tenant, type, range).filter((id) => !stated.includes(id));
  return [...first, ...others];
}
