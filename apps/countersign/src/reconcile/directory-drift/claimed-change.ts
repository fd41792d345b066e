import { activityKey, fieldReader, type Memo, type Reading, read } from '@countersign/ocsf';
import { CLAIM_IDS_MAX } from '../limits.ts';
import { idOf, type PrivilegeKind, scopesOf } from './privilege.ts';

/** A change as the directory's audit log states it. */
export type ClaimedChange = {
  /** `object`: an object with privileges was created, restored or removed. */
  readonly kind: PrivilegeKind | 'object';
  readonly way: 'in' | 'out';
  /** Every id of the changed objects in the record, without the actor's. */
  readonly ids: ReadonlySet<string>;
  /** The changed values; null if the record does not state them. */
  readonly values: readonly string[] | null;
  /** The holder, as the record names it first. */
  readonly holder: string;
  /** For an object that appears: its earlier privileges return with it. */
  readonly isRestored: boolean;
  /** The change is scheduled or temporary. */
  readonly isPlanned: boolean;
  /** The listings that would show it. */
  readonly sources: readonly string[];
};

export type ClaimRecord = {
  readonly source: string;
  readonly tenant: string;
  readonly atMs: number;
  readonly operation: string;
  /** Undefined if the body is unavailable. */
  readonly value: unknown;
};

const APPLICATIONS = 'graph/delta.applications';
const SERVICE_PRINCIPALS = 'graph/delta.servicePrincipals';
const SOURCES: Readonly<Record<PrivilegeKind, readonly string[]>> = {
  credential: [APPLICATIONS, SERVICE_PRINCIPALS],
  role: ['graph/list.roleAssignments'],
  'app-role': ['graph/list.appRoleAssignments'],
  grant: ['graph/delta.oauth2PermissionGrants'],
  // No collector reads them.
  domain: [],
  mailbox: [],
  rule: [],
};

const ROLE =
  /^(?:add|remove) member (?:to|from) role(?:$| (?:completed|outside of pim|in pim comp))/;
const ROLE_EXPIRED = /^remove member from role \(pim activation expired/;
const CONSENT = /^consent to application$/;
const APP_ROLE = /^(add|remove) app role assignment /;
const GRANT = /^(add|remove) (?:delegated permission grant|oauth2permissiongrant)$/;
const OBJECT =
  /^(add|restore|delete|remove|hard delete) (?:application|service principal|user|group)$/;
const DOMAIN = /^(?:add|remove|verify|update) (?:\w+ )*domain$/;
const TRUST = /^set (?:federation settings on domain|domain authentication)$/;
const MAILBOX = /^(?:add|remove)-(?:mailboxpermission|recipientpermission)$/;
const RULE = /^(?:new|set|remove|enable|disable)-(?:inbox|sweep)rule$|^updateinboxrules$/;
const KEYS = /certificates and secrets management|service principal credentials/;
const MAY_HAVE_KEYS = /^(?:add|update) (?:application|service principal)$/;

const CLAIMS: readonly RegExp[] = [
  ...[ROLE, ROLE_EXPIRED, APP_ROLE, GRANT, OBJECT, KEYS, MAY_HAVE_KEYS, CONSENT],
  ...[DOMAIN, TRUST, MAILBOX, RULE],
];

/** Whether an operation may change a privilege. */
export function isClaim(operation: string, memo: Memo): boolean {
  const key = activityKey(operation, memo);
  return CLAIMS.some((pattern) => pattern.test(key));
}

/** The changes in one record. Total: from an erased body only the kind is known. */
export function claimsOf(record: ClaimRecord, memo: Memo): ClaimedChange[] {
  const key = activityKey(record.operation, memo);
  const at = new Date(record.atMs).toISOString();
  const { source, tenant, value } = record;
  const reading =
    value === undefined ? undefined : read({ source, tenant, id: '', at, value }, memo);
  const said = new ChangeTerms(reading);
  const way = /^(?:remove|delete|hard delete)/.test(key) ? 'out' : 'in';
  if (ROLE.test(key) || ROLE_EXPIRED.test(key)) return [roleClaim(said, key, way)];
  if (APP_ROLE.test(key)) return [said.claim('app-role', way, said.one('AppRole.Id'))];
  if (GRANT.test(key)) return grantClaims(said, way);
  if (CONSENT.test(key)) return consentClaims(said);
  if (DOMAIN.test(key) || TRUST.test(key))
    return [said.claim('domain', way, said.values('target_name'))];
  if (MAILBOX.test(key)) {
    const rights = said.claim('mailbox', way, said.values('param.AccessRights'));
    return [{ ...rights, holder: said.values('target_name')?.[0] ?? rights.holder }];
  }
  if (RULE.test(key)) return [ruleClaim(said, key)];
  const isPrincipals = key.includes('service principal');
  const sources = [isPrincipals ? SERVICE_PRINCIPALS : APPLICATIONS];
  const isOfKeys = KEYS.test(key);
  const keys = isOfKeys || MAY_HAVE_KEYS.test(key) ? keyClaims(said, way, isOfKeys) : [];
  const objects = OBJECT.test(key)
    ? [
        {
          ...said.claim('object', way, said.isRead ? [] : null),
          isRestored: key.startsWith('restore'),
        },
      ]
    : [];
  return [...keys.map((claim) => ({ ...claim, sources })), ...objects];
}

function roleClaim(said: ChangeTerms, key: string, way: ClaimedChange['way']): ClaimedChange {
  const isPim = key.includes('pim');
  const template = said.one('Role.TemplateId') ?? (isPim ? said.role() : null);
  return { ...said.claim('role', way, template), isPlanned: isPim };
}

/** Cmdlets name the change by their verb, programs by a property. */
function ruleClaim(said: ChangeTerms, key: string): ClaimedChange {
  const done = said.values('param.RuleOperation')?.[0] ?? key;
  const way = /^(?:remove|delete|disable)/.test(done) ? 'out' : 'in';
  const names = ['param.RuleName', 'param.Name', 'param.Identity'];
  const name = names.map((field) => said.values(field)).find((values) => values !== null);
  const holder = said.values('mailbox')?.[0];
  const rule = said.claim('rule', way, name ?? null);
  return { ...rule, holder: holder ?? rule.holder };
}

/** Adding a scope to a grant is written as a grant too, so the difference counts. */
function grantClaims(said: ChangeTerms, way: ClaimedChange['way']): ClaimedChange[] {
  const before = scopesOf(said.old('DelegatedPermissionGrant.Scope'));
  const after = scopesOf(said.new('DelegatedPermissionGrant.Scope'));
  if (way === 'out') {
    const gone = [...new Set([...before, ...after])];
    return [said.claim('grant', 'out', gone.length === 0 ? null : gone)];
  }
  if (before.length + after.length === 0) return [said.claim('grant', 'in', null)];
  return said.difference('grant', before, after);
}

/** One bracket per grant; old ones before the arrow (contracts 2.8). */
function consentClaims(said: ChangeTerms): ClaimedChange[] {
  const text = said.new('ConsentAction.Permissions') ?? '';
  const [old = '', now = ''] = text.includes('=>') ? text.split('=>', 2) : ['', text];
  const known = new Set(bracketsOf(old).flatMap(({ key, scopes }) => scopes.map((s) => key + s)));
  return bracketsOf(now).flatMap(({ key, ids, scopes, holder }) => {
    const values = scopes.filter((scope) => !known.has(key + scope));
    return values.length === 0 ? [] : [{ ...said.claim('grant', 'in', values), ids, holder }];
  });
}

type Bracket = {
  readonly key: string;
  readonly holder: string;
  readonly ids: ReadonlySet<string>;
  readonly scopes: readonly string[];
};

function bracketsOf(text: string): Bracket[] {
  return (text.match(/\[[^[\]]*\]/g) ?? []).slice(0, CLAIM_IDS_MAX).map((bracket) => {
    const member = (name: string): string =>
      (new RegExp(`\\b${name}: ([^,\\]]*)`).exec(bracket)?.[1] ?? '').trim().toLowerCase();
    const ids = [member('ClientId'), member('ResourceId')];
    const key = `${ids.join(' ')} ${member('PrincipalId')} `;
    return { key, holder: ids[0] ?? '', ids: new Set(ids), scopes: scopesOf(member('Scope')) };
  });
}

/** A credential record lists all credentials before and after. */
function keyClaims(
  said: ChangeTerms,
  way: ClaimedChange['way'],
  isOfKeys: boolean,
): ClaimedChange[] {
  const [old, now] = [said.old('KeyDescription'), said.new('KeyDescription')];
  if (old === undefined && now === undefined) {
    if (!isOfKeys && said.isRead) return [];
    // "Certificates and secrets management" does not state the direction.
    const ways = way === 'out' ? (['out'] as const) : (['in', 'out'] as const);
    return ways.map((each) => said.claim('credential', each, null));
  }
  return said.difference('credential', keysIn(old), keysIn(now));
}

function keysIn(text: string | undefined): string[] {
  const found = (text ?? '').matchAll(/KeyIdentifier=([^,\]"]+)/gi);
  return [...found].slice(0, CLAIM_IDS_MAX).flatMap(([, id]) => idOf(id?.trim()) ?? []);
}

const GUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
/** The property with the application that receives a privilege, regardless of the target. */
const CLIENT = 'ServicePrincipal.ObjectID';
const HOLDERS = /^(?:user|group|application|app|serviceprincipal)$/i;
const TARGETS = /^(?:targetresources|target\w*|modifiedproperties|objectid)$/i;

/** Reads what a record says about a change, in any of its shapes. */
class ChangeTerms {
  readonly #reading: Reading | undefined;
  #ids: ReadonlySet<string> | undefined;

  constructor(reading: Reading | undefined) {
    this.#reading = reading;
  }

  get isRead(): boolean {
    return this.#reading !== undefined;
  }

  new(name: string): string | undefined {
    return this.#text(`new.${name}`);
  }

  old(name: string): string | undefined {
    return this.#text(`old.${name}`);
  }

  /** The one id that a property adds or removes; null without one. */
  one(name: string): string[] | null {
    const id = idOf(this.new(name)) ?? idOf(this.old(name));
    return id === undefined ? null : [id];
  }

  /** The values of a field; null if the record has none. */
  values(field: string): string[] | null {
    const id = idOf(this.#text(field));
    return id === undefined ? null : [id];
  }

  role(): string[] | null {
    const targets = this.#reading?.subject.directory?.targets ?? [];
    const id = idOf(targets.find(({ type }) => type?.toLowerCase() === 'role')?.uid);
    return id === undefined ? null : [id];
  }

  claim(
    kind: ClaimedChange['kind'],
    way: ClaimedChange['way'],
    values: readonly string[] | null,
  ): ClaimedChange {
    const targets = this.#reading?.subject.directory?.targets ?? [];
    const own = targets.find(({ type }) => HOLDERS.test(type ?? '')) ?? targets[0];
    const client = kind === 'grant' || kind === 'app-role' ? this.one(CLIENT)?.[0] : undefined;
    return {
      ...{ kind, way, values, ids: this.#named(), isRestored: false, isPlanned: false },
      holder: client ?? idOf(own?.uid ?? own?.upn ?? own?.name) ?? '',
      sources: kind === 'object' ? [] : SOURCES[kind],
    };
  }

  difference(
    kind: ClaimedChange['kind'],
    before: readonly string[],
    after: readonly string[],
  ): ClaimedChange[] {
    const came = after.filter((value) => !before.includes(value));
    const went = before.filter((value) => !after.includes(value));
    return [
      ...(came.length === 0 ? [] : [this.claim(kind, 'in', came)]),
      ...(went.length === 0 ? [] : [this.claim(kind, 'out', went)]),
    ];
  }

  #text(name: string): string | undefined {
    const found = this.#reading === undefined ? undefined : fieldReader(name)?.(this.#reading);
    const [first] = Array.isArray(found) ? (found as unknown[]) : [found];
    return typeof first === 'string' && first !== '' ? first : undefined;
  }

  #named(): ReadonlySet<string> {
    this.#ids ??= new Set(
      Object.entries(this.#reading?.subject.body ?? {})
        .filter(([member]) => TARGETS.test(member))
        .flatMap(([, value]) => JSON.stringify(value)?.match(GUID) ?? [])
        .slice(0, CLAIM_IDS_MAX)
        .map((id) => id.toLowerCase()),
    );
    return this.#ids;
  }
}
