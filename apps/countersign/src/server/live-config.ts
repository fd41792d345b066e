import type { Config } from '../config/config.ts';
import type { FeedConfig } from '../config/feeds/feeds-schema.ts';
import type { ConfigVersion } from '../config/load-config.ts';
import type { ReloadReport, ServiceControl } from '../operations/host/service-control.ts';
import type { LogServerEvent } from './runtime/server-event.ts';

type LiveConfigOptions = {
  readonly config: Config;
  readonly readConfig: () => ConfigVersion;
  readonly setLogForm: (form: Config['log']) => void;
  readonly restartFeeds: (feeds: readonly FeedConfig[]) => void;
  readonly tell: LogServerEvent;
};

/** The configuration that is in force in this process. */
export class LiveConfig implements ServiceControl {
  readonly #options: LiveConfigOptions;
  #config: Config;
  /** Set when the listener is open. */
  url: string | undefined;

  constructor(options: LiveConfigOptions) {
    this.#options = options;
    this.#config = options.config;
  }

  get config(): Config {
    return this.#config;
  }

  readConfig(): ConfigVersion {
    return this.#options.readConfig();
  }

  /** Never fails. Feeds restart in the background; health tells if one does not work. */
  apply({ feeds, log }: Config): void {
    const isSame = JSON.stringify(feeds) === JSON.stringify(this.#config.feeds);
    this.#config = { ...this.#config, feeds, log };
    this.#options.setLogForm(log);
    if (!isSame) this.#options.restartFeeds(feeds);
  }

  report({ applied, needsRestart, problems, sha256 }: ReloadReport): void {
    const { tell } = this.#options;
    if (sha256 === null) tell({ event: 'reload-refused', problems });
    else tell({ event: 'reloaded', sha256, applied, needsRestart });
  }
}
