import type { Interpretation } from '../model/interpretation.ts';
import type { Attributes, Mapping } from '../model/mapping.ts';
import type { RecordView } from '../model/record-view.ts';
import { text } from '../values/json-value.ts';

/**
 * Any record that no other mapping reads: 1,600 kinds exist. A record with an operation is API
 * Activity (6003), because everything in the suite is a call to a service. The rest is a Base Event
 * (0). Activity 99 with the vendor's own name: no guessing. Every member without a column is kept
 * under `unmapped`.
 */
const API_ACTIVITY = 6003;
const BASE_EVENT = 0;
const OTHER_ACTIVITY = 99;

function interpret(subject: RecordView, into: Interpretation): void {
  into.classUid = into.operation === null ? BASE_EVENT : API_ACTIVITY;
  into.activityId = OTHER_ACTIVITY;
  into.object ??= text(subject.body['ObjectId']);
}

function build(_subject: RecordView, _from: Interpretation): Attributes {
  return {};
}

export const base: Mapping = {
  name: 'base',
  classes: [API_ACTIVITY, BASE_EVENT],
  matches: {},
  interpret,
  build,
  examples: [
    {
      source: 'm365.activity/Audit.General',
      value: { Operation: 'SomethingNew', RecordType: 9999, UserId: 'Ada@Example.org', New: [1] },
      expect: {
        classUid: 6003,
        activityId: 99,
        operation: 'SomethingNew',
        actorName: 'ada@example.org',
      },
    },
    {
      source: 'other/json',
      value: { a: 1 },
      expect: { classUid: 0, activityId: 99, itemCount: 1 },
    },
  ],
};
