import type { FeedConfig } from '../../config/feeds/feeds-schema.ts';
import type { Sink } from '../delivery/sink.ts';
import { type SinkWorld, sinkEnvironmentOf } from './sink-environment.ts';

/**
 * Opens the receiver of a feed. It connects when it first sends. Imports only the library of that
 * kind of receiver.
 *
 * @throws SinkError MISCONFIGURED if a secret or a certificate is missing or unusable
 */
export async function openSink(feed: FeedConfig, world: SinkWorld): Promise<Sink> {
  const environment = sinkEnvironmentOf(feed, world);
  switch (feed.kind) {
    case 'kafka': {
      const { openKafkaSink } = await import('./kafka/open-kafka-sink.ts');
      return openKafkaSink(feed, environment);
    }
    case 'lake': {
      const { openLakeSink } = await import('./lake/open-lake-sink.ts');
      return openLakeSink(feed, environment);
    }
    case 'mail':
    case 'pagerduty':
    case 'slack':
    case 'teams': {
      const { openNotifySink } = await import('./notify/open-notify-sink.ts');
      return openNotifySink(feed, environment);
    }
    case 'sentinel': {
      const { openSentinelSink } = await import('./sentinel/sentinel-sink.ts');
      return openSentinelSink(feed, environment);
    }
    case 'splunk': {
      const { openSplunkSink } = await import('./splunk/splunk-sink.ts');
      return openSplunkSink(feed, environment);
    }
    case 'syslog': {
      const { openSyslogSink } = await import('./syslog/syslog-sink.ts');
      return openSyslogSink(feed, environment);
    }
    case 'webhook': {
      const { openWebhookSink } = await import('./webhook/webhook-sink.ts');
      return openWebhookSink(feed, environment);
    }
  }
}
