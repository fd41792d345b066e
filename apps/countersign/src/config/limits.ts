/** Shorter periods return nothing new and use up the quota. */
export const EVERY_MS_MIN = 1000;

/** Sources keep records for a week or less, so a poll must happen at least daily. */
export const EVERY_MS_MAX: number = 24 * 3_600_000;

/** Higher than the quota of any known service (contracts 1.10). */
export const REQUESTS_PER_MINUTE_MAX = 1_000_000;

/** A name or a note must fit a table row. */
export const NAME_CHARACTERS_MAX = 200;

/** More frequent canaries burden the service without an earlier result. */
export const CANARY_EVERY_MS_MIN = 60_000;

/** Fewer canaries a day bound no loss rate, and do not show that a feed stopped. */
export const CANARY_EVERY_MS_MAX: number = 6 * 3_600_000;

/** The shortest token lifetime that Entra allows. */
export const TOKEN_LIFE_MS_MIN = 600_000;

/** Refresh tokens live for 90 days. No other token lives longer. */
export const TOKEN_LIFE_MS_MAX: number = 90 * 24 * 3_600_000;

/** The limit of the whole enforcement server, so one address cannot have more. */
export const CONNECTIONS_PER_ADDRESS_MAX = 4096;

/** Each feed reads the ledger for itself, and has its own connections. */
export const FEEDS_MAX = 64;

/** OCSF class ids have the category before the last three digits; categories start at 0. */
export const CLASS_UID_MIN = 0;

/** OCSF extensions number their classes from 100,000 upwards. */
export const CLASS_UID_MAX = 99_999_999;

/** An old and a new secret of both signature schemes. */
export const WEBHOOK_SECRETS_MAX = 4;

/** A larger request gains no speed, and a receiver that fails on it gets all of it again. */
export const WEBHOOK_RECORDS_PER_REQUEST_MAX = 1000;

/** More requests at once to one receiver resemble an attack on it. */
export const WEBHOOK_PARALLEL_MAX = 32;

/**
 * The largest syslog message by default. RFC 5425 section 4.3.1: receivers should process 8,192
 * octets. rsyslog cuts at 8,096 unless its `maxMessageSize` is set.
 */
export const SYSLOG_MESSAGE_BYTES_DEFAULT = 8096;

/** RFC 5425 section 4.3.1: receivers must process 2,048 octets. A smaller limit helps no one. */
export const SYSLOG_MESSAGE_BYTES_MIN = 2048;

/** Larger than the event of any record. */
export const SYSLOG_MESSAGE_BYTES_MAX: number = 32 * 1024 * 1024;

/** RFC 5424 section 6.2. */
export const SYSLOG_HOSTNAME_CHARACTERS_MAX = 255;

/** RFC 5424 section 6.2. */
export const SYSLOG_APP_NAME_CHARACTERS_MAX = 48;

/** RFC 5424 section 6.2.1: local7. */
export const SYSLOG_FACILITY_MAX = 23;

/** IANA private enterprise numbers have at most 32 bits. */
export const ENTERPRISE_NUMBER_MAX: number = 2 ** 32 - 1;
/** More routes of one feed are better several feeds. */
export const NOTIFY_ROUTES_MAX = 100;

/** A list of more people is a mailing list of the mail system. */
export const NOTIFY_RECIPIENTS_MAX = 50;

/** The bootstrap list of a large cluster. Each is a host that the feed may call. */
export const KAFKA_BROKERS_MAX = 100;
