import { readFileSync } from 'node:fs';
import type { Clock } from '@countersign/core';
import { readSecretFile } from '@countersign/m365';
import type { Config } from '../../config/config.ts';

import type { LogServerEvent } from '../runtime/server-event.ts';
import type { TenantCollectors } from './open-collectors.ts';
import { WebhookEndpoint } from './webhook-endpoint.ts';

/** The log reports refused calls at most this often, with their count. */
const WEBHOOK_SAY_EVERY_MS = 10_000;

/** Counts of webhook calls since the start. */
export type WebhookTally = {
  readonly tenant: string;
  readonly counts: { validated: number; hint: number; repeated: number; refused: number };
};

export type OpenWebhooks = {
  readonly tallies: readonly WebhookTally[];
  close(): Promise<void>;
};

/** Opens a listener for each tenant with a configured webhook. */
export async function openWebhooks(
  { tenants }: Config,
  collectors: readonly TenantCollectors[],
  { clock, tell }: { readonly clock: Clock; readonly tell: LogServerEvent },
): Promise<OpenWebhooks> {
  const endpoints: WebhookEndpoint[] = [];
  const tallies: WebhookTally[] = [];
  const close = async (): Promise<void> => {
    for (const endpoint of endpoints) await endpoint.close();
  };
  try {
    for (const { id, collect } of tenants) {
      const stated = collect.activityApi?.webhook;
      const webhook = collectors.find(({ tenant }) => tenant === id)?.webhook;
      if (stated === undefined || webhook === undefined) continue;
      const counts = { validated: 0, hint: 0, repeated: 0, refused: 0 };
      tallies.push({ tenant: id, counts });
      const refusals = new Refusals(id, clock, tell);
      const { listen, certificate } = stated;
      const tls = certificate && {
        certificate: readFileSync(certificate.file, 'utf8'),
        key: readSecretFile(certificate.keyFile ?? certificate.file),
      };
      endpoints.push(
        await WebhookEndpoint.open({
          ...{ listen, tls, webhook },
          onOutcome: (outcome) => {
            counts[outcome.kind] += 1;
            if (outcome.kind === 'refused') refusals.note(outcome.because);
          },
        }),
      );
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { tallies, close };
}

/** Logs refused calls in batches, so that an attacker cannot flood the log. */
class Refusals {
  readonly #tenant: string;
  readonly #clock: Clock;
  readonly #tell: LogServerEvent;
  #unreported = 0;
  #saidMs: number | undefined;

  constructor(tenant: string, clock: Clock, tell: LogServerEvent) {
    this.#tenant = tenant;
    this.#clock = clock;
    this.#tell = tell;
  }

  note(because: string): void {
    this.#unreported += 1;
    const nowMs = this.#clock.monotonic();
    if (this.#saidMs !== undefined && nowMs - this.#saidMs < WEBHOOK_SAY_EVERY_MS) return;
    this.#saidMs = nowMs;
    this.#tell({
      event: 'webhook-refused',
      tenant: this.#tenant,
      because,
      calls: this.#unreported,
    });
    this.#unreported = 0;
  }
}
