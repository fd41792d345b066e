import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bears, CANARY_MARK, canarySigns } from './canary-marker.ts';

const MARK = `${CANARY_MARK}7`;
const BEFORE = `${CANARY_MARK}6`;

function sign(act: Parameters<typeof canarySigns>[0]['act']): ReturnType<typeof canarySigns>[0] {
  const [first] = canarySigns({ act, sources: ['a/b'] }, { mark: MARK, tokenId: 'uTi-1' });
  assert.ok(first !== undefined);
  return first;
}

test('recognizes each act by its own record, not by those of the acts before or after', () => {
  const draft = { Operation: 'Create', Item: { Subject: MARK } };
  assert.equal(bears(draft, sign('draft')), true);
  assert.equal(bears({ ...draft, Operation: 'Update' }, sign('draft')), false);
  const next = { Operation: 'ChannelSettingChanged', OldValue: MARK, NewValue: `${CANARY_MARK}8` };
  assert.equal(bears(next, sign('channel')), false);
  assert.equal(bears({ ...next, OldValue: BEFORE, NewValue: MARK }, sign('channel')), true);
  const property = { displayName: 'officeLocation', oldValue: `["${BEFORE}"]` };
  const audit = (newValue: string): object => ({
    targetResources: [{ modifiedProperties: [{ ...property, newValue }] }],
  });
  assert.equal(bears(audit(`["${MARK}"]`), sign('attribute')), true);
  assert.equal(bears(audit(`["${CANARY_MARK}8"]`), sign('attribute')), false);
  const exported = { properties: { uniqueTokenIdentifier: 'uTi-1' } };
  assert.equal(bears(exported, sign('sign-in')), true);
  assert.equal(bears({ properties: { uniqueTokenIdentifier: 'uti-1' } }, sign('sign-in')), false);
});

test('accepts any value as a record, at any depth', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.equal(bears(value, sign('draft')), false);
    }),
  );
  let deep: object = { Subject: MARK };
  for (let i = 0; i < 10_000; i++) deep = { in: deep };
  assert.equal(bears({ Operation: 'Create', deep }, sign('draft')), false);
});
