/** Normalizes a column name for comparison: ignores case, padding, and a portal's time zone. */
export function columnKey(name: string): string {
  const key = name.trim().toLowerCase();
  return key.endsWith(' [utc]') ? key.slice(0, -6) : key;
}

/** Column names for the event time in the vendor's exports and related tools. */
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

/** Columns with the record itself as JSON: the vendor's, and that of a Splunk export. */
const DOCUMENT_COLUMNS: readonly string[] = ['auditdata', '_raw'];

/** The first column that holds the record itself; -1 if the row is the record. */
export function documentColumn(columns: readonly string[]): number {
  const keys = columns.map(columnKey);
  for (const name of DOCUMENT_COLUMNS) if (keys.includes(name)) return keys.indexOf(name);
  return -1;
}

export function isTimeColumn(key: string): boolean {
  return TIME_COLUMNS.has(key);
}
