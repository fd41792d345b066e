import type { Mapping } from '../../model/mapping.ts';
import { DELETE, entityMapping } from '../entity-mapping.ts';
import { directoryExample } from '../example-records.ts';

/** Any other directory change: an entity of the stated type, by its verb. */
export const entraDirectory: Mapping = entityMapping({
  name: 'entra-directory',
  activities: new Map(),
  recordTypes: [8],
  type: 'Other',
  examples: [
    directoryExample('Delete something new.', {
      expect: { classUid: 3004, activityId: DELETE, operation: 'Delete something new.' },
    }),
  ],
});
