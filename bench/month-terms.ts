import type { TenantAddress } from '../test/support/emulated-collectors.ts';

/** What a tenant that is measured for a month is to be. */
export type MonthAsk = {
  readonly people: number;
  readonly diligence: number;
  readonly startMs: number;
};

export type MonthOrder =
  | { readonly do: 'advance'; readonly ms: number }
  /** Records of the Activity API that became available since then, as `fingerprintOf` has them. */
  | { readonly do: 'offered'; readonly sinceMs: number }
  /** From now on nothing more goes wrong, but for what stays so. */
  | { readonly do: 'calm' }
  | { readonly do: 'account' };

export type MonthReply = {
  readonly address?: TenantAddress;
  readonly nowMs: number;
  readonly offered?: BigUint64Array;
  readonly account?: MonthAccount;
};

export type MonthAccount = {
  readonly defects: number;
  readonly strayed: number;
  /** Records that were made, in all feeds; of those, never handed out. */
  readonly made: number;
  readonly withheld: number;
  readonly memoryBytes: number;
};

/** Sixty random bits of a GUID: a month of a large tenant has no room for the whole of each. */
export function fingerprintOf(id: string): bigint {
  return BigInt(`0x${id.replaceAll('-', '').slice(0, 16)}`);
}
