import type { JsonObject } from '../core/json-object.ts';
import { asksFor } from '../directory/access.ts';
import type { Directory } from '../directory/directory.ts';
import type { DirectoryObject } from '../directory/model/directory-seed.ts';
import type { ExternalMethod, IssuanceListener, RegisteredApp } from '../login/login-directory.ts';

/** `@odata.type` of the configuration objects (contracts 9.2 and 10.3). */
const EXTERNAL_METHOD = '#microsoft.graph.externalAuthenticationMethodConfiguration';
const ISSUANCE_EXTENSION = '#microsoft.graph.onTokenIssuanceStartCustomExtension';
const ISSUANCE_LISTENER = '#microsoft.graph.onTokenIssuanceStartListener';

/** The enabled external method that this person must pass for this application, if any. */
export function externalMethodOf(
  { state }: Directory,
  userId: string,
  clientId: string,
): ExternalMethod | undefined {
  const methods = [...state.list('authenticationMethodConfigurations')].map((one) => one.object);
  const method = methods.find(
    (one) =>
      one['@odata.type'] === EXTERNAL_METHOD &&
      one['state'] === 'enabled' &&
      isTarget(state, one['includeTargets'], userId) &&
      !isTarget(state, one['excludeTargets'], userId),
  );
  if (method === undefined || !needsFactor(state, userId, clientId)) return undefined;
  const appId = text(method['appId']);
  const setting = object(method['openIdConnectSetting']);
  const principal = state.find('servicePrincipals', appId);
  const application = state.find('applications', appId);
  const own = [...list(principal?.['replyUrls']), ...redirectsOf(application)];
  return {
    displayName: text(method['displayName']),
    appId,
    clientId: text(setting['clientId']),
    discoveryUrl: text(setting['discoveryUrl']),
    replyUrls: principal === undefined ? undefined : own.map(String),
  };
}

type State = Directory['state'];

function isTarget(state: State, targets: unknown, userId: string): boolean {
  return (list(targets) as readonly JsonObject[]).some(({ id }) => {
    const target = text(id);
    return (
      target === 'all_users' || target === userId || state.isRelated(target, 'members', userId)
    );
  });
}

/** Whether a policy in force requires a second factor in browsers. */
function needsFactor(state: State, userId: string, appId: string): boolean {
  return asksFor(state, { userId, appId, clientAppUsed: 'Browser' }, 'mfa');
}

/** The custom extension that is called for tokens of this application, if any. */
export function issuanceListenerOf(
  { state }: Directory,
  clientId: string,
  app: (appId: string) => RegisteredApp | undefined,
): IssuanceListener | undefined {
  for (const { object: listener } of state.list('authenticationEventListeners')) {
    const applications = object(object(listener['conditions'])['applications']);
    const included = list(applications['includeApplications']) as readonly JsonObject[];
    const isMeant = included.some(({ appId }) => text(appId).toLowerCase() === clientId);
    if (listener['@odata.type'] !== ISSUANCE_LISTENER || !isMeant) continue;
    const extensionId = text(object(object(listener['handler'])['customExtension'])['id']);
    const extension = state.get('customAuthenticationExtensions', extensionId);
    if (extension === undefined) continue;
    const client = object(extension['clientConfiguration']);
    const resourceId = text(object(extension['authenticationConfiguration'])['resourceId']);
    const resourceAppId = resourceId.split('/').at(-1) ?? '';
    return {
      listenerId: listener.id,
      extensionId,
      targetUrl: text(object(extension['endpointConfiguration'])['targetUrl']),
      ...{ resourceId, resourceAppId, resource: app(resourceAppId) },
      timeoutMs: number(client['timeoutInMilliseconds']),
      maximumRetries: Math.min(number(client['maximumRetries']) ?? 1, 1),
      claims: (list(extension['claimsForTokenConfiguration']) as readonly JsonObject[]).map((one) =>
        text(one['claimIdInApiResponse']),
      ),
    };
  }
  return undefined;
}

/** The values with which an administrator connects a provider to a tenant. */
export type MethodSetup = {
  readonly displayName: string;
  readonly clientId: string;
  readonly discoveryUrl: string;
  readonly authorizationEndpoint: string;
  /** The app id of the provider's registration; the audience of its hints. */
  readonly appId: string;
  /** Ids of groups or people. Default: all people. */
  readonly includes?: readonly string[];
};

export function connectMethod(
  directory: Directory,
  { ids, atMs }: { readonly ids: () => string; readonly atMs: number },
  setup: MethodSetup,
): void {
  const { displayName, clientId, discoveryUrl, authorizationEndpoint, appId } = setup;
  const targets = (setup.includes ?? ['all_users']).map((id) => ({ targetType: 'group', id }));
  create(directory, atMs, 'servicePrincipals', {
    ...{ id: ids(), appId, displayName, accountEnabled: true },
    servicePrincipalType: 'Application',
    replyUrls: [authorizationEndpoint],
  });
  create(directory, atMs, 'authenticationMethodConfigurations', {
    ...{ '@odata.type': EXTERNAL_METHOD, id: ids(), displayName, state: 'enabled', appId },
    openIdConnectSetting: { clientId, discoveryUrl },
    includeTargets: targets,
    excludeTargets: [],
  });
}

/** The values with which an administrator connects an extension. */
export type ExtensionSetup = {
  readonly displayName: string;
  readonly targetUrl: string;
  /** The app id of the extension's API. */
  readonly appId: string;
  /** Applications for whose tokens it is called. */
  readonly clients: readonly string[];
  readonly claims: readonly string[];
  readonly timeoutMs?: number;
  readonly maximumRetries?: 0 | 1;
};

export function connectExtension(
  directory: Directory,
  { ids, atMs }: { readonly ids: () => string; readonly atMs: number },
  setup: ExtensionSetup,
): void {
  const { displayName, targetUrl, appId, clients, claims, timeoutMs, maximumRetries } = setup;
  const id = ids();
  create(directory, atMs, 'customAuthenticationExtensions', {
    ...{ '@odata.type': ISSUANCE_EXTENSION, id, displayName },
    endpointConfiguration: { '@odata.type': '#microsoft.graph.httpRequestEndpoint', targetUrl },
    authenticationConfiguration: {
      '@odata.type': '#microsoft.graph.azureAdTokenAuthentication',
      resourceId: `api://${URL.parse(targetUrl)?.hostname ?? ''}/${appId}`,
    },
    clientConfiguration: {
      timeoutInMilliseconds: timeoutMs ?? null,
      maximumRetries: maximumRetries ?? null,
    },
    claimsForTokenConfiguration: claims.map((claimIdInApiResponse) => ({ claimIdInApiResponse })),
  });
  create(directory, atMs, 'authenticationEventListeners', {
    ...{ '@odata.type': ISSUANCE_LISTENER, id: ids() },
    conditions: { applications: { includeApplications: clients.map((one) => ({ appId: one })) } },
    handler: {
      '@odata.type': '#microsoft.graph.onTokenIssuanceStartCustomExtensionHandler',
      customExtension: { id },
    },
  });
}

function create(
  directory: Directory,
  atMs: number,
  kind: Parameters<State['get']>[0],
  made: DirectoryObject,
): void {
  directory.follow([{ act: 'create', kind, object: made }], atMs);
}

export function redirectsOf(application: DirectoryObject | undefined): readonly string[] {
  const platforms = ['web', 'spa', 'publicClient'].map((one) => object(application?.[one]));
  return platforms.flatMap((one) => list(one['redirectUris']).map(String));
}

function object(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
