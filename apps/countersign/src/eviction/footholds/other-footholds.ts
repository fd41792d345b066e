import { byAny, byObject, sharing } from '../reversals/objects.ts';
import { type Foothold, trace } from './foothold.ts';

const FLOW = byObject('flowid', 'flowconnectorid', 'resourceid', 'connectionid', 'appname');
const TEAMS_APP = byAny('appid', 'addonguid', 'addonname', 'appname', 'connectorid', 'tabid');
const MEMBERSHIP = byAny('members', 'upn', 'memberupn');
const MANAGED = byObject('targetuid', 'objectid');

/**
 * Footholds 37 to 39, 42 and 44. Sources: contracts 2.7, 2.11; `field.md` marks assumptions with
 * (K).
 */
export const OTHER_FOOTHOLDS: readonly Foothold[] = [
  {
    number: 37,
    id: 'flows',
    name: 'Power Automate, Power Apps, Logic Apps',
    grounds: ['power-platform'],
    opens: [
      trace(
        [
          ...['createflow', 'editflow', 'putpermissions', 'createpowerapp', 'publishpowerapp'],
          ...['editpowerapp', 'createconnection', 'putconnection', 'createconnector'],
          'powerapppermissionedited',
        ],
        'tenant',
        { things: FLOW },
      ),
    ],
    closes: [
      trace(['deleteflow', 'deletepowerapp', 'deleteconnection'], 'tenant', { things: FLOW }),
    ],
    readBack: 'the flows and connections of every environment, and the policies for data',
    blind: 'connections keep their own refresh tokens',
  },
  {
    number: 38,
    id: 'teams-apps',
    name: 'Teams apps, bots, webhooks, external access',
    grounds: ['teams'],
    opens: [
      trace(
        [
          ...['appinstalled', 'appupgraded', 'botaddedtoteam', 'connectoradded'],
          ...['connectorupdated', 'tabadded', 'apppublishedtocatalog', 'appupdatedincatalog'],
          ...['teamstenantsettingchanged', 'teamsorgsettingchanged', 'set-cstenantfederation*'],
        ],
        'tenant',
        { things: TEAMS_APP },
      ),
      trace(['memberadded', 'memberrolechanged'], 'target', { things: MEMBERSHIP }),
    ],
    closes: [
      trace(['appuninstalled', 'botremovedfromteam', 'connectorremoved', 'tabremoved'], 'tenant', {
        things: TEAMS_APP,
      }),
      trace(['memberremoved'], 'target', { things: MEMBERSHIP }),
    ],
    readBack: 'installedApps of teams and people, appCatalogs, the federation configuration',
    blind: 'no single list contains all webhook addresses',
  },
  {
    number: 39,
    id: 'sharing',
    name: 'Links, site administrators, rights of applications to sites',
    grounds: ['sharepoint'],
    opens: [
      trace(['anonymouslinkcreated', 'anonymouslinkupdated'], 'tenant', {
        things: sharing('anyone'),
      }),
      trace(['companylinkcreated', 'companysharinglinkcreated'], 'tenant', {
        things: sharing('company'),
      }),
      trace(['securelinkcreated', 'addedtosecurelink'], 'tenant', { things: sharing('secure') }),
      trace(['sharedlinkcreated', 'sharinglinkcreated'], 'tenant', { things: sharing('link') }),
      trace(['sharingset'], 'tenant', { things: sharing('set') }),
      trace(['sharinginvitationcreated', 'accessinvitationcreated'], 'tenant', {
        things: sharing('invitation'),
      }),
      trace(['addedtogroup', 'groupadded'], 'tenant', { things: sharing('group') }),
      trace(['sitecollectionadminadded'], 'tenant', { things: sharing('administrator') }),
      trace(
        [
          ...['accessrequestapproved', 'permissionleveladded', 'sharingpolicychanged'],
          ...['siteappprincipal*', 'sharepointapppermission*', 'apppermissiongranted*'],
        ],
        'tenant',
        { things: sharing('other') },
      ),
    ],
    closes: [
      trace(['anonymouslinkremoved'], 'tenant', { things: sharing('anyone') }),
      trace(['companylinkremoved'], 'tenant', { things: sharing('company') }),
      trace(['securelinkremoved', 'removedfromsecurelink'], 'tenant', {
        things: sharing('secure'),
      }),
      trace(['sharedlinkdisabled', 'sharinglinkdeleted'], 'tenant', { things: sharing('link') }),
      trace(['sharingrevoked'], 'tenant', { things: sharing('set') }),
      trace(['accessinvitationrevoked', 'sharinginvitationrevoked'], 'tenant', {
        things: sharing('invitation'),
      }),
      trace(['removedfromgroup'], 'tenant', { things: sharing('group') }),
      trace(['sitecollectionadminremoved'], 'tenant', { things: sharing('administrator') }),
    ],
    readBack: 'the permissions of sites and the sharing report',
    blind: 'rights to single items that were not checked',
  },
  {
    number: 42,
    id: 'device-management',
    name: 'Intune scripts, apps, policies and roles',
    grounds: ['intune'],
    opens: [
      trace(
        [
          ...['create devicemanagementscript*', 'patch devicemanagementscript*'],
          ...['assign devicemanagementscript*', 'create devicehealthscript*', 'create mobileapp*'],
          ...['assign mobileapp*', 'create deviceconfiguration*', 'patch deviceconfiguration*'],
          ...['create roledefinition*', 'create roleassignment*', 'create deviceshellscript*'],
        ],
        'tenant',
        { things: MANAGED },
      ),
    ],
    closes: [
      trace(
        [
          ...['delete devicemanagementscript*', 'delete devicehealthscript*', 'delete mobileapp*'],
          ...['delete deviceconfiguration*', 'delete roledefinition*', 'delete roleassignment*'],
          'delete deviceshellscript*',
        ],
        'tenant',
        { things: MANAGED },
      ),
    ],
    readBack: 'the lists of deviceManagement against the approved',
    blind: 'a script that has already run',
  },
  {
    number: 44,
    id: 'exposed-secrets',
    name: 'Secrets in mail, files and chats that were read; keys on the vendor\u2019s side',
    grounds: ['exchange', 'sharepoint', 'teams'],
    opens: [],
    closes: [],
    special: 'exposed',
    readBack: 'change each secret that was read, and show that the old one no longer works',
    blind: 'our logs do not show keys and access inside the vendor',
  },
];
