import { join } from 'node:path';
import type { Random } from '@countersign/core';
import { readSecret } from '@countersign/m365';
import type { Hono } from 'hono';
import { contentFolder } from '../../../config/installed-package.ts';
import type { ClientProof, OperatorsConfig } from '../../../config/operators-config.ts';
import type { OperatorSessions } from '../../../operators/authenticator.ts';
import { isLoopbackName } from '../../../operators/links/sign-in-address.ts';
import type { OperatorState } from '../../../operators/operator-state.ts';
import { RolePolicies } from '../../../operators/roles/role-policies.ts';
import type { CookieTransport } from '../../../operators/sessions/session-cookie.ts';
import { Sessions } from '../../../operators/sessions/sessions.ts';
import { OperatorRights } from '../../../operators/sign-in/operator-rights.ts';
import {
  ProviderClient,
  type ProviderOptions,
} from '../../../operators/sign-in/provider-client.ts';
import type { ValidityClock } from '../../../operators/validity-clock.ts';
import { BrowserSessions, type RecordSignIn } from './browser-sessions.ts';
import type { PasskeyDeps } from './passkey-routes.ts';
import { CALLBACK_PATH, type IdentityProvider, signInRoutes } from './sign-in-routes.ts';

export type SignInSetup = {
  readonly config: OperatorsConfig | undefined;
  /** Where the service can be reached, and how. */
  readonly reach: 'loopback' | 'network';
  readonly transport: CookieTransport;
  readonly state: OperatorState;
  readonly clock: ValidityClock;
  readonly random: Random;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The scopes of all operations. */
  readonly scopes: readonly string[];
  readonly record: RecordSignIn;
  readonly recordPasskey: PasskeyDeps['recordPasskey'];
  readonly recordRefusal: PasskeyDeps['recordRefusal'];
};

export type SignIn = {
  readonly operators: OperatorSessions;
  readonly routes: Hono;
  /** Sentences for the log at the start. */
  readonly notices: readonly string[];
};

/**
 * Opens the sign-in of operators. Undefined: the service listens on a network, and the
 * configuration does not say under which address operators reach it.
 *
 * @throws PolicyError POLICY_INVALID, and errors of secrets
 */
export function openSignIn(setup: SignInSetup): SignIn | undefined {
  const { config, state, clock, random, scopes, record } = setup;
  const { recordPasskey, recordRefusal } = setup;
  const place = placeOf(setup);
  if (place === undefined) return undefined;
  const policies = RolePolicies.read(config?.roles ?? join(contentFolder(), 'roles'), scopes);
  state.roles.replace(policies.all());
  const regions = new Map(Object.entries(config?.regions ?? {}));
  const rights = new OperatorRights({ rules: config?.assignments ?? [], policies, regions });
  const sessions = new Sessions({ table: state.sessions, clock, random });
  const operators = { sessions, rights, ...place } as const;
  const routes = signInRoutes({
    ...{ sessions, rights, clock, table: state.sessions, links: state.links },
    ...{ recordPasskey, recordRefusal, passkeys: state.passkeys, origin: place.origin },
    browser: new BrowserSessions({ ...operators, operators: state.operators, clock, record }),
    identityProvider: config && identityProviderOf(config, setup.env),
  });
  const { provider } = config ?? {};
  return {
    operators,
    routes,
    notices: provider === undefined ? [] : noticesAbout(provider.issuer),
  };
}

/** On loopback, browsers use any name of this machine and the port that the listener has. */
function placeOf({
  config,
  reach,
  transport,
}: SignInSetup): Pick<OperatorSessions, 'transport' | 'origin'> | undefined {
  const url = config === undefined ? undefined : new URL(config.url);
  if (reach === 'loopback' && (url === undefined || isLoopbackName(url.hostname))) {
    return { transport, origin: { loopback: transport } };
  }
  if (url === undefined) return undefined;
  return { transport: url.protocol === 'https:' ? 'https' : 'http', origin: url.origin };
}

function identityProviderOf(
  { url, provider }: OperatorsConfig,
  env: SignInSetup['env'],
): IdentityProvider | undefined {
  if (provider === undefined) return undefined;
  const { issuer, clientId, proof } = provider;
  const { origin } = new URL(url);
  const client = openedOnce({
    ...{ issuer, clientId, proof: proofOf(proof, env) },
    redirectUri: `${origin}${CALLBACK_PATH}`,
  });
  return { client, origin };
}

/**
 * Opened by the first sign-in, and again after a failure: a provider that is down must not keep
 * programs with tokens out.
 */
function openedOnce(options: ProviderOptions): () => Promise<ProviderClient> {
  let opened: Promise<ProviderClient> | undefined;
  return () => {
    opened ??= ProviderClient.open(options).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}

function proofOf(proof: ClientProof, env: SignInSetup['env']): ProviderOptions['proof'] {
  const text = readSecret(proof.place, env).reveal();
  return proof.kind === 'secret'
    ? { kind: 'secret', secret: text }
    : { kind: 'key', pem: text, keyId: proof.keyId };
}

/** The suite that Countersign checks must not alone decide who may check it. */
const SUITE_HOST = 'login.microsoftonline.com';

function noticesAbout(issuer: string): readonly string[] {
  if (new URL(issuer).hostname !== SUITE_HOST) return [];
  return [
    'operators sign in through the suite that they monitor: an intruder in its directory can ' +
      'sign in here, and an outage of the suite locks operators out. Prefer another identity ' +
      'provider',
  ];
}
