import { type Clock, systemRandom } from '@countersign/core';
import type { FeedCommon } from '../../config/feeds/feed-common.ts';
import { type SinkEnvironment, sinkEnvironmentOf } from '../sinks/sink-environment.ts';
import { ORIGIN } from './deliveries.ts';

/** What every feed of a test has. Its receivers are on this machine. */
export const FEED: FeedCommon = {
  name: 'feed',
  kinds: ['event', 'finding', 'decision'],
  people: 'names',
  start: 'beginning',
  allow: ['loopback'],
};

export function sinkEnvironment({
  clock,
  env = {},
  allow = FEED.allow,
}: {
  readonly clock: Clock;
  readonly env?: Readonly<Record<string, string>>;
  readonly allow?: FeedCommon['allow'];
}): SinkEnvironment {
  return sinkEnvironmentOf(
    { allow },
    {
      origin: ORIGIN,
      dir: '/nonexistent',
      version: '0.0.0',
      env,
      clock,
      random: systemRandom,
      resolve: (host) => Promise.reject(new Error(`no test may resolve ${host}`)),
    },
  );
}
