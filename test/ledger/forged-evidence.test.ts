import assert from 'node:assert/strict';
import { createPrivateKey, randomFillSync } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { OWN_TENANT, type RecordDraft, systemClock } from '@countersign/core';
import { Ledger, layout, openRotation } from '@countersign/ledger';
import { ed25519Signer, formatSignatureLine, type NoteSigner } from '@countersign/tlog';
import { askJson, importHere, withWriter } from '../support/account.ts';
import { countersignHere } from '../support/command-here.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordText } from '../support/ingest/audit-record.ts';

/**
 * A stranger wants to pass off their own log under the victim's name to a verifier who pinned the
 * victim's key.
 */
const root = temporaryFolder('forged');
const victims = join(root, 'victims');
const strangers = join(root, 'strangers');

type Checkpoint = { readonly vkey: string; readonly origin: string };
let victim: Checkpoint;
let stranger: NoteSigner;

before(async () => {
  const path = join(root, 'records.json');
  writeFileSync(path, `${recordText(1)}\n`);
  await importHere(victims, path);
  victim = await askJson<Checkpoint>(victims, ['ledger', 'checkpoint']);
  writeFileSync(path, `${recordText(2)}\n`);
  const { origin } = victim;
  const random = { fill: randomFillSync };
  await (await Ledger.open({ dir: strangers, clock: systemClock, random, origin })).close();
  await importHere(strangers, path);
  const key = createPrivateKey(readFileSync(layout.noteKey(strangers)));
  stranger = ed25519Signer(victim.origin, key);
});

function rotationText(): string {
  const lines = ['countersign.dev/key-rotation@v1', victim.origin, victim.vkey];
  return [...lines, stranger.key.vkey].map((line) => `${line}\n`).join('');
}

/** "victim to stranger", signed by the stranger once per line of a real rotation. */
function forgedRotation(): Buffer {
  const line = formatSignatureLine(stranger.sign(rotationText()));
  return Buffer.from(`${rotationText()}\n${line}\n${line}\n`);
}

/** The stranger's data folder with these keys in `countersign.json` and these entries. */
async function forged(
  name: string,
  vkeys: readonly string[],
  bodies: readonly Buffer[],
): Promise<string> {
  const dir = join(root, name);
  cpSync(strangers, dir, { recursive: true });
  const drafts = bodies.map(
    (body): RecordDraft => ({
      kind: 'key',
      tenant: OWN_TENANT,
      source: 'countersign/key',
      id: undefined,
      at: '2024-05-06T21:00:00Z',
      body,
    }),
  );
  await withWriter(dir, (writer) => writer.ledger.append(drafts), { acceptFork: 'accept' });
  const rebuilt = await countersignHere(['rebuild', '--data', dir]);
  assert.equal(rebuilt.code, 0, rebuilt.stderr);
  const facts = { format: 2, origin: victim.origin, vkeys };
  writeFileSync(layout.manifest(dir), JSON.stringify(facts));
  return dir;
}

async function assertRefused(dir: string): Promise<void> {
  const file = `${dir}.evidence`;
  const exported = await countersignHere(['evidence', 'export', '1', '-o', file, '--data', dir]);
  assert.equal(exported.code, 0, exported.stderr);
  const verified = await countersignHere(['evidence', 'verify', file, '--key', victim.vkey]);
  assert.equal(verified.code, 1, verified.stdout + verified.stderr);
  const checked = await countersignHere(['ledger', 'fsck', '--key', victim.vkey, '--data', dir]);
  assert.equal(checked.code, 1, checked.stdout + checked.stderr);
}

test('a rotation that a stranger signed twice forges neither evidence nor a ledger', async () => {
  const rotation = forgedRotation();
  assert.throws(() => openRotation(rotation));
  await assertRefused(await forged('twice', [victim.vkey, stranger.key.vkey], [rotation]));
});

test('a key of the folder before the pinned key verifies no ledger', async () => {
  const dir = await forged('before', [stranger.key.vkey, victim.vkey], []);
  await assertRefused(dir);
});

test("the victim's own ledger still verifies", async () => {
  const { code } = await countersignHere([
    'ledger',
    'fsck',
    '--key',
    victim.vkey,
    '--data',
    victims,
  ]);
  assert.equal(code, 0);
});
