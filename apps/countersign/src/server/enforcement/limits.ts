import type { ListenerLimits } from '../listener/listener.ts';

/** Callers keep connections open: some hundred tools and proxies with a few dozen each. */
const ENDPOINT_CONNECTIONS_MAX = 4096;

/**
 * A proxy in front of a large site has some hundred requests under way at once, and all of them
 * come from its address. `doors.connectionsPerAddress` says otherwise where one has more.
 */
const ENDPOINT_CONNECTIONS_PER_ADDRESS = 1024;

/** A token of 16 KB beside the usual headers. */
const ENDPOINT_HEADER_BYTES_MAX = 32 * 1024;

/** A caller that is slower with its headers than this holds a connection for nothing. */
const ENDPOINT_HEADERS_MS_MAX = 10_000;

/** For a whole request with its body: a batch of 4 MB over a slow line. */
const ENDPOINT_REQUEST_MS_MAX = 30_000;

/** Longer than a proxy in front keeps its connections, so that it closes them and not we. */
const ENDPOINT_KEEP_ALIVE_MS = 75_000;

/** Eight of the largest batches: read, each takes some twenty times its size for a while. */
const ENDPOINT_BODY_BYTES_MAX = 32 * 1024 * 1024;

/** Two of the largest batches: one that is decided, and the next one. */
const ENDPOINT_BODY_BYTES_PER_CALLER_MAX = 8 * 1024 * 1024;

export function endpointLimits(connectionsPerAddress: number | undefined): ListenerLimits {
  return {
    connectionsMax: ENDPOINT_CONNECTIONS_MAX,
    connectionsPerAddressMax: connectionsPerAddress ?? ENDPOINT_CONNECTIONS_PER_ADDRESS,
    bodyBytesMax: ENDPOINT_BODY_BYTES_MAX,
    bodyBytesPerCallerMax: ENDPOINT_BODY_BYTES_PER_CALLER_MAX,
    headerBytesMax: ENDPOINT_HEADER_BYTES_MAX,
    headersMsMax: ENDPOINT_HEADERS_MS_MAX,
    requestMsMax: ENDPOINT_REQUEST_MS_MAX,
    keepAliveMs: ENDPOINT_KEEP_ALIVE_MS,
  };
}

/** Below this free share of the disk no decision is given: it might not be accounted for. */
export const ENDPOINT_FREE_DISK_MIN = 0.02;

/** The disk is looked at so often: at 100 MB/s, half of one percent of a 10 GB disk goes by. */
export const ENDPOINT_DISK_LOOK_MS = 500;

/** Steps of decisions before sockets are served again: a few milliseconds. */
export const ENDPOINT_STEPS_PER_TURN = 4;

/** Decisions are posted to the books in lots of this age: nobody asks for them sooner. */
export const ENDPOINT_POST_EVERY_MS = 1000;

/**
 * Files of the directory, and findings, are looked at so often. A file is read at the second look
 * that finds it the same, and what rests on it ends within a second.
 */
export const DIRECTORY_LOOK_MS = 200;

/** Drains are looked after so often: one that is over ends within seconds of its time. */
export const BYPASS_LOOK_MS = 2000;
