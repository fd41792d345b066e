import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeedRecord, Occurrence } from '../core/feed-record.ts';
import { Population } from '../population/population.ts';
import { lifeOf } from './tenant-life.ts';

const FROM_MS = Date.UTC(2026, 2, 3);
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

const population = new Population({ seed: 'life', size: 40 });

function during(hours: number, fromMs: number = FROM_MS, seed: string = 'life'): Occurrence[] {
  return [...lifeOf(population, seed).happenings(fromMs, fromMs + hours * HOUR_MS)];
}

function recordsOf(happenings: readonly Occurrence[]): FeedRecord[] {
  return happenings.flatMap((happening) => happening.records);
}

const day = during(24);

test('the same seed gives the same day to the byte, another seed another', () => {
  assert.equal(JSON.stringify(during(24)), JSON.stringify(day));
  assert.notEqual(JSON.stringify(during(24, FROM_MS, 'other')), JSON.stringify(day));
});

test('windows of any size are adjacent', () => {
  const life = lifeOf(population, 'life');
  const pieces: Occurrence[] = [];
  for (let from = FROM_MS; from < FROM_MS + 24 * HOUR_MS; from += 7 * MINUTE_MS) {
    const to = Math.min(from + 7 * MINUTE_MS, FROM_MS + 24 * HOUR_MS);
    pieces.push(...life.happenings(from, to));
  }
  assert.equal(JSON.stringify(pieces), JSON.stringify(day));
});

test('a window can be requested without the earlier ones', () => {
  const from = FROM_MS + 10 * HOUR_MS;
  const alone = during(1, from);
  const within = day.filter((h) => h.atMs >= from && h.atMs < from + HOUR_MS);
  assert.equal(JSON.stringify(alone), JSON.stringify(within));
});

test('everything is in time order and within its window', () => {
  let latest = FROM_MS;
  for (const { atMs, tenantId, records } of day) {
    assert.ok(atMs >= latest && atMs < FROM_MS + 24 * HOUR_MS, `${atMs} after ${latest}`);
    latest = atMs;
    assert.equal(tenantId, population.tenant.id);
    for (const record of records) {
      assert.ok(record.atMs >= atMs && record.atMs < atMs + MINUTE_MS);
      assert.ok((record.afterMs ?? 0) >= 0);
    }
  }
});

test('no two records of a feed share an id, except a completed sign-in', () => {
  const seen = new Set<string>();
  const first = new Set<string>();
  for (const { feed, id, completes } of recordsOf(during(72))) {
    const key = `${feed}/${id}`;
    if (completes) assert.ok(first.has(key), `${key} completes nothing`);
    else first.add(key);
    const version = `${key}/${completes ?? false}`;
    assert.ok(!seen.has(version), `${version} came twice`);
    seen.add(version);
  }
});

test('every used token was issued before, in the same session', () => {
  const { issued, used } = tokensOf(recordsOf(during(8 * 24, FROM_MS - 7 * 24 * HOUR_MS)));
  let checked = 0;
  for (const { tokenId, sessionId, atMs } of used) {
    if (atMs < FROM_MS || tokenId === '') continue;
    const signIn = issued.get(tokenId);
    assert.ok(signIn !== undefined, `no sign-in issued ${tokenId}`);
    assert.ok(signIn.atMs <= atMs);
    assert.equal(sessionId, signIn.sessionId);
    checked++;
  }
  assert.ok(checked > 1000, `only ${checked} were checked`);
});

type TokenIssue = { readonly atMs: number; readonly sessionId: unknown };
type Use = TokenIssue & { readonly tokenId: string };

function tokensOf(records: readonly FeedRecord[]): {
  issued: Map<string, TokenIssue>;
  used: Use[];
} {
  const issued = new Map<string, TokenIssue>();
  const used: Use[] = [];
  for (const { feed, atMs, body } of records) {
    if (feed === 'graph/signIns') {
      const sessionId = body['sessionId'] ?? undefined;
      issued.set(body['uniqueTokenIdentifier'] as string, { atMs, sessionId });
    }
    const context = body['AppAccessContext'] as Record<string, string> | undefined;
    if (context !== undefined) {
      const tokenId = context['UniqueTokenId'] as string;
      used.push({ tokenId, sessionId: context['AADSessionId'], atMs });
    }
    if (feed === 'azure/MicrosoftGraphActivityLogs') {
      const properties = body['properties'] as Record<string, string | null>;
      const tokenId = properties['signInActivityId'] as string;
      used.push({ tokenId, sessionId: properties['sessionId'] ?? undefined, atMs });
    }
  }
  return { issued, used };
}

test('all feeds report a sign-in under one id', () => {
  const logons = recordsOf(day).filter(({ body }) => body['RecordType'] === 15);
  const rows = new Set(
    recordsOf(day).flatMap(({ feed, id }) => (feed === 'graph/signIns' ? [id] : [])),
  );
  assert.ok(logons.length > 40);
  for (const { id, body } of logons) {
    assert.equal(body['IntraSystemId'], id);
    assert.ok(rows.has(id), `${id} stands in no sign-in row`);
  }
});

test('people perform some two hundred acts on a working day, fewer at weekends', () => {
  const perPerson = day.length / population.size;
  assert.ok(perPerson > 120 && perPerson < 320, `${perPerson} on a Tuesday`);
  const sunday = during(24, FROM_MS + 5 * 24 * HOUR_MS);
  assert.ok(sunday.length < day.length / 3, `${sunday.length} on a Sunday`);
});

test('less diligent people act less, and their programs still sign in', () => {
  const idle = new Population({ seed: 'life', size: 40, diligence: 0.2 });
  const acts = [...lifeOf(idle, 'life').happenings(FROM_MS, FROM_MS + 24 * HOUR_MS)];
  const signIns = (happenings: readonly Occurrence[]): number =>
    recordsOf(happenings).filter(({ feed }) => feed === 'azure/NonInteractiveUserSignInLogs')
      .length;
  assert.ok(acts.length < day.length / 2, `${acts.length} of ${day.length}`);
  assert.ok(signIns(acts) > signIns(day) / 2, `${signIns(acts)} of ${signIns(day)}`);
  for (const diligence of [0, -1, 1.1, Number.NaN]) {
    assert.throws(() => new Population({ seed: 'life', size: 40, diligence }), RangeError);
  }
});

test('no mailbox is read so often that it is throttled', () => {
  const binds = new Map<unknown, number>();
  for (const { body } of recordsOf(day)) {
    if (body['RecordType'] !== 50) continue;
    binds.set(body['MailboxGuid'], (binds.get(body['MailboxGuid']) ?? 0) + 1);
  }
  assert.ok(Math.max(...binds.values()) < 1000);
});

test('no person works at Christmas', () => {
  const christmas = during(24, Date.UTC(2026, 11, 25));
  const worked = recordsOf(christmas).filter(({ body }) => body['Operation'] === 'FileModified');
  assert.ok(worked.length < 5, `${worked.length} files were changed`);
});
