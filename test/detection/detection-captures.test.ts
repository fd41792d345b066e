import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '@countersign/core';
import { importPaths } from '../../apps/countersign/src/ingest/import-run.ts';
import { loadDetection } from '../../apps/countersign/src/operations/host/load-detectors.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { runDetection } from '../../apps/countersign/src/operations/host/run-detection.ts';
import type { StoredFinding } from '../../apps/countersign/src/store/sqlite/finding-table.ts';
import { StoreReader } from '../../apps/countersign/src/store/store-reader.ts';
import { IS_LONG } from '../../tools/property.ts';
import { temporaryFolder } from '../support/folders.ts';
import { sharedData, withoutShared } from '../support/shared-data.ts';

const Actor = { who: 'ada', host: 'test', version: '0.0.0' } as const;
const HIGH = 4;
const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };
const root = temporaryFolder('detection');
const skip = withoutShared('ual-captures', 'golden-saml');

/** All findings for one file, imported alone into an empty ledger. */
async function foundIn(name: string, texts: readonly string[]): Promise<readonly StoredFinding[]> {
  const dir = join(root, name.replaceAll(/\W/g, '-'));
  const detection = await loadDetection();
  const writer = await openLedgerWriter({ dir, clock: systemClock, random, detection });
  const inputs = texts.map((text) => {
    const bytes = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from(text);
    };
    return { kind: 'stream', bytes: bytes() } as const;
  });
  for (const input of inputs) {
    await importPaths(writer, {
      inputs: [input],
      actor: Actor,
      workers: 1,
      afterImport: () => runDetection(writer),
    });
  }
  await closeWriter(writer);
  const store = await StoreReader.open(dir);
  try {
    return store.findings.list();
  } finally {
    store.close();
  }
}

/** The same activity with other people. */
function renamed(text: string): string {
  const people = [...new Set(text.match(/\b[A-Za-z]+\d*@[\w.]+/g) ?? [])];
  return people.reduce((all, who, at) => all.replaceAll(who, `person${at}@fabrikam.example`), text);
}

const parent = (technique: string): string => technique.slice(0, 5);

function assertFindings(name: string, found: readonly StoredFinding[]): void {
  const wanted = parent(name.toUpperCase());
  const techniques = (each: StoredFinding): string[] => each.draft.techniques.map(parent);
  const shown = found.map(({ draft }) => `${draft.severity} ${draft.title} ${draft.techniques}`);
  assert.ok(
    found.some((each) => techniques(each).includes(wanted)),
    `${wanted} is not found: ${shown.join('\n')}`,
  );
  const stray = found
    .filter(({ draft }) => draft.severity >= HIGH)
    .filter((each) => !techniques(each).includes(wanted));
  assert.deepEqual(
    stray.map(({ draft }) => `${draft.title} ${draft.techniques}`),
    [],
  );
}

const captures = skip === false ? readdirSync(sharedData('ual-captures')) : [];
for (const file of captures.filter((name) => /^t\d{4}/i.test(name))) {
  test(`finds the technique of ${file}, with any names`, async () => {
    const text = readFileSync(join(sharedData('ual-captures'), file), 'utf8');
    assertFindings(file, await foundIn(file, [text]));
    if (IS_LONG) assertFindings(file, await foundIn(`other ${file}`, [renamed(text)]));
  });
}

test('finds the chain of forged tokens', { skip }, async () => {
  const folder = sharedData('golden-saml');
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const found = await foundIn('golden', texts);
  const techniques = new Set(found.flatMap(({ draft }) => draft.techniques));
  for (const step of ['T1003', 'T1606.002', 'T1098.001', 'T1528', 'T1114.002']) {
    assert.ok(techniques.has(step), `${step} is not found`);
  }
});
