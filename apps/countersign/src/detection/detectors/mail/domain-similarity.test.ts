import assert from 'node:assert/strict';
import { test } from 'node:test';
import { domainToUnicode } from 'node:url';
import fc from 'fast-check';
import { runs } from '../../../../../../tools/property.ts';
import { editDistance, KnownDomains, type Likeness, skeletonOf } from './domain-similarity.ts';

const likenessOf = (domain: string, known: readonly string[]): Likeness | undefined =>
  new KnownDomains(known).imitatedBy(domain);

test('distinguishes look-alike names from short names', () => {
  assert.equal(skeletonOf('m\u0456crosoft'), skeletonOf('rnicrosoft'));
  assert.equal(editDistance('harbour', 'harbuor', 2), 1);
  assert.equal(editDistance('a', 'abcdef', 2), 3);
  assert.equal(likenessOf('mail.northmoor.example', ['northmoor.example']), undefined);
  assert.equal(likenessOf('abc.example', ['abd.example']), undefined);
  assert.equal(likenessOf('xn--nrthmoor-mqg.example', ['other.example']), undefined);
});

/** The registered label, as the code under test defines it. */
function labelOf(domain: string): string {
  const labels = domain.split('.');
  const isPublic = labels.length > 2 && (labels.at(-2) ?? '').length <= 3;
  return labels.at(isPublic ? -3 : -2) ?? domain;
}

/** Compares a domain with each known one in turn, without an index. */
function comparedWithEach(domain: string, known: readonly string[]): Likeness | undefined {
  const shown = domainToUnicode(domain) || domain;
  if (known.some((own) => domain === own || domain.endsWith(`.${own}`))) return undefined;
  const same = known.find((own) => skeletonOf(shown) === skeletonOf(own));
  if (same !== undefined) return { to: same, how: 'letters' };
  const theirs = labelOf(shown);
  for (const to of known) {
    const mine = labelOf(to);
    if (mine.length < 6 || mine === theirs) continue;
    if (editDistance(skeletonOf(theirs), skeletonOf(mine), 1) <= 1) return { to, how: 'spelling' };
    const words = theirs.split('-');
    if (words.length > 1 && words.some((word) => skeletonOf(word) === skeletonOf(mine))) {
      return { to, how: 'part' };
    }
  }
  return undefined;
}

test('finds the same domain as a comparison with each known one', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '\u0430', '1', 'r', 'n', '-') });
  const label = fc.oneof(
    fc.constantFrom('harbour', 'harbuor', 'harbor', 'harb0ur', 'login-harbour', 'harbourworks'),
    fc.tuple(fc.constantFrom('aabbaa', 'ababab', 'bbbaaa'), letters).map((parts) => parts.join('')),
    letters,
  );
  const suffix = fc.constantFrom('.example', '.co.example', '', '.');
  const domain = fc
    .tuple(fc.constantFrom('', 'mail.', 'xn--'), label, suffix)
    .map((parts) => parts.join(''));
  const found = new Set<string>();
  fc.assert(
    fc.property(domain, fc.array(domain, { maxLength: 12 }), (one, known) => {
      const likeness = likenessOf(one, known);
      assert.deepEqual(likeness, comparedWithEach(one, known));
      found.add(likeness?.how ?? 'none');
    }),
    runs(3_000),
  );
  assert.deepEqual([...found].sort(), ['letters', 'none', 'part', 'spelling']);
});

test('compares labels that are too long for a name without their variants', () => {
  // Variants of this label would need gigabytes.
  const long = 'a'.repeat(60_000);
  assert.equal(likenessOf(`${long}.example`, [`${long}b.example`]), undefined);
  assert.equal(likenessOf(`x-${long}.example`, [`${long}.test`])?.how, 'part');
});
