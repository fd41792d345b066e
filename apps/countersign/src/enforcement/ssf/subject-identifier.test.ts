import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { ALIASES_MAX, RECEIVER_TEXT_CHARACTERS_MAX } from './limits.ts';
import { complex, email, issSub, keyOf, matches, opaque, subjectOf } from './subject-identifier.ts';

const ada = issSub('https://idp.example.com', 'ada');
const session = opaque('pass-1');

describe('subjects', () => {
  const good: readonly Record<string, unknown>[] = [
    { format: 'account', uri: 'acct:ada@example.com' },
    { format: 'email', email: 'ada@example.com' },
    { format: 'iss_sub', iss: 'https://idp.example.com', sub: 'ada' },
    { format: 'opaque', id: 'x' },
    { format: 'phone_number', phone_number: '+12065550100' },
    { format: 'did', url: 'did:example:123' },
    { format: 'uri', uri: 'urn:uuid:4e851e98-83c4-4743-a5da-150ecb53042f' },
    { format: 'jwt_id', iss: 'https://idp.example.com', jti: 'j' },
    { format: 'saml_assertion_id', issuer: 'https://idp.example.com', assertion_id: 'a' },
    { format: 'ip-addresses', 'ip-addresses': ['192.0.2.1', '2001:db8::1'] },
    { format: 'ip-addresses', 'ip-addresses': Array<string>(ALIASES_MAX).fill('::1') },
    { format: 'aliases', identifiers: [{ format: 'email', email: 'a@b.c' }] },
    { format: 'aliases', identifiers: Array(ALIASES_MAX).fill({ ...email('a@b.c') }) },
    { format: 'opaque', id: 'x'.repeat(RECEIVER_TEXT_CHARACTERS_MAX) },
    { format: 'complex', user: { ...ada }, session: { ...session } },
  ];
  for (const subject of good) {
    test(`of the format ${String(subject['format'])} are read`, () => {
      assert.deepEqual(subjectOf({ ...subject }), subject);
    });
  }

  const bad: readonly (readonly [string, unknown])[] = [
    ['text', 'ada'],
    ['nothing', undefined],
    ['no format', { email: 'a@b.c' }],
    ['an undefined format', { format: 'shoe_size', id: '42' }],
    // An example in SSF uses this name; RFC 9493 has another.
    ['the format phone', { format: 'phone', phone_number: '+1' }],
    ['a missing member', { format: 'iss_sub', iss: 'https://idp.example.com' }],
    ['an empty member', { format: 'email', email: '' }],
    ['a long member', { format: 'opaque', id: 'x'.repeat(5000) }],
    ['aliases in aliases', { format: 'aliases', identifiers: [{ format: 'aliases' }] }],
    ['an alias that is no subject', { format: 'aliases', identifiers: ['ada'] }],
    ['a member that is no subject', { format: 'complex', user: 'ada' }],
    ['no addresses', { format: 'ip-addresses', 'ip-addresses': [] }],
    ['addresses that are none', { format: 'ip-addresses', 'ip-addresses': ['::1', 7] }],
    ['too many addresses', { format: 'ip-addresses', 'ip-addresses': Array(17).fill('::1') }],
    ['no aliases', { format: 'aliases', identifiers: [] }],
    ['too many aliases', { format: 'aliases', identifiers: Array(17).fill(email('a@b.c')) }],
    ['a complex subject without members', { format: 'complex' }],
    ['a complex subject of something else', { format: 'complex', pet: { ...ada } }],
    ['a complex subject in another', { format: 'complex', user: { format: 'complex' } }],
  ];
  for (const [name, subject] of bad) {
    test(`refuses ${name}`, () => assert.throws(() => subjectOf(subject), /^EndpointError/));
  }

  test('match as specified', () => {
    const both = complex({ user: ada, session });
    assert.ok(matches(ada, { format: 'iss_sub', sub: 'ada', iss: 'https://idp.example.com' }));
    assert.ok(!matches(ada, issSub('https://idp.example.com', 'eve')));
    assert.ok(!matches(ada, email('ada@example.com')));
    // A member that is missing on one side is a wildcard.
    assert.ok(matches(both, complex({ user: ada })));
    assert.ok(matches(complex({ session }), both));
    assert.ok(matches(complex({ user: ada }), complex({ session })));
    assert.ok(!matches(both, complex({ user: ada, session: opaque('pass-2') })));
    assert.ok(matches(ada, both) && matches(both, ada));
    assert.ok(!matches(email('ada@example.com'), both));
  });

  test('matching is symmetric and reflexive', () => {
    const simple = fc.oneof(
      fc.constantFrom('a', 'b').map(opaque),
      fc.constantFrom('a', 'b').map((sub) => issSub('i', sub)),
    );
    const subject = fc.oneof(
      simple,
      fc
        .record({ user: simple, session: simple, device: simple }, { requiredKeys: ['user'] })
        .map(complex),
    );
    fc.assert(
      fc.property(subject, subject, (a, b) => {
        assert.equal(matches(a, b), matches(b, a));
        assert.ok(matches(a, a));
        if (keyOf(a) === keyOf(b)) assert.ok(matches(a, b));
      }),
      runs(200),
    );
  });
});
