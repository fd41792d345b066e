import {
  type Delivery,
  type DeliveryProof,
  type RefusedRecord,
  type SendResult,
  type Sink,
  SinkError,
} from '../../delivery/sink.ts';
import type { IncidentLookup } from '../sink-environment.ts';
import { NOTIFY_BATCH_BYTES, NOTIFY_BATCH_RECORDS } from './limits.ts';
import {
  type FindingNews,
  findingNewsOf,
  type Notification,
  type NotificationOptions,
  notificationOf,
} from './notification.ts';
import type { NotifiedIncident, NotifiedIncidents } from './notified-incidents.ts';

/** How messages reach people. */
export type NotifyChannel<Target> = {
  /** `yes`: it also takes the end of an incident (PagerDuty). People get no message for an end. */
  readonly takesEnd: 'yes' | 'no';
  /**
   * Resolves with a reason if the receiver will never take this message.
   * @throws SinkError if it is not known whether it has it
   */
  deliver(
    notification: Notification,
    target: Target,
    signal: AbortSignal,
  ): Promise<{ readonly refused: string } | 'delivered'>;
  close(): Promise<void>;
};

/** The findings that a target hears of. */
export type NotifyRoute<Target> = {
  /** Stable while the route does not change. */
  readonly id: string;
  /** The least OCSF `severity_id`. */
  readonly severity: number;
  /** Undefined: all. */
  readonly tenants: ReadonlySet<string> | undefined;
  /** Ids and names of people, lower case. Undefined: everyone. */
  readonly members: ReadonlySet<string> | undefined;
  readonly target: Target;
};

export type NotifySinkOptions<Target> = {
  readonly channel: NotifyChannel<Target>;
  readonly routes: readonly NotifyRoute<Target>[];
  readonly notified: NotifiedIncidents;
  readonly incidentOf: IncidentLookup;
  readonly message: NotificationOptions;
};

/**
 * Sends one message for each incident and route, and another when its severity rises. Everything
 * else about the incident is behind the link.
 */
export class NotifySink<Target> implements Sink {
  readonly proof: DeliveryProof = 'accepted';
  readonly batchMax: Sink['batchMax'] = {
    records: NOTIFY_BATCH_RECORDS,
    bytes: NOTIFY_BATCH_BYTES,
  };
  /** Two messages of one incident must not pass each other. */
  readonly batchesInFlightMax = 1;
  readonly #options: NotifySinkOptions<Target>;

  constructor(options: NotifySinkOptions<Target>) {
    this.#options = options;
  }

  async send(records: readonly Delivery[], signal: AbortSignal): Promise<SendResult> {
    const refused: RefusedRecord[] = [];
    for (const record of records) {
      if (signal.aborted) throw new SinkError('UNAVAILABLE', 'the feed is stopping');
      const because = await this.#notify(record, signal);
      if (because !== undefined) refused.push({ index: record.index, because });
    }
    return { refused };
  }

  async close(): Promise<void> {
    await this.#options.channel.close().catch(() => {});
  }

  /** Returns why the receiver refused the message, if it did. */
  async #notify(record: Delivery, signal: AbortSignal): Promise<string | undefined> {
    if (record.kind === 'unreadable' && record.of === 'finding') {
      return `no one was notified: the finding cannot be read: ${record.because}`;
    }
    const news = findingNewsOf(record);
    if (news === undefined) return undefined;
    const { notified, incidentOf } = this.#options;
    const incident = await incidentOf(news.uid, signal);
    const findings = [news.uid, ...(incident?.findings ?? [])];
    const known = notified.of(findings, incident?.id ?? news.uid);
    if (news.index <= known.last) return undefined;
    const refusal = await (news.isClosed
      ? this.#close(news, known, signal)
      : this.#open(news, known, signal));
    known.last = news.index;
    notified.save();
    return refusal;
  }

  async #open(
    news: FindingNews,
    known: NotifiedIncident,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { notified } = this.#options;
    notified.note(known, news.uid, 'open');
    const refusals: string[] = [];
    for (const route of this.#options.routes) {
      const sent = known.sent[route.id];
      if (!isFor(route, news) || (sent !== undefined && sent >= news.severity)) continue;
      const change = sent === undefined ? 'opened' : 'raised';
      const refusal = await this.#deliver(news, { change, known, route }, signal);
      if (refusal !== undefined) {
        refusals.push(refusal);
        continue;
      }
      known.sent[route.id] = news.severity;
      notified.save();
    }
    return refusals[0];
  }

  /** An incident ends with its last open finding. */
  async #close(
    news: FindingNews,
    known: NotifiedIncident,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { channel, routes, notified } = this.#options;
    const sent = routes.filter(({ id }) => known.sent[id] !== undefined);
    // No one heard of it, or the close is delivered again after a crash.
    if (sent.length === 0) return undefined;
    const isLast = known.open.every((each) => each === news.uid);
    if (!isLast) {
      notified.note(known, news.uid, 'closed');
      return undefined;
    }
    const refusals: string[] = [];
    for (const route of channel.takesEnd === 'yes' ? sent : []) {
      const refusal = await this.#deliver(news, { change: 'ended', known, route }, signal);
      if (refusal !== undefined) refusals.push(refusal);
    }
    // A finding that opens again is news.
    for (const { id } of sent) delete known.sent[id];
    notified.note(known, news.uid, 'closed');
    return refusals[0];
  }

  async #deliver(
    news: FindingNews,
    { change, known, route }: DeliverOptions<Target>,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { channel, message } = this.#options;
    const severity = change === 'ended' ? (known.sent[route.id] ?? news.severity) : news.severity;
    const sent = { incident: known.key, change, severity, route: route.id } as const;
    const result = await channel.deliver(notificationOf(news, sent, message), route.target, signal);
    return result === 'delivered' ? undefined : result.refused;
  }
}

type DeliverOptions<Target> = {
  readonly change: Notification['change'];
  readonly known: NotifiedIncident;
  readonly route: NotifyRoute<Target>;
};

/**
 * A finding that states no tenant or no person may concern any: people hear of it rather than miss
 * it.
 */
function isFor<Target>(
  { severity, tenants, members }: NotifyRoute<Target>,
  news: FindingNews,
): boolean {
  if (news.severity < severity) return false;
  if (tenants !== undefined && news.tenant !== undefined && !tenants.has(news.tenant)) return false;
  if (members === undefined || news.principals.length === 0) return true;
  return news.principals.some((each) => members.has(plainPrincipal(each)));
}

/** A finding names people by id, or as `user:name`. */
function plainPrincipal(text: string): string {
  return text.slice(text.indexOf(':') + 1).toLowerCase();
}
