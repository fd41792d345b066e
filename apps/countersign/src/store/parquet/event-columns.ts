import { actorKey, type EventRow } from '../rows/event-row.ts';

export type ColumnType = 'BIGINT' | 'INTEGER' | 'BOOLEAN' | 'VARCHAR' | 'TIMESTAMPTZ' | 'BIGINT[]';

export type Column = {
  /** The column name in SQL. */
  readonly name: string;
  /** DuckDB type. A `TIMESTAMPTZ` is an instant, which code reads in milliseconds. */
  readonly type: ColumnType;
  readonly read: (row: EventRow) => string | number | boolean | null | readonly number[];
  readonly meaning: string;
};

/**
 * SQL of a row's event time in UTC without a zone. Calendar functions on zoned times take ten times
 * as long.
 */
export const UTC_TIME = 'make_timestamp_ms(epoch_ms(time))';

/** The columns of a Parquet event file, in this order. */
export const COLUMNS: readonly Column[] = [
  column('index', 'BIGINT', (r) => r.index, 'ledger index of the newest delivery'),
  column('entries', 'BIGINT[]', (r) => r.entries, 'ledger indices of all deliveries'),
  column(
    'tenant',
    'VARCHAR',
    (r) => r.tenant,
    'tenant id; all zeros when the delivery states none',
  ),
  column('source', 'VARCHAR', (r) => r.source, 'source of the first-ranked delivery'),
  column('action', 'VARCHAR', (r) => r.action, 'key of the action: the id in the ledger leaf'),
  column('seen', 'TIMESTAMPTZ', (r) => r.seenMs, 'when the ledger saw it (UTC)'),
  column('time', 'TIMESTAMPTZ', (r) => r.event.timeMs, 'event time (UTC)'),
  column('erased', 'BOOLEAN', (r) => r.erased, 'bodies erased: only the values in the leaf remain'),
  column('class_uid', 'INTEGER', (r) => r.event.classUid, 'OCSF class'),
  column('activity_id', 'INTEGER', (r) => r.event.activityId, 'OCSF activity within the class'),
  column('status_id', 'INTEGER', (r) => r.event.statusId, '0 unknown, 1 success, 2 failure'),
  column('severity_id', 'INTEGER', (r) => r.event.severityId, 'OCSF severity'),
  column('status_code', 'VARCHAR', (r) => r.event.statusCode, "the vendor's outcome code"),
  column('operation', 'VARCHAR', (r) => r.event.operation, "the vendor's name of the activity"),
  column('workload', 'VARCHAR', (r) => r.event.workload, "the vendor's name of the service"),
  column('record_type', 'INTEGER', (r) => r.event.recordType, 'AuditLogRecordType'),
  column('actor', 'VARCHAR', (r) => actorKey(r.event), 'the actor: object id, else kind:name'),
  column('actor_uid', 'VARCHAR', (r) => r.event.actorUid, 'object id of the actor'),
  column('actor_name', 'VARCHAR', (r) => r.event.actorName, 'UPN or other name of the actor'),
  column('actor_type', 'INTEGER', (r) => r.event.actorType, 'OCSF user.type_id'),
  column('actor_puid', 'VARCHAR', (r) => r.event.actorPuid, 'PUID of the actor'),
  column('actor_sid', 'VARCHAR', (r) => r.event.actorSid, 'SID of the actor'),
  column('ip', 'VARCHAR', (r) => r.event.ip, 'client address'),
  column('user_agent', 'VARCHAR', (r) => r.event.userAgent, 'client software as it names itself'),
  column('country', 'VARCHAR', (r) => r.event.country, 'country as the vendor states it'),
  column('session_uid', 'VARCHAR', (r) => r.event.sessionUid, 'Entra session id (SID claim)'),
  column('token_uid', 'VARCHAR', (r) => r.event.tokenUid, 'token id (UTI claim)'),
  column('token_issued', 'TIMESTAMPTZ', (r) => r.event.tokenIssuedMs, 'when the token was issued'),
  column('correlation_uid', 'VARCHAR', (r) => r.event.correlationUid, 'correlation id'),
  column('app_uid', 'VARCHAR', (r) => r.event.appUid, 'id of the client application'),
  column('app_name', 'VARCHAR', (r) => r.event.appName, 'name of the client application'),
  column('resource_name', 'VARCHAR', (r) => r.event.resourceName, 'resource signed in to'),
  column('device_uid', 'VARCHAR', (r) => r.event.deviceUid, 'device id'),
  column('mailbox', 'VARCHAR', (r) => r.event.mailbox, 'mailbox acted on'),
  column('site', 'VARCHAR', (r) => r.event.site, 'site acted on'),
  column('object', 'VARCHAR', (r) => r.event.object, 'object acted on'),
  column('target_uid', 'VARCHAR', (r) => r.event.targetUid, 'id of what was acted on'),
  column('target_name', 'VARCHAR', (r) => r.event.targetName, 'name of what was acted on'),
  column('target_type', 'VARCHAR', (r) => r.event.targetType, 'kind of what was acted on'),
  column('sign_in_type', 'VARCHAR', (r) => r.event.signInType, 'flow of a sign-in'),
  column('is_mfa', 'INTEGER', (r) => r.event.isMfa, '1 more than one factor, 0 not'),
  column('item_count', 'BIGINT', (r) => r.event.itemCount, 'items the record accounts for'),
  column('byte_count', 'BIGINT', (r) => r.event.byteCount, 'bytes moved, where stated'),
  column('access_type', 'VARCHAR', (r) => r.event.accessType, 'MailItemsAccessed: Bind or Sync'),
  column('is_throttled', 'BOOLEAN', (r) => r.event.isThrottled, 'mailbox recording stops for 24 h'),
  column('folder', 'VARCHAR', (r) => r.event.folder, 'folder acted on'),
  column('sender', 'VARCHAR', (r) => r.event.sender, 'whom a message says it is from'),
];

function column(name: string, type: ColumnType, read: Column['read'], meaning: string): Column {
  return { name, type, read, meaning };
}
