import type { Mapping } from '../../model/mapping.ts';
import { CREATE, DELETE, entityMapping, UPDATE } from '../entity-mapping.ts';
import { directoryExample } from '../example-records.ts';

/**
 * Directory-wide policy: conditional access, authorization and authentication-method policies,
 * named locations, domains and their federation, cross-tenant access, company settings.
 */
const ACTIVITIES: ReadonlyMap<string, number> = new Map([
  ['add policy', CREATE],
  ['added policy', CREATE],
  ['update policy', UPDATE],
  ['delete policy', DELETE],
  ['add conditional access policy', CREATE],
  ['update conditional access policy', UPDATE],
  ['delete conditional access policy', DELETE],
  ['add named location', CREATE],
  ['update named location', UPDATE],
  ['delete named location', DELETE],
  ['update authorization policy', UPDATE],
  ['update authentication methods policy', UPDATE],
  ['authentication methods policy update', UPDATE],
  ['authentication methods policy reset', UPDATE],
  ['authentication strengths policy update', UPDATE],
  ['update security defaults', UPDATE],
  ['set password policy', UPDATE],
  ['set company information', UPDATE],
  ['set directory feature on tenant', UPDATE],
  ['set dirsyncenabled flag on company', UPDATE],
  ['set dirsync enabled flag', UPDATE],
  ['create company', CREATE],
  ['update company settings', UPDATE],
  ['add partner to company', CREATE],
  ['remove partner from company', DELETE],
  ['set federation settings on domain', UPDATE],
  ['set domain authentication', UPDATE],
  ['add unverified domain', CREATE],
  ['add verified domain', CREATE],
  ['verify domain', UPDATE],
  ['verify email verified domain', UPDATE],
  ['update domain', UPDATE],
  ['remove unverified domain', DELETE],
  ['remove verified domain', DELETE],
  ['add a partner to cross-tenant access setting', CREATE],
  ['update a partner cross-tenant access setting', UPDATE],
  ['delete partner specific cross-tenant access setting', DELETE],
  ['update the default cross-tenant access setting', UPDATE],
  ['update role setting in pim', UPDATE],
  ['add role definition', CREATE],
  ['update role definition', UPDATE],
  ['delete role definition', DELETE],
  ['update role', UPDATE],
  ['add administrative unit', CREATE],
  ['update administrative unit', UPDATE],
  ['delete administrative unit', DELETE],
  ['add member to administrative unit', UPDATE],
  ['remove member from administrative unit', UPDATE],
]);

export const entraPolicy: Mapping = entityMapping({
  name: 'entra-policy',
  activities: ACTIVITIES,
  type: 'Policy',
  examples: [
    directoryExample('Update authorization policy.', {
      target: [
        { ID: 'AuthorizationPolicy_0badcafe-0000-4000-8000-000000000009', Type: 2 },
        { ID: '0badcafe-0000-4000-8000-000000000009', Type: 2 },
        { ID: 'Other', Type: 2 },
        { ID: 'Authorization Policy', Type: 1 },
      ],
      expect: {
        classUid: 3004,
        activityId: UPDATE,
        targetName: 'Authorization Policy',
        targetUid: '0badcafe-0000-4000-8000-000000000009',
      },
    }),
  ],
});
