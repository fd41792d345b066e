import type { Interpretation } from '../model/interpretation.ts';
import type { Attributes } from '../model/mapping.ts';
import type { RecordView } from '../model/record-view.ts';
import type { SignInView } from '../shapes/sign-in-record.ts';
import { portOf } from '../values/ip-address.ts';
import { bool, object, text } from '../values/json-value.ts';
import { SERVICE, USER } from '../values/principal-identifier.ts';
import type { ClassShape } from './event-schema.ts';

/**
 * The required attributes of each class, from the flat columns alone, so that every event is valid
 * whatever its record lacks. A required text that the record does not state is `unknown`.
 */
const UNKNOWN = 'unknown';

export function classAttributes(
  subject: RecordView,
  from: Interpretation,
  shape: ClassShape,
): Attributes {
  return {
    actor: actorOf(from),
    device: deviceOf(subject, from),
    ...(shape.attributes.has('src_endpoint')
      ? { src_endpoint: sourceOf(subject, from, shape) }
      : {}),
    ...(shape.attributes.has('http_request') && from.userAgent !== null
      ? { http_request: { user_agent: from.userAgent } }
      : {}),
    ...ownAttributes(subject, from, shape.uid),
  };
}

function ownAttributes(subject: RecordView, from: Interpretation, classUid: number): Attributes {
  switch (classUid) {
    case 2004:
      return { finding_info: { uid: from.targetUid ?? subject.record.id, title: from.object } };
    case 3001:
      return { user: targetUser(from) };
    case 3002:
      return signInAttributes(subject.signIn, from);
    case 3004:
      return { entity: entityOf(from) };
    case 3005:
      return { user: targetUser(from), privileges: [from.object ?? UNKNOWN] };
    case 3006:
      return { group: { name: from.object ?? from.targetName ?? UNKNOWN } };
    case 4009:
      // A reserved name that can never be an address: the class requires a sender or a recipient.
      return { direction_id: 0, email: { from: from.mailbox ?? from.actorName } };
    case 6001:
      return { web_resources: [{ name: from.targetName ?? from.object ?? UNKNOWN }] };
    case 6003:
      return {
        api: { operation: from.operation ?? UNKNOWN, service: serviceOf(from.workload) },
      };
    case 6006:
      return { file: { name: from.targetName ?? UNKNOWN, type_id: 0, path: from.object } };
    default:
      return {};
  }
}

function actorOf(from: Interpretation): Attributes {
  return {
    user: {
      name: from.actorName ?? (from.actorUid === null ? UNKNOWN : undefined),
      uid: from.actorUid,
      uid_alt: from.actorPuid ?? from.actorSid,
      type_id: from.actorType,
    },
    session: sessionOf(from),
    app_uid: from.appUid,
    app_name: from.appName,
  };
}

/** The token is the credential that the session used. */
function sessionOf(from: Interpretation): Attributes | undefined {
  if (from.sessionUid === null && from.tokenUid === null) return undefined;
  return {
    uid: from.sessionUid,
    credential_uid: from.tokenUid,
    is_mfa: from.isMfa === null ? undefined : from.isMfa === 1,
    is_remote: true,
  };
}

function deviceOf(subject: RecordView, from: Interpretation): Attributes | undefined {
  const stated = subject.signIn?.device ?? {};
  const hostname = text(stated['displayName']);
  if (from.deviceUid === null && hostname === null) return undefined;
  return {
    type_id: 0,
    uid: from.deviceUid,
    hostname,
    is_compliant: bool(stated['isCompliant']),
    is_managed: bool(stated['isManaged']),
  };
}

function sourceOf(
  subject: RecordView,
  from: Interpretation,
  shape: ClassShape,
): Attributes | undefined {
  if (from.ip === null && from.country === null) {
    const isRequired = shape.attributes.get('src_endpoint')?.isRequired === true;
    return isRequired ? { name: UNKNOWN } : undefined;
  }
  const place = subject.signIn?.location ?? {};
  const coordinates = object(place['geoCoordinates']);
  const { latitude, longitude } = coordinates as { latitude?: unknown; longitude?: unknown };
  return {
    ip: from.ip,
    name: from.ip === null ? UNKNOWN : undefined,
    port: portOf(subject.body['ClientIP']) ?? portOf(subject.body['ClientIPAddress']),
    location: {
      country: from.country,
      city: text(place['city']),
      region: text(place['state']),
      lat: typeof latitude === 'number' ? latitude : undefined,
      long: typeof longitude === 'number' ? longitude : undefined,
    },
  };
}

function targetUser(from: Interpretation): Attributes {
  const type = from.targetType?.toLowerCase() ?? 'user';
  const typeId = type === 'user' ? USER : type === 'serviceprincipal' ? SERVICE : 99;
  return {
    name: from.targetName ?? (from.targetUid === null ? UNKNOWN : undefined),
    uid: from.targetUid,
    type_id: typeId,
    type: typeId === 99 ? from.targetType : undefined,
  };
}

function entityOf(from: Interpretation): Attributes {
  return {
    name: from.targetName ?? from.object ?? UNKNOWN,
    uid: from.targetUid,
    type_id: 99,
    type: from.targetType ?? 'Other',
  };
}

function serviceOf(workload: string | null): Attributes | undefined {
  return workload === null ? undefined : { name: workload };
}

const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['oauth2', 6],
  ['ropc', 6],
  ['devicecode', 6],
  ['nativeauth', 6],
  ['saml20', 5],
]);

function signInAttributes(view: SignInView | null, from: Interpretation): Attributes {
  const protocol = text(view?.protocol);
  const isStated = protocol !== null && protocol.toLowerCase() !== 'none';
  const protocolId = isStated ? (PROTOCOLS.get(protocol.toLowerCase()) ?? 99) : undefined;
  return {
    user: {
      name: from.actorName ?? (from.actorUid === null ? UNKNOWN : undefined),
      uid: from.actorUid,
      uid_alt: from.actorPuid,
      type_id: from.actorType,
      display_name: text(view?.userDisplayName),
    },
    service: {
      name: from.resourceName ?? (from.targetUid === null ? UNKNOWN : undefined),
      uid: from.targetUid,
    },
    session: sessionOf(from),
    authentication_token: from.tokenUid === null ? undefined : { uid: from.tokenUid, type_id: 0 },
    is_mfa: from.isMfa === null ? undefined : from.isMfa === 1,
    is_remote: true,
    logon_type_id: from.signInType === null ? undefined : 99,
    logon_type: from.signInType,
    auth_protocol_id: protocolId,
    auth_protocol: isStated ? protocol : undefined,
  };
}
