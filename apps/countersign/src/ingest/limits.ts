/** Chunks on their way per lane: enough to hide the hand-overs, little enough to bound memory. */
export const CHUNKS_IN_FLIGHT_PER_WORKER = 3;

/** Rows made before they are written out: a few tens of megabytes in each of two lanes. */
export const ROWS_PER_POST = 120_000;

/** Actions seen again that are merged at a time, with the bodies of all their sightings. */
export const MERGES_PER_SLICE = 2_000;

/** Rejects told by name in a report; all of them are counted, and all of them are quarantined. */
export const REJECTS_LISTED_MAX = 1_000;

/** The Activity API keeps content for seven days; a day more covers clocks and long polls. */
export const CONTENT_REMEMBERED_MS: number = 8 * 24 * 3_600_000;

/** Contents named in one entry: about a megabyte of text. */
export const CONTENTS_PER_ENTRY = 5_000;

/** What was fetched can be asked about within two seconds; each post is a small file. */
export const POST_EVERY_MS = 1_000;

/** Small files are put together so often: each costs a question a little. */
export const COMPACT_EVERY_MS = 3_600_000;

/** What is due for comparison grows by the hour; a difference is told within minutes of it. */
export const CROSS_CHECK_EVERY_MS = 300_000;

/** Entries that one finding names as its evidence: enough to begin with, and a body of some KiB. */
export const FINDING_ENTRIES_MAX = 256;

/** People, sessions, apps or addresses that one finding names. */
export const FINDING_NAMES_MAX = 64;

/** Of each text of a finding: no person reads more of it, and a record may be megabytes long. */
export const FINDING_TEXT_CHARACTERS_MAX = 2_000;

/** Files of rules that are read of one folder. */
export const RULE_FILES_MAX = 20_000;

/** What took longer asked for much: then the memory of the engine is given back. */
export const GIVE_BACK_AFTER_MS = 500;

/** Findings appended at a time: some megabytes, and one wait for the disk. */
export const FINDINGS_PER_APPEND = 2_000;

/** Findings of which judges may be ahead of what is appended: some megabytes for each thread. */
export const FINDINGS_AHEAD_MAX = 4_000;

/** Whether a canary is to be sent or judged: each is sent within this of its moment. */
export const CANARY_LOOK_EVERY_MS = 15_000;

/** What was sent and judged in this time is read at the start: content comes no later. */
export const CANARY_REMEMBERED_MS: number = 15 * 24 * 3_600_000;

/** A crash leaves records unjudged that had just come; what was sent long before was not among. */
export const CANARY_LOOKED_BACK_MS: number = 2 * 24 * 3_600_000;

/** An access token lives 28 hours at the most: so far behind its sign-in an action may come. */
export const RECONCILE_BEHIND_MS: number = 28 * 3_600_000;

/** Without anything new, absences are weighed again so often: logs settle by the hour. */
export const RECONCILE_EVERY_MS: number = 15 * 60_000;

/** What has not settled by then is a hole, and stays one. */
export const SETTLES_WITHIN_MS: number = 3 * 86_400_000;

/** Entries of our own that share a frame: more would only keep the first of them waiting. */
export const DRAFTS_PER_GROUP = 1024;

/** Campaigns are looked for in blocks of so long, each with the block before it to learn from. */
export const SPRAY_BLOCK_MS: number = 30 * 86_400_000;

/** A slow campaign is no slower found for this; the question takes seconds in a large tenant. */
export const SPRAY_EVERY_MS: number = 60 * 60_000;

/** What looks back over weeks takes a tenth of one core at most, however large the tenant. */
export const STREAM_REST_TIMES = 9;

/** Records that one backtest looks at: some minutes, and whoever asks can ask of a shorter time. */
export const BACKTEST_RECORDS_MAX = 2_000_000;

/** Signals of a backtest that are kept in memory: a few hundred megabytes. */
export const BACKTEST_SIGNALS_MAX = 500_000;

/** Records that a backtest names by rule: enough to see what it fits. */
export const BACKTEST_ENTRIES_MAX = 100;
/** Each look meets all actions of the days that something came in of: a quarter of a core. */
export const RECONCILE_REST_TIMES = 3;

/** State is compared with all events: after a look so many times its length is rest. */
export const STATE_REST_TIMES = 9;

/** Each look asks the books of the days that something came in of. */
export const CREDENTIAL_NEWS_EVERY_MS = 1_000;

/** Entries without news of a credential before it is noted that they were looked through. */
export const CREDENTIAL_NEWS_ENTRIES = 10_000;

/**
 * Entries that one detector skips. Each costs as many looks as the ledger's size has bits; who is
 * skipped on more than this is failed by what came in as a whole.
 */
export const SKIPPED_ENTRIES_MAX = 64;

/** What failed is given another try by each process, and by one that runs on as often as this. */
export const FAILED_RETRY_MS = 3_600_000;

/** A judge that failed whatever it read rests so long: the next look would fail as well. */
export const FAILED_REST_MS = 60_000;

/** Below this a clock waits until the time of the last entry comes, and nothing is declared. */
export const CLOCK_AHEAD_MS_MIN = 60_000;
