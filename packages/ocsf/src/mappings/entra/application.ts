import type { Mapping } from '../../model/mapping.ts';
import {
  changedTo,
  type DirectoryView,
  type Party,
  targetOf,
} from '../../shapes/directory-audit.ts';
import {
  CREATE,
  DELETE,
  DISABLE,
  ENABLE,
  entityMapping,
  OTHER,
  UPDATE,
} from '../entity-mapping.ts';
import { directoryExample } from '../example-records.ts';

/**
 * Applications, service principals, their credentials, consent and delegated grants, as OCSF Entity
 * Management. A credential is a change of its application. A consent or grant is its own entity,
 * created and deleted, and the object column holds its scopes.
 */
const GRANTS = 'delegated permission grant';
const CONSENT = 'consent to application';

const ACTIVITIES: ReadonlyMap<string, number> = new Map([
  [CONSENT, CREATE],
  ['revoke consent', DELETE],
  ['revoke consent to application', DELETE],
  [`add ${GRANTS}`, CREATE],
  [`update ${GRANTS}`, UPDATE],
  [`remove ${GRANTS}`, DELETE],
  ['add oauth2permissiongrant', CREATE],
  ['remove oauth2permissiongrant', DELETE],
  ['add application', CREATE],
  ['update application', UPDATE],
  ['update application - certificates and secrets management', UPDATE],
  ['delete application', DELETE],
  ['hard delete application', DELETE],
  ['restore application', OTHER],
  ['add owner to application', UPDATE],
  ['remove owner from application', UPDATE],
  ['set verified publisher', UPDATE],
  ['unset verified publisher', UPDATE],
  ['add service principal', CREATE],
  ['update service principal', UPDATE],
  ['remove service principal', DELETE],
  ['hard delete service principal', DELETE],
  ['restore service principal', OTHER],
  ['enable service principal', ENABLE],
  ['disable service principal', DISABLE],
  ['add service principal credentials', UPDATE],
  ['remove service principal credentials', UPDATE],
  ['add owner to service principal', UPDATE],
  ['remove owner from service principal', UPDATE],
  ['add policy to service principal', UPDATE],
  ['remove policy from service principal', UPDATE],
  ['update external secrets', UPDATE],
  ['add federated identity credential', UPDATE],
  ['delete federated identity credential', UPDATE],
]);

function objectOf(view: DirectoryView): string | null {
  if (view.key === CONSENT) return scopesOfConsent(changedTo(view, 'ConsentAction.Permissions'));
  if (view.key.includes(GRANTS)) return changedTo(view, 'DelegatedPermissionGrant.Scope');
  return null;
}

/**
 * `[] => [[Id: …, ClientId: …, ResourceId: …, ConsentType: AllPrincipals, Scope: User.Read], …]; `:
 * the scopes of the grants after the arrow.
 */
function scopesOfConsent(written: string | null): string | null {
  if (written === null) return null;
  const arrow = written.indexOf('=>');
  const granted = arrow < 0 ? written : written.slice(arrow + 2);
  const scopes = new Set<string>();
  for (const part of granted.split('Scope:').slice(1, 100)) {
    const end = part.search(/[\],]/);
    for (const scope of (end < 0 ? part : part.slice(0, end)).trim().split(/\s+/)) {
      if (scope !== '') scopes.add(scope);
    }
  }
  return scopes.size === 0 ? null : [...scopes].join(' ');
}

/** Owners are listed before or after the application that gains them. */
function applicationOf(view: DirectoryView): Party | undefined {
  return targetOf(view, 'application', 'serviceprincipal');
}

export const entraApplication: Mapping = entityMapping({
  name: 'entra-application',
  activities: ACTIVITIES,
  type: 'ServicePrincipal',
  objectOf,
  targetOf: applicationOf,
  examples: [
    directoryExample('Consent to application.', {
      changes: [
        ['ConsentContext.IsAdminConsent', 'True'],
        [
          'ConsentAction.Permissions',
          '[] => [[Id: a1, ClientId: b2, PrincipalId: , ResourceId: c3, ' +
            'ConsentType: AllPrincipals, Scope: Mail.Read User.Read]]; ',
        ],
      ],
      target: [
        { ID: 'ServicePrincipal_dadadada-0000-4000-8000-000000000001', Type: 2 },
        { ID: 'dadadada-0000-4000-8000-000000000001', Type: 2 },
        { ID: 'ServicePrincipal', Type: 2 },
        { ID: 'Sync tool', Type: 1 },
      ],
      expect: {
        classUid: 3004,
        activityId: CREATE,
        object: 'Mail.Read User.Read',
        targetName: 'Sync tool',
        targetUid: 'dadadada-0000-4000-8000-000000000001',
      },
    }),
    directoryExample('Update application \u2013 Certificates and secrets management ', {
      target: [
        { ID: 'Application_dadadada-0000-4000-8000-000000000002', Type: 2 },
        { ID: 'dadadada-0000-4000-8000-000000000002', Type: 2 },
        { ID: 'Application', Type: 2 },
        { ID: 'Sync tool', Type: 1 },
      ],
      expect: {
        classUid: 3004,
        activityId: UPDATE,
        targetType: 'Application',
        object: 'Sync tool',
      },
    }),
  ],
});
