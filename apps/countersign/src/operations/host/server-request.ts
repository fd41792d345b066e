import type { Clock, Random } from '@countersign/core';
import type { Config } from '../../config/config.ts';
import type { ConfigVersion } from '../../config/load-config.ts';

/** Requests of the command line to the server, and its answers. */
export type ServerRequest = {
  readonly dataDir: string;
  readonly config: Config;
  /**
   * Reads the configuration again.
   * @throws DocumentError CONFIG_INVALID, CONFIG_UNREADABLE
   */
  readonly readConfig: () => ConfigVersion;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted to stop it. */
  readonly signal: AbortSignal;
  /** One item for each signal that asks for a reload. */
  readonly hangUps: AsyncIterable<unknown>;
  readonly keyFile: string | undefined;
  readonly acceptFork: 'accept' | undefined;
  /** Called with each line of the server's log. */
  readonly log: (line: string) => void;
  /** Called once, when all listeners are open. */
  readonly ready: (at: ServeReady) => void;
};

export type ServeReady = {
  readonly url: string;
  readonly origin: string;
  /** The enforcement points; undefined if the configuration has none. */
  readonly enforcementUrl: string | undefined;
  /**
   * Makes a link that signs the first operator in, once. It holds a secret: for a terminal, and
   * never for a log. Undefined if an operator has signed in before, or if no browser can reach the
   * service safely.
   */
  readonly signInLink: () => string | undefined;
};

/** Serves until the signal is aborted. Resolves when everything is closed and durable. */
export type StartServer = (request: ServerRequest) => Promise<void>;
