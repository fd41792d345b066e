import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { ManualClock, type TenantId } from '@countersign/core';
import {
  DecisionPoint,
  type DirectoryFile,
  parseDirectoryFile,
  parseRegister,
  readPolicyFolder,
} from '@countersign/policy';
import {
  activatePolicies,
  PolicyInformationPoint,
} from '../../apps/countersign/src/enforcement/decisions/policy-information-point.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import type { LedgerWriter } from '../../apps/countersign/src/projection/ledger-writer.ts';
import { IS_LONG, SEED } from '../../tools/property.ts';
import { askJson } from '../support/account.ts';
import { countersignHere } from '../support/command-here.ts';
import { REPOSITORY } from '../support/command-line.ts';
import { type PlayResult, play } from '../support/detection/play-scenario.ts';
import { temporaryFolder } from '../support/folders.ts';

/**
 * A quiet week of a company that follows its policies, with an enforcement point for every second
 * factor. A fresh ledger, the default policies, and the company's own files.
 */

const PEOPLE = IS_LONG ? 200 : 12;
const DAYS = IS_LONG ? 7 : 3;
const PASS_MS = 8 * 3_600_000;
const CANNOT_TELL = [3] as const;
const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };
const root = temporaryFolder('accounted-week');
const data = join(root, 'data');

type Totals = {
  readonly actions: number;
  readonly accounted: number;
  readonly events: Readonly<Record<string, number>>;
  readonly unaccounted: Readonly<Record<string, number>>;
  readonly unknown: Readonly<Record<string, number>>;
  readonly cures: Readonly<Record<string, string>>;
};
type VerifiedReport = { readonly decided: number; readonly disagreements: number };

let made: PlayResult;
let decided = 0;
let totals: Totals;

before(async () => {
  made = await play(join(root, 'export'), {
    ...{ seed: SEED, days: DAYS, tenants: [{ people: PEOPLE, governed: true }] },
  });
  const clock = new ManualClock(made.startMs);
  const writer = await openLedgerWriter({ dir: data, clock, random });
  await usePolicies(writer);
  decided = await decideAll(writer, clock);
  await closeWriter(writer);
  await askJson(data, ['import', made.folder]);
  totals = await askJson<Totals>(data, ['reconcile'], CANNOT_TELL);
});

async function usePolicies(writer: LedgerWriter): Promise<void> {
  const { directory, register } = made.policyFiles;
  const files = { directory: 'directory.yaml', register: 'register.yaml' };
  await activatePolicies(writer, {
    source: readPolicyFolder(join(REPOSITORY, 'content', 'policies')).source,
    directory: { file: files.directory, read: directoryOf(directory) },
    register: {
      file: files.register,
      read: parseRegister({ file: files.register, text: register }),
    },
    by: 'ada',
  });
}

function directoryOf(text: string): DirectoryFile {
  return parseDirectoryFile({ file: 'directory.yaml', text });
}

/** A row of the diagnostic export. */
type Row = {
  readonly properties: {
    readonly userId: string;
    readonly correlationId: string;
    readonly createdDateTime: string;
    readonly ipAddress: string;
    readonly status: { readonly errorCode: number };
    readonly authenticationDetails: readonly { readonly authenticationMethod: string }[];
  };
};

/** The enforcement point is asked some seconds before each sign-in with its method. */
async function decideAll(writer: LedgerWriter, clock: ManualClock): Promise<number> {
  const [tenant = ''] = made.tenants;
  const text = readFileSync(join(made.folder, `${tenant}-azure-SignInLogs.ndjson`), 'utf8');
  const asked = new Map(
    text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Row).properties)
      .filter(({ authenticationDetails: steps }) =>
        steps.some(({ authenticationMethod: method }) => method.startsWith('External')),
      )
      .map((row) => [row.correlationId, row]),
  );
  const rows = [...asked.values()].sort((a, b) => (a.createdDateTime < b.createdDateTime ? -1 : 1));
  await writer.reader.refresh();
  const { information } = await PolicyInformationPoint.open(writer);
  const { policies } = information;
  assert.ok(policies !== undefined);
  const { decisionLog } = writer;
  const directory = information.suite(clock);
  const point = new DecisionPoint({ policies, directory, decisionLog, clock, random });
  let permits = 0;
  for (const { userId, correlationId, createdDateTime, ipAddress, status } of rows) {
    clock.advance(Math.max(0, Date.parse(createdDateTime) - 5000 - clock.now()));
    // Like `serve`, each time it reads its files.
    const seenMs = clock.now();
    information.directory.tenant(tenant as TenantId).confirm({ source: SOURCE, seenMs });
    if (status.errorCode !== 0) continue;
    const context = { factor: 'phishing-resistant', requestId: correlationId, address: ipAddress };
    const { decision } = await point.decide(
      {
        ...{
          enforcementPoint: 'eam',
          tenant: tenant as TenantId,
          action: { name: 'signIn' },
          context,
        },
        ...{ subject: { type: 'user', id: userId }, resource: { type: 'suite', id: tenant } },
      },
      { passMs: PASS_MS },
    );
    assert.equal(decision.effect, 'permit', decision.because.map(({ text: why }) => why).join());
    permits += 1;
  }
  return permits;
}

const SOURCE = 'file:directory.yaml';

test('at least 95 % of the actions of a quiet week are accounted', () => {
  const { actions, accounted, unaccounted, events } = totals;
  assert.ok(actions > PEOPLE * DAYS * 20, `${actions} actions`);
  assert.ok(accounted >= actions * 0.95, JSON.stringify(totals));
  assert.deepEqual(unaccounted, {});
  assert.ok((events['mail-delivery'] ?? 0) > 0, 'received mail is counted apart');
});

test('every remaining cause names what the operator does about it', () => {
  const { actions, accounted, unknown, cures } = totals;
  const left = Object.values(unknown).reduce((sum, count) => sum + count, 0);
  assert.equal(accounted + left, actions);
  assert.ok(left > 0, "the vendor's own services act in every tenant");
  assert.deepEqual(Object.keys(cures).sort(), Object.keys(unknown).sort());
  for (const [cause, cure] of Object.entries(cures)) assert.match(cure, /\w{4}.*\.$/, cause);
});

test('each sign-in through the enforcement point rests on its decision', async () => {
  const verified = await askJson<VerifiedReport>(data, ['verified'], CANNOT_TELL);
  assert.ok(decided > 0);
  assert.equal(verified.decided, decided);
  // Rows of the very last minutes are not complete yet.
  const week = ['--to', new Date(made.endMs).toISOString()];
  const { disagreements } = await askJson<VerifiedReport>(data, ['verified', ...week], CANNOT_TELL);
  assert.equal(disagreements, 0);
  const { stdout } = await countersignHere([
    ...['findings', '--rule', 'check', ...week, '--data', data, '--json'],
  ]);
  assert.equal(stdout, '');
});

test('the commands of the emulator give the same result', async () => {
  const fresh = join(root, 'fresh');
  const { directory, register } = made.policyFiles;
  const [people, apps] = [join(root, 'directory.yaml'), join(root, 'register.yaml')];
  writeFileSync(people, directory);
  writeFileSync(apps, register);
  await askJson(fresh, ['import', made.folder]);
  const before = await askJson<Totals>(fresh, ['reconcile'], CANNOT_TELL);
  assert.equal(before.accounted, 0);
  assert.match(before.cures['no-policy'] ?? '', /policy use/);
  await askJson(fresh, ['policy', 'use', '--directory', people, '--register', apps]);
  const { accounted, actions } = await askJson<Totals>(fresh, ['reconcile'], CANNOT_TELL);
  assert.equal(actions, totals.actions);
  assert.ok(accounted >= actions * 0.95, `${accounted} of ${actions}`);
});
