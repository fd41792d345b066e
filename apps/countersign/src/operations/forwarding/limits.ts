import type { ListenerLimits } from '../../server/listener/listener.ts';

/** A handed-over command names files and options; a larger one is a mistake or an attack. */
export const WORK_BYTES_MAX: number = 1024 * 1024;

/** One line of the answer: the largest is an import's result with all its rejects. */
export const ANSWER_LINE_BYTES_MAX: number = 256 * 1024 * 1024;

/** Work that waits for the process that holds the ledger; beyond it, starters try again later. */
export const WAITING_WORK_MAX = 256;

/** Progress is for eyes: more often than this only costs. */
export const PROGRESS_EVERY_MS = 100;

/** Between the first two tries to take the lock or reach its holder: a short command ends soon. */
export const RETRY_FIRST_MS = 20;

/** Between two later tries: nobody notices half a second after a long wait. */
export const RETRY_MAX_MS = 500;

/** A caller makes one small file: on a busy machine and a slow disk, within seconds. */
export const PROOF_MS_MAX = 10_000;

/** Nobody notices so long a wait at the beginning of a command. */
export const PROOF_LOOK_MS = 2;

/** Whoever waits longer than this for work before theirs is told so. */
export const WAITING_NOTICE_MS = 1000;

/**
 * How long somebody may hold the lock without answering on the socket: a holder recovers its
 * journal before it answers, and that reads at most a few hundred MiB.
 */
export const UNANSWERED_MAX_MS = 60_000;

/** What fits into `sun_path` everywhere: 108 bytes on Linux and 104 elsewhere, with a final NUL. */
export const SOCKET_PATH_BYTES_MAX = 103;

/** Worker threads of an import: the one sequencer is busy with four. */
export const WORKERS_MAX = 4;

/** Events are built in windows of so many at first, so that the first line comes at once. */
export const EVENTS_WINDOW_FIRST = 64;

/** Bodies of a window are in memory: some 6 MB of records as they are. */
export const EVENTS_WINDOW_MAX = 4096;

/** Entries that are read along to the next one that is wanted: about what one block holds. */
export const SCAN_GAP_MAX = 512;

/** A collector that has not polled for so many of its periods is stuck. */
export const LATE_POLLS = 3;

/** Below this free share of the disk nothing more is collected: decisions need the rest. */
export const FREE_DISK_MIN = 0.1;

/** While an import runs: what it writes in that time is far less than what is left. */
export const IMPORT_DISK_LOOK_MS = 750;

/** While the disk is low, it is looked at again after this long. */
export const DISK_LOOK_EVERY_MS = 10_000;

/** Of whatever serves no bodies of its own: one address leaves room for another. */
export const HTTP_LIMITS: ListenerLimits = {
  /** Scrapes and people; more at once is a mistake. */
  connectionsMax: 64,
  connectionsPerAddressMax: 48,
  /** Nothing is taken in; answers are some ten KB, of a large company some MB. */
  bodyBytesMax: 32 * 1024 * 1024,
  bodyBytesPerCallerMax: 16 * 1024 * 1024,
  /** Our routes take a path and a tenant. */
  headerBytesMax: 16 * 1024,
  /** A client that is slower with its headers than this holds a connection for nothing. */
  headersMsMax: 10_000,
  /** For a whole request, which has no body here. */
  requestMsMax: 30_000,
  /** Scrapes come every 15 s or more: each of them may connect anew. */
  keepAliveMs: 5_000,
};

/** A finding is out within a second of its record: a look where nothing came in costs nothing. */
export const WATCH_EVERY_MS = 200;

/** Rows of coverage are reckoned again at most so often, however many ask. */
export const COVERAGE_KEPT_MS = 1000;

/**
 * Between two polls, however often the vendor says that there is something. Lists are of whole
 * seconds, so that there is one a second at most: a fifth of the smallest quota.
 */
export const HINTED_POLL_MS_MIN = 500;

/** A notification names some hundred contents of 500 bytes each. */
export const WEBHOOK_BYTES_MAX: number = 1024 * 1024;

/** Of what the vendor calls: small bodies, one after the other. */
export const WEBHOOK_LIMITS: ListenerLimits = {
  /** The vendor calls one after the other; more at once are somebody else's. */
  connectionsMax: 32,
  connectionsPerAddressMax: 24,
  /** A quarter of what as many notifications of the largest size have. */
  bodyBytesMax: 8 * WEBHOOK_BYTES_MAX,
  bodyBytesPerCallerMax: 4 * WEBHOOK_BYTES_MAX,
  headerBytesMax: 16 * 1024,
  /** A call is a small body: slower than this is on purpose. */
  headersMsMax: 10_000,
  requestMsMax: 10_000,
  /** Each call is answered and its connection closed. */
  keepAliveMs: 1_000,
};

/** Refused calls are told of in the log at most so often, with how many there were. */
export const WEBHOOK_SAY_EVERY_MS = 10_000;

/** At a thousand times real time, four minutes of the emulator's: windows forgive an hour. */
export const EMULATOR_CLOCK_EVERY_MS = 250;

/** The fastest that an emulator runs. */
export const EMULATOR_SPEED_MAX = 1_000;

/** However fast time is, a collector that waits lets others have their turn. */
export const EMULATOR_WAIT_MS_MIN = 20;

/** Entries are indexed within seconds; those that wait for longer show that indexing is stuck. */
export const INDEX_LAG_MS_MAX = 60_000;
