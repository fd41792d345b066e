import { CANDIDATES_EXAMINED_MAX, LINK_HOSTS_MAX } from '../limits.ts';
import { numberOf, queryEvents, type Row, sqlList, textOf } from '../windows/event-query.ts';
import { type CitedEvent, type DetectionWindow, isWithin } from '../windows/window-detector.ts';
import { KnownDomains } from './domain-similarity.ts';

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
 * Attachment types that business mail does not need: they open a connection, run code, or carry a
 * file past the mark of the web (Microsoft, 29 October 2024, about .rdp).
 */
const RARE_KINDS: readonly string[] = [
  ...['rdp', 'iso', 'img', 'vhd', 'vhdx', 'lnk', 'hta', 'chm', 'one', 'wsf', 'js', 'jse', 'vbs'],
  ...['vbe', 'scr', 'cpl', 'msc', 'library-ms', 'searchconnector-ms', 'url', 'settingcontent-ms'],
  ...['appinstaller', 'msix', 'xll', 'svg', 'shtml', 'htm', 'html', 'ps1', 'bat', 'cmd', 'exe'],
];

export type MailPartQuery = {
  /** Only these senders. */
  readonly senders?: ReadonlySet<string>;
  /** Domains that a link may imitate, besides sign-in pages. */
  readonly domains?: readonly string[];
};

/**
 * Rare attachments of the period, and links that may be deceptive.
 *
 * People receive millions of links to far fewer hosts, so hosts are examined first.
 */
export async function partsOf(window: DetectionWindow, asked: MailPartQuery = {}): Promise<Part[]> {
  const { senders, domains = [] } = asked;
  const of = `class_uid = 4009 AND activity_id = 3 AND object IS NOT NULL AND sender LIKE '%@%'
    ${senders === undefined ? '' : `AND sender IN (${sqlList(senders)})`}`;
  const hosts = await queryEvents(
    window,
    0,
    ['authority'],
    (events) => `SELECT DISTINCT ${AUTHORITY} FROM ${events} WHERE ${of} AND object LIKE '%://%'`,
    LINK_HOSTS_MAX,
  );
  const known = new KnownDomains(domains);
  const tricky = hosts
    .map((row) => textOf(row['authority']) ?? '')
    .filter((authority) => mayTrick(authority, known));
  const rows = await queryEvents(
    window,
    0,
    ['index', 'org', 't', 'sender', 'name', 'recipients', 'ip'],
    (events) => `SELECT arg_min("index", (t, "index")), org, min(t), sender, object,
        count(DISTINCT target_name), arg_min(ip, (t, "index")) FROM (
          SELECT *, lower(regexp_extract(object, '\\.([A-Za-z0-9-]+)$', 1)) AS kind,
            CASE WHEN object LIKE '%://%' THEN ${AUTHORITY} END AS authority
          FROM ${events} WHERE ${of})
      WHERE kind IN (${sqlList(RARE_KINDS)}) OR authority IN (${sqlList(tricky)})
      GROUP BY org, sender, object, d ORDER BY 3, 1`,
    CANDIDATES_EXAMINED_MAX,
  );
  return rows.map(partOf).filter(({ atMs }) => isWithin(window, atMs));
}

/**
 * The text between `//` and the path: user name and host (RFC 3986, section 3.2). Browsers accept
 * additional slashes of either kind (WHATWG URL, section 4.4), and so does this.
 */
const AUTHORITY = `regexp_extract(object, '://[/\\\\]*([^/?#\\\\]*)', 1)`;

/** If the host cannot be parsed, examine the whole link. */
function mayTrick(authority: string, known: KnownDomains): boolean {
  const link = `https://${authority}/`;
  if (!URL.canParse(link) || trickOf(link) !== undefined) return true;
  return known.imitatedBy(new URL(link).hostname) !== undefined;
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

/** What makes a link deceptive, independent of its sender. */
export function trickOf(link: string): string | undefined {
  if (!URL.canParse(link)) return undefined;
  const { hostname, username } = new URL(link);
  if (/^(?:\d+\.){3}\d+$|^\[/.test(hostname)) return 'names an IP address as its host';
  if (username !== '') return 'hides its host behind a user name';
  return SIGN_IN_HOSTS.imitatedBy(hostname) === undefined ? undefined : 'imitates a sign-in page';
}

/** Pages at which people enter their password. */
const SIGN_IN_HOSTS = new KnownDomains([
  ...['microsoftonline.com', 'microsoft.com', 'office.com', 'office365.com', 'sharepoint.com'],
  ...['outlook.com', 'live.com', 'windows.net'],
]);
