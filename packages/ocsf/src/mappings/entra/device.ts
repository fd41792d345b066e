import type { Mapping } from '../../model/mapping.ts';
import { targetOf } from '../../shapes/directory-audit.ts';
import {
  CREATE,
  DELETE,
  DISABLE,
  ENABLE,
  ENROLL,
  entityMapping,
  OTHER,
  UNENROLL,
  UPDATE,
} from '../entity-mapping.ts';
import { directoryExample } from '../example-records.ts';

/** Devices in the directory, with their owners and users. */
const ACTIVITIES: ReadonlyMap<string, number> = new Map([
  ['add device', CREATE],
  ['register device', ENROLL],
  ['unregister device', UNENROLL],
  ['update device', UPDATE],
  ['delete device', DELETE],
  ['enable device', ENABLE],
  ['disable device', DISABLE],
  ['add registered owner to device', UPDATE],
  ['add registered users to device', UPDATE],
  ['remove registered owner from device', UPDATE],
  ['remove registered users from device', UPDATE],
  ['device no longer compliant', OTHER],
  ['device no longer managed', OTHER],
]);

export const entraDevice: Mapping = entityMapping({
  name: 'entra-device',
  activities: ACTIVITIES,
  type: 'Device',
  targetOf: (view) => targetOf(view, 'device'),
  examples: [
    directoryExample('Add device.', {
      target: [
        { ID: 'Device_de000000-0000-4000-8000-000000000001', Type: 2 },
        { ID: 'de000000-0000-4000-8000-000000000001', Type: 2 },
        { ID: 'Device', Type: 2 },
        { ID: 'LAPTOP-7', Type: 1 },
      ],
      expect: { classUid: 3004, activityId: CREATE, targetName: 'LAPTOP-7', targetType: 'Device' },
    }),
  ],
});
