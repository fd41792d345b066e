import { isGuid } from '@countersign/core';
import { appNameOf } from '@countersign/ocsf';
import type { EventRow } from '../../store/rows/event-row.ts';
import type { HolderRole } from '../footholds/foothold.ts';
import type { RecordDetail } from '../footholds/record-detail.ts';
import type { Name, PartyReference } from '../reversals/parties.ts';

const SERVICE = 4;

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

/** A sign-in name is unique anywhere, a display name within its tenant. */
export function calledName(tenant: string, text: string): Name {
  const name = text.trim().toLowerCase();
  return name.includes('@') ? `name:${name}` : `label:${tenant}:${name}`;
}

/** An id in a finding: an actor key with or without its kind, or an application. */
export function keyName(tenant: string, key: string): Name {
  if (isGuid(key)) return uidName(key);
  const named = /^(?:user|service|system):(.+)$/s.exec(key);
  return calledName(tenant, named?.[1] ?? key);
}

/** The names of the actor. A person's client application did not act; a service principal did. */
function actorNames({ tenant, event }: EventRow): Name[] {
  const names: Name[] = [];
  if (event.actorUid !== null) names.push(uidName(event.actorUid));
  if (event.actorName !== null) names.push(calledName(tenant, event.actorName));
  const isItself = event.actorType === SERVICE && event.appUid !== null;
  if (isItself && event.appUid !== null) names.push(appName(event.appUid));
  return names;
}

export function actorOf(row: EventRow): PartyReference {
  return { names: actorNames(row), tenant: row.tenant, atMs: row.event.timeMs };
}

export function holderOf(row: EventRow, detail: RecordDetail, holder: HolderRole): PartyReference {
  const names = holderNames(row, detail, holder);
  return { names, tenant: row.tenant, atMs: row.event.timeMs };
}

function holderNames(row: EventRow, detail: RecordDetail, holder: HolderRole): Name[] {
  switch (holder) {
    case 'actor':
      return actorNames(row);
    case 'target':
      return targetNames(row, detail);
    case 'grantee': {
      const named = granteeNames(row, detail);
      // If the record names only the resource, the holder of the grant is unknown.
      return named.length > 0 || isResource(detail) ? named : targetNames(row, detail);
    }
    case 'mailbox':
      return mailboxNames(row, detail);
    case 'tenant':
      return [`tenant:${row.tenant}`];
  }
}

/** Whether the target is the vendor's service whose permission is granted. */
function isResource(detail: RecordDetail): boolean {
  const spn = detail.property('targetid.serviceprincipalnames') ?? '';
  return spn.split(/[;,\s"[\]/]+/).some((id) => appNameOf(id.toLowerCase()) !== null);
}

function targetNames({ tenant, event }: EventRow, detail: RecordDetail): Name[] {
  const { targetUid, targetName, targetType } = event;
  const names: Name[] = [];
  if (targetUid !== null) names.push(uidName(targetUid));
  // A record about a device and its owner has the id of one and the name of the other.
  const isOthers =
    targetName?.includes('@') === true && !/^(?:|user|guest)$/i.test(targetType ?? '');
  if (targetName !== null && !isOthers) names.push(calledName(tenant, targetName));
  const isApplication = /application|serviceprincipal/i.test(targetType ?? '');
  return isApplication ? [...names, ...applicationIds(detail)] : names;
}

/** Directory records state the ids of the application whose principal they change. */
function applicationIds(detail: RecordDetail): Name[] {
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

function granteeNames({ tenant }: EventRow, detail: RecordDetail): Name[] {
  const names: Name[] = [];
  const uid = detail.property('serviceprincipal.objectid');
  if (uid !== undefined && isGuid(uid)) names.push(uidName(uid));
  const appId = detail.property('serviceprincipal.appid');
  if (appId !== undefined && isGuid(appId)) names.push(appName(appId));
  const label = detail.property('serviceprincipal.displayname');
  if (label !== undefined && label !== '') names.push(calledName(tenant, label));
  return names;
}

/**
 * A mailbox is named by the path of a rule, by its owner, or not at all if it is the actor's own.
 * The path comes first, because an administrator may use it for another person's mailbox.
 */
function mailboxNames(row: EventRow, detail: RecordDetail): Name[] {
  const { tenant, event } = row;
  const box = boxOf(event.object);
  const stated = event.mailbox ?? detail.property('mailbox', 'identity') ?? event.targetName;
  const owner = (stated ?? event.object ?? '').split(/[\\/:]/)[0]?.trim() ?? '';
  const own = owner === '' ? actorNames(row) : [calledName(tenant, owner)];
  return box === undefined ? own : [box, ...own];
}

/** `FOREST/…/DOMAIN/MAILBOX\RULE` names a mailbox by its directory name. */
function boxOf(path: string | null): Name | undefined {
  const box = /\/([^/\\]+)\\[^\\]*$/.exec(path ?? '')?.[1];
  return box === undefined ? undefined : `box:${box.toLowerCase()}`;
}
