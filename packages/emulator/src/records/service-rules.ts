import type { FeedRecord, Occurrence } from '../core/feed-record.ts';
import type { JsonObject } from '../core/json-object.ts';

/** Above this many Bind records per day, a mailbox is throttled (MailItemsAccessed). */
const BINDS_PER_DAY_MAX = 1000;
const DAY_MS = 86_400_000;
/** Number of remembered mailboxes above which those of past days are forgotten. */
const MAILBOXES_REMEMBERED = 50_000;

type Mailbox = { sinceMs: number; count: number; silentUntilMs: number };

/**
 * Records that the service omits because of earlier events: opened mail above a mailbox's daily
 * limit, everything while the unified audit log is off, and mailbox records of accounts that bypass
 * auditing.
 *
 * MUST see occurrences in time order. Occurrences stay; their records are removed.
 */
export class ServiceRules {
  readonly #mailboxes = new Map<string, Mailbox>();
  readonly #tenantsOff = new Set<string>();
  readonly #passedOver = new Set<string>();

  apply(happening: Occurrence): Occurrence {
    const { tenantId } = happening;
    const wasOff = this.#tenantsOff.has(tenantId);
    let kept: FeedRecord[] | undefined;
    for (const [at, record] of happening.records.entries()) {
      const next = this.#recorded(record, tenantId, wasOff);
      if (next !== record) kept ??= happening.records.slice(0, at);
      if (next !== undefined) kept?.push(next);
    }
    return kept === undefined ? happening : { ...happening, records: kept };
  }

  #recorded(record: FeedRecord, tenantId: string, wasOff: boolean): FeedRecord | undefined {
    if (!record.feed.startsWith('activity/')) return record;
    const { body } = record;
    const operation = body['Operation'];
    if (operation === 'Set-AdminAuditLogConfig') this.#switchAudit(body, tenantId);
    // The cmdlet that disables the log is the last record. The one that enables it happens while it
    // is off.
    if (wasOff) return undefined;
    if (operation === 'Set-MailboxAuditBypassAssociation') this.#passOver(body, tenantId);
    if (body['MailboxGuid'] === undefined) return record;
    const account = `${tenantId}/${String(body['UserId']).toLowerCase()}`;
    if (this.#passedOver.has(account)) return undefined;
    return body['RecordType'] === 50 ? this.#bind(record) : record;
  }

  #switchAudit(body: JsonObject, tenantId: string): void {
    const value = parameterOf(body, 'UnifiedAuditLogIngestionEnabled');
    if (value === 'False') this.#tenantsOff.add(tenantId);
    if (value === 'True') this.#tenantsOff.delete(tenantId);
  }

  #passOver(body: JsonObject, tenantId: string): void {
    const account = `${tenantId}/${parameterOf(body, 'Identity')?.toLowerCase()}`;
    if (parameterOf(body, 'AuditBypassEnabled') === 'True') this.#passedOver.add(account);
    else this.#passedOver.delete(account);
  }

  #bind(record: FeedRecord): FeedRecord | undefined {
    const guid = record.body['MailboxGuid'] as string;
    const mailbox = this.#mailbox(guid, record.atMs);
    if (record.atMs < mailbox.silentUntilMs) return undefined;
    mailbox.count++;
    if (mailbox.count <= BINDS_PER_DAY_MAX) return record;
    mailbox.silentUntilMs = record.atMs + DAY_MS;
    mailbox.count = 0;
    return { ...record, body: throttled(record.body) };
  }

  #mailbox(guid: string, atMs: number): Mailbox {
    const known = this.#mailboxes.get(guid);
    if (known !== undefined && atMs - known.sinceMs < DAY_MS) return known;
    if (this.#mailboxes.size > MAILBOXES_REMEMBERED) this.#forget(atMs);
    const silentUntilMs = known?.silentUntilMs ?? 0;
    const fresh = { sinceMs: atMs, count: 0, silentUntilMs };
    this.#mailboxes.set(guid, fresh);
    return fresh;
  }

  #forget(atMs: number): void {
    for (const [guid, mailbox] of this.#mailboxes) {
      const isOver = atMs - mailbox.sinceMs >= DAY_MS && mailbox.silentUntilMs <= atMs;
      if (isOver) this.#mailboxes.delete(guid);
    }
  }
}

type Pair = { readonly Name: string; readonly Value: string };

function parameterOf(body: JsonObject, name: string): string | undefined {
  const parameters = (body['Parameters'] ?? []) as readonly Pair[];
  return parameters.find((parameter) => parameter.Name === name)?.Value;
}

/** The last record before the throttling announces it. */
function throttled(body: JsonObject): JsonObject {
  const properties = body['OperationProperties'] as readonly Pair[];
  return {
    ...body,
    OperationProperties: properties.map((pair) =>
      pair.Name === 'IsThrottled' ? { ...pair, Value: 'True' } : pair,
    ),
  };
}
