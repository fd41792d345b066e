import type { Clock, Random } from '@countersign/core';
import type { LedgerReader } from '@countersign/ledger/reader';
import type { OperatorsConfig } from '../../config/operators-config.ts';
import { SCOPES } from '../../operations/definition/scopes.ts';
import {
  recordOperatorPasskey,
  recordPasskeyRefusal,
} from '../../operations/operators/passkeys.ts';
import { recordSignIn } from '../../operations/operators/record-sign-in.ts';
import { Authenticator } from '../../operators/authenticator.ts';
import { followEntries } from '../../operators/follow-entries.ts';
import { OperatorState } from '../../operators/operator-state.ts';
import type { CookieTransport } from '../../operators/sessions/session-cookie.ts';
import { ValidityClock } from '../../operators/validity-clock.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import type { PerformWork } from './api-parts.ts';
import { openSignIn, type SignIn, type SignInSetup } from './sign-in/open-sign-in.ts';

export type AuthenticatorParts = {
  readonly dir: string;
  readonly clock: Clock;
  /** The time of this machine, by which people sign in, whatever an emulator shows. */
  readonly machineClock: Clock;
  readonly random: Random;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly ledger: LedgerReader;
  readonly store: StoreReader;
  readonly operators: OperatorsConfig | undefined;
  readonly reach: 'loopback' | 'network';
  readonly transport: CookieTransport;
  readonly perform: PerformWork;
  readonly onFailure: (error: unknown) => void;
};

/** The callers of this service. */
export type Callers = {
  readonly authenticator: Authenticator;
  readonly state: OperatorState;
  /** Undefined: no one can sign in. */
  readonly signIn: SignIn | undefined;
};

/** Opens the state of operators, with every entry about them. */
export async function openAuthenticator(parts: AuthenticatorParts): Promise<Callers> {
  const { dir, ledger, store, operators, onFailure } = parts;
  const state = OperatorState.open(dir);
  await followEntries(state, { store, reader: ledger });
  const clock = new ValidityClock(parts.clock);
  const signIn = openSignIn({ ...signInSetup(parts), state });
  const regions = new Map(Object.entries(operators?.regions ?? {}));
  const sessions = signIn?.operators;
  const options = { state, clock, regions, operators: sessions, onFailure };
  return { authenticator: new Authenticator(options), state, signIn };
}

/** Who acts where a caller proved nothing. */
const SERVICE = 'serve';

function signInSetup(parts: AuthenticatorParts): Omit<SignInSetup, 'state'> {
  const { random, env, perform, machineClock, operators: config, reach, transport } = parts;
  const record = async (operation: string, input: object, who: string): Promise<void> => {
    const work = { operation, input, tenant: undefined, who };
    await perform(work, new AbortController().signal);
  };
  return {
    ...{ config, reach, transport, random, env, scopes: SCOPES },
    clock: new ValidityClock(machineClock),
    record: (signIn, by) => record(recordSignIn.name, { ...signIn, by }, by),
    recordPasskey: (passkey, by) => record(recordOperatorPasskey.name, { passkey, by }, by),
    recordRefusal: (refusal) =>
      record(recordPasskeyRefusal.name, { ...refusal, by: SERVICE }, SERVICE),
  };
}
