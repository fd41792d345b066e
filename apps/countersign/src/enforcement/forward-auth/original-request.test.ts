import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { refusalPage } from './denial-page.ts';
import { type ProxyRequest, readOriginalRequest, URI_CHARACTERS_MAX } from './original-request.ts';

function proxyRequest(
  headers: Record<string, string>,
  uri = '/forward-auth',
  method = 'GET',
): ProxyRequest {
  return { method, uri, header: (name) => headers[name] };
}

const NGINX = {
  'x-original-method': 'POST',
  'x-original-uri': '/a%20b?c=d',
  'x-forwarded-host': 'Wiki.Example.com:8443',
  'x-forwarded-for': '198.51.100.7',
};

describe('the original request', () => {
  test('is read from the headers that each kind of proxy sends', () => {
    assert.deepEqual(readOriginalRequest('nginx', proxyRequest(NGINX), '/forward-auth'), {
      ...{ method: 'POST', host: 'wiki.example.com', uri: '/a%20b?c=d' },
      ...{ path: '/a b', address: '198.51.100.7' },
    });
    const envoy = proxyRequest({ host: 'wiki.example.com' }, '/forward-auth/x?y', 'PUT');
    assert.deepEqual(readOriginalRequest('envoy', envoy, '/forward-auth'), {
      ...{ method: 'PUT', host: 'wiki.example.com', uri: '/x?y', path: '/x', address: null },
    });
    const traefik = proxyRequest({
      'x-forwarded-method': 'GET',
      'x-forwarded-uri': '/',
      'x-forwarded-host': 'wiki.example.com',
      // A client may have written everything before the last address.
      'x-forwarded-for': '10.0.0.1, 203.0.113.9',
    });
    const read = readOriginalRequest('traefik', traefik, '/forward-auth');
    assert.ok(typeof read !== 'string' && read.address === '203.0.113.9');
  });

  test('is not read from the headers of another kind of proxy', () => {
    const mixed = { ...NGINX, host: 'other.example.com' };
    const read = readOriginalRequest(
      'envoy',
      proxyRequest(mixed, '/forward-auth/x'),
      '/forward-auth',
    );
    assert.ok(typeof read !== 'string' && read.host === 'other.example.com' && read.path === '/x');
    assert.equal(
      readOriginalRequest('traefik', proxyRequest(NGINX), '/forward-auth'),
      'it has no method',
    );
  });

  const refused: readonly (readonly [string, Record<string, string>])[] = [
    ['two methods', { 'x-original-method': 'GET, POST' }],
    ['two hosts', { 'x-forwarded-host': 'a.example.com, b.example.com' }],
    ['an invalid host', { 'x-forwarded-host': 'a/b' }],
    ['two paths', { 'x-original-uri': '/a, /b\\' }],
    ['another scheme', { 'x-original-uri': 'https://evil.example.com/' }],
    ['no slash', { 'x-original-uri': 'a' }],
    ['dots', { 'x-original-uri': '/a/../b' }],
    ['a dot', { 'x-original-uri': '/a/./b' }],
    ['encoded dots', { 'x-original-uri': '/a/%2E%2e/b' }],
    ['an encoded slash', { 'x-original-uri': '/a%2Fb' }],
    ['two slashes', { 'x-original-uri': '//a' }],
    ['a backslash', { 'x-original-uri': '/a\\b' }],
    ['an encoded backslash', { 'x-original-uri': '/a%5cb' }],
    ['double encoding', { 'x-original-uri': '/%252e%252e/' }],
    ['a null', { 'x-original-uri': '/a%00b' }],
    ['a line break', { 'x-original-uri': '/a%0ab' }],
    ['parameters in the path', { 'x-original-uri': '/a;b/c' }],
    ['a fragment', { 'x-original-uri': '/a#b' }],
    ['broken UTF-8', { 'x-original-uri': '/a%ff' }],
    ['a URI that is too long', { 'x-original-uri': `/${'a'.repeat(9000)}` }],
  ];
  for (const [name, headers] of refused) {
    test(`is refused with ${name}`, () => {
      const read = readOriginalRequest(
        'nginx',
        proxyRequest({ ...NGINX, ...headers }),
        '/forward-auth',
      );
      assert.equal(typeof read, 'string');
    });
  }

  test('is refused above the maximum length of a URI', () => {
    const read = (count: number) => {
      const uri = `/${'a'.repeat(count - 1)}`;
      return typeof readOriginalRequest(
        'nginx',
        proxyRequest({ ...NGINX, 'x-original-uri': uri }),
        '',
      );
    };
    assert.deepEqual(
      [read(URI_CHARACTERS_MAX), read(URI_CHARACTERS_MAX + 1)],
      ['object', 'string'],
    );
  });

  test('never has a path with dot segments', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\/[a-z./%25ef\\;]{0,20}$/), (uri) => {
        const read = readOriginalRequest(
          'nginx',
          proxyRequest({ ...NGINX, 'x-original-uri': uri }),
          '',
        );
        if (typeof read === 'string') return;
        assert.ok(!read.path.split('/').some((part) => part === '..' || part === '.'));
        assert.doesNotMatch(read.path, /\\|\/\//);
      }),
      runs(500),
    );
  });
});

test('the refusal page shows nothing that a client can inject', () => {
  const page = refusalPage('denied', '"><script>alert(1)</script>', 'xx, de');
  assert.doesNotMatch(page, /<script/);
  assert.match(page, /<html lang="de">/);
  assert.match(refusalPage('unavailable', undefined, undefined), /<html lang="en">/);
});
