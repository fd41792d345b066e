import type { JsonObject } from '../core/json-object.ts';

/** An object in a record of the unified audit log. */
export type LineTarget = {
  readonly type: string;
  readonly id: string;
  readonly name: string | undefined;
  readonly upn: string | undefined;
  readonly appId: string | undefined;
};

/** Types of the ids in `Target` (contracts 2.8). */
const NAME = 1;
const OTHER = 2;
const SERVICE_PRINCIPAL = 4;
const UPN = 5;

const HEAD = /^(User|Group|Application|ServicePrincipal|Device|Role)_([0-9a-f-]{36})$/i;

/** `Target` lists the ids of all objects in sequence; each object begins with `Type_id`. */
export function targetsOf(body: JsonObject): readonly LineTarget[] {
  const targets: { -readonly [member in keyof LineTarget]: LineTarget[member] }[] = [];
  for (const { ID, Type } of list(body['Target'])) {
    const id = text(ID);
    const head = Type === OTHER ? HEAD.exec(id) : null;
    if (head !== null) {
      const [, type = '', named = ''] = head;
      targets.push({ type, id: named, name: undefined, upn: undefined, appId: undefined });
      continue;
    }
    const target = targets.at(-1);
    if (target === undefined) continue;
    if (Type === NAME) target.name = id;
    if (Type === UPN) target.upn = id;
    if (Type === SERVICE_PRINCIPAL) target.appId = id;
  }
  return targets;
}

/** The new value of a modified property, as text. */
export function newValue(body: JsonObject, name: string): string | undefined {
  return modified(body, name, 'NewValue');
}

/** The old value of a modified property. */
export function oldValue(body: JsonObject, name: string): string | undefined {
  return modified(body, name, 'OldValue');
}

function modified(
  body: JsonObject,
  name: string,
  side: 'NewValue' | 'OldValue',
): string | undefined {
  const found = list(body['ModifiedProperties']).find((one) => one['Name'] === name);
  return found === undefined ? undefined : text(found[side]);
}

/** The value of a cmdlet's parameter. */
export function parameter(body: JsonObject, name: string): string | undefined {
  const found = list(body['Parameters']).find((one) => one['Name'] === name);
  return found === undefined ? undefined : text(found['Value']);
}

export type LineGrant = {
  readonly id: string;
  readonly clientId: string;
  readonly principalId: string | null;
  readonly resourceId: string;
  readonly consentType: string;
  readonly scope: string;
};

const GRANT = new RegExp(
  String.raw`\[Id: ([^,\]]+), ClientId: ([^,\]]+), PrincipalId: ([^,\]]*), ` +
    String.raw`ResourceId: ([^,\]]+), ConsentType: (\w+), Scope: ([^\]]*)\]`,
  'g',
);

/** The grants after `=>` in ConsentAction.Permissions. */
export function grantsIn(permissions: string): readonly LineGrant[] {
  const after = permissions.slice(permissions.indexOf('=>') + 2);
  return [...after.matchAll(GRANT)].map((found) => {
    const [, id = '', clientId = '', principalId, resourceId = '', type = '', scope = ''] = found;
    return {
      id,
      clientId,
      principalId: principalId === '' || principalId === undefined ? null : principalId,
      resourceId,
      consentType: type,
      scope: scope.trim(),
    };
  });
}

export type LineCredential = {
  readonly keyId: string;
  readonly kind: 'password' | 'key';
  readonly displayName: string;
};

const KEY = /\[KeyIdentifier=([^,\]]+),KeyType=(\w+),KeyUsage=\w+,DisplayName=([^\]]*)\]/g;

/** The credentials in KeyDescription. */
export function credentialsIn(description: string): readonly LineCredential[] {
  return [...description.matchAll(KEY)].map(([, keyId = '', type, displayName = '']) => ({
    keyId,
    kind: type === 'Password' ? 'password' : 'key',
    displayName,
  }));
}

function list(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? (value as JsonObject[]) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
