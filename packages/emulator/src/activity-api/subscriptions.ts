import type { JsonObject } from '../core/json-object.ts';

export type ContentType =
  | 'Audit.AzureActiveDirectory'
  | 'Audit.Exchange'
  | 'Audit.SharePoint'
  | 'Audit.General'
  | 'DLP.All';

export const CONTENT_TYPES: readonly ContentType[] = [
  'Audit.AzureActiveDirectory',
  'Audit.Exchange',
  'Audit.SharePoint',
  'Audit.General',
  'DLP.All',
];

/** Who ended a subscription, as AF20023 names them. */
export type EndedBy = 'owner' | 'a tenant admin' | 'a service admin';

export type Webhook = {
  readonly address: string;
  readonly authId: string | undefined;
  readonly expirationMs: number | undefined;
  status: 'enabled' | 'disabled';
};

/** One application's subscription to one content type of one tenant. */
export type Subscription = {
  readonly tenantId: string;
  readonly clientId: string;
  readonly contentType: ContentType;
  /** When it was enabled, in order. The last interval is open while it is enabled. */
  readonly intervals: { readonly fromMs: number; toMs: number }[];
  startedMs: number;
  /** Undefined while it is enabled. */
  endedBy: EndedBy | undefined;
  webhook: Webhook | undefined;
};

/** All subscriptions. Content that became available while one was disabled is never shown in it. */
export class Subscriptions {
  readonly #all = new Map<string, Subscription>();

  find(tenantId: string, clientId: string, contentType: ContentType): Subscription | undefined {
    return this.#all.get(`${tenantId} ${clientId} ${contentType}`);
  }

  of(tenantId: string, clientId: string): readonly Subscription[] {
    return this.all().filter((s) => s.tenantId === tenantId && s.clientId === clientId);
  }

  all(): readonly Subscription[] {
    return [...this.#all.values()];
  }

  start(options: {
    readonly tenantId: string;
    readonly clientId: string;
    readonly contentType: ContentType;
    readonly webhook: Webhook | undefined;
    readonly nowMs: number;
    /** Content is visible from here on. */
    readonly fromMs: number;
  }): Subscription {
    const { tenantId, clientId, contentType, webhook, nowMs, fromMs } = options;
    const key = `${tenantId} ${clientId} ${contentType}`;
    const subscription: Subscription = this.#all.get(key) ?? {
      ...{ tenantId, clientId, contentType, intervals: [] },
      startedMs: nowMs,
      endedBy: undefined,
      webhook: undefined,
    };
    if (!isEnabled(subscription)) subscription.intervals.push({ fromMs, toMs: Infinity });
    subscription.startedMs = nowMs;
    subscription.endedBy = undefined;
    subscription.webhook = webhook;
    this.#all.set(key, subscription);
    return subscription;
  }

  /** Ends it: by its owner, or by an administrator without notice. */
  end(subscription: Subscription, nowMs: number, by: EndedBy): void {
    const open = subscription.intervals.at(-1);
    if (open?.toMs === Number.POSITIVE_INFINITY) open.toMs = nowMs;
    subscription.endedBy = by;
  }
}

export function isEnabled(subscription: Subscription): boolean {
  return subscription.intervals.at(-1)?.toMs === Number.POSITIVE_INFINITY;
}

export function shows(subscription: Subscription, availableMs: number): boolean {
  return subscription.intervals.some((i) => i.fromMs <= availableMs && availableMs < i.toMs);
}

/** The form in the service's replies. */
export function writtenOf(subscription: Subscription, nowMs: number): JsonObject {
  const { contentType, webhook } = subscription;
  return {
    contentType,
    status: isEnabled(subscription) ? 'enabled' : 'disabled',
    webhook:
      webhook === undefined
        ? null
        : {
            status: webhookStatus(webhook, nowMs),
            address: webhook.address,
            authId: webhook.authId ?? null,
            expiration:
              webhook.expirationMs === undefined
                ? null
                : new Date(webhook.expirationMs).toISOString(),
          },
  };
}

export function webhookStatus(webhook: Webhook, nowMs: number): 'enabled' | 'disabled' | 'expired' {
  const isOver = webhook.expirationMs !== undefined && webhook.expirationMs <= nowMs;
  return isOver ? 'expired' : webhook.status;
}
