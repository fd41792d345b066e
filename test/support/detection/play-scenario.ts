import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Emulator,
  type EmulatorOptions,
  type EmulatorTruth,
  type Feed,
  type PolicyFiles,
  policyFilesOf,
  startEmulator,
} from '@countersign/emulator';

const DAY_MS = 86_400_000;

/** Every feed that leaves records on disk, like its exports. */
export const PLAYED_FEEDS: readonly Feed[] = [
  'activity/Audit.AzureActiveDirectory',
  'activity/Audit.Exchange',
  'activity/Audit.SharePoint',
  'activity/Audit.General',
  'graph/messageTraces',
  'azure/SignInLogs',
  'azure/NonInteractiveUserSignInLogs',
  'azure/ServicePrincipalSignInLogs',
  'azure/ManagedIdentitySignInLogs',
  'azure/MicrosoftServicePrincipalSignInLogs',
  'azure/AuditLogs',
  'azure/MicrosoftGraphActivityLogs',
  'azure/EmailEvents',
  'azure/EmailAttachmentInfo',
  'azure/EmailUrlInfo',
];

export type PlayOptions = EmulatorOptions & {
  readonly days: number;
  /** Feeds that are not written, like in a company without them. */
  readonly without?: readonly Feed[];
  /** The number of connected tenants, from the first on; default: all. */
  readonly connected?: number;
};

export type PlayResult = {
  /** One file per feed and tenant. Import the folder. */
  readonly folder: string;
  readonly truth: EmulatorTruth;
  readonly tenants: readonly string[];
  /** The first tenant's own files, for `policy use`. */
  readonly policyFiles: PolicyFiles;
  readonly records: number;
  readonly startMs: number;
  readonly endMs: number;
};

/** Plays scenarios and people, and writes the content of the feeds as NDJSON. */
export async function play(folder: string, options: PlayOptions): Promise<PlayResult> {
  const { days, without = [], connected, ...rest } = options;
  const startMs = rest.startMs ?? Date.UTC(2026, 2, 2);
  const emulator = await startEmulator({ ...rest, startMs, subscribed: 'before' });
  try {
    // One more day, in which late records arrive.
    const chunks: Chunks = new Map();
    const tenants = emulator.tenants.slice(0, connected).map(({ tenantId }) => tenantId);
    for (let day = 0; day <= days; day++) {
      await emulator.advance(DAY_MS);
      gather(emulator, { tenants, without, fromMs: emulator.clock.now() - DAY_MS }, chunks);
    }
    mkdirSync(folder, { recursive: true });
    let records = 0;
    for (const [name, lines] of chunks) {
      records += lines.length;
      writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
    }
    const endMs = startMs + days * DAY_MS;
    const [first] = emulator.tenants;
    assert.ok(first !== undefined);
    const policyFiles = policyFilesOf(first, startMs);
    return { folder, truth: emulator.truth(), tenants, policyFiles, records, startMs, endMs };
  } finally {
    await emulator.stop();
  }
}

type Chunks = Map<string, string[]>;

function gather(
  emulator: Emulator,
  asked: { tenants: readonly string[]; without: readonly Feed[]; fromMs: number },
  into: Chunks,
): void {
  const toMs = emulator.clock.now();
  for (const tenant of asked.tenants) {
    for (const feed of PLAYED_FEEDS) {
      if (asked.without.includes(feed)) continue;
      const name = `${tenant}-${feed.replace('/', '-')}.ndjson`;
      const lines = into.get(name) ?? [];
      for (const { json } of emulator.store.listed(feed, tenant, asked.fromMs, toMs)) {
        lines.push(json);
      }
      if (lines.length > 0) into.set(name, lines);
    }
  }
}
