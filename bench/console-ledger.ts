import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Actor, type JsonObject, type Occurrence, startEmulator } from '@countersign/emulator';
import { NORTHMOOR } from '@countersign/emulator/testing/office-worker';
import { configText, secretsOf } from '../test/support/collection/emulated-collectors.ts';
import { ServerProcess } from '../test/support/server-process.ts';
import { countersign, filledFolder } from './countersign.ts';
import { pieces, START_MS } from './generator.ts';
import { type BenchOptions, ROOT } from './harness.ts';

const COUNT = { short: 200_000, long: 10_000_000 } as const;

/** A data folder to use as it is, because a large one takes minutes to fill. */
const LEDGER = 'COUNTERSIGN_BENCH_LEDGER';

/** The person of the longest statement. */
export const BUSY = 'busy@northmoor.example';
export const BUSY_ACTIONS = 50_000;
const BUSY_UID = 'b0570000-7d2a-4f6b-9c3d-2e8a61f0b794';
const BUSY_SID = 'S-1-5-21-945514529-2393280915-885183497-9999';

/** Enough for so many actions: others are sign-ins, or of applications. */
const BUSY_RECORDS = 65_000;
/** AuditLogRecordType of a sign-in. */
const SIGN_IN = 15;

const EVERY_MS = 100;
const DAY_MS = 86_400_000;

/** What a person asks about: the month of the records. */
export const MONTH: { readonly from: string; readonly to: string } = {
  from: new Date(START_MS).toISOString(),
  to: new Date(START_MS + 31 * DAY_MS).toISOString(),
};

/** A ledger of a month, with one person who acts fifty thousand times. */
export async function consoleLedger(options: BenchOptions): Promise<string> {
  const known = process.env[LEDGER];
  if (known !== undefined) return known;
  const count = options.size ?? COUNT[options.form];
  const dir = await filledFolder(ROOT, options, { count });
  const file = join(options.folder, 'busy.ndjson');
  if (!existsSync(file)) writeFileSync(file, busyRecords());
  // A ledger that an earlier benchmark filled may have them.
  await countersign(ROOT, ['import', file, '--data', dir, '--json']);
  return dir;
}

/** The work of the people of a company, by one person. */
function busyRecords(): string {
  const lines: string[] = [];
  let actions = 0;
  for (const piece of pieces({ count: BUSY_RECORDS })) {
    for (const line of piece.toString().trimEnd().split('\n')) {
      const record = JSON.parse(line) as JsonObject;
      if (record['UserType'] !== 0 || actions === BUSY_ACTIONS) continue;
      if (record['RecordType'] !== SIGN_IN) actions++;
      const id = `b0570000-0000-4000-8000-${String(lines.length).padStart(12, '0')}`;
      lines.push(JSON.stringify({ ...record, Id: id, ...busyMembers(record) }));
    }
  }
  if (actions < BUSY_ACTIONS) throw new Error(`${BUSY} has only ${actions} actions`);
  return `${lines.join('\n')}\n`;
}

/** The members that name the actor, where the record has them. */
function busyMembers(record: JsonObject): JsonObject {
  const actor = [
    { ID: BUSY_UID, Type: 0 },
    { ID: BUSY, Type: 5 },
  ];
  const members = { TokenObjectId: BUSY_UID, UserObjectId: BUSY_UID, LogonUserSid: BUSY_SID };
  const own = Object.entries({ ...members, Actor: actor }).filter(([name]) => name in record);
  return { ...Object.fromEntries(own), UserId: BUSY, UserKey: BUSY_UID };
}

/** Runs `serve` on a ledger. It polls an emulated tenant, in which a person works. */
export async function withPolling<T>(
  { folder, dir }: { readonly folder: string; readonly dir: string },
  use: (serving: ServerProcess) => Promise<T>,
): Promise<T> {
  const delay = {
    windowMs: 500,
    usualMs: [0, 500],
    slowShare: 0,
    slowMeanMs: 0,
    shards: 1,
  } as const;
  const emulator = await startEmulator({
    ...{ seed: 1, speed: 1, subscribed: 'before' },
    tenants: [{ tenantId: NORTHMOOR, domain: 'northmoor.example' }],
    actors: [new FileReader()],
    delays: { activity: delay, graph: delay, azure: delay },
  });
  try {
    const config = join(folder, 'console.yaml');
    const api = 'activityApi: {root: "MANAGE", every: 1s, contentTypes: [Audit.SharePoint]}';
    writeFileSync(config, configText(emulator, api));
    const serving = await ServerProcess.start(dir, config, secretsOf(emulator));
    try {
      return await use(serving);
    } finally {
      await serving.end();
    }
  } finally {
    await emulator.stop();
  }
}

/** A person who opens ten files in a second, so that events stream. */
class FileReader implements Actor {
  *happenings(fromMs: number, toMs: number): Generator<Occurrence> {
    for (let n = Math.ceil(fromMs / EVERY_MS); n * EVERY_MS < toMs; n++) yield opened(n);
  }
}

function opened(n: number): Occurrence {
  const atMs = n * EVERY_MS;
  const id = `0f11e000-7d2f-4f34-9a3a-${n.toString(16).padStart(12, '0')}`;
  const reader = 'reader@northmoor.example';
  const body = {
    ...{ Id: id, CreationTime: new Date(atMs).toISOString().slice(0, 19), RecordType: 6 },
    ...{ Operation: 'FileAccessed', OrganizationId: NORTHMOOR, UserType: 0, UserKey: reader },
    ...{ UserId: reader, Workload: 'SharePoint', ResultStatus: 'Success' },
    ObjectId: `https://northmoor.example/files/${n}.docx`,
  };
  const truth = { scenario: 'reader', isAttacker: false };
  const records = [{ feed: 'activity/Audit.SharePoint', id, atMs, body }] as const;
  return { atMs, tenantId: NORTHMOOR, truth, records };
}
