import { closeSync, openSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type JsonObject, lifeOf, Population } from '@countersign/emulator';
import { CSV_HEADER, csvRow } from '../tools/sample/exports.ts';

/**
 * The audit records of an emulated company, in time order.
 *
 *   node bench/generator.ts --count 5000000 --format csv --output audit.csv
 */
export type GeneratorOptions = {
  readonly count: number;
  readonly format?: 'ndjson' | 'csv';
  readonly load?: Load;
  readonly seed?: number;
  /** Default: enough to produce the records in about a month. */
  readonly people?: number;
  readonly fromMs?: number;
};

/**
 * `audit`: the audit log of an ordinary month. `sources`: also the sign-in logs of Graph and of
 * Azure Monitor, which report the same sign-ins, so one record in five is a further delivery.
 * `flood`: every second record is an inbox rule that forwards mail, and matches a rule.
 */
export type Load = 'audit' | 'sources' | 'flood';

/** A Monday. */
export const START_MS: number = Date.UTC(2026, 2, 2);
const HOUR_MS = 3_600_000;
/** One person produces fewer than this in a month of work, so that the records fit into 30 days. */
const RECORDS_PER_PERSON = 1_500;
const PEOPLE_MIN = 10;
const CHUNK_BYTES = 4 * 1024 * 1024;

/** Yields each record with its time, without end. */
function* records(options: GeneratorOptions): Generator<{ atMs: number; body: JsonObject }> {
  const { count, seed = 1, fromMs = START_MS } = options;
  const size = options.people ?? Math.max(PEOPLE_MIN, Math.ceil(count / RECORDS_PER_PERSON));
  const life = lifeOf(new Population({ seed, size }), seed);
  const isIncluded = options.load === 'sources' ? isAuditOrSignIn : isAudit;
  for (let hourMs = fromMs; ; hourMs += HOUR_MS) {
    for (const occurrence of life.happenings(hourMs, hourMs + HOUR_MS)) {
      for (const { feed, atMs, body } of occurrence.records) {
        if (!isIncluded(feed)) continue;
        yield { atMs, body };
        if (options.load === 'flood') yield { atMs, body: forwardingRule(body) };
      }
    }
  }
}

function isAudit(feed: string): boolean {
  return feed.startsWith('activity/');
}

function isAuditOrSignIn(feed: string): boolean {
  return isAudit(feed) || feed === 'graph/signIns' || /^azure\/.*SignInLogs$/.test(feed);
}

/** A record of the person who made the other one, at the same time. */
function forwardingRule(record: JsonObject): JsonObject {
  const id = `f100d000${String(record['Id']).slice(8)}`;
  const { CreationTime, OrganizationId, UserId, UserKey } = record;
  return {
    ...{ Id: id, CreationTime, OrganizationId, UserId, UserKey, UserType: 0, RecordType: 1 },
    ...{ Operation: 'New-InboxRule', Workload: 'Exchange', ResultStatus: 'True' },
    ObjectId: UserId,
    Parameters: [
      { Name: 'Name', Value: 'x' },
      { Name: 'ForwardTo', Value: 'a@elsewhere.example' },
    ],
  } as JsonObject;
}

/** The file in pieces of about 4 MiB, each with whole records. */
export function* pieces(options: GeneratorOptions): Generator<Buffer> {
  const { count, format = 'ndjson' } = options;
  let text = format === 'csv' ? CSV_HEADER : '';
  let made = 0;
  for (const { atMs, body } of records(options)) {
    if (made === count) break;
    text += format === 'csv' ? csvRow(body, atMs, made, count) : `${JSON.stringify(body)}\n`;
    made++;
    if (text.length < CHUNK_BYTES) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}

/** The people active between two times, the busiest first. */
export function busiestPeople(options: GeneratorOptions, fromMs: number, toMs: number): string[] {
  const counts = new Map<string, number>();
  for (const { atMs, body } of records({ ...options, fromMs })) {
    if (atMs >= toMs) break;
    const user = String(body['UserId']);
    if (user.endsWith('.example')) counts.set(user, (counts.get(user) ?? 0) + 1);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([user]) => user);
}

export function generateFile(path: string, options: GeneratorOptions): { bytes: number } {
  const file = openSync(path, 'w');
  let bytes = 0;
  try {
    for (const piece of pieces(options)) {
      for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
      bytes += piece.length;
    }
  } finally {
    closeSync(file);
  }
  return { bytes };
}

function main(): void {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '100000' },
      format: { type: 'string', default: 'ndjson' },
      seed: { type: 'string', default: '1' },
      people: { type: 'string' },
      output: { type: 'string', short: 'o' },
    },
  });
  const { format, output } = values;
  if (output === undefined) throw new Error('name the output file: --output FILE');
  if (format !== 'ndjson' && format !== 'csv') {
    throw new Error(`unknown format "${format}": use ndjson or csv`);
  }
  const started = performance.now();
  const { bytes } = generateFile(output, {
    count: Number(values.count),
    format,
    seed: Number(values.seed),
    ...(values.people !== undefined && { people: Number(values.people) }),
  });
  const seconds = (performance.now() - started) / 1000;
  const rate = (bytes / 1e6 / seconds).toFixed(0);
  console.log(`${values.count} records, ${bytes} bytes, ${seconds.toFixed(1)} s, ${rate} MB/s`);
}

if (import.meta.main) main();
