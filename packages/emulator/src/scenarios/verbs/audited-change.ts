import type { Population } from '../../population/population.ts';
import type { Account } from '../../records/account.ts';
import {
  type DirectoryActor,
  type DirectoryChange,
  type DirectoryTarget,
  directoryRecords,
} from '../../records/directory-record.ts';
import type { ScenarioContext } from '../steps/scenario-context.ts';
import type { ScenarioApp } from '../steps/scenario-value.ts';

export type AuditedChange = Pick<
  DirectoryChange,
  'operation' | 'category' | 'operationType' | 'changes'
> & {
  readonly auditCategory: DirectoryChange['auditCategory'];
  readonly targets: readonly DirectoryTarget[];
};

export function change(
  context: ScenarioContext,
  home: Population,
  actor: DirectoryActor,
  what: AuditedChange,
): void {
  const records = directoryRecords(home.tenant, {
    ...what,
    atMs: context.nowMs,
    id: context.random.guid(),
    correlationId: context.random.guid(),
    actor,
    ...(actor.kind === 'user' ? { userAgent: 'Mozilla/5.0' } : {}),
  });
  context.emit(home, context.nowMs, records);
  context.nowMs += context.random.int(4000, 90_000);
}

export function principalOf(context: ScenarioContext, app: ScenarioApp, home: Population): string {
  const known = app.servicePrincipalIds.get(home.tenant.id);
  if (known !== undefined) return known;
  const made = context.random.guid();
  app.servicePrincipalIds.set(home.tenant.id, made);
  return made;
}

export function applicationTarget(app: ScenarioApp): DirectoryTarget {
  return { type: 'Application', id: app.appObjectId, displayName: app.name, appId: app.appId };
}

export function principalTarget(
  context: ScenarioContext,
  app: ScenarioApp,
  home: Population,
): DirectoryTarget {
  const id = principalOf(context, app, home);
  return { type: 'ServicePrincipal', id, displayName: app.name, appId: app.appId };
}

export function userTarget(account: Account): DirectoryTarget {
  const { objectId: id, displayName, upn, puid } = account;
  return { type: 'User', id, displayName, upn, puid };
}

export function keyText({ keyId, displayName }: ScenarioApp['secrets'][number]): string {
  return `[KeyIdentifier=${keyId},KeyType=Password,KeyUsage=Verify,DisplayName=${displayName}]`;
}

export function list(items: readonly string[]): string {
  return `[\r\n${items.map((item) => `  ${JSON.stringify(item)}`).join(',\r\n')}\r\n]`;
}

/** Role ids are the same in every tenant. */
const ROLES: Readonly<Record<string, string>> = {
  'Global Administrator': '62e90394-69f5-4237-9190-012177145e10',
  'Exchange Administrator': '29232cdf-9323-42fd-ade2-1d097af3e4de',
};

/** The role in a record. */
export function roleProperties(role: string): readonly (readonly [name: string, value: string])[] {
  const id = ROLES[role] ?? '';
  return [
    ['Role.ObjectID', id],
    ['Role.DisplayName', role],
    ['Role.TemplateId', id],
  ];
}
