import { join } from 'node:path';
import { messageOf } from '@countersign/core';
import { readSecret } from '@countersign/m365';
import { contentFolder } from '../../config/installed-package.ts';
import type { IdentityProviderConfig, OperatorsConfig } from '../../config/operators-config.ts';
import { SCOPES } from '../definition/scopes.ts';
import { type Check, CheckList } from './check.ts';

/** The scope of an administrator, who lets others in. */
const ADMINISTERS = 'operators:administer';

/** Tokens of a provider are accepted within 60 s (contracts 2.1); half of it leaves room. */
const SKEW_MS_MAX = 30_000;

/** As the sign-in pages have it: providers compare the address exactly. */
const CALLBACK_PATH = '/sign-in/callback';

const FETCH_MS_MAX = 5_000;

export type OperatorContext = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** This machine's time, in milliseconds. */
  readonly nowMs: () => number;
};

/** Whether operators can sign in, and whether one of them can be an administrator. */
export async function operatorChecks(
  config: OperatorsConfig | undefined,
  context: OperatorContext,
): Promise<readonly Check[]> {
  const list = new CheckList('operators');
  if (config === undefined) return list.checks;
  await administratorCheck(list, config);
  const { provider, url } = config;
  if (provider === undefined) {
    const cure = 'add operators.provider; until then, only programs with tokens can ask';
    list.unknown('provider', 'no identity provider is configured', cure);
    return list.checks;
  }
  await clockCheck(list, provider, context);
  await clientCheck(list, provider, { url, env: context.env });
  return list.checks;
}

/** An administrator needs all tenants: one of a part cannot let others into the rest. */
async function administratorCheck(list: CheckList, config: OperatorsConfig): Promise<void> {
  const what = 'administrator';
  const cure = 'assign the role administrator to a group or a person in operators.assignments';
  const { RolePolicies } = await import('../../operators/roles/role-policies.ts');
  const { grantsOf } = await import('../../operators/roles/grants.ts');
  try {
    const folder = config.roles ?? join(contentFolder(), 'roles');
    const policies = RolePolicies.read(folder, SCOPES);
    const regions = new Map(Object.entries(config.regions));
    const able = config.assignments.filter((assignment) =>
      grantsOf([assignment], policies, regions).some(
        ({ scope, tenants, groups }) =>
          scope === ADMINISTERS && tenants === 'all' && groups === undefined,
      ),
    );
    const names = able.map(({ role, claim }) => `${role} by ${claim.kind} ${claim.value}`);
    if (able.length === 0) list.no(what, 'no assignment makes anyone an administrator', cure);
    else list.yes(what, names.join(', '));
  } catch (error) {
    list.no(what, `the roles cannot be read: ${messageOf(error)}`, 'correct the role policies');
  }
}

async function clockCheck(
  list: CheckList,
  { issuer }: IdentityProviderConfig,
  { nowMs }: OperatorContext,
): Promise<void> {
  const what = 'clock of the provider';
  const cure = 'set the clock of this machine (NTP)';
  const url = `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`;
  try {
    const signal = AbortSignal.timeout(FETCH_MS_MAX);
    const beganMs = nowMs();
    const reply = await fetch(url, { signal, redirect: 'error' });
    await reply.body?.cancel();
    const statedMs = Date.parse(reply.headers.get('date') ?? '');
    if (Number.isNaN(statedMs)) {
      list.unknown(what, 'it does not state its time', 'compare the clocks yourself');
      return;
    }
    // The header has seconds, and the answer took time.
    const skewMs = (beganMs + nowMs()) / 2 - statedMs;
    const seconds = Math.round(Math.abs(skewMs) / 1000);
    const text = `${issuer} and this machine differ by ${seconds} s`;
    if (Math.abs(skewMs) <= SKEW_MS_MAX) list.yes(what, text);
    else list.no(what, `${text}: sign-ins will fail`, cure);
  } catch (error) {
    const because = messageOf((error as { readonly cause?: unknown }).cause ?? error);
    list.unknown(what, `it does not answer: ${because}`, 'check the issuer, DNS and the firewall');
  }
}

async function clientCheck(
  list: CheckList,
  { issuer, clientId, proof }: IdentityProviderConfig,
  { url, env }: { readonly url: string; readonly env: OperatorContext['env'] },
): Promise<void> {
  const what = 'client of the provider';
  const cure = 'create a new secret or key at the provider, and replace the file';
  const { ProviderClient } = await import('../../operators/sign-in/provider-client.ts');
  try {
    const text = readSecret(proof.place, env).reveal();
    const client = await ProviderClient.open({
      ...{ issuer, clientId, redirectUri: `${new URL(url).origin}${CALLBACK_PATH}` },
      proof:
        proof.kind === 'secret'
          ? { kind: 'secret', secret: text }
          : { kind: 'key', pem: text, keyId: proof.keyId },
    });
    const found = await client.testClient();
    if (found.kind === 'accepted') list.yes(what, `${issuer} accepts ${clientId}`);
    else if (found.kind === 'refused') {
      list.no(what, `${issuer} refuses ${clientId}: ${found.because}`, cure);
    } else list.unknown(what, found.because, 'sign in once to see');
  } catch (error) {
    list.no(what, messageOf(error), 'check operators.provider and the file of its secret');
  }
}
