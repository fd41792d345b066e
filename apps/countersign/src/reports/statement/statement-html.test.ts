import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { HEAD, row } from '../../store/testing/rows.ts';
import { html } from '../html.ts';
import { hostileStatement } from '../testing/statement.ts';
import { statementOf } from './build-statement.ts';
import { statementHtml } from './statement-html.ts';

const page = [...statementHtml(hostileStatement(), { generatedAt: '2024-02-01T10:00:00Z' })].join(
  '',
);

test('no text of a record becomes markup', () => {
  assert.doesNotMatch(page, /<script/i);
  for (const invisible of ['\u202e', '\u001b']) assert.ok(!page.includes(invisible));
  assert.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt;&lt;U\+202E&gt;&lt;U\+001B&gt;\[2J/);
});

test('a template escapes any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const { markup } = html`<td>${text}</td>`;
      const inside = markup.slice('<td>'.length, -'</td>'.length);
      assert.doesNotMatch(inside, /[<>"'\p{Cc}]/u);
      assert.doesNotMatch(inside, /&(?!(?:amp|lt|gt|quot|#39);)/);
    }),
    runs(200),
  );
});

test('the page loads nothing, and allows only its own style', () => {
  const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(page) ?? [];
  const hash = createHash('sha256').update(style).digest('base64');
  assert.match(page, /Content-Security-Policy/);
  assert.ok(page.includes(`default-src 'none'; style-src 'sha256-${hash}'`));
  assert.doesNotMatch(page, /(?:src|href|url|@import)\s*[=(]/i);
});

test('the page is navigable by headings and landmarks', () => {
  assert.match(page, /^<!DOCTYPE html>\n<html lang="en">/);
  assert.match(page, /<title>Statement of access: /);
  const headers = page.match(/<th\b[^>]*>/g) ?? [];
  assert.ok(headers.length > 10);
  for (const header of headers) assert.match(header, /scope="(?:col|row)"/);
  assert.equal((page.match(/<table/g) ?? []).length, (page.match(/<caption/g) ?? []).length);
});

test('the page states its subject, its coverage and its ledger', () => {
  for (const text of [
    'Cannot tell whether this is complete, because',
    '2 more events stand under a name that several people held',
    'Authorized? Cannot tell, because no decision source is connected.',
    'from 2024-01-12 08:00:00 UTC on',
    '2024-02-01 10:00:00 UTC',
    '1,000,000 entries',
    HEAD.root,
    'a whole folder, contents not known',
    'None is known; for 2 actions, cannot tell.',
    '#1</bdi>',
  ]) {
    assert.ok(page.includes(text), text);
  }
});

test('a statement without events is still a page', () => {
  const empty = statementOf({
    principal: { tenant: row(0).tenant, uid: null, kind: 'user', name: null, aliases: [] },
    period: {},
    purpose: null,
    case: null,
    rows: [],
    contested: 0,
    tenants: [],
    coverage: [],
    erasures: [],
    ledger: { ...HEAD, asOf: { ...HEAD.asOf, size: 0 } },
  });
  const text = [...statementHtml(empty, { generatedAt: '2024-02-01T10:00:00Z' })].join('');
  assert.match(text, /No event is known\./);
  assert.match(text, /everything in the ledger/);
  assert.match(text, /are not yet indexed/);
});
