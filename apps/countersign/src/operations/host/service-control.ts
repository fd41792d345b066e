import type { Config } from '../../config/config.ts';
import type { ConfigVersion } from '../../config/load-config.ts';

/** The result of one reload of the configuration. */
export type ReloadReport = {
  /** SHA-256 of the file, in hex; null if it was refused. */
  readonly sha256: string | null;
  /** Changed sections that are in force now. */
  readonly applied: readonly string[];
  /** Changed sections that stay as they are until the next start. */
  readonly needsRestart: readonly string[];
  /** Why the file was refused. Then nothing has changed. */
  readonly problems: readonly string[];
  /** The entry that records the change; null if nothing was applied. */
  readonly entry: number | null;
};

/** What an operation may change of the service that runs it. */
export type ServiceControl = {
  /** What is in force. */
  readonly config: Config;
  /** Where it listens; undefined while it opens. */
  readonly url: string | undefined;
  /**
   * Reads the file of the configuration again.
   * @throws DocumentError CONFIG_INVALID, CONFIG_UNREADABLE
   */
  readConfig(): ConfigVersion;
  /** Puts the sections in force that need no restart. */
  apply(next: Config): void;
  /** Writes the result to the log of the service. */
  report(report: ReloadReport): void;
};
