import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PseudonymKey } from './pseudonym-key.ts';
import { PseudonymLookup } from './pseudonym-lookup.ts';
import { Pseudonyms } from './pseudonyms.ts';

const pseudonyms = new Pseudonyms(new PseudonymKey(new Uint8Array(32).fill(7)));

test('a pseudonym leads to a name of its person, also one who came later', async () => {
  const names = ['ada@contoso.example'];
  let reads = 0;
  const lookup = new PseudonymLookup({
    ...{ pseudonyms, version: () => names.length },
    names: () => {
      reads++;
      return names;
    },
  });
  const [ada, ben] = [pseudonyms.of('Ada@Contoso.example'), pseudonyms.of('ben@contoso.example')];
  assert.equal(await lookup.nameOf(ada), 'ada@contoso.example');
  assert.equal(await lookup.nameOf(ben), undefined);
  assert.equal(reads, 1);
  names.push('ben@contoso.example');
  const both = await Promise.all([lookup.nameOf(ben), lookup.nameOf(ben)]);
  assert.deepEqual(both, ['ben@contoso.example', 'ben@contoso.example']);
  assert.equal(reads, 2);
});
