import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantId } from '@countersign/core';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import type { CoverageRow, ErasureRow } from '../../store/rows/entry-rows.ts';
import type { FindingDraft } from '../../store/rows/finding.ts';
import {
  APP,
  AUDIT,
  covered,
  type Event,
  HOUR_MS,
  LAPTOP,
  PHONE,
  read,
  SOURCES,
  signIn,
  status,
  T,
  TENANT,
  withReconciler,
} from '../testing/reconciler-world.ts';
import type { FindingsOfDay, Reconciliation } from './action-reconciler.ts';
import type { ActionVerdict } from './action-totals.ts';
import type { AuthorizationStatus, PassBounds } from './authorization-status.ts';

type Options = Parameters<typeof withReconciler>[2];

async function draftsOf(days: AsyncIterable<FindingsOfDay>): Promise<readonly FindingDraft[]> {
  const drafts: FindingDraft[] = [];
  for await (const day of days) drafts.push(...day.drafts);
  return drafts;
}

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

test('an action matches the sign-in of its token, and its authorization', async () => {
  const events = [signIn('Abc'), read('Abc')];
  const { method, signIn: index } = await verdictOn(events);
  assert.deepEqual({ method, index }, { method: 'token', index: 0 });
  const causes: Readonly<Record<AuthorizationStatus, string>> = {
    ...{ decided: 'accounted', checked: 'accounted', failed: 'check-failed' },
    ...{ 'no-decision': 'no-decision', unknown: 'check-unknown' },
  };
  for (const [givenStatus, cause] of Object.entries(causes)) {
    const authorizations = status({ 0: givenStatus as AuthorizationStatus });
    assert.equal(await causeOf(events, { authorizations }), cause);
  }
  assert.equal(await causeOf(events), 'no-policy');
});

test('delivered mail is not an action, and totals count it separately', async () => {
  const delivered = { classUid: 4009, operation: 'Delivered', timeMs: T + HOUR_MS };
  const traced = { ...delivered, operation: null, actorName: 'ada@northmoor.example' };
  const sent = { operation: 'Send', classUid: 4009 };
  const events = [signIn('x'), read('x', sent), delivered, traced];
  const {
    actions,
    events: counts,
    unknown,
    joined,
  } = await withReconciler(events, (reconciler) => reconciler.totals({}));
  assert.equal(actions, 1);
  assert.deepEqual(counts, { 'mail-delivery': 2, detection: 0 });
  assert.deepEqual(unknown, { 'no-policy': 1 });
  assert.equal(joined.length, 1);
  const later = await withReconciler(events, (reconciler) =>
    reconciler.totals({ fromMs: T + 2 * HOUR_MS }),
  );
  assert.deepEqual([later.actions, later.events['mail-delivery']], [0, 0]);
});

test('token ids are case-sensitive', async () => {
  assert.equal(await causeOf([signIn('Abc'), read('aBC')]), 'no-sign-in-delivered');
});

test('without a token an action matches by session, otherwise by person', async () => {
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

test('an action outside its authorization is unaccounted, with the reason', async () => {
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
  const vendorApp = { appUid: '00000002-0000-0ff1-ce00-000000000000' };
  assert.equal(await causeOf([signIn('x'), read('x', vendorApp)]), 'no-policy');
});

test('a failed sign-in does not count', async () => {
  assert.equal(await causeOf([signIn('x', { statusId: 2 }), read('x')]), 'no-sign-in-delivered');
});

test('a token with two people is ambiguous', async () => {
  const other = signIn('x', { actorName: 'bob@northmoor.example' });
  assert.equal(await causeOf([signIn('x'), other, read('x')]), 'ambiguous');
});

test('the verdict on a missing sign-in depends on the coverage of its log', async () => {
  // A file covers sign-ins of a kind only from the first one that it contains.
  const begin = (signInType: string): Event =>
    signIn('other', { signInType, timeMs: T - 48 * HOUR_MS });
  const events = [begin('interactiveUser'), begin('nonInteractiveUser'), read('x')];
  const causesByState: readonly (readonly [CoverageRow['state'], string])[] = [
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
  for (const [state, cause] of causesByState) {
    const coverage = covered(state);
    const found = await verdictOn(events, { coverage });
    assert.equal(found.cause, cause, state);
    assert.equal(found.verdict, cause === 'no-sign-in' ? 'unaccounted' : 'unknown');
  }
  assert.equal(await causeOf(events, { coverage: [] }), 'no-sign-in-source');
  const late = covered('collected', { fromMs: T });
  assert.equal(await causeOf(events, { coverage: late }), 'older-than-source');
  const withGap = [
    ...covered('collected', { toMs: T - 5 * HOUR_MS }),
    ...covered('collected', { fromMs: T - 4 * HOUR_MS }),
  ];
  assert.equal(await causeOf(events, { coverage: withGap }), 'coverage-hole');
  const mixed = [...covered('corroborated'), ...covered('late', {}, SOURCES.slice(1, 2))];
  assert.equal(await causeOf(events, { coverage: mixed }), 'not-settled');
});

test("distinguishes the suite's own service from an unregistered application", async () => {
  assert.equal(await causeOf([read('x', { actorType: 3 })]), 'vendor-service');
  assert.equal(await causeOf([read(null, { actorName: null })]), 'no-actor');
  const asWorkload = { actorType: 4, actorName: 'sync', sessionUid: null };
  const events = [signIn('x', asWorkload), read('x', asWorkload)];
  const yes = { 0: 'checked' } as const;
  assert.equal(
    await causeOf(events, { authorizations: status(yes, { registered: [APP] }) }),
    'accounted',
  );
  const unregistered = { authorizations: status(yes, { registered: [] }) };
  assert.equal(await causeOf(events, unregistered), 'unregistered-workload');
});

test('a missing log leaves its content unknown', async () => {
  for (const missing of SOURCES.slice(0, 2)) {
    const others = [...SOURCES, AUDIT].filter((source) => source !== missing);
    const coverage = covered('corroborated', {}, others);
    assert.equal(await causeOf([read('x')], { coverage }), 'no-sign-in-source', missing);
  }
  const signInsAlone = covered('corroborated', {}, SOURCES);
  assert.equal(await causeOf([read('x')], { coverage: signInsAlone }), 'no-sign-in-delivered');
});

test('erased data is not missing data', async () => {
  const erasure: ErasureRow = {
    ...{ index: 1, atMs: T, by: 'per', reason: 'a request', entries: 1, tenants: [TENANT] },
    ...{ fromMs: T, toMs: T },
  };
  const options = { coverage: covered('corroborated'), erasures: [erasure] };
  assert.equal(await causeOf([read('x')], options), 'erased');
  assert.equal(await causeOf([read('x', { timeMs: T + 40 * HOUR_MS })], options), 'no-sign-in');
});

test('a sign-in authorizes its own tenant and person, and a sign-out nothing', async () => {
  const yes = { authorizations: status({ 0: 'decided' }) };
  assert.equal(await causeOf([signIn('x'), read('x')], yes), 'accounted');
  const tenant = '4f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21' as TenantId;
  assert.equal(await causeOf([signIn('x', { tenant }), read('x')], yes), 'no-sign-in-delivered');
  const signOut = signIn('x', { activityId: 2 });
  assert.equal(await causeOf([signOut, read('x')], yes), 'no-sign-in-delivered');
  const [ada, bob] = [{ actorUid: LAPTOP }, { actorUid: PHONE }];
  assert.equal(await causeOf([signIn('x', ada), read('x', bob)], yes), 'ambiguous');
  assert.equal(await causeOf([signIn('x', ada), read('x')], yes), 'accounted');
});

test('an action outside the bounds of its pass has no authorization', async () => {
  const wide: PassBounds = {
    ...{ openedMs: T, expiresMs: T + 8 * HOUR_MS, endedMs: null },
    ...{ app: APP, device: LAPTOP, address: '203.0.113.77' },
  };
  const bounds: readonly (readonly [Partial<PassBounds>, string])[] = [
    [{}, 'accounted'],
    [{ app: null, device: null, address: null }, 'accounted'],
    [{ expiresMs: T + HOUR_MS / 2 }, 'expired'],
    [{ endedMs: T + HOUR_MS / 2 }, 'ended'],
    [{ endedMs: T + 2 * HOUR_MS }, 'accounted'],
    [{ app: PHONE }, 'other-app'],
    [{ device: PHONE }, 'other-device'],
    [{ address: '198.51.100.5' }, 'other-network'],
    [{ address: '2001:db8::1' }, 'accounted'],
  ];
  for (const [more, cause] of bounds) {
    const authorizations = status({ 0: 'decided' }, { pass: { ...wide, ...more } });
    const found = await verdictOn([signIn('x'), read('x')], { authorizations });
    assert.deepEqual([found.cause, found.method], [cause, 'token'], JSON.stringify(more));
  }
});

test('after a second prompt in a session, the second pass counts', async () => {
  const day = 24 * HOUR_MS;
  const unbound = { endedMs: null, app: null, device: null, address: null };
  const first: PassBounds = { ...unbound, openedMs: T, expiresMs: T + 8 * HOUR_MS };
  const second = { ...unbound, openedMs: T + day, expiresMs: T + day + 8 * HOUR_MS };
  const causeAt = (hours: number, more: Partial<PassBounds> = {}): Promise<string> => {
    const activity = read('z', { sessionUid: 's', timeMs: T + hours * HOUR_MS });
    const events = [signIn('y', { timeMs: T + day }), signIn('x'), activity];
    const passes = { 0: { ...second, ...more }, 1: first };
    const authorizations = status({ 0: 'decided', 1: 'decided' }, { passes });
    return causeOf(events, { authorizations });
  };
  assert.equal(await causeAt(1), 'accounted');
  assert.equal(await causeAt(12), 'expired');
  assert.equal(await causeAt(25), 'accounted');
  assert.equal(await causeAt(40), 'expired');
  assert.equal(await causeAt(27, { endedMs: T + 26 * HOUR_MS }), 'ended');
  // Minutes before the second permit. Clocks cannot show whether it existed already.
  assert.equal(await causeAt(23.9), 'ambiguous');
  assert.equal(await causeAt(23.5), 'expired');
});

test('a session with an authorized and an unauthorized sign-in is contradictory', async () => {
  const events = [signIn('x'), signIn('y'), read('z', { sessionUid: 's' })];
  const authorizations = status({ 0: 'checked', 1: 'failed' });
  assert.equal(await causeOf(events, { authorizations }), 'ambiguous');
  const later = [signIn('x'), signIn('y', { timeMs: T + 5 * HOUR_MS }), events[2] as Event];
  assert.equal(await causeOf(later, { authorizations }), 'accounted');
});

test('a token with an old issue time is expired, or has no sign-in', async () => {
  const old = { tokenIssuedMs: T - 40 * HOUR_MS };
  assert.equal(await causeOf([signIn('x'), read('x', old)]), 'expired');
  assert.equal(await causeOf([read('x', old)]), 'no-sign-in-delivered');
});

test('the verdict on an action does not depend on the requested period', async () => {
  const phone = { deviceUid: PHONE, timeMs: T + 3 * HOUR_MS };
  const events = [signIn('x'), read('q', { sessionUid: 's' }), signIn('y', phone)];
  const instant = { fromMs: T + HOUR_MS, toMs: T + HOUR_MS + 1 };
  for (const period of [{}, instant, { toMs: T + 2 * HOUR_MS }]) {
    const found = await withReconciler(events, (reconciler) => reconciler.of([1], period));
    assert.equal(found.get(1)?.cause, 'no-policy');
  }
});

const DAY = { fromMs: T - 12 * HOUR_MS, toMs: T + 12 * HOUR_MS };

test('a forged token is a finding; in an import, only if other tokens have sign-ins', async () => {
  const others = Array.from({ length: 10 }, (_, i) => {
    const signInType = i % 2 === 0 ? 'interactiveUser' : 'nonInteractiveUser';
    return [signIn(`t${i}`, { signInType }), read(`t${i}`)];
  }).flat();
  const stated = { sessionUid: 'f', tokenIssuedMs: T + HOUR_MS / 2 };
  const forged = [read('forged', stated), read('forged', stated)];
  const findingsOf = (
    events: readonly Event[],
    state: CoverageRow['state'],
  ): Promise<readonly FindingDraft[]> =>
    withReconciler(events, async (reconciler) => draftsOf(reconciler.findings(DAY)), {
      coverage: covered(state),
    });
  const [found, ...more] = await findingsOf([...others, ...forged], 'unknown');
  assert.equal(more.length, 0);
  assert.equal(found?.rule, 'reconcile/no-sign-in');
  assert.deepEqual(found.entries, [20, 21]);
  assert.equal(found.severity, 3);
  assert.equal((await findingsOf([...others, ...forged], 'corroborated'))[0]?.severity, 4);
  assert.deepEqual(
    await findingsOf(forged, 'unknown'),
    [],
    'an export without sign-ins proves nothing',
  );
  assert.deepEqual(await findingsOf(others, 'corroborated'), []);
  for (const state of ['late', 'lost', 'off'] as const) {
    assert.deepEqual(await findingsOf([...others, ...forged], state), [], state);
  }
});

/** Generated reads, each with a token and a time. */
const generatedReads = fc.array(
  fc.record({ token: fc.integer({ min: 0, max: 6 }), hours: fc.integer({ min: 0, max: 20 }) }),
  { minLength: 1, maxLength: 12 },
);

function total({ accounted, unaccounted, unknown }: Reconciliation): number {
  const sum = (of: object): number =>
    Object.values(of).reduce((n: number, count) => n + Number(count), 0);
  return accounted + sum(unaccounted) + sum(unknown);
}

test('no action is accounted without its sign-in, and totals equal the verdicts', async () => {
  await fc.assert(
    fc.asyncProperty(
      generatedReads,
      fc.array(fc.integer({ min: 0, max: 6 })),
      async (reads, withheld) => {
        const tokens = [0, 1, 2, 3, 4, 5, 6].filter((token) => !withheld.includes(token));
        const events = [
          ...tokens.map((token) => signIn(`t${token}`, { sessionUid: null })),
          ...reads.map(({ token, hours }) => read(`t${token}`, { timeMs: T + hours * HOUR_MS })),
        ];
        const authorizations = status(
          Object.fromEntries(tokens.map((_, i) => [i, 'decided' as const])),
        );
        await withReconciler(
          events,
          async (reconciler) => {
            const totals = await reconciler.totals({});
            const indices = reads.map((_, i) => tokens.length + i);
            const verdicts = await reconciler.of(indices, {});
            assert.equal(totals.actions, reads.length);
            assert.equal(total(totals), reads.length);
            for (const [i, { token }] of reads.entries()) {
              const { verdict } = verdicts.get(tokens.length + i) as ActionVerdict;
              assert.equal(verdict, tokens.includes(token) ? 'accounted' : 'unknown');
            }
            const listed = await reconciler.list({});
            assert.equal(listed.verdicts.length, reads.length - totals.accounted);
          },
          { authorizations },
        );
      },
    ),
    runs(6, 200),
  );
});

test('a day with more actions than the list holds is marked as cut', async () => {
  const stated = { sessionUid: 'f', tokenIssuedMs: T + HOUR_MS / 2 };
  const ordinary = Array.from({ length: 10 }, (_, i) => [signIn(`t${i}`), read(`t${i}`)]).flat();
  const forged = [0, 1, 2].map((hour) => {
    return read('forged', { ...stated, timeMs: T + HOUR_MS + hour });
  });
  const truncatedDays = (listMax: number): Promise<boolean[]> =>
    withReconciler(
      [...ordinary, ...forged],
      async (reconciler) => {
        const days: boolean[] = [];
        for await (const { isCut } of reconciler.findings(DAY)) days.push(isCut);
        return days;
      },
      { coverage: covered('corroborated'), listMax },
    );
  assert.deepEqual([await truncatedDays(2), await truncatedDays(1_000)], [[true], [false]]);
});
