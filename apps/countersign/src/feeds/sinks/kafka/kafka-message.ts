import { OWN_TENANT } from '@countersign/core';
import type { FeedKind } from '../../../config/feeds/feed-kind.ts';
import { documentJson } from '../../delivery/record-json.ts';
import type { Delivery } from '../../delivery/sink.ts';
import { principalOf } from './delivery-principal.ts';
import { FRAME_RECORD_OVERHEAD_BYTES, KEY_CHARACTERS_MAX } from './limits.ts';

/** The topic of each kind of entry. Kinds that are not named go to `other`. */
export type KafkaTopics = {
  readonly event: string;
  readonly finding: string;
  readonly decision: string;
  readonly other: string;
};

export type KafkaMessage = {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
};

/**
 * The messages of one delivery. CloudEvents 1.0.2, Kafka binding, binary mode: attributes are
 * headers, the value is the data. An erasure goes to every topic, because each may hold what it
 * erases.
 */
export function messagesOf(delivery: Delivery, topics: KafkaTopics): KafkaMessage[] {
  const { id, index } = delivery;
  const content = contentOf(delivery);
  const message = {
    key: keyOf(delivery),
    value: documentJson(delivery),
    headers: {
      'cs-id': id,
      'cs-index': String(index),
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: String(index),
      ce_source: `//${id.slice(0, id.lastIndexOf('#'))}`,
      ce_type: `app.countersign.${content.type}.v1`,
      ...content.headers,
    },
  };
  return topicsOf(delivery, topics).map((topic) => ({ topic, ...message }));
}

type Content = {
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
};

function contentOf(delivery: Delivery): Content {
  if (delivery.kind === 'erased' || delivery.kind === 'unreadable') {
    return { type: `entry.${delivery.kind}`, headers: {} };
  }
  const { kind, at, tenant } = delivery as Extract<Delivery, { body: object }>;
  const subject = tenant === OWN_TENANT ? {} : { ce_subject: `tenant/${tenant}` };
  return { type: `${kind}.created`, headers: { ce_time: at, ...subject } };
}

/** One principal's records have one key, so that one partition keeps their order. */
function keyOf(delivery: Delivery): string {
  const tenant = 'tenant' in delivery ? delivery.tenant : OWN_TENANT;
  const principal = 'body' in delivery ? principalOf(delivery.body) : undefined;
  return `${tenant}|${(principal ?? '').slice(0, KEY_CHARACTERS_MAX)}`;
}

function topicsOf(delivery: Delivery, topics: KafkaTopics): readonly string[] {
  if (delivery.kind === 'erasure') return [...new Set(Object.values(topics))];
  const kind: FeedKind =
    delivery.kind === 'erased' || delivery.kind === 'unreadable' ? delivery.of : delivery.kind;
  return [
    kind === 'event' || kind === 'finding' || kind === 'decision' ? topics[kind] : topics.other,
  ];
}

/** At least what the message takes in a frame. */
export function frameBytesOf({ key, value, headers }: KafkaMessage): number {
  let bytes = Buffer.byteLength(key) + Buffer.byteLength(value) + FRAME_RECORD_OVERHEAD_BYTES;
  for (const [name, text] of Object.entries(headers)) {
    bytes += name.length + Buffer.byteLength(text) + HEADER_OVERHEAD_BYTES;
  }
  return bytes;
}

/** Two lengths as variable-size integers. */
const HEADER_OVERHEAD_BYTES = 4;
