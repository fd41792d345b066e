import type { EventRow } from '../books/index.ts';
import { isGuid } from '../core/index.ts';
import { appNameOf } from '../ocsf/index.ts';
import type { Detail } from './detail.ts';
import type { Holder } from './foothold.ts';

/**
 * What records call a party. Object ids, application ids, sign-in names and sessions are unique
 * anywhere; display names are so within a tenant, and only applications are known by them.
 */
export type Name = string;

const SERVICE = 4;

/** Which names are the same party: an application has an object id in each tenant, and an id. */
export class Parties {
  readonly #parent = new Map<Name, Name>();

  same(names: readonly Name[]): void {
    const [first, ...others] = names;
    if (first === undefined) return;
    for (const other of others) this.#parent.set(this.of(other), this.of(first));
  }

  /** One name that stands for all names of the party. */
  of(name: Name): Name {
    let root = name;
    for (let up = this.#parent.get(root); up !== undefined && up !== root; ) {
      root = up;
      up = this.#parent.get(root);
    }
    if (root !== name) this.#parent.set(name, root);
    return root;
  }

  /** All names that are known of the parties. */
  namesOf(parties: ReadonlySet<Name>): Name[] {
    const names = new Set<Name>(parties);
    for (const name of this.#parent.keys()) if (parties.has(this.of(name))) names.add(name);
    return [...names];
  }
}

export function uidName(uid: string): Name {
  return `uid:${uid.toLowerCase()}`;
}

export function appName(appId: string): Name {
  return `app:${appId.toLowerCase()}`;
}

export function sessionName(session: string): Name {
  return `session:${session}`;
}

export function addressName(ip: string): Name {
  return `address:${ip}`;
}

/** A sign-in name anywhere; a display name within its tenant. */
export function calledName(tenant: string, text: string): Name {
  const name = text.trim().toLowerCase();
  return name.includes('@') ? `name:${name}` : `label:${tenant}:${name}`;
}

/** An id out of a finding: an actor key, with or without its kind, or an application. */
export function keyName(tenant: string, key: string): Name {
  if (isGuid(key)) return uidName(key);
  const named = /^(?:user|service|system):(.+)$/s.exec(key);
  return calledName(tenant, named?.[1] ?? key);
}

/** Who acted. A person's client application did not act; a service principal's did. */
export function actorNames({ tenant, event }: EventRow): Name[] {
  const names: Name[] = [];
  if (event.actorUid !== null) names.push(uidName(event.actorUid));
  if (event.actorName !== null) names.push(calledName(tenant, event.actorName));
  const isItself = event.actorType === SERVICE && event.appUid !== null;
  if (isItself && event.appUid !== null) names.push(appName(event.appUid));
  return names;
}

/** Through what they acted: what an intruder shares with whom they act as. */
export function channelNames({ event }: EventRow): Name[] {
  const names: Name[] = [];
  if (event.sessionUid !== null) names.push(sessionName(event.sessionUid));
  if (event.ip !== null) names.push(addressName(event.ip));
  return names;
}

export function holderNames(row: EventRow, detail: Detail, holder: Holder): Name[] {
  switch (holder) {
    case 'actor':
      return actorNames(row);
    case 'target':
      return targetNames(row, detail);
    case 'grantee': {
      const named = granteeNames(row, detail);
      return named.length > 0 ? named : targetNames(row, detail);
    }
    case 'mailbox':
      return mailboxNames(row, detail);
  }
}

function targetNames({ tenant, event }: EventRow, detail: Detail): Name[] {
  const { targetUid, targetName, targetType } = event;
  const names: Name[] = [];
  if (targetUid !== null) names.push(uidName(targetUid));
  if (targetName !== null) names.push(calledName(tenant, targetName));
  const isApplication = /application|serviceprincipal/i.test(targetType ?? '');
  return isApplication ? [...names, ...applicationIds(detail)] : names;
}

/** Directory records state the ids of the application whose principal they change. */
function applicationIds(detail: Detail): Name[] {
  const text = detail.property(
    'appid',
    'appprincipalid',
    'application.appid',
    'serviceprincipal.appid',
  );
  const spn = detail.property('targetid.serviceprincipalnames');
  return [text, ...(spn ?? '').split(/[;,\s"[\]]+/)]
    .filter((id): id is string => id !== undefined && isGuid(id))
    .filter((id) => appNameOf(id.toLowerCase()) === null)
    .map(appName);
}

function granteeNames({ tenant }: EventRow, detail: Detail): Name[] {
  const names: Name[] = [];
  const uid = detail.property('serviceprincipal.objectid');
  if (uid !== undefined && isGuid(uid)) names.push(uidName(uid));
  const appId = detail.property('serviceprincipal.appid');
  if (appId !== undefined && isGuid(appId)) names.push(appName(appId));
  const label = detail.property('serviceprincipal.displayname');
  if (label !== undefined && label !== '') names.push(calledName(tenant, label));
  return names;
}

/** A mailbox is named by owner, by path (`owner\rule`), or not at all where it is one's own. */
function mailboxNames(row: EventRow, detail: Detail): Name[] {
  const { tenant, event } = row;
  const stated = event.mailbox ?? detail.property('mailbox', 'identity') ?? event.targetName;
  const owner = (stated ?? event.object ?? '').split(/[\\/]/)[0]?.trim() ?? '';
  if (owner === '') return actorNames(row);
  return [calledName(tenant, owner)];
}
