import { hex8 } from '../core/seeded-random.ts';
import { idOf, sidOf } from './object-ids.ts';
import { mix } from './quick-random.ts';
import type { Tenant } from './tenant.ts';
import type { Site, Team } from './tenant-objects.ts';

/**
 * Objects that a company reserves for canaries: an account with an unused mailbox, a site and a
 * team.
 */
export type SetApart = {
  readonly account: {
    readonly displayName: string;
    readonly upn: string;
    readonly objectId: string;
    readonly puid: string;
    readonly sid: string;
    readonly mailboxGuid: string;
  };
  readonly site: Site;
  readonly team: Team;
};

/** Far above the numbers of all other objects of their kinds. */
const NUMBER = 0x5000_0000;
const NAME = 'Log Probe';

export function setApartOf(tenant: Tenant): SetApart {
  const { key } = tenant;
  const label = NAME.toLowerCase().replaceAll(' ', '-');
  const thread = Array.from({ length: 4 }, (_, word) => hex8(mix(key, NUMBER, 25, word))).join('');
  return {
    account: {
      displayName: NAME,
      upn: `${label}@${tenant.domain}`,
      objectId: idOf(key, 'serviceAccount', NUMBER),
      puid: `10034${hex8(mix(key, NUMBER, 26))}000`.toUpperCase(),
      sid: sidOf(key, 5999),
      mailboxGuid: idOf(key, 'mailbox', NUMBER),
    },
    site: {
      url: `${tenant.sharePointUrl}/sites/${label}/`,
      siteId: idOf(key, 'site', NUMBER),
      webId: idOf(key, 'siteWeb', NUMBER),
      workload: 'SharePoint',
    },
    team: {
      threadId: `19:${thread}@thread.tacv2`,
      name: NAME,
      groupId: idOf(key, 'group', NUMBER),
    },
  };
}
