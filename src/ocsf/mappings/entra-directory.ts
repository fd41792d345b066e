import type { Mapping } from '../mapping.ts';
import { DELETE, entityMapping } from './directory-entity.ts';
import { directoryExample } from './examples.ts';

/** Any other change in the directory: an entity of the type that the record states, by its verb. */
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
