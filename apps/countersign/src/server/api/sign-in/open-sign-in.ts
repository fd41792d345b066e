import { join } from 'node:path';
import type { Random } from '@countersign/core';
import { readSecret } from '@countersign/m365';
import type { Hono } from 'hono';
import { contentFolder } from '../../../config/installed-package.ts';
import type { ClientProof, OperatorsConfig } from '../../../config/operators-config.ts';
import type { OperatorSessions } from '../../../operators/authenticator.ts';
import type { OperatorState } from '../../../operators/operator-state.ts';
import { RolePolicies } from '../../../operators/roles/role-policies.ts';
import { Sessions } from '../../../operators/sessions/sessions.ts';
import { OperatorRights } from '../../../operators/sign-in/operator-rights.ts';
import {
  ProviderClient,
  type ProviderOptions,
} from '../../../operators/sign-in/provider-client.ts';
import type { ValidityClock } from '../../../operators/validity-clock.ts';
import { CALLBACK_PATH, type SignInDeps, signInRoutes } from './sign-in-routes.ts';

export type SignInSetup = {
  readonly config: OperatorsConfig;
  readonly state: OperatorState;
  readonly clock: ValidityClock;
  readonly random: Random;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The scopes of all operations. */
  readonly scopes: readonly string[];
  readonly record: SignInDeps['record'];
};

export type SignIn = {
  readonly operators: OperatorSessions;
  /** Undefined without an identity provider. */
  readonly routes: Hono | undefined;
  /** Sentences for the log at the start. */
  readonly notices: readonly string[];
};

/**
 * Opens the sign-in of operators, as configured.
 *
 * @throws PolicyError POLICY_INVALID, and errors of secrets
 */
export function openSignIn(setup: SignInSetup): SignIn {
  const { config, state, clock, random, scopes, record } = setup;
  const policies = RolePolicies.read(config.roles ?? join(contentFolder(), 'roles'), scopes);
  const regions = new Map(Object.entries(config.regions));
  const rights = new OperatorRights({ rules: config.assignments, policies, regions });
  const sessions = new Sessions({ table: state.sessions, clock, random });
  const { origin, protocol } = new URL(config.url);
  const transport = protocol === 'https:' ? 'https' : 'http';
  const operators = { sessions, rights, transport, origin } as const;
  if (config.provider === undefined) return { operators, routes: undefined, notices: [] };
  const { issuer, clientId, proof } = config.provider;
  const provider = openedOnce({
    ...{ issuer, clientId, proof: proofOf(proof, setup.env) },
    redirectUri: `${origin}${CALLBACK_PATH}`,
  });
  const routes = signInRoutes({ ...operators, provider, table: state.sessions, clock, record });
  return { operators, routes, notices: noticesAbout(issuer) };
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
