import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LedgerReader } from '@countersign/ledger';
import { reconciliationSources } from '../../apps/countersign/src/reconcile/actions/authorization-source.ts';
import { readStatement } from '../../apps/countersign/src/reports/statement/read-statement.ts';
import type { Balance } from '../../apps/countersign/src/reports/statement/statement.ts';
import { labelOf } from '../../apps/countersign/src/store/identity/principal.ts';
import { headOf } from '../../apps/countersign/src/store/reading/ledger-head.ts';
import { IS_ACTION_SQL } from '../../apps/countersign/src/store/rows/event-kind.ts';
import { StoreReader } from '../../apps/countersign/src/store/store-reader.ts';
import { IS_LONG, SEED } from '../../tools/property.ts';
import { askJson, type Report } from '../support/account.ts';
import { countersign } from '../support/command-line.ts';
import { type PlayOptions, type PlayResult, play } from '../support/detection/play-scenario.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('reconcile');
const DAYS = IS_LONG ? 7 : 2;
/** On the first day a token may be older than all logs, so the answer is unknown. */
const FORGED_DAYS = IS_LONG ? 7 : 3;
const CANNOT_TELL = [3] as const;

type Totals = {
  readonly actions: number;
  readonly accounted: number;
  readonly unaccounted: Readonly<Record<string, number>>;
  readonly unknown: Readonly<Record<string, number>>;
  readonly residual: readonly unknown[];
};
type PrintedAction = {
  readonly index: number;
  readonly cause: string;
  readonly token: string | null;
};
type Finding = { readonly evidences: readonly { data: { entries: readonly number[] } }[] };

async function played(name: string, options: Partial<PlayOptions>): Promise<[string, PlayResult]> {
  const data = join(root, `${name}-data`);
  const made = await play(join(root, name), {
    ...{ seed: SEED, days: DAYS, tenants: [{ people: 10 }] },
    ...options,
  });
  const report = await askJson<Report>(data, ['import', made.folder]);
  assert.ok(report.accepted > 0);
  return [data, made];
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((n, count) => n + count, 0);
}

async function totalsOf(data: string): Promise<Totals> {
  return askJson<Totals>(data, ['reconcile'], CANNOT_TELL);
}

/** A list of imported records may be incomplete: it says so, and exits as specified. */
async function listOf<T>(
  data: string,
  args: readonly string[],
  exitOf: (output: string) => number,
): Promise<T[]> {
  const { code, stdout, stderr } = await countersign([...args, '--data', data, '--json']);
  assert.equal(code, exitOf(stdout), stderr);
  assert.match(stderr, /are from a file/);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

async function findingsOf(data: string): Promise<Finding[]> {
  const exitOf = (output: string): number => (output.trim() === '' ? 3 : 0);
  return listOf<Finding>(data, ['findings', '--rule', 'reconcile'], exitOf);
}

test('reconciliation alone finds mail that was read with forged tokens', async () => {
  const [data, { truth, tenants }] = await played('forged', {
    ...{ days: FORGED_DAYS, scenarios: ['forged-tokens'] },
  });
  const totals = await totalsOf(data);
  assert.ok(totals.residual.length > 0, 'the residual is listed by day and workload');
  assert.equal(totals.actions, totals.accounted + sum(totals.unaccounted) + sum(totals.unknown));
  const listed = await listOf<PrintedAction>(data, ['reconcile', '--list'], () => 0);
  const untied = new Set(
    listed.filter(({ cause }) => cause === 'no-sign-in-imported').map(({ index }) => index),
  );
  const mine = truth.steps.filter(({ tenantId }) => tenants.includes(tenantId));
  const attackers = mine.filter(({ technique }) => technique === 'T1114.002');
  assert.ok(attackers.length > 0, 'they read mail');
  assert.ok(untied.size > 0, 'and it has no sign-in');
  const cited = (await findingsOf(data)).flatMap(({ evidences }) =>
    evidences.flatMap(({ data: { entries } }) => entries),
  );
  assert.ok(cited.length > 0);
  for (const index of cited) assert.ok(untied.has(index), `entry ${index} is one of theirs`);
});

test('quiet days leave nothing unexplained', async () => {
  const [data] = await played('quiet', {});
  const { unaccounted, residual } = await totalsOf(data);
  assert.deepEqual(unaccounted, {});
  assert.deepEqual(residual, []);
  assert.deepEqual(await findingsOf(data), []);
});

/** A copy of a folder without the feeds whose names match. */
async function without(cut: RegExp): Promise<string> {
  const folder = join(root, 'forged');
  const kept = readdirSync(folder).filter((name) => !cut.test(name));
  assert.ok(kept.length < readdirSync(folder).length, `${cut} cuts something`);
  const data = join(root, `cut-${cut.source.replaceAll(/\W/g, '')}`);
  await askJson<Report>(data, ['import', ...kept.map((name) => join(folder, name))]);
  return data;
}

test('with any sign-in log cut, there is no yes, no no and no finding', async () => {
  const cuts = [/-NonInteractive/];
  if (IS_LONG) cuts.push(/-SignInLogs/, /SignInLogs|AzureActiveDirectory/);
  for (const cut of cuts) {
    const data = await without(cut);
    const { accounted, unaccounted, actions, unknown } = await totalsOf(data);
    assert.deepEqual([accounted, unaccounted], [0, {}], cut.source);
    assert.equal(sum(unknown), actions);
    assert.deepEqual(await findingsOf(data), [], cut.source);
  }
});

test('the totals equal the sum of all statements plus actions without a principal', async () => {
  const dir = join(root, 'forged-data');
  const [ledger, store] = [await LedgerReader.open(dir), await StoreReader.open(dir)];
  try {
    const head = await headOf(ledger, store);
    const actors = await store.over(
      {},
      (rows) => `SELECT DISTINCT coalesce(actor_uid, actor_name, actor_puid, actor_sid) FROM ${rows}
        WHERE ${IS_ACTION_SQL}`,
    );
    const whole = new Map<string, Balance>();
    for (const [who] of actors) {
      if (who === null) continue;
      const found = await readStatement(
        store,
        String(who),
        { reconcile: reconciliationSources({ store, head, ledger }) },
        head,
      );
      assert.equal(found.kind, 'statement', String(who));
      if (found.kind !== 'statement') continue;
      const { principal, balance, unaccounted } = found.statement;
      assert.equal(unaccounted.length, balance.unaccounted);
      whole.set(labelOf(principal), balance);
    }
    const totals = await totalsOf(dir);
    const [[nobodys = 0] = []] = await store.over(
      {},
      (rows) => `SELECT count(*) FROM ${rows} WHERE ${IS_ACTION_SQL} AND actor IS NULL`,
    );
    const of = (part: keyof Balance): number =>
      [...whole.values()].reduce((all, balance) => all + balance[part], 0);
    assert.ok(whole.size > 5);
    assert.equal(of('actions') + Number(nobodys), totals.actions);
    assert.equal(of('accounted'), totals.accounted);
    assert.equal(of('unaccounted'), sum(totals.unaccounted));
    assert.equal(of('unknown') + Number(nobodys), sum(totals.unknown));
  } finally {
    store.close();
    ledger.close();
  }
});
