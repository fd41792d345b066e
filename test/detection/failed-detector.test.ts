import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock, tenantId } from '@countersign/core';
import { layout } from '@countersign/ledger';
import { FAILED } from '../../apps/countersign/src/detection/findings/failure.ts';
import type { Detector } from '../../apps/countersign/src/detection/runner/detector.ts';
import { ForwardingServer } from '../../apps/countersign/src/operations/forwarding/forwarding-server.ts';
import { perform } from '../../apps/countersign/src/operations/host/handlers.ts';
import {
  detectionOf,
  loadDetection,
} from '../../apps/countersign/src/operations/host/load-detectors.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { countersignHere } from '../support/command-here.ts';
import { ndjson, records } from '../support/exports.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('failed-detector');
const data = join(root, 'data');
const TENANT = tenantId('3c1b6a52-0f0e-4d57-8c6f-6d2f1f0a9b11');
const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };
const Actor = { who: 'ada', host: 'test', version: '0.0.0' };

/** It reads the events and throws at the third, beside all product detectors. */
const PICKY: Detector = {
  ...{ name: 'test/picky', hears: 'events', profiles: [] },
  async *detect({ store, touched }) {
    for await (const { index } of store.eventsOf(TENANT, {})) {
      if (index >= 3) throw new TypeError(`cannot read entry ${index}`);
    }
    yield { drafts: [], covers: touched };
  },
};

test('import and findings exit 3 when a detector failed, and name it', async () => {
  const { content, detectors } = await loadDetection();
  const detection = detectionOf(content, [...detectors, PICKY]);
  const writer = await openLedgerWriter({ dir: data, clock: systemClock, random, detection });
  // The command forwards its work to the host of the ledger, like beside "serve".
  const server = await ForwardingServer.open({
    ...{ socketFile: layout.apiSocket(data), clock: systemClock, random },
    perform: async (work, hooks) => {
      await hooks.begin();
      return perform(writer, work, { actor: Actor, random, env: {}, workers: 1, hooks });
    },
  });
  const path = join(root, 'records.ndjson');
  writeFileSync(path, ndjson(records(20)));
  try {
    const imported = await countersignHere(['import', path, '--data', data]);
    assert.equal(imported.code, 3, imported.stderr);
    assert.match(
      imported.stderr,
      /the records are imported, but not all were examined: .*test\/picky/,
    );
    assert.match(imported.stdout, /accepted +20/);
  } finally {
    await server.close();
    await closeWriter(writer);
  }
  const found = await countersignHere(['findings', '--data', data, '--json']);
  assert.equal(found.code, 3, found.stderr);
  assert.match(found.stderr, /test\/picky/);
  assert.ok(found.stdout.includes(FAILED));
});
