/** A forwarded command has files and options. A larger one is a mistake or an attack. */
export const WORK_BYTES_MAX: number = 1024 * 1024;

/** One line of the reply. The largest is an import's result with all its rejects. */
export const ANSWER_LINE_BYTES_MAX: number = 256 * 1024 * 1024;

/** Work that waits for the process that holds the ledger; beyond it, callers try again later. */
export const WAITING_WORK_MAX = 256;

/** People read progress: more updates than this only cost time. */
export const PROGRESS_EVERY_MS = 100;

/** Between the first two tries to take the lock or reach its host: a short command ends soon. */
export const RETRY_FIRST_MS = 20;

/** Between two later tries: half a second is unnoticeable after a long wait. */
export const RETRY_MAX_MS = 500;

/** A caller creates one small file: within seconds, even on a busy machine with a slow disk. */
export const PROOF_MS_MAX = 10_000;

/** An unnoticeable wait at the start of a command. */
export const PROOF_CHECK_MS = 2;

/** After this wait for earlier work, the caller gets a message. */
export const WAITING_NOTICE_MS = 1000;

/**
 * How long a process may hold the lock without answering on the socket. A host recovers its journal
 * before it answers, and that reads at most a few hundred MiB.
 */
export const UNANSWERED_MAX_MS = 60_000;

/** The portable length of `sun_path`: 108 bytes on Linux and 104 elsewhere, with a final NUL. */
export const SOCKET_PATH_BYTES_MAX = 103;
