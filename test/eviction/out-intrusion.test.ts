import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { instantOfMs, ManualClock } from '@countersign/core';
import type { Foothold } from '@countersign/emulator';
import { LedgerSink } from '../../apps/countersign/src/ingest/collection/ledger-sink.ts';
import { recordInventory } from '../../apps/countersign/src/ingest/collection/record-inventory.ts';
import { importPaths } from '../../apps/countersign/src/ingest/import-run.ts';
import { loadDetection } from '../../apps/countersign/src/operations/host/load-detectors.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { runDetection } from '../../apps/countersign/src/operations/host/run-detection.ts';
import { IS_LONG, SEED } from '../../tools/property.ts';
import { commandHere } from '../support/command-here.ts';
import {
  recordScenarios,
  type ScenarioRecording,
} from '../support/detection/scenario-recording.ts';
import { temporaryFolder } from '../support/folders.ts';

/**
 * A company whose attackers came through an application of an unconnected test tenant. `eviction`
 * finds all their footholds in the company's own tenant. About the other tenant it says that it
 * cannot tell.
 */

const SEEDS = IS_LONG ? 10 : 1;
const DAY_MS = 86_400_000;
const Actor = { who: 'ada', host: 'test', version: '0.0.0' } as const;
const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };
const root = temporaryFolder('out-intrusion');

/** The eviction question for each foothold of the emulator. */
const ASKED: Partial<Record<Foothold['kind'], string>> = {
  'app-credential': 'application-credentials',
  app: 'applications',
  account: 'accounts',
  consent: 'consents',
  'app-role': 'app-roles',
  password: 'passwords',
  session: 'sessions',
};

type Answer = {
  readonly foothold: string;
  readonly answer: 'open' | 'out' | 'unknown';
  /** The number of open footholds of this kind. */
  readonly openingCount: number;
  readonly because: readonly { readonly code: string; readonly text: string }[];
};

type Intrusion = {
  readonly recording: ScenarioRecording;
  readonly corp: string;
  readonly answers: readonly Answer[];
};

/** Only one of the company's two tenants has records here. */
async function intrusion(seed: number): Promise<Intrusion> {
  const folder = join(root, String(seed));
  const scenario = 'midnight-blizzard';
  const recording = recordScenarios(folder, [{ scenario, seed, people: 12, lifeDays: 0 }]);
  const corp = recording.footholds.find(({ kind }) => kind === 'account')?.tenantId ?? '';
  const files = [...recording.files].filter((name) => name.startsWith(corp));
  for (const name of recording.files) if (!files.includes(name)) rmSync(join(folder, name));
  const clock = new ManualClock(recording.endMs + DAY_MS);
  const data = join(folder, 'data');
  const writer = await openLedgerWriter({
    dir: data,
    clock,
    random,
    detection: await loadDetection(),
  });
  try {
    const sink = await LedgerSink.open(writer, { workers: 1 });
    const tenants = recording.tenants.map((tenant) => {
      const state = tenant === corp ? ('connected' as const) : ('not connected' as const);
      return { tenant, name: tenant === corp ? 'Corp' : 'Test', use: 'work', state };
    });
    await recordInventory({ writer, sink }, { tenants, partners: [] }, Actor);
    const inputs = files.map((name) => ({ kind: 'path', path: join(folder, name) }) as const);
    await sink.exclusively(() =>
      importPaths(writer, {
        inputs,
        actor: Actor,
        workers: 1,
        afterImport: () => runDetection(writer),
      }),
    );
    await sink.close();
  } finally {
    await closeWriter(writer);
  }
  const since = instantOfMs(recording.startMs) ?? '';
  const asked = await commandHere(['out', '--since', since, '--json', '--data', data], clock);
  assert.equal(asked.code, 1, asked.stderr);
  const lines = asked.stdout.trimEnd().split('\n');
  return { recording, corp, answers: lines.map((line) => JSON.parse(line) as Answer) };
}

const all: Intrusion[] = [];
before(async () => {
  for (let seed = SEED; seed < SEED + SEEDS; seed++) all.push(await intrusion(seed));
});

function answerOf({ answers }: Intrusion, id: string): Answer {
  const found = answers.find(({ foothold }) => foothold === id);
  assert.ok(found !== undefined, id);
  return found;
}

test('each foothold with a trace in the connected tenant is open', () => {
  for (const one of all) {
    const here = one.recording.footholds.filter(({ tenantId }) => tenantId === one.corp);
    const kinds = [...new Set(here.map(({ kind }) => kind))];
    assert.ok(kinds.length >= 4, kinds.join());
    for (const kind of kinds) {
      const { answer, openingCount } = answerOf(one, ASKED[kind] ?? kind);
      const had = here.filter((foothold) => foothold.kind === kind).length;
      assert.equal(answer, 'open', kind);
      assert.ok(openingCount >= had, `${kind}: ${openingCount} of ${had}`);
    }
  }
});

test('cannot tell about the credentials of the foreign application', () => {
  for (const one of all) {
    const home = one.recording.tenants.find((tenant) => tenant !== one.corp) ?? '';
    const { answer, because } = answerOf(one, 'foreign-applications');
    assert.equal(answer, 'unknown');
    assert.ok(
      because.some(({ code, text }) => code === 'home-not-connected' && text.includes(home)),
      JSON.stringify(because),
    );
  }
});

test('no foothold is certified out', () => {
  for (const { answers } of all) {
    const ids = new Set(answers.map(({ foothold }) => foothold));
    assert.equal(ids.size, 44);
    assert.deepEqual([...new Set(answers.map(({ answer }) => answer))].sort(), ['open', 'unknown']);
  }
});
