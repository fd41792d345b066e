import { CANDIDATES_LOOKED_AT_MAX, LINK_HOSTS_MAX } from '../limits.ts';
import { ask, listed, numberOf, type Row, textOf } from '../windows/event-query.ts';
import { type CitedEvent, type DetectionWindow, isWithin } from '../windows/window-detector.ts';
import { likenessOf } from './domain-similarity.ts';

/** An attachment or a link of a message. */
export type Part = CitedEvent & {
  readonly tenant: string;
  readonly domain: string;
  readonly sender: string;
  readonly name: string;
  readonly recipients: number;
  readonly risk: 'attachment' | 'link' | undefined;
};

/**
 * Attachments that open a connection, run, or bring another file past the mark that the web puts on
 * them, none of which business mail needs (Microsoft, 29 October 2024, on .rdp).
 */
const RARE_KINDS: readonly string[] = [
  ...['rdp', 'iso', 'img', 'vhd', 'vhdx', 'lnk', 'hta', 'chm', 'one', 'wsf', 'js', 'jse', 'vbs'],
  ...['vbe', 'scr', 'cpl', 'msc', 'library-ms', 'searchconnector-ms', 'url', 'settingcontent-ms'],
  ...['appinstaller', 'msix', 'xll', 'svg', 'shtml', 'htm', 'html', 'ps1', 'bat', 'cmd', 'exe'],
];

export type PartsAsked = {
  /** Of these senders alone. */
  readonly senders?: ReadonlySet<string>;
  /** Domains that a link may imitate, besides pages to sign in at. */
  readonly domains?: readonly string[];
};

/**
 * Rare attachments of the period, and links that may be a trick. Of all links only the hosts are
 * looked at one by one: people get millions of links, to far fewer hosts.
 */
export async function partsOf(scene: DetectionWindow, asked: PartsAsked = {}): Promise<Part[]> {
  const { senders, domains = [] } = asked;
  const of = `class_uid = 4009 AND activity_id = 3 AND object IS NOT NULL AND sender LIKE '%@%'
    ${senders === undefined ? '' : `AND sender IN (${listed(senders)})`}`;
  const hosts = await ask(
    scene,
    0,
    ['authority'],
    (events) => `SELECT DISTINCT ${AUTHORITY} FROM ${events} WHERE ${of} AND object LIKE '%://%'`,
    LINK_HOSTS_MAX,
  );
  const tricky = hosts
    .map((row) => textOf(row['authority']) ?? '')
    .filter((authority) => mayTrick(authority, domains));
  const rows = await ask(
    scene,
    0,
    ['index', 'org', 't', 'sender', 'name', 'recipients', 'ip'],
    (events) => `SELECT arg_min("index", (t, "index")), org, min(t), sender, object,
        count(DISTINCT target_name), arg_min(ip, (t, "index")) FROM (
          SELECT *, lower(regexp_extract(object, '\\.([A-Za-z0-9-]+)$', 1)) AS kind,
            CASE WHEN object LIKE '%://%' THEN ${AUTHORITY} END AS authority
          FROM ${events} WHERE ${of})
      WHERE kind IN (${listed(RARE_KINDS)}) OR authority IN (${listed(tricky)})
      GROUP BY org, sender, object, d ORDER BY 3, 1`,
    CANDIDATES_LOOKED_AT_MAX,
  );
  return rows.map(partOf).filter(({ atMs }) => isWithin(scene, atMs));
}

/**
 * What stands between `//` and the path: a name of a user and a host (RFC 3986, section 3.2). More
 * slashes than two, of either kind, browsers pass over (WHATWG URL, section 4.4): so does this.
 */
const AUTHORITY = `regexp_extract(object, '://[/\\\\]*([^/?#\\\\]*)', 1)`;

/** A host that cannot be read is no answer: the whole link is looked at then. */
function mayTrick(authority: string, domains: readonly string[]): boolean {
  const link = `https://${authority}/`;
  if (!URL.canParse(link) || trickOf(link) !== undefined) return true;
  return likenessOf(new URL(link).hostname, domains) !== undefined;
}

function partOf(row: Row): Part {
  const [sender, name] = [textOf(row['sender']) ?? '', textOf(row['name']) ?? ''];
  return {
    index: numberOf(row['index']),
    atMs: numberOf(row['t']),
    tenant: String(row['org']),
    domain: sender.split('@')[1] ?? '',
    recipients: numberOf(row['recipients']),
    ip: textOf(row['ip']),
    risk: name.includes('://') ? (trickOf(name) === undefined ? undefined : 'link') : 'attachment',
    ...{ sender, name },
  };
}

/** What makes a link a trick, whoever sent it. */
export function trickOf(link: string): string | undefined {
  if (!URL.canParse(link)) return undefined;
  const { hostname, username } = new URL(link);
  if (/^(?:\d+\.){3}\d+$|^\[/.test(hostname)) return 'names an IP address as its host';
  if (username !== '') return 'hides its host behind a user name';
  return likenessOf(hostname, SIGN_IN_HOSTS) === undefined ? undefined : 'imitates a sign-in page';
}

/** Pages at which people type their password. */
const SIGN_IN_HOSTS: readonly string[] = [
  ...['microsoftonline.com', 'microsoft.com', 'office.com', 'office365.com', 'sharepoint.com'],
  ...['outlook.com', 'live.com', 'windows.net'],
];
