import type { Address } from '../../population/places.ts';
import type { Population } from '../../population/population.ts';
import type { Token } from '../../records/account.ts';
import { FIRST_PARTY } from '../../records/first-party-apps.ts';
import { appSignIn } from '../../sign-in/app-flows.ts';
import { refused, tokenIdOf } from '../../sign-in/user-flows.ts';
import { type ScenarioContext, TOKEN_LIFE_MS } from '../steps/scenario-context.ts';
import type { ScenarioApp } from '../steps/scenario-value.ts';
import { principalOf } from './audited-change.ts';
import type { Verb } from './verb.ts';

export type AppUse = {
  readonly app: ScenarioApp;
  readonly home: Population;
  readonly pool: readonly Address[] | 'fresh';
  readonly resourceId: string;
};

/** An application's token. It is renewed when it expires, possibly from another address. */
export class AppTokens {
  readonly #context: ScenarioContext;
  readonly #use: AppUse;
  #token: Token | undefined;

  constructor(context: ScenarioContext, use: AppUse) {
    this.#context = context;
    this.#use = use;
  }

  at(atMs: number): Token {
    if (this.#token === undefined || atMs - this.#token.issuedMs > TOKEN_LIFE_MS) {
      this.#token = this.#signIn(atMs - 2000);
    }
    return this.#token;
  }

  #signIn(atMs: number): Token {
    const { app, home, resourceId } = this.#use;
    const address = this.#context.address(this.#use.pool);
    const requestId = this.#context.random.guid();
    const { homeTenantId } = app;
    const keyId = app.secrets.at(-1)?.keyId ?? '';
    const signIn = appSignIn(
      {
        name: app.name,
        appId: app.appId,
        servicePrincipalId: principalOf(this.#context, app, home),
      },
      { atMs, requestId, correlationId: this.#context.random.guid(), resourceId, address },
      { kind: 'clientSecret', keyId, homeTenantId },
    );
    this.#context.signIn(home, signIn);
    return {
      tokenId: tokenIdOf(requestId),
      sessionId: undefined,
      issuedMs: atMs,
      appId: app.appId,
      ip: address.ip,
      deviceId: undefined,
    };
  }
}

/** An application signs in as itself: for Graph, unless `to: exchange`. */
export const appLogin: Verb = (context, args) => {
  const app = args.app('app');
  const home = args.tenant();
  const isMail = args.text('to', 'graph') === 'exchange';
  const resourceId = isMail ? FIRST_PARTY.exchange : FIRST_PARTY.graph;
  new AppTokens(context, { app, home, pool: args.pool(), resourceId }).at(context.nowMs + 2000);
  context.nowMs += context.random.int(3000, 30_000);
};

/** Tries wrong secrets on an application. */
export const guessSecret: Verb = (context, args) => {
  const app = args.app('app');
  const home = args.tenant();
  const pool = args.pool();
  for (let tries = args.integer('tries'); tries > 0; tries--) {
    const servicePrincipalId = principalOf(context, app, home);
    const request = {
      atMs: context.nowMs,
      requestId: context.random.guid(),
      correlationId: context.random.guid(),
      resourceId: FIRST_PARTY.graph,
      address: context.address(pool),
    };
    const credential = {
      kind: 'clientSecret',
      keyId: '',
      homeTenantId: app.homeTenantId,
    } as const;
    const account = { name: app.name, appId: app.appId, servicePrincipalId };
    context.signIn(home, refused(appSignIn(account, request, credential), 7000215));
    context.nowMs += context.random.int(20_000, 900_000);
  }
};
