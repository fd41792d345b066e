import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Hono } from 'hono';
import { readConsoleFiles } from './console-files.ts';
import { consoleRoutes } from './console-routes.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-console-'));
after(() => rmSync(folder, { recursive: true }));

const SCRIPT = `export const text = '${'long '.repeat(400)}';`;
mkdirSync(join(folder, 'assets'));
writeFileSync(join(folder, 'index.html'), '<meta nonce="__NONCE__"><div id="root"></div>');
writeFileSync(join(folder, 'assets', 'index-3f9a.js'), SCRIPT);
writeFileSync(join(folder, 'mark.svg'), '<svg/>');
writeFileSync(join(folder, '.sources'), 'a digest');

function routes(): Hono {
  const files = readConsoleFiles(folder);
  assert.ok(files);
  return consoleRoutes(files);
}

const PAGE = { headers: { accept: 'text/html,application/xhtml+xml' } };

test('every view gets the page, with a nonce of its own that the policy names', async () => {
  const nonces = new Set<string>();
  for (const path of ['/', '/incidents/b2e07c41?tenant=a', '/people']) {
    const reply = await routes().request(path, PAGE);
    assert.equal(reply.status, 200);
    const policy = reply.headers.get('content-security-policy') ?? '';
    const [, nonce] = /style-src 'self' 'nonce-([^']+)'/.exec(policy) ?? [];
    assert.ok(nonce !== undefined && nonce.length >= 22, policy);
    assert.ok((await reply.text()).includes(`nonce="${nonce}"`));
    assert.match(policy, /script-src 'self';/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.match(policy, /require-trusted-types-for 'script'/);
    assert.equal(reply.headers.get('cache-control'), 'no-store');
    nonces.add(nonce);
  }
  assert.equal(nonces.size, 3);
});

test('a file is compressed, cached by its name, and not sent twice', async () => {
  const path = '/assets/index-3f9a.js';
  const reply = await routes().request(path, { headers: { 'accept-encoding': 'gzip, br' } });
  assert.equal(reply.headers.get('content-encoding'), 'gzip');
  assert.match(reply.headers.get('cache-control') ?? '', /immutable/);
  assert.equal(gunzipSync(new Uint8Array(await reply.arrayBuffer())).toString(), SCRIPT);
  const plain = await routes().request(path);
  assert.equal(await plain.text(), SCRIPT);
  const etag = plain.headers.get('etag') ?? '';
  const again = await routes().request(path, { headers: { 'if-none-match': etag } });
  assert.equal(again.status, 304);
});

test('what is no file of the console gets no page and no file', async () => {
  for (const path of [
    ...['/api/v1/nothing', '/assets/gone.js', '/assets/../index.html', '/mcp', '/metrics'],
    ...['/.sources', '/.well-known/x', '/assets/%2e%2e/.sources'],
  ]) {
    const reply = await routes().request(path, { headers: { accept: '*/*' } });
    assert.equal(reply.status, 404, path);
  }
  const program = await routes().request('/incidents', { headers: { accept: 'application/json' } });
  assert.equal(program.status, 404);
});

test('a folder without a page is no console', () => {
  assert.equal(readConsoleFiles(join(folder, 'assets')), undefined);
  assert.equal(readConsoleFiles(join(folder, 'missing')), undefined);
});
