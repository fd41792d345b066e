import type { Clock } from '@countersign/core';
import type { LedgerReader } from '@countersign/ledger/reader';
import { Authenticator } from '../../operators/authenticator.ts';
import { followEntries } from '../../operators/follow-entries.ts';
import { OperatorState } from '../../operators/operator-state.ts';
import type { Regions } from '../../operators/regions.ts';
import { ValidityClock } from '../../operators/validity-clock.ts';
import type { StoreReader } from '../../store/store-reader.ts';

export type AuthenticatorParts = {
  readonly dir: string;
  readonly clock: Clock;
  readonly ledger: LedgerReader;
  readonly store: StoreReader;
  readonly regions: Regions;
  readonly onFailure: (error: unknown) => void;
};

/** Opens the state of operators, with every entry about them. */
export async function openAuthenticator(
  parts: AuthenticatorParts,
): Promise<{ readonly authenticator: Authenticator; readonly state: OperatorState }> {
  const { dir, clock, ledger, store, regions, onFailure } = parts;
  const state = OperatorState.open(dir);
  await followEntries(state, { store, reader: ledger });
  const options = { state, clock: new ValidityClock(clock), regions, onFailure };
  return { authenticator: new Authenticator(options), state };
}
