import type { FeedRecord, Occurrence } from '../core/feed-record.ts';
import { SeededRandom } from '../core/seeded-random.ts';
import type { Person } from '../population/person.ts';
import type { Population } from '../population/population.ts';
import { mix } from '../population/quick-random.ts';
import type { Application } from '../population/tenant-objects.ts';
import type { AppAccount, Token } from '../records/account.ts';
import { FIRST_PARTY, RESOURCE_OF_JOB, servicePrincipalIdOf } from '../records/first-party-apps.ts';
import { graphCallRecords } from '../records/graph-activity.ts';
import { bindRecords, itemRecords } from '../records/mailbox.ts';
import { fileRecords } from '../records/sharepoint.ts';
import { signInRecords } from '../records/sign-in-record.ts';
import { appSignIn, vendorSignIn } from '../sign-in/app-flows.ts';
import { CLIENTS } from '../sign-in/clients.ts';
import { ropcSignIn, tokenIdOf } from '../sign-in/user-flows.ts';
import { HOUR_MS } from './limits.ts';

const MINUTE_MS = 60_000;
/** Delay between getting a token and using it. */
const WORK_AFTER_MS = 1500;
const WORK_STEP_MS = 4000;
const LIFE = { scenario: 'life', isAttacker: false } as const;

type Moment = { readonly atMs: number; readonly records: FeedRecord[] };

/** All acts of workloads in one hour, in time order. */
export function serviceHappenings(
  population: Population,
  seed: string | number,
  hour: number,
): Occurrence[] {
  const fromMs = hour * HOUR_MS;
  const moments: Moment[] = [];
  for (let index = 0; index < population.applicationCount; index++) {
    const app = population.application(index);
    for (const run of runsIn(population, index, app.everyMinutes, fromMs)) {
      const random = new SeededRandom(seed, population.tenant.key, 'app', index, run);
      moments.push(...applicationRun({ population, random, app, atMs: run }));
    }
  }
  for (let index = 0; index < population.serviceAccountCount; index++) {
    const { everyMinutes } = population.serviceAccount(index);
    for (const run of runsIn(population, 100 + index, everyMinutes, fromMs)) {
      const random = new SeededRandom(seed, population.tenant.key, 'account', index, run);
      moments.push(...accountRun(population, random, index, run));
    }
  }
  for (const run of runsIn(population, 200, 60, fromMs)) {
    const random = new SeededRandom(seed, population.tenant.key, 'vendor', run);
    moments.push(vendorRun(population, random, run));
  }
  return moments
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ atMs, records }) => ({
      atMs,
      tenantId: population.tenant.id,
      truth: LIFE,
      records,
    }));
}

/** Jobs run on a schedule, each at its own minute, and end within their hour. */
function runsIn(
  population: Population,
  salt: number,
  everyMinutes: number,
  fromMs: number,
): number[] {
  const period = everyMinutes * MINUTE_MS;
  const phase = mix(population.tenant.key, salt, 701) % period;
  const runs: number[] = [];
  for (let n = Math.floor((fromMs - phase) / period); ; n++) {
    const at = phase + n * period + (mix(population.tenant.key, salt, n, 702) % 900);
    if (at >= fromMs + HOUR_MS - MINUTE_MS) return runs;
    if (at >= fromMs) runs.push(at);
  }
}

type Run = {
  readonly population: Population;
  readonly random: SeededRandom;
  readonly app: Application;
  readonly atMs: number;
};

function applicationRun(run: Run): Moment[] {
  const { population, random, app, atMs } = run;
  const { tenant } = population;
  const requestId = random.guid();
  const kind =
    app.credential === 'secret'
      ? 'clientSecret'
      : app.credential === 'certificate'
        ? 'certificate'
        : 'managedIdentity';
  const account: AppAccount = app;
  const signIn = appSignIn(
    account,
    {
      atMs,
      requestId,
      correlationId: random.guid(),
      resourceId: RESOURCE_OF_JOB[app.job],
      address: app.address,
    },
    { kind, keyId: app.keyId, homeTenantId: app.homeTenantId },
  );
  const token: Token = {
    tokenId: tokenIdOf(requestId),
    sessionId: undefined,
    issuedMs: atMs,
    appId: app.appId,
    ip: app.address.ip,
    deviceId: undefined,
  };
  const moments: Moment[] = [{ atMs, records: signInRecords(tenant, signIn) }];
  const steps = app.job === 'vault' || app.job === 'audit' ? 0 : random.int(1, 6);
  for (let step = 0; step < steps; step++) {
    const at = atMs + WORK_AFTER_MS + step * WORK_STEP_MS;
    moments.push({ atMs: at, records: applicationStep({ ...run, atMs: at }, token) });
  }
  return moments;
}

function applicationStep({ population, random, app, atMs }: Run, token: Token): FeedRecord[] {
  const { tenant } = population;
  const person = population.person(random.int(0, population.size));
  const path =
    app.job === 'mail'
      ? `users/${person.objectId}/messages?$top=25`
      : app.job === 'files'
        ? `users/${person.objectId}/drive/delta`
        : 'users/delta?$select=id,displayName';
  const records = graphCallRecords(tenant, {
    atMs,
    requestId: random.guid(),
    operationId: random.guid(),
    method: 'GET',
    path,
    status: 200,
    token,
    who: { kind: 'app', app, roles: app.permissions.join(' ') },
    clientAuthMethod: app.credential === 'secret' ? 1 : 2,
    userAgent: '',
    place: 'West Europe',
  });
  if (app.job === 'mail') records.push(...reads(population, random, { app, person, atMs, token }));
  if (app.job === 'files') {
    records.push(...copies(population, random, { app, person, atMs, token }));
  }
  return records;
}

type Work = { app: Application; person: Person; atMs: number; token: Token };

function reads(population: Population, random: SeededRandom, work: Work): FeedRecord[] {
  const { app, person: owner, atMs, token } = work;
  const act = { atMs, id: random.guid(), owner, client: 'rest', token } as const;
  const messages = Array.from({ length: random.int(1, 9) }, (_, number) => ({
    internetMessageId: `<${random.guid()}@${population.tenant.domain}>`,
    subject: `Message ${number}`,
    bytes: random.int(8, 300) * 512,
  }));
  const reader = { kind: 'app', app } as const;
  return bindRecords(population.tenant, { ...act, reader }, { folder: 'Inbox', messages });
}

function copies(population: Population, random: SeededRandom, work: Work): FeedRecord[] {
  const { app, person, atMs, token } = work;
  return fileRecords(population.tenant, {
    atMs,
    id: random.guid(),
    correlationId: random.guid(),
    operation: 'FileDownloaded',
    who: { kind: 'app', app },
    token,
    userAgent: '',
    file: {
      site: population.driveOf(person),
      folder: 'Documents/Archive',
      name: `Backup ${random.int(1, 9000)}`,
      extension: 'docx',
      bytes: random.int(12, 9000) * 1024,
    },
  });
}

/** A scanner signs in with name and password, and sends its scans. */
function accountRun(
  population: Population,
  random: SeededRandom,
  index: number,
  atMs: number,
): Moment[] {
  const { tenant } = population;
  const account = population.serviceAccount(index);
  const requestId = random.guid();
  const sessionId = random.guid();
  const client =
    account.flow === 'smtp'
      ? CLIENTS.machine
      : { ...CLIENTS.machine, clientAppUsed: 'Other clients' };
  const appId = FIRST_PARTY.exchange;
  const signIn = ropcSignIn(
    account,
    {
      atMs,
      requestId,
      correlationId: random.guid(),
      appId,
      resourceId: FIRST_PARTY.exchange,
      address: account.address,
      sessionId,
      completedAfterMs: random.int(90_000, 600_000),
    },
    client,
  );
  const at = atMs + WORK_AFTER_MS;
  const act = {
    atMs: at,
    id: random.guid(),
    operation: 'Send',
    reader: { kind: 'user', account },
    owner: account,
    client: 'rest',
    token: {
      tokenId: tokenIdOf(requestId),
      sessionId,
      issuedMs: atMs,
      appId,
      ip: account.address.ip,
      deviceId: undefined,
    },
  } as const;
  const message = {
    internetMessageId: `<${random.guid()}@${tenant.domain}>`,
    subject: 'Scan',
    bytes: 409_600,
  };
  return [
    { atMs, records: signInRecords(tenant, signIn) },
    { atMs: at, records: itemRecords(tenant, act, { folder: 'Drafts', message }) },
  ];
}

function vendorRun(population: Population, random: SeededRandom, atMs: number): Moment {
  const { tenant } = population;
  const id = servicePrincipalIdOf(tenant.key, FIRST_PARTY.substrate);
  const signIn = vendorSignIn(FIRST_PARTY.substrate, id, {
    atMs,
    requestId: random.guid(),
    correlationId: random.guid(),
    resourceId: FIRST_PARTY.exchange,
    address: population.application(0).address,
  });
  return { atMs, records: signInRecords(tenant, signIn) };
}
