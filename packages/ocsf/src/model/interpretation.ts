/**
 * The flat interpretation of a record: the first-class columns of an event. Created once per record
 * on the hot path. The shape is fixed (every member present, in this order, `null` for "not
 * stated"), so that the engine keeps one hidden class. The nested OCSF object is built from this
 * and the record on demand.
 */
export type Interpretation = {
  /** OCSF 1.8.0 class, activity, status, severity; type_uid = class_uid * 100 + activity_id. */
  classUid: number;
  activityId: number;
  /**
   * 0 Unknown, 1 Success, 2 Failure, 99 Other. Never from `ResultStatus` where it is unreliable.
   */
  statusId: number;
  severityId: number;
  /** The vendor's own outcome code, e.g. "50126". */
  statusCode: string | null;
  /** Event time, milliseconds since the epoch. */
  timeMs: number;

  /** The vendor's name of the activity, exactly as delivered. */
  operation: string | null;
  workload: string | null;
  /** AuditLogRecordType number, if stated. */
  recordType: number | null;

  /** The actor. Object id in lower case. */
  actorUid: string | null;
  /** UPN or other name in lower case, trimmed. */
  actorName: string | null;
  /** OCSF user.type_id: 0 Unknown, 1 User, 2 Admin, 3 System, 4 Service. */
  actorType: number;
  /** PUID (upper case, 16 hex digits) and SID of the actor, as aliases. */
  actorPuid: string | null;
  actorSid: string | null;

  /** Canonical IP text without port and brackets; IPv4-mapped IPv6 as IPv4; IPv6 compressed. */
  ip: string | null;
  userAgent: string | null;
  country: string | null;

  /**
   * Entra session id (SID) and token id (UTI; case-sensitive), from every place that states them.
   */
  sessionUid: string | null;
  tokenUid: string | null;
  /** When the token was issued (iat), if the record of an action states it; milliseconds. */
  tokenIssuedMs: number | null;
  correlationUid: string | null;

  /** The client application that acted, and the resource it acted on (sign-ins). */
  appUid: string | null;
  appName: string | null;
  resourceName: string | null;
  deviceUid: string | null;

  /** The object of the act: mailbox (lower-case UPN), site, path, object. */
  mailbox: string | null;
  site: string | null;
  object: string | null;
  targetUid: string | null;
  targetName: string | null;
  targetType: string | null;

  /** Sign-ins only: interactiveUser, nonInteractiveUser, servicePrincipal, managedIdentity. */
  signInType: string | null;
  /** Sign-ins only: 1 if more than one factor was passed, 0 if not, null if not stated. */
  isMfa: number | null;

  /** The number of items in the record, at least 1. An aggregate is one action with a volume. */
  itemCount: number;
  /** Bytes transferred, if stated. */
  byteCount: number | null;
  /** MailItemsAccessed: "Bind" or "Sync". The content of a synchronized folder is not known. */
  accessType: string | null;
  /** MailItemsAccessed: from here, recording stops for this mailbox for 24 hours. */
  isThrottled: boolean;
  folder: string | null;
  /** Mail only: the sender address in the message; lower case. */
  sender: string | null;
};

/**
 * Returns true for the classes of session start and attempts. They are not actions of a statement.
 */
export function isSignIn(classUid: number): boolean {
  return classUid === 3002;
}

/** An interpretation in which nothing is stated yet. The member order is the shape. */
export function blank(): Interpretation {
  return {
    classUid: 0,
    activityId: 0,
    statusId: 0,
    severityId: 1,
    statusCode: null,
    timeMs: 0,
    operation: null,
    workload: null,
    recordType: null,
    actorUid: null,
    actorName: null,
    actorType: 0,
    actorPuid: null,
    actorSid: null,
    ip: null,
    userAgent: null,
    country: null,
    sessionUid: null,
    tokenUid: null,
    tokenIssuedMs: null,
    correlationUid: null,
    appUid: null,
    appName: null,
    resourceName: null,
    deviceUid: null,
    mailbox: null,
    site: null,
    object: null,
    targetUid: null,
    targetName: null,
    targetType: null,
    signInType: null,
    isMfa: null,
    itemCount: 1,
    byteCount: null,
    accessType: null,
    isThrottled: false,
    folder: null,
    sender: null,
  };
}
