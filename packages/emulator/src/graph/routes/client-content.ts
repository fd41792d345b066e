import type { FeedRecord } from '../../core/feed-record.ts';
import type { Account, AppAccount, Token } from '../../records/account.ts';
import { groupRecords, itemRecords, type MailboxAct } from '../../records/mailbox.ts';
import { type FileAct, fileRecords } from '../../records/sharepoint.ts';
import { teamsRecords } from '../../records/teams.ts';
import {
  bodyOf,
  type Call,
  isAppOnly,
  JSON_HEADERS,
  NO_CONTENT,
  ok,
  text,
} from '../calls/graph-call.ts';
import { accessDenied, badRequest, notFound } from '../calls/graph-error.ts';
import { needUser } from '../calls/lookups.ts';
import { MAY } from '../calls/permissions.ts';
import { type Route, route } from '../calls/route-table.ts';

/** Drafts and files of clients in all tenants, limited because an emulator runs for days. */
const POSSESSIONS_MAX = 10_000;

/** A draft or a file that a client created. */
type ClientItem = { readonly name: string; readonly bytes: number };

/**
 * What a client can create and delete in mailboxes, sites and teams, as far as canaries need it:
 * drafts, small files, the description of a channel. Each act leaves its record.
 */
export function possessionRoutes(): readonly Route[] {
  const made = new MadeThings();
  return [...draftRoutes(made), ...fileRoutes(made), channelRoute()];
}

/** By owner and id. The oldest are forgotten, as if they were cleaned up. */
class MadeThings {
  readonly #things = new Map<string, ClientItem>();

  get(owner: string, id: string): ClientItem | undefined {
    return this.#things.get(`${owner}\n${id}`);
  }

  put(owner: string, id: string, thing: ClientItem): void {
    this.#things.set(`${owner}\n${id}`, thing);
    const [oldest] = this.#things.keys();
    if (this.#things.size > POSSESSIONS_MAX && oldest !== undefined) this.#things.delete(oldest);
  }

  take(owner: string, id: string): ClientItem {
    const thing = this.get(owner, id);
    if (thing === undefined) throw notFound(id);
    this.#things.delete(`${owner}\n${id}`);
    return thing;
  }
}

const OUTLOOK = { family: 'outlook' } as const;

function draftRoutes(made: MadeThings): readonly Route[] {
  const path = '/users/{user}/messages';
  return [
    route(
      `POST ${path}`,
      MAY.changeMail,
      (call) => {
        const owner = needMailbox(call);
        const subject = text(bodyOf(call)['subject']);
        const id = call.guid();
        const bytes = call.ask.body.length;
        made.put(owner.objectId, id, { name: subject, bytes });
        const message = messageOf(call, id, { name: subject, bytes });
        const act = { ...mailboxAct(call, owner), operation: 'Create' };
        call.leave(itemRecords(tenantOf(call), act, { folder: 'Drafts', message }));
        const { internetMessageId } = message;
        return ok({ id, subject, isDraft: true, internetMessageId }, 201);
      },
      OUTLOOK,
    ),
    route(
      `DELETE ${path}/{message}`,
      MAY.changeMail,
      (call) => {
        const owner = needMailbox(call);
        const id = call.params['message'] ?? '';
        const message = messageOf(call, id, made.take(owner.objectId, id));
        const act = { ...mailboxAct(call, owner), operation: 'SoftDelete' };
        call.leave(groupRecords(tenantOf(call), act, { from: 'Drafts', messages: [message] }));
        return NO_CONTENT;
      },
      OUTLOOK,
    ),
  ];
}

function messageOf(call: Call, id: string, { name, bytes }: ClientItem) {
  const internetMessageId = `<${id}@${tenantOf(call).domain}>`;
  return { internetMessageId, subject: name, bytes: bytes + 2048 };
}

function mailboxAct(call: Call, owner: Account): Omit<MailboxAct, 'operation'> {
  if (!isAppOnly(call.caller) && call.caller.objectId !== owner.objectId) throw accessDenied();
  const reader = isAppOnly(call.caller)
    ? ({ kind: 'app', app: appOf(call) } as const)
    : ({ kind: 'user', account: owner } as const);
  return { atMs: call.nowMs, id: call.guid(), reader, owner, client: 'rest', token: tokenOf(call) };
}

/** Members of a site name an item by its path: `root:/name:/content`. */
function fileRoutes(made: MadeThings): readonly Route[] {
  const drive = '/sites/{site}/drive';
  return [
    route(`PUT ${drive}/root:/{file}/content`, MAY.changeFiles, (call) => {
      const file = (call.params['file'] ?? '').replace(/:$/, '');
      if (!/^[^/:*?"<>|\\]+\.[a-z0-9]+$/i.test(file)) throw badRequest('The name is not valid.');
      const { siteId } = needSite(call);
      const bytes = call.ask.body.length;
      const isNew = made.get(siteId, file) === undefined;
      made.put(siteId, file, { name: file, bytes });
      call.leave(fileLeft(call, file, bytes, isNew ? 'FileUploaded' : 'FileModified'));
      const body = JSON.stringify({ id: idOfFile(file), name: file, size: bytes });
      return { status: isNew ? 201 : 200, headers: JSON_HEADERS, body };
    }),
    route(`DELETE ${drive}/items/{item}`, MAY.changeFiles, (call) => {
      const { siteId } = needSite(call);
      const name = Buffer.from(call.params['item'] ?? '', 'base64url').toString('utf8');
      const { bytes } = made.take(siteId, name);
      call.leave(fileLeft(call, name, bytes, 'FileRecycled'));
      return NO_CONTENT;
    }),
  ];
}

function idOfFile(name: string): string {
  return Buffer.from(name).toString('base64url');
}

function fileLeft(call: Call, file: string, bytes: number, operation: string): FeedRecord[] {
  const at = file.lastIndexOf('.');
  const act: FileAct = {
    atMs: call.nowMs,
    id: call.guid(),
    correlationId: call.guid(),
    operation,
    who: { kind: 'app', app: appOf(call) },
    token: tokenOf(call),
    userAgent: call.ask.headers['user-agent'] ?? '',
    file: {
      site: needSite(call),
      folder: 'Shared Documents',
      name: file.slice(0, at),
      extension: file.slice(at + 1),
      bytes,
    },
  };
  return fileRecords(tenantOf(call), act);
}

function channelRoute(): Route {
  const descriptions = new Map<string, string>();
  return route('PATCH /teams/{team}/channels/{channel}', MAY.changeChannels, (call) => {
    const { team } = needApart(call, call.params['team'] ?? '', (apart) => apart.team.groupId);
    if (call.params['channel'] !== team.threadId) throw notFound(call.params['channel'] ?? '');
    const { description } = bodyOf(call);
    if (typeof description !== 'string') throw badRequest('There is nothing to change.');
    const OldValue = descriptions.get(team.groupId) ?? '';
    descriptions.set(team.groupId, description);
    const more = { Name: 'Channel description', OldValue, NewValue: description };
    call.leave(
      teamsRecords(tenantOf(call), {
        ...{ atMs: call.nowMs, id: call.guid(), operation: 'ChannelSettingChanged' },
        ...{ who: { kind: 'app', app: appOf(call) }, token: tokenOf(call) },
        ...{ team, chatId: '', more },
      }),
    );
    return NO_CONTENT;
  });
}

function populationOf(call: Call): NonNullable<Call['population']> {
  // A tenant with only a directory, as in Graph's own tests, has no mailboxes and sites.
  if (call.population === undefined) throw notFound(call.caller.tenantId);
  return call.population;
}

function tenantOf(call: Call) {
  return populationOf(call).tenant;
}

/** A person's mailbox, or the reserved one. */
function needMailbox(call: Call): Account {
  const { id } = needUser(call);
  const population = populationOf(call);
  const { account } = population.setApart;
  const found = id === account.objectId ? account : population.personByObjectId(id);
  if (found === undefined) throw notFound(id);
  return found;
}

/** `host,site,web`, or the site's own id alone. */
function needSite(call: Call) {
  const [first = '', second] = (call.params['site'] ?? '').split(',');
  return needApart(call, second ?? first, (apart) => apart.site.siteId).site;
}

type Apart = NonNullable<Call['population']>['setApart'];

/** Writing clients reach only the reserved site and team: `Sites.Selected`. */
function needApart(call: Call, id: string, idOf: (apart: Apart) => string): Apart {
  const { setApart } = populationOf(call);
  if (idOf(setApart).toLowerCase() !== id.toLowerCase()) throw notFound(id);
  return setApart;
}

function appOf(call: Call): AppAccount {
  const { appId, objectId } = call.caller;
  const client = call.directory.state.find('servicePrincipals', appId);
  return { name: text(client?.['displayName']), appId, servicePrincipalId: objectId };
}

function tokenOf({ caller, ask }: Call): Token {
  return {
    tokenId: caller.uti,
    sessionId: caller.sid,
    issuedMs: caller.issuedMs,
    appId: caller.appId,
    ip: ask.headers['x-forwarded-for'] ?? '127.0.0.1',
    deviceId: undefined,
  };
}
