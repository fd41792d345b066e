import type { ListenerLimits } from '../listener/listener.ts';

/** Callers keep connections open: several hundred tools and proxies with a few dozen each. */
const ENDPOINT_CONNECTIONS_MAX = 4096;

/**
 * A proxy in front of a large site has several hundred requests in flight, all from one address.
 * `enforcementPoints.connectionsPerAddress` overrides this limit.
 */
const ENDPOINT_CONNECTIONS_PER_ADDRESS = 1024;

/** A 16 KB token and the usual headers. */
const ENDPOINT_HEADER_BYTES_MAX = 32 * 1024;

/** A slower client would hold a connection for nothing. */
const ENDPOINT_HEADERS_MS_MAX = 10_000;

/** For a whole request with its body: a 4 MB batch over a slow line. */
const ENDPOINT_REQUEST_MS_MAX = 30_000;

/** Longer than proxies keep idle connections, so that the proxy closes them first. */
const ENDPOINT_KEEP_ALIVE_MS = 75_000;

/** Eight of the largest batches. Parsing one takes about twenty times its size in memory. */
const ENDPOINT_BODY_BYTES_MAX = 32 * 1024 * 1024;

/** Two of the largest batches: one under evaluation and the next one. */
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

/**
 * Below this free share of the disk no decision is given, because its entry might not be written.
 */
export const ENDPOINT_FREE_DISK_MIN = 0.02;

/** Interval of disk checks: at 100 MB/s, half of one percent of a 10 GB disk. */
export const ENDPOINT_DISK_CHECK_MS = 500;

/**
 * Evaluations of this duration precede a read of the sockets. A turn of all waiting requests puts
 * their decisions into one group, with one sync.
 */
export const ENDPOINT_TURN_MS = 2;

/**
 * Decisions are written to the store in batches of this age, because no query needs them sooner.
 */
export const ENDPOINT_POST_EVERY_MS = 1000;

/**
 * Interval at which directory files and findings are checked. A file is read once two checks find
 * it unchanged. Passes that depend on it end within a second.
 */
export const DIRECTORY_CHECK_MS = 200;

/** Interval of bypass checks: an expired bypass ends within seconds. */
export const BYPASS_CHECK_MS = 2000;
