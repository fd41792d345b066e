import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../tools/property.ts';
import { Books, BooksReader, type CoverageFact, type EventRow, RowBuffer } from '../books/index.ts';
import type { TenantId } from '../core/index.ts';
import { blankEvent } from '../ocsf/index.ts';
import type { Authorisations, Standing } from './authorisations.ts';
import type { ActionVerdict } from './reconciler.ts';
import { Reconciler, type Reconciliation } from './reconciler.ts';

const TENANT = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21' as TenantId;
const HOUR_MS = 3_600_000;
const T = Date.UTC(2026, 2, 4, 9);
const ADA = 'ada@northmoor.example';
const PHONE = '5d1c7e90-42ab-4f6e-8b13-0c9a2d4e6f81';
const LAPTOP = '6d1c7e90-42ab-4f6e-8b13-0c9a2d4e6f81';
const APP = 'b77cb44a-12ec-44e6-b26e-9bc936edd26b';

type Event = Partial<EventRow['event']>;

function rowsOf(events: readonly Event[]): EventRow[] {
  return events.map((event, index) => ({
    ...{ index, entries: [index], tenant: TENANT, action: `=${index}`, seenMs: T, erased: false },
    source: 'm365.export/unified-audit-log',
    event: { ...blankEvent(), statusId: 1, timeMs: T, ...event },
  }));
}

function signIn(token: string, more: Event = {}): Event {
  const whole = { classUid: 3002, actorName: ADA, actorType: 1, sessionUid: 's', tokenUid: token };
  return { ...whole, ip: '203.0.113.5', appUid: APP, deviceUid: LAPTOP, ...more };
}

function read(token: string | null, more: Event = {}): Event {
  const whole = { classUid: 6001, operation: 'MailItemsAccessed', workload: 'Exchange' };
  return {
    ...{ ...whole, actorName: ADA, actorType: 1, tokenUid: token, timeMs: T + HOUR_MS },
    ...{ ip: '203.0.113.5', appUid: APP, deviceUid: LAPTOP, ...more },
  };
}

function covered(state: CoverageFact['state'], more: Partial<CoverageFact> = {}): CoverageFact {
  return {
    ...{ index: 0, tenant: TENANT, source: 'graph/signIns', workload: null, subject: null },
    ...{ fromMs: T - 40 * 24 * HOUR_MS, toMs: T + 40 * 24 * HOUR_MS, state, bound: 0.01 },
    because: 'a reason',
    ...more,
  };
}

function standing(of: Readonly<Record<number, Standing>>, registered?: string[]): Authorisations {
  return {
    async *standings() {
      for (const [index, said] of Object.entries(of))
        yield { index: Number(index), standing: said };
    },
    registered: async () => registered,
  };
}

async function withReconciler<R>(
  events: readonly Event[],
  use: (reconciler: Reconciler) => Promise<R>,
  {
    coverage = [covered('collected')],
    authorisations = standing({}),
  }: {
    coverage?: readonly CoverageFact[];
    authorisations?: Authorisations;
  } = {},
): Promise<R> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-reconcile-'));
  try {
    const books = await Books.open(dir);
    const buffer = new RowBuffer();
    for (const row of rowsOf(events)) buffer.add(row);
    await books.postRows(buffer);
    books.commit(events.length);
    books.close();
    const reader = await BooksReader.open(dir);
    try {
      return await use(new Reconciler(reader, { authorisations, coverage }));
    } finally {
      reader.close();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

type Options = Parameters<typeof withReconciler>[2];

/** The verdict on the last event. */
async function verdictOn(events: readonly Event[], options?: Options): Promise<ActionVerdict> {
  const last = events.length - 1;
  const found = await withReconciler(events, (reconciler) => reconciler.of([last], {}), options);
  const verdict = found.get(last);
  assert.ok(verdict);
  return verdict;
}

async function causeOf(events: readonly Event[], options?: Options): Promise<string> {
  return (await verdictOn(events, options)).cause;
}

test('an action goes with the sign-in of its token, and with what stands behind that', async () => {
  const events = [signIn('Abc'), read('Abc')];
  const { method, signIn: index } = await verdictOn(events);
  assert.deepEqual({ method, index }, { method: 'token', index: 0 });
  const causes: Readonly<Record<Standing, string>> = {
    ...{ yes: 'accounted', no: 'check-failed', unknown: 'check-unknown' },
  };
  for (const [said, cause] of Object.entries(causes)) {
    const authorisations = standing({ 0: said as Standing });
    assert.equal(await causeOf(events, { authorisations }), cause);
  }
  assert.equal(await causeOf(events), 'no-policy');
});

test('a token id is told by its case', async () => {
  assert.equal(await causeOf([signIn('Abc'), read('aBC')]), 'no-sign-in-delivered');
});

test('without its token an action goes with its session, else with its person', async () => {
  const bySession = await verdictOn([signIn('x'), read('y', { sessionUid: 's' })]);
  assert.equal(bySession.method, 'session');
  const byPerson = await verdictOn([signIn('x'), read(null)]);
  assert.equal(byPerson.method, 'person');
  assert.equal(
    (await verdictOn([signIn('x'), read(null, { ip: '198.51.100.1' })])).cause,
    'no-ids',
  );
  const late = { timeMs: T + 25 * HOUR_MS };
  assert.equal((await verdictOn([signIn('x'), read(null, late)])).method, 'none');
});

test('what lies outside its authorisation is unaccounted, and says by what', async () => {
  const outside: readonly (readonly [Event, string])[] = [
    [{ timeMs: T + 30 * HOUR_MS }, 'expired'],
    [{ timeMs: T - HOUR_MS }, 'expired'],
    [{ deviceUid: PHONE }, 'other-device'],
    [{ appUid: 'c77cb44a-12ec-44e6-b26e-9bc936edd26b' }, 'other-app'],
  ];
  for (const [more, cause] of outside) {
    const verdict = await verdictOn([signIn('x'), read('x', more)]);
    assert.deepEqual([verdict.cause, verdict.verdict], [cause, 'unaccounted']);
  }
  const ofTheSuite = { appUid: '00000002-0000-0ff1-ce00-000000000000' };
  assert.equal(await causeOf([signIn('x'), read('x', ofTheSuite)]), 'no-policy');
});

test('a failed sign-in is none', async () => {
  assert.equal(await causeOf([signIn('x', { statusId: 2 }), read('x')]), 'no-sign-in-delivered');
});

test('a token of two people is ambiguous', async () => {
  const other = signIn('x', { actorName: 'bob@northmoor.example' });
  assert.equal(await causeOf([signIn('x'), other, read('x')]), 'ambiguous');
});

test('that no sign-in is there is worth what the coverage of its log is worth', async () => {
  const events = [signIn('other'), read('x')];
  const worth: readonly (readonly [CoverageFact['state'], string])[] = [
    ...([
      ['corroborated', 'no-sign-in'],
      ['collected', 'no-sign-in-delivered'],
    ] as const),
    ...([
      ['late', 'not-settled'],
      ['lost', 'coverage-hole'],
    ] as const),
    ...([
      ['off', 'coverage-hole'],
      ['unknown', 'coverage-unknown'],
    ] as const),
  ];
  for (const [state, cause] of worth) {
    const coverage = [covered(state)];
    const found = await verdictOn(events, { coverage });
    assert.equal(found.cause, cause, state);
    assert.equal(found.verdict, cause === 'no-sign-in' ? 'unaccounted' : 'unknown');
  }
  assert.equal(await causeOf(events, { coverage: [] }), 'no-sign-in-source');
  const young = [covered('collected', { fromMs: T })];
  assert.equal(await causeOf(events, { coverage: young }), 'older-than-source');
  const holed = [
    covered('collected', { toMs: T - 5 * HOUR_MS }),
    covered('collected', { fromMs: T - 4 * HOUR_MS }),
  ];
  assert.equal(await causeOf(events, { coverage: holed }), 'coverage-hole');
  const mixed = [covered('corroborated'), covered('late', { source: 'azure-monitor/SignInLogs' })];
  assert.equal(await causeOf(events, { coverage: mixed }), 'not-settled');
});

test("the suite's own service and an application without registration are told apart", async () => {
  assert.equal(await causeOf([read('x', { actorType: 3 })]), 'vendor-service');
  assert.equal(await causeOf([read(null, { actorName: null })]), 'nobody-named');
  const asItself = { actorType: 4, actorName: 'sync', sessionUid: null };
  const events = [signIn('x', asItself), read('x', asItself)];
  const yes = { 0: 'yes' } as const;
  assert.equal(await causeOf(events, { authorisations: standing(yes, [APP]) }), 'accounted');
  const unregistered = { authorisations: standing(yes, []) };
  assert.equal(await causeOf(events, unregistered), 'unregistered-workload');
});

const DAY = { fromMs: T - 12 * HOUR_MS, toMs: T + 12 * HOUR_MS };

test('a forged token is a finding, over an import only where it stands out', async () => {
  const others = Array.from({ length: 10 }, (_, i) => [signIn(`t${i}`), read(`t${i}`)]).flat();
  const forged = [read('forged', { sessionUid: 'f' }), read('forged', { sessionUid: 'f' })];
  const ask = (
    events: readonly Event[],
    state: CoverageFact['state'],
  ): ReturnType<Reconciler['findings']> =>
    withReconciler(events, (reconciler) => reconciler.findings(DAY), {
      coverage: [covered(state)],
    });
  const [found, ...more] = await ask([...others, ...forged], 'unknown');
  assert.equal(more.length, 0);
  assert.equal(found?.rule, 'reconcile/no-sign-in');
  assert.deepEqual(found.entries, [20, 21]);
  assert.equal(found.severity, 3);
  assert.equal((await ask([...others, ...forged], 'corroborated'))[0]?.severity, 4);
  assert.deepEqual(await ask(forged, 'unknown'), [], 'an export without sign-ins says nothing');
  assert.deepEqual(await ask(others, 'corroborated'), []);
  for (const state of ['late', 'lost', 'off'] as const) {
    assert.deepEqual(await ask([...others, ...forged], state), [], state);
  }
});

/** Small worlds: people with sign-ins and reads, some of whose sign-ins are withheld. */
const worlds = fc.array(
  fc.record({ token: fc.integer({ min: 0, max: 6 }), hours: fc.integer({ min: 0, max: 20 }) }),
  { minLength: 1, maxLength: 12 },
);

function total({ accounted, unaccounted, unknown }: Reconciliation): number {
  const sum = (of: object): number =>
    Object.values(of).reduce((n: number, count) => n + Number(count), 0);
  return accounted + sum(unaccounted) + sum(unknown);
}

test('what was withheld is never accounted, and totals equal the sum of verdicts', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, fc.array(fc.integer({ min: 0, max: 6 })), async (acts, withheld) => {
      const tokens = [0, 1, 2, 3, 4, 5, 6].filter((token) => !withheld.includes(token));
      const events = [
        ...tokens.map((token) => signIn(`t${token}`, { sessionUid: null })),
        ...acts.map(({ token, hours }) => read(`t${token}`, { timeMs: T + hours * HOUR_MS })),
      ];
      const authorisations = standing(Object.fromEntries(tokens.map((_, i) => [i, 'yes'])));
      await withReconciler(
        events,
        async (reconciler) => {
          const totals = await reconciler.totals({});
          const indices = acts.map((_, i) => tokens.length + i);
          const verdicts = await reconciler.of(indices, {});
          assert.equal(totals.actions, acts.length);
          assert.equal(total(totals), acts.length);
          for (const [i, { token }] of acts.entries()) {
            const { verdict } = verdicts.get(tokens.length + i) as ActionVerdict;
            assert.equal(verdict, tokens.includes(token) ? 'accounted' : 'unknown');
          }
          const listed = await reconciler.list({}, () => true);
          assert.equal(listed.length, acts.length - totals.accounted);
        },
        { authorisations },
      );
    }),
    runs(6, 200),
  );
});
