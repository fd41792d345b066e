import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { ManualClock } from '@countersign/core';
import { cosignatureSigner } from '../notes/cosignature.ts';
import { verifierOf } from '../notes/signature-types.ts';
import { formatSignatureLine } from '../notes/signed-note.ts';
import { testKey } from '../testing/memory-log.ts';
import { honest, logSigner } from '../testing/witnessed-log.ts';
import { fetchWitnessed, type SubmissionResult, submitCheckpoint } from './witness-client.ts';

const signer = cosignatureSigner('witness.example', testKey('witness'), new ManualClock(0));
const stranger = cosignatureSigner('stranger.example', testKey('stranger'), new ManualClock(0));
const verifier = verifierOf(signer.key);
const NOTE = honest.note(5);
const TRUE_LINE = formatSignatureLine(signer.sign(honest.text(5)));
const FALSE_LINE = formatSignatureLine(signer.sign(honest.text(6)));
const STRANGE_LINE = formatSignatureLine(stranger.sign(honest.text(5)));

test('accepts valid cosignatures by the known key, and ignores other keys', async () => {
  const result = await submitTo((_, response) => response.end(`${STRANGE_LINE}\n${TRUE_LINE}\n`));
  assert.ok(result.kind === 'cosigned');
  assert.deepEqual(result.cosignatures.map(formatSignatureLine), [TRUE_LINE]);
});

test('does not accept an answer of 200 without a valid cosignature', async () => {
  const bodies = [
    '',
    '\n',
    'ok\n',
    TRUE_LINE,
    `${FALSE_LINE}\n`,
    `${TRUE_LINE}\n${FALSE_LINE}\n`,
    `${STRANGE_LINE}\n`,
    `${TRUE_LINE}\n\n`,
    Buffer.alloc(10, 0xff),
    'x'.repeat(600_000),
  ];
  for (const body of bodies) {
    const result = await submitTo((_, response) => response.end(body));
    assert.equal(result.kind, 'unreachable', String(body).slice(0, 20));
  }
});

test('reads only the size from a conflict', async () => {
  const conflict = (type: string, body: string): Promise<SubmissionResult> =>
    submitTo((_, response) => response.writeHead(409, { 'content-type': type }).end(body));
  assert.deepEqual(await conflict('text/x.tlog.size', '17\n'), { kind: 'conflict', size: 17 });
  for (const body of ['-1\n', '1e3\n', '017\n', '', '9007199254740992\n', '17\n\n']) {
    assert.equal((await conflict('text/x.tlog.size', body)).kind, 'refused', body);
  }
  assert.equal((await conflict('text/plain', '17\n')).kind, 'refused');
});

test('does not follow a redirect', async () => {
  let followed = false;
  const result = await submitTo((request, response) => {
    if (request.url !== '/add-checkpoint') followed = true;
    response.writeHead(307, { location: '/elsewhere' }).end();
  });
  assert.deepEqual(result, {
    kind: 'refused',
    status: 307,
    because: 'it redirects, and Countersign does not follow redirects',
  });
  assert.equal(followed, false);
});

test('repeats a refusal without its control characters', async () => {
  const result = await submitTo((_, response) =>
    response.writeHead(403).end('no\u001b[31m way\nx'),
  );
  assert.deepEqual(result, { kind: 'refused', status: 403, because: 'no [31m way' });
});

test('gives up on a witness that does not answer, or does not finish its answer', async () => {
  const silent = await submitTo(() => {}, { timeoutMs: 20 });
  assert.equal(silent.kind, 'unreachable');
  const endless = await submitTo((_, response) => response.write('x'), { timeoutMs: 20 });
  assert.equal(endless.kind, 'unreachable');
  const gone = await submitTo((request) => request.socket.destroy());
  assert.equal(gone.kind, 'unreachable');
  const nobody = { url: 'http://127.0.0.1:1', verifier };
  const result = await submitCheckpoint({ witness: nobody, oldSize: 0, proof: [], note: NOTE });
  assert.equal(result.kind, 'unreachable');
});

test('refuses a host that is not configured', async () => {
  const urls = [
    'http://witness.example',
    'https://10.0.0.1',
    'http://127.0.0.1.example',
    'http://[::2]',
    'ftp://127.0.0.1',
    'file:///etc/passwd',
    'http://a:b@127.0.0.1',
    'http://127.0.0.1?a=',
    'witness',
    '',
    'http://localhost.example',
    'http://0.0.0.0',
  ];
  for (const url of urls) {
    const submission = { witness: { url, verifier }, oldSize: 0, proof: [], note: NOTE };
    await assert.rejects(submitCheckpoint(submission), { code: 'WITNESS_ADDRESS' }, url);
    await assert.rejects(fetchWitnessed({ url, verifier }, verifierOf(logSigner.key)), {
      code: 'WITNESS_ADDRESS',
    });
  }
});

test('calls a configured host', async () => {
  const witness = { url: 'http://witness.invalid', verifier, permittedHosts: ['witness.invalid'] };
  const result = await submitCheckpoint({ witness, oldSize: 0, proof: [], note: NOTE });
  assert.equal(result.kind, 'unreachable');
});

test('refuses a latest checkpoint that log and witness have not both signed', async () => {
  const log = verifierOf(logSigner.key);
  const shown = (body: Uint8Array | string, status = 200): Promise<string> =>
    withServer(
      (_, response) => response.writeHead(status).end(body),
      async (url) => (await fetchWitnessed({ url, verifier }, log)).kind,
    );
  assert.equal(await shown(honest.note(5, [logSigner, signer])), 'witnessed');
  assert.equal(await shown(honest.note(5, [logSigner])), 'unreachable');
  assert.equal(await shown(honest.note(5, [signer])), 'unreachable');
  assert.equal(await shown(honest.note(5, [logSigner, stranger])), 'unreachable');
  assert.equal(await shown('garbage'), 'unreachable');
  assert.equal(await shown('', 404), 'none');
  assert.equal(await shown('', 500), 'unreachable');
});

function submitTo(
  listener: RequestListener,
  options: { readonly timeoutMs?: number } = {},
): Promise<SubmissionResult> {
  return withServer(listener, (url) => {
    const witness = { url: `${url}/`, verifier, ...options };
    return submitCheckpoint({ witness, oldSize: 0, proof: [], note: NOTE });
  });
}

async function withServer<T>(
  listener: RequestListener,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
