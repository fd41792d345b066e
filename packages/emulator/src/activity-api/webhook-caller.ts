import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { Item } from './listing.ts';
import { type Subscription, type Webhook, webhookStatus } from './subscriptions.ts';

/** Notifications per POST. The reference only says that the number varies. */
const ITEMS_PER_POST_MAX = 100;
/** Consecutive failures before the webhook is disabled until the next start. */
const FAILURES_MAX = 10;
/** Delay of the first retry. Each further delay doubles. */
const RETRY_MS = 60_000;
/** A webhook fails if it does not answer within this real time. */
const ANSWER_TIMEOUT_MS = 5_000;
/** Entries kept for `subscriptions/notifications`, which is only for troubleshooting. */
const LOG_MAX = 10_000;

export type Notification = Item & {
  readonly notificationSent: string;
  readonly notificationStatus: 'success' | 'failed';
};

export type WebhookOptions = {
  /** The authority for the receivers' certificates, in PEM. */
  readonly ca?: string;
  /** The reference requires HTTPS. `any` saves a test the certificate. */
  readonly schemes?: 'https' | 'any';
};

type Progress = { cursorMs: number; failures: number; notBeforeMs: number; isBusy: boolean };

/** Calls the webhooks of subscriptions. Notifications are hints; polling clients need none. */
export class WebhookCaller {
  readonly log: { readonly subscription: Subscription; readonly notification: Notification }[] = [];
  readonly #options: WebhookOptions;
  readonly #progress = new WeakMap<Webhook, Progress>();

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  /** Why an address cannot be a webhook, as the text of AF20021; undefined if it can. */
  async validate(webhook: Webhook, validationCode: string): Promise<string | undefined> {
    const url = URL.parse(webhook.address);
    const isSecure = url?.protocol === 'https:';
    if (url === null || (!isSecure && this.#options.schemes !== 'any')) {
      return 'The address must begin with HTTPS.';
    }
    const status = await this.#post(webhook, { validationCode }, validationCode);
    return status === 200 ? undefined : 'The endpoint did not return HTTP 200.';
  }

  /** Notifies a webhook of available content: one call at a time, with retries. */
  async deliver(
    subscription: Subscription,
    nowMs: number,
    itemsOf: (fromMs: number, toMs: number) => readonly Item[],
  ): Promise<void> {
    const { webhook } = subscription;
    if (webhook === undefined || webhookStatus(webhook, nowMs) !== 'enabled') return;
    let progress = this.#progress.get(webhook);
    if (progress === undefined) {
      const cursorMs = subscription.startedMs;
      progress = { cursorMs, failures: 0, notBeforeMs: 0, isBusy: false };
      this.#progress.set(webhook, progress);
    }
    if (progress.isBusy || nowMs < progress.notBeforeMs) return;
    progress.isBusy = true;
    try {
      await this.#send(
        { subscription, webhook, progress, nowMs },
        itemsOf(progress.cursorMs, nowMs),
      );
    } finally {
      progress.isBusy = false;
    }
  }

  async #send(
    to: { subscription: Subscription; webhook: Webhook; progress: Progress; nowMs: number },
    items: readonly Item[],
  ): Promise<void> {
    const { subscription, webhook, progress, nowMs } = to;
    const { tenantId, clientId } = subscription;
    for (let at = 0; at < items.length; at += ITEMS_PER_POST_MAX) {
      const some = items.slice(at, at + ITEMS_PER_POST_MAX);
      const status = await this.#post(
        webhook,
        some.map((item) => ({ tenantId, clientId, ...item })),
      );
      const isTaken = status === 200;
      for (const item of some) {
        this.#note(subscription, {
          ...item,
          notificationSent: new Date(nowMs).toISOString(),
          notificationStatus: isTaken ? 'success' : 'failed',
        });
      }
      if (!isTaken) {
        // The whole range is sent again: a notification may repeat, but is never lost.
        progress.failures++;
        progress.notBeforeMs = nowMs + RETRY_MS * 2 ** (progress.failures - 1);
        if (progress.failures >= FAILURES_MAX) webhook.status = 'disabled';
        return;
      }
    }
    progress.failures = 0;
    progress.cursorMs = nowMs;
  }

  #note(subscription: Subscription, notification: Notification): void {
    this.log.push({ subscription, notification });
    if (this.log.length > LOG_MAX) this.log.shift();
  }

  /** The HTTP status, or 0. */
  #post(webhook: Webhook, value: unknown, validationCode?: string): Promise<number> {
    const url = URL.parse(webhook.address);
    // The emulator calls only this machine, whatever address it is given.
    if (url === null || !['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)) {
      return Promise.resolve(0);
    }
    const request = url.protocol === 'https:' ? requestSecure : requestPlain;
    return new Promise((resolve) => {
      const asked = request(
        url,
        {
          method: 'POST',
          timeout: ANSWER_TIMEOUT_MS,
          ...(this.#options.ca !== undefined && { ca: this.#options.ca }),
          headers: {
            'content-type': 'application/json; charset=utf-8',
            ...(webhook.authId !== undefined && { 'webhook-authid': webhook.authId }),
            ...(validationCode !== undefined && { 'webhook-validationcode': validationCode }),
          },
        },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      asked.on('timeout', () => asked.destroy());
      asked.on('error', () => resolve(0));
      asked.end(JSON.stringify(value));
    });
  }
}
