import type { DirectoryObject, OwnedKind } from '../../directory/model/directory-seed.ts';
import { bodyOf, type Call, NO_CONTENT, ok, text } from '../calls/graph-call.ts';
import { badRequest, notFound } from '../calls/graph-error.ts';
import { need, needUser } from '../calls/lookups.ts';
import { listAll, selected } from '../calls/pages.ts';
import { MAY } from '../calls/permissions.ts';
import { type Route, route } from '../calls/route-table.ts';

/** The typed paths of authentication methods (contracts 8.3), with their types. */
const METHODS: readonly (readonly [path: string, type: string])[] = [
  ['emailMethods', 'email'],
  ['fido2Methods', 'fido2'],
  ['microsoftAuthenticatorMethods', 'microsoftAuthenticator'],
  ['phoneMethods', 'phone'],
  ['softwareOathMethods', 'softwareOath'],
  ['hardwareOathMethods', 'hardwareOath'],
  ['temporaryAccessPassMethods', 'temporaryAccessPass'],
  ['windowsHelloForBusinessMethods', 'windowsHelloForBusiness'],
  ['platformCredentialMethods', 'platformCredential'],
  ['externalAuthenticationMethods', 'external'],
  ['passwordMethods', 'password'],
];

const OUTLOOK = { family: 'outlook' } as const;
const RULES = '/users/{user}/mailFolders/inbox/messageRules';

/** Objects of one user, one domain or one application. */
export function ownedRoutes(): readonly Route[] {
  return [
    ...METHODS.flatMap(methodRoutes),
    route('GET /users/{user}/authentication/methods', MAY.readMethods, (call) =>
      listAll(call, 'authenticationMethods', ownedBy(call, 'authenticationMethods', userOf(call))),
    ),
    ...ruleRoutes(),
    ...settingsRoutes(),
    ...domainRoutes(),
    ...federatedCredentialRoutes(),
  ];
}

function methodRoutes([path, type]: readonly [string, string]): readonly Route[] {
  const base = `/users/{user}/authentication/${path}` as const;
  const ofType = `#microsoft.graph.${type}AuthenticationMethod`;
  const held = (call: Call): readonly DirectoryObject[] =>
    ownedBy(call, 'authenticationMethods', userOf(call)).filter(
      (one) => one['@odata.type'] === ofType,
    );
  return [
    route(`GET ${base}`, MAY.readMethods, (call) => listAll(call, path, held(call))),
    route(`GET ${base}/{method}`, MAY.readMethods, (call) =>
      ok(one(held(call), call.params['method'] ?? '')),
    ),
    route(`DELETE ${base}/{method}`, MAY.changeMethods, (call) => {
      const { id } = one(held(call), call.params['method'] ?? '');
      if (type === 'password') throw badRequest('A password method cannot be deleted.');
      const ownerId = userOf(call);
      call.change({ act: 'delete-owned', kind: 'authenticationMethods', ownerId, id });
      return NO_CONTENT;
    }),
    route(`POST ${base}`, MAY.changeMethods, (call) => {
      // A person registers keys and authenticators on a device, never over Graph.
      if (!['email', 'phone', 'temporaryAccessPass'].includes(type))
        throw badRequest(`Methods of this type are not registered by this API.`);
      const object = { ...bodyOf(call), '@odata.type': ofType, id: call.guid() };
      const ownerId = userOf(call);
      call.change({ act: 'put-owned', kind: 'authenticationMethods', ownerId, object });
      return ok(object, 201);
    }),
  ];
}

function ruleRoutes(): readonly Route[] {
  const rule = (call: Call): DirectoryObject =>
    one(ownedBy(call, 'messageRules', userOf(call)), call.params['rule'] ?? '');
  const put = (call: Call, object: DirectoryObject): void => {
    const ownerId = userOf(call);
    call.change({ act: 'put-owned', kind: 'messageRules', ownerId, object });
  };
  return [
    route(
      `GET ${RULES}`,
      MAY.readMailbox,
      (call) => listAll(call, 'messageRules', rules(call)),
      OUTLOOK,
    ),
    route(`GET ${RULES}/{rule}`, MAY.readMailbox, (call) => ok(rule(call)), OUTLOOK),
    route(
      `POST ${RULES}`,
      MAY.changeMailbox,
      (call) => {
        const object = {
          isEnabled: true,
          hasError: false,
          isReadOnly: false,
          ...bodyOf(call),
          id: call.guid(),
        };
        put(call, object);
        return ok(object, 201);
      },
      OUTLOOK,
    ),
    route(
      `PATCH ${RULES}/{rule}`,
      MAY.changeMailbox,
      (call) => {
        const old = rule(call);
        const object = { ...old, ...bodyOf(call), id: old.id };
        put(call, object);
        return ok(object);
      },
      OUTLOOK,
    ),
    route(
      `DELETE ${RULES}/{rule}`,
      MAY.changeMailbox,
      (call) => {
        const { id } = rule(call);
        call.change({ act: 'delete-owned', kind: 'messageRules', ownerId: userOf(call), id });
        return NO_CONTENT;
      },
      OUTLOOK,
    ),
  ];
}

function settingsRoutes(): readonly Route[] {
  return [
    route(
      'GET /users/{user}/mailboxSettings',
      MAY.readMailbox,
      (call) => ok(settings(call)),
      OUTLOOK,
    ),
    route(
      'PATCH /users/{user}/mailboxSettings',
      MAY.changeMailbox,
      (call) => {
        const ownerId = userOf(call);
        const object = { ...settings(call), ...bodyOf(call), id: 'mailboxSettings' };
        call.change({ act: 'put-owned', kind: 'mailboxSettings', ownerId, object });
        return ok(settings(call));
      },
      OUTLOOK,
    ),
  ];
}

/** Rules with an empty name are hidden, and Graph does not return them. */
function rules(call: Call): readonly DirectoryObject[] {
  return ownedBy(call, 'messageRules', userOf(call)).filter(
    ({ displayName }) => displayName !== '',
  );
}

function settings(call: Call): object {
  const [held] = ownedBy(call, 'mailboxSettings', userOf(call));
  const { id: _id, ...rest } = held ?? { id: '' };
  return selected(rest, call.options.select);
}

function domainRoutes(): readonly Route[] {
  const base = '/domains/{id}/federationConfiguration';
  const kind = 'federationConfigurations';
  const domain = (call: Call): string => need(call, 'domains', call.params['id'] ?? '').id;
  const trust = (call: Call): DirectoryObject =>
    one(ownedBy(call, kind, domain(call)), call.params['trust'] ?? '');
  const put = (call: Call, object: DirectoryObject): void => {
    call.change({ act: 'put-owned', kind, ownerId: domain(call), object });
  };
  return [
    route(`GET ${base}`, MAY.readFederation, (call) =>
      listAll(call, 'federationConfiguration', ownedBy(call, kind, domain(call))),
    ),
    route(`GET ${base}/{trust}`, MAY.readFederation, (call) => ok(trust(call))),
    route(`POST ${base}`, MAY.changeFederation, (call) => {
      const object = { ...bodyOf(call), id: call.guid() };
      put(call, object);
      return ok(object, 201);
    }),
    route(`PATCH ${base}/{trust}`, MAY.changeFederation, (call) => {
      const old = trust(call);
      const object = { ...old, ...bodyOf(call), id: old.id };
      put(call, object);
      return ok(object);
    }),
    route(`DELETE ${base}/{trust}`, MAY.changeFederation, (call) => {
      const { id } = trust(call);
      call.change([
        { act: 'delete-owned', kind, ownerId: domain(call), id },
        // Without a trust, people of the domain sign in with passwords of the tenant.
        {
          act: 'update',
          kind: 'domains',
          id: domain(call),
          set: { authenticationType: 'Managed' },
        },
      ]);
      return NO_CONTENT;
    }),
  ];
}

function federatedCredentialRoutes(): readonly Route[] {
  const base = '/applications/{id}/federatedIdentityCredentials';
  const kind = 'federatedIdentityCredentials';
  const application = (call: Call): string =>
    need(call, 'applications', call.params['id'] ?? '').id;
  const held = (call: Call): readonly DirectoryObject[] => ownedBy(call, kind, application(call));
  return [
    route(`GET ${base}`, MAY.readApplications, (call) => listAll(call, kind, held(call))),
    route(`GET ${base}/{credential}`, MAY.readApplications, (call) =>
      ok(one(held(call), call.params['credential'] ?? '')),
    ),
    route(`POST ${base}`, MAY.changeApplications, (call) => {
      const object = { ...bodyOf(call), id: call.guid() };
      if (text(object['name' as never]) === '') throw badRequest('The property name is required.');
      call.change({ act: 'put-owned', kind, ownerId: application(call), object });
      return ok(object, 201);
    }),
    route(`DELETE ${base}/{credential}`, MAY.changeApplications, (call) => {
      const { id } = one(held(call), call.params['credential'] ?? '');
      call.change({ act: 'delete-owned', kind, ownerId: application(call), id });
      return NO_CONTENT;
    }),
  ];
}

function userOf(call: Call): string {
  return needUser(call).id;
}

function ownedBy(call: Call, kind: OwnedKind, ownerId: string): readonly DirectoryObject[] {
  return call.directory.state.owned(kind, ownerId);
}

function one(objects: readonly DirectoryObject[], id: string): DirectoryObject {
  const found = objects.find((object) => object.id === id || object['name'] === id);
  if (found === undefined) throw notFound(id);
  return found;
}
