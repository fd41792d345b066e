import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ManualClock } from '@countersign/core';
import { testEach } from '../../../../tools/testing/each.ts';
import { WITNESS_BODY_BYTES_MAX } from '../limits.ts';
import { verifierOf } from '../notes/signature-types.ts';
import type { NoteVerifier } from '../notes/signed-note.ts';
import { testKey } from '../testing/memory-log.ts';
import {
  forked,
  honest,
  logSigner,
  ORIGIN,
  temporaryFolder,
  type WitnessedLog,
} from '../testing/witnessed-log.ts';
import { originHash } from './witness.ts';
import { fetchWitnessed, type SubmissionResult, submitCheckpoint } from './witness-client.ts';
import { serveWitness, type WitnessServer } from './witness-server.ts';

const KEY = { name: 'witness.example', privateKey: testKey('witness') };

let folder: ReturnType<typeof temporaryFolder>;
let server: WitnessServer;
let verifier: NoteVerifier;

const test = testEach(
  async () => {
    folder = temporaryFolder();
    server = await start();
    verifier = verifierOf(server.vkey);
  },
  async () => {
    await server.close();
    folder[Symbol.dispose]();
  },
);

test('cosigns over HTTP and shows what it cosigned', async () => {
  assert.deepEqual(await fetchWitnessed(address(), verifierOf(logSigner.key)), { kind: 'none' });
  assert.equal((await submit(honest, 0, 10)).kind, 'cosigned');
  const result = await submit(honest, 10, 30);
  assert.ok(result.kind === 'cosigned');
  assert.equal(result.cosignatures.length, 1);
  const witnessed = await fetchWitnessed(address(), verifierOf(logSigner.key));
  assert.ok(witnessed.kind === 'witnessed');
  assert.equal(witnessed.checkpoint.size, 30);
  const raw = await fetch(`${server.url}/${originHash(ORIGIN)}/checkpoint`);
  assert.equal(raw.headers.get('content-type'), 'text/plain; charset=utf-8');
});

test('tells a stale log which size to continue from, and refuses a fork', async () => {
  await submit(honest, 0, 20);
  assert.deepEqual(await submit(honest, 0, 30), { kind: 'conflict', size: 20 });
  const refused = await submit(forked, 20, 30);
  assert.ok(refused.kind === 'refused');
  assert.equal(refused.status, 422);
  assert.match(refused.because, /does not show that size 30 extends size 20/);
});

test('accepts one of two split views that are submitted at once', async () => {
  await submit(honest, 0, 10);
  const results = await Promise.all([
    submit(honest, 10, 20),
    submit(forked, 10, 20),
    submit(honest, 10, 25),
    submit(forked, 10, 30),
  ]);
  assert.equal(results.filter(({ kind }) => kind === 'cosigned').length, 1);
  assert.equal(results.filter(({ kind }) => kind === 'conflict').length, 3);
});

test('keeps its state across a restart', async () => {
  await submit(honest, 0, 20);
  await server.close();
  server = await start();
  assert.deepEqual(await submit(forked, 0, 20), { kind: 'conflict', size: 20 });
});

test('keeps its state when it is killed between persisting and answering', async () => {
  await submit(honest, 0, 10);
  await server.close();
  const script = join(import.meta.dirname, '../testing/crashing-witness-worker.ts');
  const child = spawn(process.execPath, [script, folder.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const crashing = { url: line.toString().trim(), verifier };
  const cut = await submitCheckpoint({
    witness: crashing,
    oldSize: 10,
    proof: honest.proof(10, 20),
    note: honest.note(20),
  });
  assert.equal(cut.kind, 'unreachable');
  assert.deepEqual(await exited, [null, 'SIGKILL']);
  server = await start();
  assert.deepEqual(await submit(forked, 10, 20), { kind: 'conflict', size: 20 });
  assert.deepEqual(await submit(honest, 10, 20), { kind: 'conflict', size: 20 });
  assert.equal((await submit(honest, 20, 20)).kind, 'cosigned');
});

test('answers each malformed request with its status', async () => {
  const long = 'x'.repeat(WITNESS_BODY_BYTES_MAX + 1);
  const cases: [string, RequestInit, number][] = [
    ['/add-checkpoint', { method: 'POST', body: 'garbage' }, 400],
    ['/add-checkpoint', { method: 'POST' }, 400],
    ['/add-checkpoint', { method: 'POST', body: new Uint8Array(1000).fill(255) }, 400],
    ['/add-checkpoint', { method: 'POST', body: long }, 413],
    ['/add-checkpoint', {}, 405],
    ['/add-checkpoint/', { method: 'POST' }, 404],
    ['/', {}, 404],
    ['/checkpoint', {}, 404],
    [`/${'0'.repeat(64)}/checkpoint`, {}, 404],
    [`/${originHash(ORIGIN).toUpperCase()}/checkpoint`, {}, 404],
    [`/${originHash(ORIGIN)}/checkpoint`, { method: 'DELETE' }, 405],
  ];
  for (const [path, init, status] of cases) {
    const response = await fetch(server.url + path, init);
    assert.equal(response.status, status, `${init.method ?? 'GET'} ${path}`);
    assert.ok((await response.text()).endsWith('\n'));
  }
  assert.equal((await submit(honest, 0, 1)).kind, 'cosigned', 'it still works');
});

test('stops reading a body without a stated length at the limit', async () => {
  const chunk = new Uint8Array(64 * 1024).fill(65);
  let sent = 0;
  const body = new ReadableStream({
    pull(controller) {
      sent += chunk.length;
      if (sent > 2 * WITNESS_BODY_BYTES_MAX) controller.close();
      else controller.enqueue(chunk);
    },
  });
  const outcome = await fetch(`${server.url}/add-checkpoint`, {
    method: 'POST',
    body,
    duplex: 'half',
  } as RequestInit).then(
    (response) => response.status,
    () => 'cut off',
  );
  assert.ok(outcome === 413 || outcome === 'cut off', String(outcome));
  assert.equal((await submit(honest, 0, 1)).kind, 'cosigned', 'it still works');
});

test('survives callers that disconnect in the middle', async () => {
  const { port } = new URL(server.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write('POST /add-checkpoint HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nold 0\n');
  await once(socket, 'connect');
  socket.destroy();
  await once(socket, 'close');
  assert.equal((await submit(honest, 0, 1)).kind, 'cosigned');
});

test('refuses to run twice over one state, and with keys that it cannot use', async () => {
  await assert.rejects(start(), { code: 'WITNESS_STATE' });
  await assert.rejects(start({ logs: ['no key'] }), { code: 'MALFORMED_KEY' });
  await assert.rejects(start({ key: { ...KEY, name: 'a name' } }), { code: 'MALFORMED_KEY' });
});

test('releases its state if it cannot listen', async () => {
  const other = temporaryFolder();
  const listen = { host: '127.0.0.1', port: Number(new URL(server.url).port) };
  await assert.rejects(start({ stateDir: other.path, listen }), { code: 'EADDRINUSE' });
  await (await start({ stateDir: other.path })).close();
  other[Symbol.dispose]();
});

function start(changes: Partial<Parameters<typeof serveWitness>[0]> = {}): Promise<WitnessServer> {
  return serveWitness({
    listen: { host: '127.0.0.1', port: 0 },
    stateDir: folder.path,
    logs: [logSigner.key.vkey],
    key: KEY,
    clock: new ManualClock(1_700_000_000_000),
    ...changes,
  });
}

function address(): { readonly url: string; readonly verifier: NoteVerifier } {
  return { url: server.url, verifier };
}

function submit(log: WitnessedLog, oldSize: number, size: number): Promise<SubmissionResult> {
  const proof = log.proof(oldSize, size);
  return submitCheckpoint({ witness: address(), oldSize, proof, note: log.note(size) });
}
