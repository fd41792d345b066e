import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { RecordDetail } from './record-detail.ts';

test('finds a value in every shape of a record', () => {
  const shapes: readonly unknown[] = [
    { Parameters: [{ Name: 'ForwardingSmtpAddress', Value: 'smtp:x@y.example' }] },
    { Parameters: '[{"Name":"ForwardingSmtpAddress","Value":"smtp:x@y.example"}]' },
    { forwardingSmtpAddress: 'smtp:x@y.example' },
    {
      targetResources: [
        {
          modifiedProperties: [
            {
              displayName: 'ForwardingSmtpAddress',
              oldValue: null,
              newValue: '"smtp:x@y.example"',
            },
          ],
        },
      ],
    },
    { AuditData: '{"Parameters":[{"Name":"ForwardingSmtpAddress","Value":"smtp:x@y.example"}]}' },
  ];
  for (const shape of shapes) {
    const detail = new RecordDetail(shape);
    assert.equal(detail.value('forwardingsmtpaddress'), 'smtp:x@y.example');
    assert.ok(detail.isGiven('forwardingsmtpaddress'));
  }
});

test('an emptied address is stated and not given', () => {
  const detail = new RecordDetail({ Parameters: [{ Name: 'ForwardingAddress', Value: '' }] });
  assert.ok(detail.isEmptied('forwardingaddress'));
  assert.ok(!detail.isGiven('forwardingaddress'));
  assert.ok(!new RecordDetail({}).isEmptied('forwardingaddress'));
});

test('the position of an id shows whose it is', () => {
  const record = {
    initiatedBy: { app: { appId: 'the actor' } },
    targetResources: [
      { modifiedProperties: [{ displayName: 'AppId', newValue: '["the target"]' }] },
    ],
  };
  assert.equal(new RecordDetail(record).property('appid'), 'the target');
});

test('tolerates any value that is not a record', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      assert.equal(new RecordDetail(value).value('a name that nothing has'), undefined);
    }),
    runs(200, 5000),
  );
  let deep: unknown = 'x';
  for (let i = 0; i < 10_000; i++) deep = { a: deep };
  assert.equal(new RecordDetail(deep).value('b'), undefined);
});
