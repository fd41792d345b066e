import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import {
  type Clock,
  isGuid,
  msOfInstant,
  normalizeInstant,
  type TenantId,
} from '@countersign/core';
import type { Secret } from '../../auth/secret.ts';
import type { ContentType } from './activity-api.ts';
import { NOTICE_RETRY_MS, NOTICES_KEPT_MAX, RETENTION_MS } from './limits.ts';

export type WebhookOptions = {
  /** The address that the vendor calls. */
  readonly address: string;
  readonly secret: Secret;
  readonly tenant: TenantId;
  readonly clientId: string;
  readonly contentTypes: readonly ContentType[];
  readonly clock: Clock;
};

export type Notice = {
  /** `Webhook-AuthID` and `Webhook-ValidationCode`, as received. */
  readonly authId: string | undefined;
  readonly validationCode: string | undefined;
  readonly body: Buffer;
};

/** `hint`: the notification reports content that was not reported before. */
export type WebhookOutcome =
  | { readonly kind: 'validated' | 'hint' | 'repeated' }
  | { readonly kind: 'refused'; readonly because: string };

/**
 * Receives the vendor's notifications of new content. A notification is only a hint to poll now.
 * Nothing in it is fetched, trusted or counted. Each content type has its own auth id, so that an
 * intercepted one cannot be used for others. Content that was reported once gives no further hint.
 */
export class ActivityWebhook {
  readonly address: string;
  readonly #options: WebhookOptions;
  /** Content types for which the vendor has just been asked to call the webhook. */
  readonly #expected = new Set<ContentType>();
  /** Reported content by hash, with the time: oldest first. */
  readonly #notified = new Map<string, number>();
  #isPending = false;
  #resolveHint: (() => void) | undefined;

  constructor(options: WebhookOptions) {
    this.#options = options;
    this.address = options.address;
  }

  /** The auth id that the vendor must send with each call about this content type. */
  authIdOf(contentType: ContentType): string {
    const { secret, tenant } = this.#options;
    const hmac = createHmac('sha256', secret.reveal()).update(`${tenant}\n${contentType}`);
    return hmac.digest('base64url');
  }

  /** Answers a validation only while `work` runs. */
  async whileValidating<T>(contentType: ContentType, work: () => Promise<T>): Promise<T> {
    this.#expected.add(contentType);
    try {
      return await work();
    } finally {
      this.#expected.delete(contentType);
    }
  }

  receive({ authId, validationCode, body }: Notice): WebhookOutcome {
    const contentType = this.#contentTypeOf(authId);
    if (contentType === undefined) return refused('its auth id is unknown');
    const value = parse(body);
    if (validationCode !== undefined) {
      return this.#validation(contentType, validationCode, value);
    }
    if (!Array.isArray(value) || value.length === 0) return refused('it is not a notification');
    const ids: string[] = [];
    for (const item of value as readonly unknown[]) {
      const found = this.#contentOf(item, contentType);
      if (typeof found !== 'string') return found;
      ids.push(found);
    }
    return this.#classify(ids);
  }

  /** Resolves with the next hint, or at once if one arrived since the last call. */
  async nextHint(signal: AbortSignal): Promise<void> {
    if (!this.#isPending) {
      await new Promise<void>((resolve) => {
        this.#resolveHint = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    this.#isPending = false;
  }

  #contentTypeOf(authId: string | undefined): ContentType | undefined {
    if (authId === undefined) return undefined;
    const sent = createHash('sha256').update(authId).digest();
    return this.#options.contentTypes.find((contentType) => {
      const expected = createHash('sha256').update(this.authIdOf(contentType)).digest();
      return timingSafeEqual(sent, expected);
    });
  }

  #validation(contentType: ContentType, code: string, value: unknown): WebhookOutcome {
    if (!this.#expected.has(contentType)) return refused('no validation was requested');
    const stated = (value as { validationCode?: unknown } | undefined)?.validationCode;
    if (stated !== code) return refused('its validation code does not match its body');
    return { kind: 'validated' };
  }

  /** The content's id, or why the item is refused. */
  #contentOf(item: unknown, contentType: ContentType): string | WebhookOutcome {
    const { tenant, clientId, clock } = this.#options;
    const stated = (typeof item === 'object' && item !== null ? item : {}) as Item;
    if (!isSame(stated.tenantId, tenant)) return refused('it is about another tenant');
    if (!isSame(stated.clientId, clientId)) return refused('it is for another application');
    if (stated.contentType !== contentType) {
      return refused('its auth id belongs to another content type');
    }
    const { contentId, contentCreated } = stated;
    const at = typeof contentCreated === 'string' ? normalizeInstant(contentCreated) : undefined;
    if (typeof contentId !== 'string' || at === undefined) return refused('it names no content');
    if (clock.now() - msOfInstant(at) > RETENTION_MS) return refused('its content has expired');
    return createHash('sha256').update(`${contentType}\n${contentId}`).digest('base64url');
  }

  #classify(ids: readonly string[]): WebhookOutcome {
    const nowMs = this.#options.clock.monotonic();
    for (const [id, notifiedMs] of this.#notified) {
      if (nowMs - notifiedMs <= RETENTION_MS && this.#notified.size <= NOTICES_KEPT_MAX) break;
      this.#notified.delete(id);
    }
    const newIds = ids.filter((id) => !this.#notified.has(id));
    if (newIds.length === 0) {
      // The vendor repeats a notification that it believes was lost. A later repeat is a replay by
      // an attacker.
      const firstMs = Math.min(...ids.map((id) => this.#notified.get(id) ?? nowMs));
      if (nowMs - firstMs <= NOTICE_RETRY_MS) return { kind: 'repeated' };
      return refused('it is a replay');
    }
    for (const id of newIds) this.#notified.set(id, nowMs);
    this.#isPending = true;
    this.#resolveHint?.();
    this.#resolveHint = undefined;
    return { kind: 'hint' };
  }
}

type Item = {
  readonly tenantId?: unknown;
  readonly clientId?: unknown;
  readonly contentType?: unknown;
  readonly contentId?: unknown;
  readonly contentCreated?: unknown;
};

function refused(because: string): WebhookOutcome {
  return { kind: 'refused', because };
}

function isSame(stated: unknown, guid: string): boolean {
  return typeof stated === 'string' && isGuid(stated) && stated.toLowerCase() === guid;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
