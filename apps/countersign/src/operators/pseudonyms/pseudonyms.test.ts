import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemRandom } from '@countersign/core';
import fc from 'fast-check';
import { addressSpans } from './address-spans.ts';
import { PseudonymKey } from './pseudonym-key.ts';
import { Pseudonyms } from './pseudonyms.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** An object's layout, with its member names, outlives the object for a few collections. */
function bytesUsed(): number {
  for (let round = 0; round < 6; round++) collect();
  return process.memoryUsage().heapUsed;
}

/** Far less than a record may have. */
const LONG_CHARACTERS = 100_000;
const LONG_DOCUMENTS = 200;

const root = mkdtempSync(join(tmpdir(), 'countersign-pseudonyms-'));
after(() => rmSync(root, { recursive: true, force: true }));

const pseudonyms = new Pseudonyms(new PseudonymKey(new Uint8Array(32).fill(7)));
const VIVIAN = pseudonyms.of('vivian.castellan@contoso.example');
const OBJECT_ID = '1c1f5f0e-8b64-4a1c-9f27-0d4d1b6c3a55';

test('a pseudonym is stable, and another key gives another one', () => {
  assert.match(VIVIAN, /^person-[0-9a-f]{16}$/);
  assert.equal(pseudonyms.of('Vivian.Castellan@CONTOSO.example'), VIVIAN);
  assert.equal(pseudonyms.of(VIVIAN), VIVIAN);
  const other = new Pseudonyms(new PseudonymKey(new Uint8Array(32).fill(8)));
  assert.notEqual(other.of('vivian.castellan@contoso.example'), VIVIAN);
});

test('all names of one person in an OCSF user become one pseudonym', () => {
  const user = {
    name: 'vivian.castellan@contoso.example',
    uid: OBJECT_ID,
    display_name: 'Vivian Castellan',
    type_id: 1,
  };
  const hidden = pseudonyms.hide({
    actor: { user },
    message: 'Vivian Castellan (vivian.castellan@contoso.example) shared a file',
    metadata: { uid: 'e188ddce-3295-4114-a95e-a03516100f71' },
    unmapped: { OtherId: OBJECT_ID },
  });
  assert.deepEqual(hidden, {
    actor: { user: { name: VIVIAN, uid: VIVIAN, display_name: VIVIAN, type_id: 1 } },
    message: `${VIVIAN} (${VIVIAN}) shared a file`,
    metadata: { uid: 'e188ddce-3295-4114-a95e-a03516100f71' },
    unmapped: { OtherId: VIVIAN },
  });
});

const ADDRESS = 'vivian.castellan@contoso.example';

for (const [text, hidden] of [
  [
    'https://c.example/personal/vivian_castellan_contoso_example/Documents/a.csv',
    /\/personal\/person-\w{16}\/Documents\/a\.csv$/,
  ],
  ['{"eid":"vivian.castellan@contoso.example"}', /^\{"eid":"person-\w{16}"\}$/],
  ['user:vivian.castellan@contoso.example', /^user:person-\w{16}$/],
  ['mailto:vivian.castellan%40contoso.example', /^mailto:person-\w{16}$/],
  ['vivian.castellan\\u0040contoso.example', /^person-\w{16}$/],
  ['cn=Recipients/cn=8d6b-vivian.castellan', /^cn=Recipients\/cn=8d6b-person-\w{16}$/],
  ['Castellan, Vivian', /^person-\w{16}$/],
  ['VIVIAN CASTELLAN', /^person-\w{16}$/],
  ['the mailbox of Castellan.', /^the mailbox of person-\w{16}\.$/],
] as const) {
  test(`hides the person in ${text}`, () => {
    const { note } = pseudonyms.hide({ user: ADDRESS, note: text });
    assert.match(note, hidden);
    assert.ok(note.includes(VIVIAN), note);
  });
}

test('what is no person stays', () => {
  const document = {
    id: 'countersign.local/62a89babd461d1ec#3370',
    actor: { user: { name: 'SYSTEM', type_id: 3 }, app_name: 'Microsoft Graph' },
    finding_info: { uid: OBJECT_ID, title: 'Consent to Copperlane Payroll' },
    principals: ['app:Copperlane Payroll'],
    src_endpoint: { ip: '192.0.2.66' },
    count: 3,
    flags: [true, null],
  };
  assert.deepEqual(pseudonyms.hide(document), document);
});

test('an actor of the audit log is one person under each of its names', () => {
  const Actor = [
    { ID: 'Vivian Castellan', Type: 1 },
    { ID: ADDRESS, Type: 5 },
    { ID: '100320001B4B830E', Type: 3 },
  ];
  const { Actor: hidden } = pseudonyms.hide({ Actor });
  assert.deepEqual(new Set(hidden.map(({ ID }) => ID)), new Set([VIVIAN]));
});

test('a resolver makes one person of an object id and a name in separate documents', () => {
  const resolve = (name: string) => (name === OBJECT_ID || name === ADDRESS ? 'p1' : undefined);
  const resolving = new Pseudonyms(new PseudonymKey(new Uint8Array(32)), resolve);
  const [one, other] = [{ user: { uid: OBJECT_ID } }, { text: `for ${ADDRESS}` }];
  assert.equal(`for ${resolving.hide(one).user.uid}`, resolving.hide(other).text);
});

test('two names of one person may be members of one object', () => {
  const counts = { 'vivian.castellan@contoso.example': 1, 'Vivian.Castellan@contoso.example': 2 };
  assert.deepEqual(pseudonyms.hide(counts), { [VIVIAN]: 1, [`${VIVIAN} (2)`]: 2 });
});

const letters = fc.stringMatching(/^[a-z]{4,10}$/);
const person = fc
  .tuple(letters, letters, fc.constantFrom('.', '_', '-'))
  .filter(([first, last]) => !first.includes(last) && !last.includes(first))
  .map(([first, last, separator]) => {
    const display = `${capital(first)} ${capital(last)}`;
    const address = `${first}${separator}${last}@contoso.example`;
    return { first, last, display, address };
  });

const DOCUMENTS = [
  ({ address, display }: Person) => ({ user: { name: address, display_name: display } }),
  ({ address }: Person) => ({ finding_info: { title: `${address} forwarded all mail` } }),
  ({ address, last }: Person) => ({ user: address, note: `about ${capital(last)}` }),
  ({ address }: Person) => ({ [address]: 1, list: [[address, `<${address}>`]] }),
  ({ address, display }: Person) => ({ target_user: { email_addr: address }, text: display }),
  ({ address, display }: Person) => ({ text: `"${display}" <${address}>, ${address}.` }),
  ({ first, last }: Person) => ({ path: `https://x/personal/${first}_${last}_contoso_example/a` }),
  ({ address, display }: Person) => ({
    initiatedBy: { user: { userPrincipalName: address, displayName: display } },
    Data: JSON.stringify({ eid: address, by: display }),
  }),
];

type Person = { first: string; last: string; display: string; address: string };

test('no name of a person is left, and a second pass changes nothing', () => {
  const forms = fc.integer({ min: 0, max: DOCUMENTS.length - 1 });
  fc.assert(
    fc.property(person, forms, (given, form) => {
      const document = DOCUMENTS[form]?.(given);
      const hidden = pseudonyms.hide(document);
      const text = JSON.stringify(hidden).toLowerCase();
      // A word of the document itself may hold a short name.
      assert.ok(!text.includes(given.address) && !text.includes(given.display.toLowerCase()), text);
      assert.ok(!text.includes(`${given.first}_${given.last}`), text);
      assert.deepEqual(pseudonyms.hide(hidden), hidden);
    }),
  );
});

test('any JSON stays JSON of the same form, and a second pass changes nothing', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const hidden = pseudonyms.hide(value);
      assert.deepEqual(pseudonyms.hide(hidden), hidden);
      assert.equal(Array.isArray(hidden), Array.isArray(value));
    }),
  );
});

test('no address is left in any text', () => {
  const text = fc
    .array(fc.oneof(fc.string(), fc.emailAddress(), fc.constant('@')))
    .map((parts) => parts.join(' '));
  fc.assert(fc.property(text, (given) => addressSpans(pseudonyms.hide(given)).length === 0));
});

test('a long text without an address takes linear time', () => {
  const text = `${'a'.repeat(1_000_000)}@`.repeat(2);
  assert.ok(pseudonyms.hide({ text }).text.length > 0);
});

test('the key is created once, and only its owner may read it', () => {
  const one = Pseudonyms.open(root, systemRandom);
  const file = join(root, 'service', 'pseudonyms.key');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(Pseudonyms.open(root, systemRandom).of(ADDRESS), one.of(ADDRESS));
  chmodSync(file, 0o644);
  assert.throws(() => Pseudonyms.open(root, systemRandom), { code: 'KEY_UNUSABLE' });
  chmodSync(file, 0o600);
  writeFileSync(file, 'short');
  assert.throws(() => Pseudonyms.open(root, systemRandom), { code: 'KEY_UNUSABLE' });
});

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

test('long names of people and members are not kept in memory', () => {
  const documentOf = (n: number): object => {
    const long = `${n} `.padEnd(LONG_CHARACTERS, 'x');
    return { user: { name: long }, [long]: n };
  };
  pseudonyms.hide(documentOf(0));
  const before = bytesUsed();
  for (let n = 1; n <= LONG_DOCUMENTS; n++) pseudonyms.hide(documentOf(n));
  const grown = bytesUsed() - before;
  assert.ok(grown < 10 * LONG_CHARACTERS, `${grown} bytes after ${LONG_DOCUMENTS} documents`);
});
