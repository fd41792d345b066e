import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SEED } from '../../tools/property.ts';
import {
  askJson,
  assertFsckClean,
  importWith,
  type Statement,
  statementOf,
  withAccount,
  withWriter,
} from '../support/account.ts';
import { temporaryFolder } from '../support/folders.ts';
import { assertAlike, type Outcome, outcomeOf } from '../support/ingest/assert-alike.ts';
import {
  asActivityBlobs,
  asAuditLogQuery,
  asSearchCsv,
  asSignIns,
} from '../support/ingest/deliveries.ts';
import { type Activity, inventedWeek, PEOPLE } from '../support/ingest/week.ts';

const root = temporaryFolder('shapes');
const activities = inventedWeek(SEED);

/** One folder for each delivery form of the same week. */
const FOLDERS = {
  csv: folder('csv', new Map([['search.csv', asSearchCsv(activities)]])),
  graph: folder(
    'graph',
    new Map([
      ['records.json', asAuditLogQuery(activities)],
      ['sign-ins.json', asSignIns(activities)],
    ]),
  ),
  activity: folder('activity', asActivityBlobs(activities)),
};

function folder(name: string, files: ReadonlyMap<string, string>): string {
  const path = join(root, name);
  mkdirSync(path);
  for (const [file, text] of files) writeFileSync(join(path, file), text);
  return path;
}

async function imported(name: string, ...folders: readonly string[]): Promise<string> {
  const data = join(root, `data-${name}`);
  await withWriter(data, async (writer) => {
    for (const path of folders) {
      const { read, rejected } = await importWith(writer, path);
      assert.deepEqual([read, rejected], [activities.length, 0]);
    }
  });
  return data;
}

/** The counts of a statement: equal for the same week, from any feed. */
type Counts = {
  readonly actions: number;
  readonly signIns: Statement['signIns'];
  readonly volumes: readonly string[];
  readonly sessions: readonly (readonly [string | null, number, number])[];
};

function countsOf({ balance, signIns, volumes, sessions }: Statement): Counts {
  return {
    actions: balance.actions,
    signIns,
    volumes,
    sessions: sessions.map((s) => [s.session, s.signIns.length, s.actions.length]),
  };
}

/** Counted only from the generator. */
function expectedCounts(upn: string): Pick<Counts, 'actions' | 'signIns'> & { sessions: number } {
  const own = activities.filter(({ audit }) => audit['UserId'] === upn);
  const signIns = own.filter(({ signIn }) => signIn !== undefined);
  const failed = signIns.filter(({ audit }) => audit['ErrorNumber'] !== '0').length;
  const succeeded = signIns.length - failed;
  const failedByCode = { 50126: failed };
  const hasChange = own.some(({ audit }) => audit['RecordType'] === 8);
  return {
    actions: own.length - signIns.length,
    signIns: { succeeded, failed, unknown: 0, failedByCode },
    sessions: hasChange ? 2 : 1,
  };
}

async function assertCounts(data: string): Promise<void> {
  await assertFsckClean(data);
  await withAccount(data, async (account) => {
    for (const { upn, uid } of PEOPLE) {
      const statement = await statementOf(account, upn);
      const { actions, signIns, sessions } = countsOf(statement);
      const { sessions: count, ...expected } = expectedCounts(upn);
      assert.deepEqual({ actions, signIns }, expected, upn);
      assert.equal(sessions.length, count);
      assert.equal(statement.principal.uid, uid);
    }
  });
}

for (const [name, path] of Object.entries(FOLDERS)) {
  test(`the week as ${name} is counted as it was generated`, async () => {
    await assertCounts(await imported(name, path));
  });
}

test('each of the three forms gives statements with the same counts and volumes', async () => {
  for (const { upn } of PEOPLE) {
    const counts: Counts[] = [];
    for (const name of Object.keys(FOLDERS)) {
      const data = join(root, `data-${name}`);
      const statement = await askJson<Statement>(data, ['statement', upn], [0, 3]);
      counts.push(countsOf(statement));
    }
    assert.deepEqual(counts[1], counts[0]);
    assert.deepEqual(counts[2], counts[0]);
  }
});

test('all three together, in any order, are one week and one account', async () => {
  const { csv, graph, activity } = FOLDERS;
  const orders: readonly (readonly string[])[] = [
    [csv, graph, activity],
    [activity, graph, csv],
    [graph, csv, activity],
  ];
  let first: Outcome | undefined;
  for (const [at, order] of orders.entries()) {
    const data = await imported(`order-${at}`, ...order);
    await assertCounts(data);
    const outcome = await outcomeOf(data);
    assert.equal(outcome.events.length, activities.length);
    first ??= outcome;
    assertAlike(outcome, first);
  }
});

test('all three in one folder are the same account', async () => {
  const data = join(root, 'data-one');
  await withWriter(data, async (writer) => {
    const { read } = await importWith(writer, FOLDERS.graph, FOLDERS.activity, FOLDERS.csv);
    assert.equal(read, 3 * activities.length);
  });
  await assertCounts(data);
  assertAlike(await outcomeOf(data), await outcomeOf(join(root, 'data-order-0')));
});

test('sign-ins without a stated tenant belong to the only tenant', async () => {
  const untold = activities.map(({ audit, signIn }): Activity => {
    if (signIn === undefined) return { audit };
    const { resourceTenantId: _, homeTenantId: __, ...rest } = signIn;
    return { audit, signIn: rest };
  });
  const files = new Map([
    ['records.json', asAuditLogQuery(untold)],
    ['sign-ins.json', asSignIns(untold)],
  ]);
  const graph = folder('graph-untold', files);
  await assertCounts(await imported('untold', graph));
  await assertCounts(await imported('untold-first', graph, FOLDERS.csv));
  await assertCounts(await imported('untold-last', FOLDERS.csv, graph));
});
