import type { Interpretation } from '../model/interpretation.ts';
import type { Attributes } from '../model/mapping.ts';
import { changesOf, type DirectoryView, NO_PARTY, type Party } from '../shapes/directory-audit.ts';
import { appNameOf } from '../values/app-names.ts';
import { canonicalIp } from '../values/ip-address.ts';
import { text } from '../values/json-value.ts';
import type { Memo } from '../values/memo.ts';
import { outcomeOfWord } from '../values/outcome.ts';
import {
  identifier,
  linkIdentifier,
  SERVICE,
  typeOfUserType,
  USER,
} from '../values/principal-identifier.ts';

/** Fills the columns that every directory change has, over those of its UAL record. */
export function fillDirectoryColumns(view: DirectoryView, memo: Memo, into: Interpretation): void {
  into.operation = view.activity;
  into.workload = 'AzureActiveDirectory';
  into.recordType = view.recordType;
  into.statusId = outcomeOfWord(view.result);
  fillActor(view, into);
  into.ip ??= canonicalIp(view.ip, memo);
  into.userAgent = text(view.userAgent);
  into.correlationUid ??= identifier(view.correlationId);
  into.sessionUid ??= linkIdentifier(view.sessionId);
  into.tokenUid ??= linkIdentifier(view.tokenId);
  into.appUid ??= identifier(view.appId);
  into.appName ??= text(view.appName) ?? appNameOf(into.appUid);
  fillTarget(view.targets[0] ?? NO_PARTY, view, into);
}

/** Fills the target columns from one party. Falls back to the object name in the record. */
export function fillTarget(party: Party, view: DirectoryView, into: Interpretation): void {
  into.targetUid = party.uid;
  into.targetName = party.upn ?? party.name ?? (party === view.targets[0] ? view.objectName : null);
  into.targetType = party.type;
  if (view.targets.length === 0) into.targetName = view.objectName;
  into.object = into.targetName ?? into.targetUid;
}

function fillActor(view: DirectoryView, into: Interpretation): void {
  const { actor } = view;
  into.actorUid ??= actor.uid;
  into.actorName = actor.upn ?? into.actorName ?? actor.name?.toLowerCase() ?? null;
  into.actorPuid ??= actor.puid;
  const type = actor.type?.toLowerCase();
  if (type === 'serviceprincipal' || type === 'application') into.actorType = SERVICE;
  else if (into.actorType === 0) into.actorType = typeOfUserType(view.actorUserType);
  if (into.actorType === 0 && (actor.upn !== null || actor.uid !== null)) into.actorType = USER;
}

/** The changes, as data of the entity, exactly as the vendor states them. */
export function changesAsData(view: DirectoryView): Attributes | undefined {
  const changes = changesOf(view);
  return changes.length === 0 ? undefined : { changes: changes.map((change) => ({ ...change })) };
}
