import type { Json } from '../http/i-json.ts';
import type { SubjectId } from './subject-identifier.ts';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
const RISC = 'https://schemas.openid.net/secevent/risc/event-type/';
const SSF = 'https://schemas.openid.net/secevent/ssf/event-type/';

export type EventName =
  | 'sessionRevoked'
  | 'credentialChange'
  | 'assuranceLevelChange'
  | 'deviceComplianceChange'
  | 'sessionEstablished'
  | 'riskLevelChange'
  | 'accountDisabled'
  | 'accountEnabled';

/**
 * The event types of this transmitter (CAEP 1.0 section 3, RISC 1.0 section 2). Types that it never
 * sends are missing, because a receiver would take their silence for good news.
 */
export const EVENT_TYPES: Readonly<Record<EventName, string>> = {
  sessionRevoked: `${CAEP}session-revoked`,
  credentialChange: `${CAEP}credential-change`,
  assuranceLevelChange: `${CAEP}assurance-level-change`,
  deviceComplianceChange: `${CAEP}device-compliance-change`,
  sessionEstablished: `${CAEP}session-established`,
  riskLevelChange: `${CAEP}risk-level-change`,
  accountDisabled: `${RISC}account-disabled`,
  accountEnabled: `${RISC}account-enabled`,
};

/** Events about the stream itself. They are always sent and cannot be requested. */
export const STREAM_EVENT_TYPES: Readonly<Record<'verification' | 'streamUpdated', string>> = {
  verification: `${SSF}verification`,
  streamUpdated: `${SSF}stream-updated`,
};

export const SUPPORTED_EVENTS: readonly string[] = Object.values(EVENT_TYPES);

/** The initiator (CAEP 1.0, 2). */
export type Initiator = 'admin' | 'user' | 'policy' | 'system';

/** Something that happened to a subject, before it is signed for a receiver. */
export type SecurityEvent = {
  readonly type: string;
  readonly subject: SubjectId;
  readonly payload: Json;
  /** The same for all events with one cause, such as the id of its entry. */
  readonly transaction: string;
};

/** Members of all CAEP events. The interoperability profile requires a sentence for admins. */
export type Circumstances = {
  readonly atMs: number;
  readonly by: Initiator;
  readonly reason: string;
  readonly transaction: string;
};

export function sessionRevoked(subject: SubjectId, because: Circumstances): SecurityEvent {
  return caep(EVENT_TYPES.sessionRevoked, subject, because, {});
}

export function sessionEstablished(
  subject: SubjectId,
  because: Circumstances,
  {
    acr,
    amr,
    id,
  }: { readonly acr?: string; readonly amr?: readonly string[]; readonly id: string },
): SecurityEvent {
  const stated = { ...(acr === undefined ? {} : { acr }), ...(amr === undefined ? {} : { amr }) };
  return caep(EVENT_TYPES.sessionEstablished, subject, because, { ...stated, ext_id: id });
}

export type Level = 'LOW' | 'MEDIUM' | 'HIGH';

export function riskLevelChange(
  subject: SubjectId,
  because: Circumstances,
  { current, previous }: { readonly current: Level; readonly previous: Level | undefined },
): SecurityEvent {
  return caep(EVENT_TYPES.riskLevelChange, subject, because, {
    principal: 'USER',
    current_level: current,
    ...(previous === undefined ? {} : { previous_level: previous }),
    risk_reason: because.reason,
  });
}

/**
 * Types of CAEP 1.0, 3.3, and `unstated`: an event without a known credential type is still sent.
 */
export type CredentialType =
  | 'password'
  | 'x509'
  | 'fido2-platform'
  | 'fido2-roaming'
  | 'phone-voice'
  | 'phone-sms'
  | 'app'
  | 'unstated';

export type CredentialChange = {
  readonly credential: CredentialType;
  readonly change: 'create' | 'revoke' | 'update' | 'delete';
  /** The model of an authenticator. */
  readonly aaguid?: string;
};

export function credentialChange(
  subject: SubjectId,
  because: Circumstances,
  { credential, change, aaguid }: CredentialChange,
): SecurityEvent {
  return caep(EVENT_TYPES.credentialChange, subject, because, {
    credential_type: credential,
    change_type: change,
    ...(aaguid === undefined ? {} : { fido2_aaguid: aaguid }),
  });
}

/** NIST SP 800-63B levels in the notation of CAEP 1.0, 3.4. */
export const ASSURANCE_LEVELS = ['nist-aal1', 'nist-aal2', 'nist-aal3'] as const;
export type AssuranceLevel = (typeof ASSURANCE_LEVELS)[number];

export function assuranceLevelChange(
  subject: SubjectId,
  because: Circumstances,
  { current, previous }: { readonly current: AssuranceLevel; readonly previous: AssuranceLevel },
): SecurityEvent {
  const isMore = ASSURANCE_LEVELS.indexOf(current) > ASSURANCE_LEVELS.indexOf(previous);
  return caep(EVENT_TYPES.assuranceLevelChange, subject, because, {
    namespace: 'NIST-AAL',
    current_level: current,
    previous_level: previous,
    change_direction: isMore ? 'increase' : 'decrease',
  });
}

export type Compliance = 'compliant' | 'not-compliant';

export function deviceComplianceChange(
  subject: SubjectId,
  because: Circumstances,
  { current, previous }: { readonly current: Compliance; readonly previous: Compliance },
): SecurityEvent {
  const levels = { previous_status: previous, current_status: current };
  return caep(EVENT_TYPES.deviceComplianceChange, subject, because, levels);
}

export function accountDisabled(subject: SubjectId, because: Circumstances): SecurityEvent {
  const { transaction } = because;
  return { type: EVENT_TYPES.accountDisabled, subject, payload: {}, transaction };
}

export function accountEnabled(subject: SubjectId, because: Circumstances): SecurityEvent {
  const { transaction } = because;
  return { type: EVENT_TYPES.accountEnabled, subject, payload: {}, transaction };
}

function caep(
  type: string,
  subject: SubjectId,
  { atMs, by, reason, transaction }: Circumstances,
  members: Json,
): SecurityEvent {
  const common = {
    event_timestamp: Math.floor(atMs / 1000),
    initiating_entity: by,
    reason_admin: { en: reason },
  };
  return { type, subject, payload: { ...common, ...members }, transaction };
}
