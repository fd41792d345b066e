import { type Clock, ManualClock, systemClock, type TenantId, tenantId } from '@countersign/core';
import { type Observation, parseObservation } from '@countersign/coverage';
import type { LedgerReader } from '@countersign/ledger';
import {
  ActivityApi,
  ActivityCollector,
  CONTENT_TYPES,
  type Collector,
  type ContentType,
  HttpClient,
  type HttpOptions,
  type PollReport,
  RequestPace,
  Secret,
  type Sleep,
  systemWait,
  TokenSource,
} from '@countersign/m365';
import { LedgerSink } from '../../../apps/countersign/src/ingest/collection/ledger-sink.ts';
import { pollOnce } from '../../../apps/countersign/src/ingest/collection/poll-once.ts';
import {
  closeWriter,
  type HostWriter,
  openLedgerWriter,
} from '../../../apps/countersign/src/operations/host/open-writer.ts';
import { withAccount } from '../account.ts';

const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };

/** On a manual clock, waiting advances the time. */
function waitOn(clock: Clock): Sleep {
  if (!(clock instanceof ManualClock)) return systemWait;
  return async (ms, signal) => {
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    clock.advance(ms);
  };
}

export type ServiceAddress = {
  readonly origin: string;
  /** The login authority, if it is another one. */
  readonly login?: string;
  readonly clientId?: string;
  readonly secret?: string;
  readonly tenant: string;
  readonly clock?: Clock;
  readonly wait?: Sleep;
  readonly http?: Partial<HttpOptions>;
  readonly requestsPerMinute?: number;
  readonly contentTypes?: readonly ContentType[];
};

/** A collector of the whole Activity API of one tenant, as `serve` would create it. */
export function activityCollector(address: ServiceAddress): ActivityCollector {
  const { origin, clock = systemClock, wait = waitOn(clock) } = address;
  const { contentTypes = CONTENT_TYPES } = address;
  const tenant: TenantId = tenantId(address.tenant);
  const http = new HttpClient({
    origins: [origin, address.login ?? origin],
    clock,
    random,
    wait,
    ...address.http,
  });
  const allowance = { requests: address.requestsPerMinute ?? 1_000_000, perMs: 60_000 };
  const pace = new RequestPace({ clock, wait, allowance });
  const authorization = new TokenSource({
    http,
    clock,
    random,
    authority: address.login ?? origin,
    tenant,
    clientId: address.clientId ?? '66666666-7d2a-4f6b-9c3d-2e8a61f0b794',
    credential: { kind: 'secret', secret: new Secret(address.secret ?? 'secret') },
    scope: 'https://manage.office.com/.default',
  });
  const publisher = '99999999-7d2a-4f6b-9c3d-2e8a61f0b794';
  const api = new ActivityApi({ http, authorization, pace, root: origin, tenant, publisher });
  const skewMs = (): number => http.skewMs;
  return new ActivityCollector({ api, pace, clock, wait, tenant, contentTypes, skewMs });
}

/** Opens the ledger and a collection sink, and closes both. */
export async function withSink<T>(
  dir: string,
  clock: Clock,
  use: (sink: LedgerSink, writer: HostWriter) => Promise<T>,
): Promise<T> {
  const writer = await openLedgerWriter({ dir, clock, random });
  const sink = await LedgerSink.open(writer, { workers: 1 });
  try {
    return await use(sink, writer);
  } finally {
    await sink.close();
    await closeWriter(writer);
  }
}

export async function pollHere(
  dir: string,
  clock: Clock,
  collector: Collector,
): Promise<PollReport> {
  return withSink(dir, clock, (sink) => pollOnce(sink, collector));
}

/** Every observation in the ledger, oldest first. */
export async function observationsOf(dir: string): Promise<Observation[]> {
  return withAccount(dir, async ({ store, ledger }) => {
    const seen = await Promise.all(
      store.indicesOfKind('coverage').map((index) => bodyOf(ledger, index)),
    );
    return seen.flatMap((body) => parseObservation(body) ?? []);
  });
}

async function bodyOf(ledger: LedgerReader, index: number): Promise<unknown> {
  const body = await ledger.body(index);
  return body.kind === 'present' ? JSON.parse(Buffer.from(body.bytes).toString('utf8')) : undefined;
}
