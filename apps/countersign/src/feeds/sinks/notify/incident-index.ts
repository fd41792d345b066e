import type { Clock } from '@countersign/core';
import type { Sleep } from '@countersign/m365';
import {
  type Incident,
  incidentNames,
  incidentsOf,
} from '../../../detection/incidents/incident.ts';
import { surroundingsOf } from '../../../detection/incidents/surroundings.ts';
import { StoreReader } from '../../../store/store-reader.ts';
import type { IncidentLookup } from '../sink-environment.ts';
import { INCIDENT_POLL_MS, INCIDENT_WAIT_MS } from './limits.ts';

export type IncidentIndexOptions = {
  readonly dir: string;
  readonly clock: Clock;
  readonly wait: Sleep;
};

/**
 * Finds the incidents of findings in the store, which may be behind the ledger. It waits a little
 * for a new finding, and never blocks a message: then the finding stands for itself.
 */
export class IncidentIndex {
  readonly #options: IncidentIndexOptions;
  #store: StoreReader | undefined;
  /** By any id of an incident or of a finding in it. */
  #names: ReadonlyMap<string, Incident> = new Map();

  constructor(options: IncidentIndexOptions) {
    this.#options = options;
  }

  readonly incidentOf: IncidentLookup = async (finding, signal) => {
    const { clock, wait } = this.#options;
    const untilMs = clock.monotonic() + INCIDENT_WAIT_MS;
    try {
      for (;;) {
        if (await this.#hasFinding(finding)) return await this.#incidentOf(finding);
        if (signal.aborted || clock.monotonic() >= untilMs) return undefined;
        await wait(INCIDENT_POLL_MS, signal);
      }
    } catch {
      // A store that cannot be read is reported elsewhere. People hear of the finding in any case.
      return undefined;
    }
  };

  close(): void {
    this.#store?.close();
    this.#store = undefined;
  }

  async #hasFinding(finding: string): Promise<boolean> {
    const { dir, clock } = this.#options;
    this.#store ??= await StoreReader.open(dir, { clock });
    return this.#store.findings.findAll([finding]).has(finding);
  }

  /** Findings of one batch share a grouping. A finding that is not in it needs a new one. */
  async #incidentOf(finding: string): ReturnType<IncidentLookup> {
    const store = this.#store;
    if (!this.#names.has(finding) && store !== undefined) {
      const findings = store.findings.list({ withdrawn: 'with' });
      this.#names = incidentNames(incidentsOf(findings, await surroundingsOf(store, findings)));
    }
    const incident = this.#names.get(finding);
    return incident && { id: incident.id, findings: incident.uids };
  }
}
