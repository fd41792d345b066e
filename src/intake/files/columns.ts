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
  'date (utc)',
  'date',
  'rundate',
  'lastaccessed',
  'received',
  'starttime',
  'start time',
  'start_time',
  'detecteddatetime',
  'eventdatetime',
]);

export function isTimeColumn(key: string): boolean {
  return TIME_COLUMNS.has(key);
}
