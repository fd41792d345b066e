import { blobHost } from '../azure-monitor/blob-service.ts';
import type { StorageAccount } from '../azure-monitor/storage-sas.ts';
import type { Actor, Occurrence } from '../core/feed-record.ts';
import { SeededRandom } from '../core/seeded-random.ts';
import { Directory } from '../directory/directory.ts';
import type { DirectorySeed } from '../directory/model/directory-seed.ts';
import type { FeedStore } from '../feeds/feed-store.ts';
import { graphHost } from '../graph/graph-service.ts';
import type { Withheld } from '../graph/routes/reports.ts';
import type { Reply } from '../http/http-message.ts';
import type { Router } from '../http/router.ts';
import type { LoginDirectory, RegisteredApp, Resource } from '../login/login-directory.ts';
import type { TokenMint } from '../login/token-mint.ts';
import type { Population } from '../population/population.ts';
import { CompanyLogin } from './company-login.ts';
import { companySeed } from './company-seed.ts';
import {
  connectExtension,
  connectMethod,
  type ExtensionSetup,
  type MethodSetup,
} from './external-method.ts';
import { GovernedActor } from './governed-actor.ts';

export type Company = {
  readonly population: Population;
  /** Applications as which clients of the emulator authenticate. */
  readonly apps: readonly RegisteredApp[];
  /** Default: P2. */
  readonly license?: DirectorySeed['license'];
  /** Whether its policy for a second factor is in force. Default: `enabled`. */
  readonly factorPolicy?: 'enabled' | 'disabled';
};

export type CompaniesOptions = {
  readonly seed: string | number;
  readonly companies: readonly Company[];
  readonly resources: readonly Resource[];
  /** Virtual time on the services' clocks. */
  readonly now: () => number;
};

export type CompanyHost = {
  readonly name: 'graph' | 'storage';
  readonly router: Router;
  readonly refuse: () => Reply;
};

/** The directories of all tenants, and the services on top of them. */
export class Companies {
  /** By tenant id. */
  readonly directories: ReadonlyMap<string, Directory>;
  readonly login: LoginDirectory;
  /** Receives the diagnostic exports of all tenants. */
  readonly storageAccount: StorageAccount;
  readonly #options: CompaniesOptions;
  readonly #random: SeededRandom;

  constructor(options: CompaniesOptions) {
    const { seed, companies, resources, now } = options;
    this.#options = options;
    this.#random = new SeededRandom(seed, 'connections');
    this.directories = new Map(
      companies.map(({ population, apps, license, factorPolicy }) => [
        population.tenant.id,
        new Directory({
          seed: companySeed({
            ...{ population, apps, resources },
            ...(license && { license }),
            ...(factorPolicy && { factorPolicy }),
          }),
          puid: (userId) => accountOf(population, userId)?.puid,
        }),
      ]),
    );
    this.login = new CompanyLogin({ directories: this.directories, resources, now });
    const random = new SeededRandom(seed, 'storage account');
    const key = Buffer.from(Array.from({ length: 64 }, () => random.int(0, 256)));
    this.storageAccount = {
      name: `logs${random.int(10_000_000, 100_000_000)}`,
      key: key.toString('base64'),
      tenantIds: [...this.directories.keys()],
    };
  }

  /** Connects an external authentication method to a tenant, from now on. */
  connectMethod(tenantId: string, setup: MethodSetup): void {
    connectMethod(this.#need(tenantId), this.#making(), setup);
  }

  /** Connects a custom extension for token issuance, from now on. */
  connectExtension(tenantId: string, setup: ExtensionSetup): void {
    connectExtension(this.#need(tenantId), this.#making(), setup);
  }

  #need(tenantId: string): Directory {
    const directory = this.directories.get(tenantId);
    if (directory === undefined) throw new RangeError(`the emulator has no tenant ${tenantId}`);
    return directory;
  }

  #making(): { ids: () => string; atMs: number } {
    return { ids: () => this.#random.guid(), atMs: this.#options.now() };
  }

  /** Wraps an actor, so that changes of the directories affect its acts. */
  governed(actor: Actor, startMs: number): GovernedActor {
    return new GovernedActor({ actor, directories: this.directories, startMs });
  }

  /** Graph, and the storage account of the diagnostic export. */
  hosts(world: {
    readonly store: FeedStore;
    readonly mint: TokenMint;
    readonly take: (happening: Occurrence) => void;
    readonly scheme: 'http' | 'https';
    readonly withheld?: Withheld;
  }): readonly CompanyHost[] {
    const { seed, now } = this.#options;
    const { mint, withheld, ...rest } = world;
    const shared = { seed, now, ...rest };
    const verify: Parameters<typeof graphHost>[0]['verify'] = (token, ms) => mint.verify(token, ms);
    const directory = (tenantId: string): Directory | undefined => this.directories.get(tenantId);
    const population = (tenantId: string): Population | undefined =>
      this.#options.companies.find((one) => one.population.tenant.id === tenantId)?.population;
    return [
      graphHost({
        ...{ ...shared, verify, directory, population },
        ...(withheld !== undefined && { withheld }),
      }),
      blobHost({ ...shared, verify, accounts: [this.storageAccount] }),
    ];
  }
}

/** Accounts with a mailbox: people, and the reserved account. */
function accountOf(population: Population, userId: string): { readonly puid: string } | undefined {
  const { account } = population.setApart;
  return userId === account.objectId ? account : population.personByObjectId(userId);
}
