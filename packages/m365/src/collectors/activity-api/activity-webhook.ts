import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import {
  type Clock,
  isGuid,
  msOfInstant,
  normaliseInstant,
  type TenantId,
} from '@countersign/core';
import type { Secret } from '../../auth/secret.ts';
import type { ContentType } from './activity-api.ts';
import { NOTICE_RETRY_MS, NOTICES_KEPT_MAX, RETENTION_MS } from './limits.ts';

export type WebhookOptions = {
  /** What the vendor calls. */
  readonly address: string;
  readonly secret: Secret;
  readonly tenant: TenantId;
  readonly clientId: string;
  readonly contentTypes: readonly ContentType[];
  readonly clock: Clock;
};

export type Notice = {
  /** `Webhook-AuthID` and `Webhook-ValidationCode`, as they came. */
  readonly authId: string | undefined;
  readonly validationCode: string | undefined;
  readonly body: Buffer;
};

/** `hint`: there is content that nobody was told of before. */
export type WebhookOutcome =
  | { readonly kind: 'validated' | 'hint' | 'repeated' }
  | { readonly kind: 'refused'; readonly because: string };

/**
 * Hears the vendor's notifications of new content (contracts 1.4). They are a hint to ask now and
 * nothing else: nothing in them is fetched, believed or counted. Each content type has an auth id
 * of its own, so that one that was overheard opens no other; what was told once hints no more.
 */
export class ActivityWebhook {
  readonly address: string;
  readonly #options: WebhookOptions;
  /** Content types for which the vendor is asked right now to call us. */
  readonly #expected = new Set<ContentType>();
  /** Content that was told of, by hash, and when: oldest first. */
  readonly #notified = new Map<string, number>();
  #isPending = false;
  #awaken: (() => void) | undefined;

  constructor(options: WebhookOptions) {
    this.#options = options;
    this.address = options.address;
  }

  /** What the vendor has to say with each call about this content type. */
  authIdOf(contentType: ContentType): string {
    const { secret, tenant } = this.#options;
    const hmac = createHmac('sha256', secret.reveal()).update(`${tenant}\n${contentType}`);
    return hmac.digest('base64url');
  }

  /** A validation is answered while `work` runs, and at no other time. */
  async expecting<T>(contentType: ContentType, work: () => Promise<T>): Promise<T> {
    this.#expected.add(contentType);
    try {
      return await work();
    } finally {
      this.#expected.delete(contentType);
    }
  }

  hear({ authId, validationCode, body }: Notice): WebhookOutcome {
    const contentType = this.#contentTypeOf(authId);
    if (contentType === undefined) return refused('its auth id is not one of ours');
    const value = parse(body);
    if (validationCode !== undefined) {
      return this.#validation(contentType, validationCode, value);
    }
    if (!Array.isArray(value) || value.length === 0) return refused('it is no notification');
    const ids: string[] = [];
    for (const item of value as readonly unknown[]) {
      const found = this.#contentOf(item, contentType);
      if (typeof found !== 'string') return found;
      ids.push(found);
    }
    return this.#classify(ids);
  }

  /** Resolves with the next hint, or at once where one came since the last call of this. */
  async hinted(signal: AbortSignal): Promise<void> {
    if (!this.#isPending) {
      await new Promise<void>((resolve) => {
        this.#awaken = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    this.#isPending = false;
  }

  #contentTypeOf(authId: string | undefined): ContentType | undefined {
    if (authId === undefined) return undefined;
    const sent = createHash('sha256').update(authId).digest();
    return this.#options.contentTypes.find((contentType) => {
      const wanted = createHash('sha256').update(this.authIdOf(contentType)).digest();
      return timingSafeEqual(sent, wanted);
    });
  }

  #validation(contentType: ContentType, code: string, value: unknown): WebhookOutcome {
    if (!this.#expected.has(contentType)) return refused('no validation was requested');
    const stated = (value as { validationCode?: unknown } | undefined)?.validationCode;
    if (stated !== code) return refused('its validation code is not the one of its body');
    return { kind: 'validated' };
  }

  /** The content's id, or why the item is none of ours. */
  #contentOf(item: unknown, contentType: ContentType): string | WebhookOutcome {
    const { tenant, clientId, clock } = this.#options;
    const stated = (typeof item === 'object' && item !== null ? item : {}) as Item;
    if (!isSame(stated.tenantId, tenant)) return refused('it is about another tenant');
    if (!isSame(stated.clientId, clientId)) return refused('it is for another application');
    if (stated.contentType !== contentType) {
      return refused('its auth id is the one of another content type');
    }
    const { contentId, contentCreated } = stated;
    const at = typeof contentCreated === 'string' ? normaliseInstant(contentCreated) : undefined;
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
    const news = ids.filter((id) => !this.#notified.has(id));
    if (news.length === 0) {
      // The vendor tells again what it believes was not heard; anybody else, later, replays it.
      const firstMs = Math.min(...ids.map((id) => this.#notified.get(id) ?? nowMs));
      if (nowMs - firstMs <= NOTICE_RETRY_MS) return { kind: 'repeated' };
      return refused('it was told before: a replay');
    }
    for (const id of news) this.#notified.set(id, nowMs);
    this.#isPending = true;
    this.#awaken?.();
    this.#awaken = undefined;
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
