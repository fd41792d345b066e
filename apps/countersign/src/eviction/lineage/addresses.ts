import { plural } from '@countersign/core';
import type { AddressUser, IncidentSource } from '../analysis/eviction-source.ts';
import { calledName, uidName } from '../analysis/party-names.ts';
import { ADDRESS_LOOKBACK_MS, ADDRESS_SHARED_MIN } from '../limits.ts';
import type { PartyReference } from '../reversals/parties.ts';
import type { Lineage } from './lineage.ts';
import type { AddressClue } from './seeds.ts';
import { isPrivateAddress, isVendorAddress } from './vendor-addresses.ts';

/** Number of people who used an address before the attack; null if that time is unknown. */
export type EarlierUse = { readonly people: number | null; readonly because: string };

/** An address in findings: whether it is followed, and why. */
export type AddressStatus = {
  readonly ip: string;
  readonly isFollowed: boolean;
  /** Too many users: an act from there says nothing about the actor. */
  readonly isCrowded: boolean;
  readonly because: string;
  readonly earlier: EarlierUse;
};

/**
 * Classifies the addresses in findings. An address with earlier or many users belongs to them, even
 * if an intruder came from there too. Acts from it are not suspect for that reason.
 */
export async function statusesOf(
  clues: readonly AddressClue[],
  lineage: Lineage,
  source: IncidentSource,
  sinceMs: number,
): Promise<readonly AddressStatus[]> {
  const byAddress = Map.groupBy(clues, ({ ip }) => ip);
  const period = { fromMs: sinceMs - ADDRESS_LOOKBACK_MS };
  const users = Map.groupBy(await source.users([...byAddress.keys()], period), ({ ip }) => ip);
  const historyMs = await source.historyMs({ ...period, toMs: sinceMs });
  return [...byAddress].map(([ip, own]) => {
    const use = usersOf(users.get(ip) ?? [], lineage);
    return statusOf({ ip, clues: own, sinceMs, historyMs, use });
  });
}

type User = { readonly isTainted: boolean; readonly firstMs: number };

/** Each party once, with its first success there. */
function usersOf(users: readonly AddressUser[], lineage: Lineage): readonly User[] {
  const parties = new Map<string, User>();
  for (const user of users) {
    const party = lineage.partyOf(calledBy(user));
    if (party === undefined) continue;
    const firstMs = Math.min(parties.get(party)?.firstMs ?? user.firstMs, user.firstMs);
    parties.set(party, { isTainted: lineage.has(party), firstMs });
  }
  return [...parties.values()];
}

export function calledBy({ tenant, uid, name, firstMs }: Omit<AddressUser, 'ip'>): PartyReference {
  const names = [
    ...(uid === null ? [] : [uidName(uid)]),
    ...(name === null ? [] : [calledName(tenant, name)]),
  ];
  return { names, tenant, atMs: firstMs };
}

function statusOf(of: {
  readonly ip: string;
  readonly clues: readonly AddressClue[];
  readonly sinceMs: number;
  readonly historyMs: number | null;
  readonly use: readonly User[];
}): AddressStatus {
  const { ip, clues, sinceMs, historyMs, use } = of;
  const earlier = earlierUse(use, sinceMs, historyMs);
  const others = use.filter(({ isTainted }) => !isTainted);
  const isCrowded = others.length >= ADDRESS_SHARED_MIN;
  const not = (because: string): AddressStatus => {
    return { ip, isFollowed: false, isCrowded, because, earlier };
  };
  if (isVendorAddress(ip)) return not("it is an address of the vendor's own services");
  if (isPrivateAddress(ip)) return not('it is a private address, which many networks use');
  const before = use.filter(({ firstMs }) => firstMs < sinceMs);
  if (before.length > 0) return not(`${people(before.length)} used it before the attack`);
  // Another finding reports a successful guess and taints its target. Other users of the address
  // live there.
  const isGuess = clues.every(({ kind }) => kind === 'attempt');
  if (isGuess && others.length > 0) {
    const use = plural(others.length, 'account uses', 'accounts use');
    return not(`${use} it, and no finding reports a successful guess from it`);
  }
  const cluedMs = Math.min(...clues.map(({ taint }) => taint.sinceMs));
  const first = others.filter(({ firstMs }) => firstMs < cluedMs);
  if (first.length > 0) {
    return not(`${people(first.length)} used it before the first finding`);
  }
  if (isCrowded) return not(`${people(others.length)} without other signs of an attack use it`);
  return { ip, isFollowed: true, isCrowded, because: earlier.because, earlier };
}

function earlierUse(use: readonly User[], sinceMs: number, historyMs: number | null): EarlierUse {
  if (historyMs === null) {
    const because =
      'the number of people who used it before the attack is unknown: the ledger holds no ' +
      `record from before ${dateOf(sinceMs)}`;
    return { people: null, because };
  }
  const count = use.filter(({ firstMs }) => firstMs < sinceMs).length;
  const who = count === 0 ? 'no other person' : people(count);
  return { people: count, because: `${who} used it from ${dateOf(historyMs)} to the attack` };
}

function people(count: number): string {
  return plural(count, 'account');
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
