import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '@countersign/core';
import { Secret } from '@countersign/m365';
import type {
  ChatFeedConfig,
  MailFeedConfig,
  NotifyFeedConfig,
  NotifyRouteConfig,
  PagerDutyFeedConfig,
} from '../../../config/feeds/notify.ts';
import { HttpPoster } from '../../delivery/http-post.ts';
import { type Sink, SinkError } from '../../delivery/sink.ts';
import { OCSF_SEVERITY } from '../delivery-fields.ts';
import type { SinkEnvironment } from '../sink-environment.ts';
import { MailChannel } from './mail-channel.ts';
import { NotifiedIncidents } from './notified-incidents.ts';
import { type NotifyRoute, NotifySink } from './notify-sink.ts';
import { isRoutingKeyRefused, pagerDutyEvent } from './pagerduty-event.ts';
import { slackMessage } from './slack-message.ts';
import { teamsMessage } from './teams-message.ts';
import { WebChannel, type WebTarget } from './web-channel.ts';

/**
 * Opens a feed that notifies people. It remembers what it sent in `service/NAME.notified.json` of
 * the data folder.
 *
 * @throws SinkError MISCONFIGURED
 */
export function openNotifySink(feed: NotifyFeedConfig, environment: SinkEnvironment): Sink {
  switch (feed.kind) {
    case 'mail':
      return openMail(feed, environment);
    case 'slack':
    case 'teams':
      return openChat(feed, environment);
    case 'pagerduty':
      return openPagerDuty(feed, environment);
  }
}

function openMail(feed: MailFeedConfig, environment: SinkEnvironment): Sink {
  const { egressTo, readSecret, readTls } = environment;
  const { server, security, login, from, routes } = feed;
  const channel = new MailChannel({
    ...server,
    security,
    from,
    tls: readTls(feed),
    egress: egressTo([server.host]),
    login: login && { user: login.user, password: new Secret(readSecret(login.password)) },
  });
  const own = routes.map(({ to, ...route }) => routeOf(route, to, { to }));
  return new NotifySink({ channel, routes: own, ...partsOf(feed, environment) });
}

function openChat(feed: ChatFeedConfig, environment: SinkEnvironment): Sink {
  const bodyOf = feed.kind === 'slack' ? slackMessage : teamsMessage;
  const routes = feed.routes.map(({ webhook, ...route }) => {
    const url = webhookUrl(environment.readSecret(webhook), feed.name);
    return routeOf(route, webhook, { url, bodyOf });
  });
  const channel = webChannel(feed, environment, { routes, takesEnd: 'no' });
  return new NotifySink({ channel, routes, ...partsOf(feed, environment) });
}

function openPagerDuty(feed: PagerDutyFeedConfig, environment: SinkEnvironment): Sink {
  const { origin, readSecret } = environment;
  const url = new URL(feed.url);
  const routes = feed.routes.map(({ routingKey: place, ...route }) => {
    const routingKey = readSecret(place).trim();
    const bodyOf: WebTarget['bodyOf'] = (news) => pagerDutyEvent(news, { routingKey, origin });
    return routeOf(route, place, { url, bodyOf });
  });
  const channel = webChannel(feed, environment, { routes, takesEnd: 'yes' });
  return new NotifySink({ channel, routes, ...partsOf(feed, environment) });
}

function webChannel(
  feed: NotifyFeedConfig,
  { clock, egressTo, readTls }: SinkEnvironment,
  options: {
    readonly routes: readonly NotifyRoute<WebTarget>[];
    readonly takesEnd: 'yes' | 'no';
  },
): WebChannel {
  const { routes, takesEnd } = options;
  const egress = egressTo(routes.map(({ target }) => target.url.hostname));
  const poster = new HttpPoster({ egress, tls: readTls(feed), clock });
  const isMisconfigured = feed.kind === 'pagerduty' ? isRoutingKeyRefused : undefined;
  return new WebChannel({ poster, takesEnd, isMisconfigured });
}

function partsOf(feed: NotifyFeedConfig, { dir, origin, incidentOf }: SinkEnvironment) {
  const { name, content, link } = feed;
  const folder = join(dir, FOLDER);
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  return {
    notified: new NotifiedIncidents(join(folder, `${name}.notified.json`)),
    incidentOf: incidentOf ?? noIncident,
    message: { origin, content, link },
  };
}

/** Beside the positions of the feeds. */
const FOLDER = 'service';

/** Only the owner lists it. */
const FOLDER_MODE = 0o700;

/** Without a store, each finding stands for itself. */
const noIncident = async (): Promise<undefined> => undefined;

function routeOf<Target>(
  { severity, tenants, group }: NotifyRouteConfig,
  place: unknown,
  target: Target,
): NotifyRoute<Target> {
  const identity = JSON.stringify([severity, tenants, group, place]);
  return {
    id: createHash('sha256').update(identity).digest('hex').slice(0, ROUTE_ID_CHARACTERS),
    severity: OCSF_SEVERITY[severity],
    tenants: tenants && new Set(tenants),
    members: group === undefined ? undefined : membersIn(group),
    target,
  };
}

/** Enough to tell the routes of one feed apart. */
const ROUTE_ID_CHARACTERS = 16;

/** One id or name a line. Empty lines and lines that start with `#` say nothing. */
function membersIn(file: string): ReadonlySet<string> {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    const members = lines.map((line) => line.trim().toLowerCase());
    return new Set(members.filter((line) => line !== '' && !line.startsWith('#')));
  } catch (cause) {
    const message = `could not read the group ${file}: ${messageOf(cause)}; check the path`;
    throw new SinkError('MISCONFIGURED', message, { cause });
  }
}

/** The address is a secret, so no message repeats it. */
function webhookUrl(text: string, feed: string): URL {
  const url = URL.parse(text.trim());
  const isHere = url !== null && LOOPBACK.has(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isHere)) return url;
  const message = `a webhook of the feed ${feed} is not an https address: copy it again`;
  throw new SinkError('MISCONFIGURED', message);
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);
