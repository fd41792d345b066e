import { tenantId } from '@countersign/core';
import { type CanaryAct, canaryPlans } from '@countersign/coverage';
import type { Emulator } from '@countersign/emulator';
import { LedgerReader } from '@countersign/ledger';
import { HttpClient, Secret, TokenSource } from '@countersign/m365';
import {
  CanaryRunner,
  canaryTexts,
} from '../../../apps/countersign/src/ingest/canaries/canary-runner.ts';
import { GraphCanarySender } from '../../../apps/countersign/src/ingest/canaries/graph-canary-sender.ts';
import { LedgerSink } from '../../../apps/countersign/src/ingest/collection/ledger-sink.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../../apps/countersign/src/operations/host/open-writer.ts';
import { StoreReader } from '../../../apps/countersign/src/store/store-reader.ts';
import { clockOf } from './emulated-tenants.ts';

const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };

export type ProbedSink = {
  readonly sink: LedgerSink;
  readonly canaries: CanaryRunner;
  readonly store: StoreReader;
};

/** A collection sink with canaries in an emulated tenant, composed like in `serve`. */
export async function withCanaries<T>(
  {
    dir,
    emulator,
    ...options
  }: {
    readonly dir: string;
    readonly emulator: Emulator;
    readonly sources: readonly string[];
    readonly acts?: readonly CanaryAct[];
    readonly periodMs: number;
  },
  use: (probed: ProbedSink) => Promise<T>,
): Promise<T> {
  const [{ tenantId: tenant, population } = fail()] = emulator.tenants;
  const { clientId, clientSecret } = emulator.credentials.probe;
  const { login = '', graph = '' } = emulator.origins;
  const clock = clockOf(emulator);
  const wait = async (ms: number): Promise<void> => emulator.advance(Math.ceil(ms));
  const http = new HttpClient({
    ...{ origins: [login, graph], clock, random, wait, ca: emulator.ca },
  });
  const { account, site, team } = population.setApart;
  const sender = new GraphCanarySender({
    http,
    root: graph,
    places: {
      mailbox: account.upn,
      site: site.siteId,
      channel: { team: team.groupId, id: team.threadId },
      account: account.objectId,
    },
    newToken: () =>
      new TokenSource({
        ...{ http, clock, random, authority: login, tenant: tenantId(tenant), clientId },
        credential: { kind: 'secret', secret: new Secret(clientSecret) },
        scope: 'https://graph.microsoft.com/.default',
      }),
  });
  const { acts = sender.acts, sources, periodMs } = options;
  const plans = canaryPlans(tenant, sources, { acts, periodMs });
  const writer = await openLedgerWriter({ dir, clock, random });
  const sink = await LedgerSink.open(writer, { workers: 1, listenFor: canaryTexts([clientId]) });
  const store = await StoreReader.open(dir, { clock });
  const reader = await LedgerReader.open(dir);
  try {
    const canaries = await CanaryRunner.open({
      ...{ tenant, appId: clientId, plans, sender, sink, clock, random },
      ledger: { store, reader },
    });
    return await use({ sink, canaries, store });
  } finally {
    http.close();
    reader.close();
    store.close();
    await sink.close();
    await closeWriter(writer);
  }
}

function fail(): never {
  throw new RangeError('the emulator has no tenant');
}
