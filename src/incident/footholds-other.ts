import { type Foothold, trace } from './foothold.ts';

/** Numbers 37 to 39, 42 and 44. Sources: contracts 2.7, 2.11; `field.md` names (K) where so. */
export const OTHER_FOOTHOLDS: readonly Foothold[] = [
  {
    number: 37,
    id: 'flows',
    name: 'Power Automate, Power Apps, Logic Apps',
    grounds: ['power'],
    opens: [
      trace(
        [
          ...['createflow', 'editflow', 'putpermissions', 'createpowerapp', 'publishpowerapp'],
          ...['editpowerapp', 'createconnection', 'putconnection', 'createconnector'],
          'powerapppermissionedited',
        ],
        'actor',
      ),
    ],
    closes: [trace(['deleteflow', 'deletepowerapp', 'deleteconnection'], 'actor')],
    readBack: 'the flows and connections of every environment, and the policies for data',
    blind: 'connections hold refresh tokens of their own',
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
        'actor',
      ),
      trace(['memberadded', 'memberrolechanged'], 'actor'),
    ],
    closes: [
      trace(['appuninstalled', 'botremovedfromteam', 'connectorremoved', 'tabremoved'], 'actor'),
      trace(['memberremoved'], 'actor'),
    ],
    readBack: 'installedApps of teams and people, appCatalogs, the federation configuration',
    blind: 'addresses of webhooks are not listed in one place',
  },
  {
    number: 39,
    id: 'sharing',
    name: 'Links, site administrators, rights of applications to sites',
    grounds: ['sharepoint'],
    opens: [
      trace(
        [
          ...['anonymouslinkcreated', 'anonymouslinkupdated', 'companylinkcreated'],
          ...['companysharinglinkcreated', 'securelinkcreated', 'sharedlinkcreated'],
          ...['sharinglinkcreated', 'addedtosecurelink', 'sharingset', 'sharinginvitationcreated'],
          ...['accessinvitationcreated', 'accessrequestapproved', 'addedtogroup', 'groupadded'],
          ...['sitecollectionadminadded', 'permissionleveladded', 'sharingpolicychanged'],
          ...['siteappprincipal*', 'sharepointapppermission*', 'apppermissiongranted*'],
        ],
        'actor',
      ),
    ],
    closes: [
      trace(
        [
          ...['anonymouslinkremoved', 'companylinkremoved', 'sharedlinkdisabled'],
          ...['sharinglinkdeleted', 'sharingrevoked', 'removedfromgroup', 'securelinkremoved'],
          ...['sitecollectionadminremoved', 'accessinvitationrevoked'],
        ],
        'actor',
      ),
    ],
    readBack: 'the permissions of sites and the sharing report',
    blind: 'rights of single items that were not swept',
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
        'actor',
      ),
    ],
    closes: [trace(['delete devicemanagementscript*', 'delete mobileapp*'], 'actor')],
    readBack: 'the lists of deviceManagement against the approved',
    blind: 'a script that ran already',
  },
  {
    number: 44,
    id: 'exposed-secrets',
    name: 'Secrets in mail, files and chats that were read; keys on the vendor\u2019s side',
    grounds: ['exchange', 'sharepoint', 'teams'],
    opens: [],
    closes: [],
    special: 'exposed',
    readBack: 'each secret in what was read: changed, and the old one shown to be dead',
    blind: 'keys and access that are held inside the vendor are in no log of ours',
  },
];
