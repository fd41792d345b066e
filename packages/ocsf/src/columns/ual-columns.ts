import type { Interpretation } from '../model/interpretation.ts';
import { appNameOf } from '../values/app-names.ts';
import { issuedMsOf } from '../values/event-time.ts';
import { canonicalIp } from '../values/ip-address.ts';
import { isObject, type Json, NOTHING, object, text } from '../values/json-value.ts';
import type { Memo } from '../values/memo.ts';
import { outcomeOfWord } from '../values/outcome.ts';
import {
  guid,
  identifier,
  identify,
  linkIdentifier,
  typeOfUserType,
  USER,
} from '../values/principal-identifier.ts';
import { recordTypeOf } from '../values/record-type.ts';

/** Fills the columns that every Unified Audit Log record has. */
export function fillUalColumns(ual: Json, memo: Memo, into: Interpretation): void {
  into.operation = text(ual['Operation']);
  into.workload = text(ual['Workload']);
  into.recordType = recordTypeOf(ual['RecordType']);
  into.statusId = outcomeOfWord(ual['ResultStatus']);
  fillActor(ual, memo, into);
  into.ip =
    canonicalIp(ual['ClientIP'], memo) ??
    canonicalIp(ual['ClientIPAddress'], memo) ??
    canonicalIp(ual['ActorIpAddress'], memo);
  const context = accessContext(ual);
  into.sessionUid = linkIdentifier(context['AADSessionId']) ?? linkIdentifier(ual['SessionId']);
  into.tokenUid =
    linkIdentifier(context['UniqueTokenId']) ??
    linkIdentifier(ual['UniqueTokenId']) ??
    linkIdentifier(ual['UniqueTokenIdentifier']);
  into.tokenIssuedMs = issuedMsOf(context['IssuedAtTime']);
  into.correlationUid =
    identifier(ual['InterSystemsId']) ??
    identifier(ual['CorrelationId']) ??
    identifier(ual['CorrelationID']) ??
    identifier(context['CorrelationId']);
  into.appUid =
    identifier(ual['ClientAppId']) ??
    identifier(context['ClientAppId']) ??
    identifier(ual['ApplicationId']) ??
    identifier(ual['AppId']);
  into.appName =
    text(ual['ApplicationDisplayName']) ?? text(context['ClientAppName']) ?? appNameOf(into.appUid);
  into.deviceUid = identifier(ual['DeviceId']) ?? identifier(context['DeviceId']);
  into.userAgent = text(ual['UserAgent']);
}

/** `AppAccessContext` as an object, a list of one, or JSON text. */
function accessContext(ual: Json): Json {
  const context = ual['AppAccessContext'];
  if (context === undefined || context === null) return NOTHING;
  return isObject(context) ? context : object(context);
}

function fillActor(ual: Json, memo: Memo, into: Interpretation): void {
  const who = identify(ual['UserId'], memo);
  const key = identify(ual['UserKey'], memo);
  into.actorName = who.name ?? (key.puid === null ? key.name : null);
  into.actorUid = guid(ual['TokenObjectId']) ?? guid(ual['UserObjectId']) ?? who.uid ?? key.uid;
  into.actorPuid = key.puid ?? (who.name === null ? who.puid : null);
  into.actorSid = identify(ual['LogonUserSid'], memo).sid ?? who.sid ?? key.sid;
  into.actorType = who.type || typeOfUserType(ual['UserType']) || key.type;
  if (into.actorType === 0 && into.actorName?.includes('@')) into.actorType = USER;
}
