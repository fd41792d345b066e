/** Column names as they are compared: any case, any padding, without the time zone of portals. */
export function columnKey(name: string): string {
  const key = name.trim().toLowerCase();
  return key.endsWith(' [utc]') ? key.slice(0, -6) : key;
}

/** Names under which the vendor's exports, and tools around them, write the time of an event. */
const TIME_COLUMNS: ReadonlySet<string> = new Set([
  'creationtime',
  'creationdate',
  'createddatetime',
  'activitydatetime',
  'timegenerated',
  'time',
  'timestamp',
  '@timestamp',
  'eventtime',
  'event_time',
  'timecreated',
  'datetime',
  'date (utc)',
  'date',
  'rundate',
  'lastaccessed',
  'received',
  'receiveddatetime',
  'origin_timestamp_utc',
  'date_time_utc',
  'starttime',
  'start time',
  'start_time',
  'detecteddatetime',
  'eventdatetime',
]);

/** Columns that hold the record itself as JSON: the vendor's, and that of a Splunk export. */
const DOCUMENT_COLUMNS: readonly string[] = ['auditdata', '_raw'];

/** The first of the columns that holds the record itself; -1 when the row is the record. */
export function documentColumn(columns: readonly string[]): number {
  const keys = columns.map(columnKey);
  for (const name of DOCUMENT_COLUMNS) if (keys.includes(name)) return keys.indexOf(name);
  return -1;
}

export function isTimeColumn(key: string): boolean {
  return TIME_COLUMNS.has(key);
}
