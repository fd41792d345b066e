/** Applications of the vendor, by the ids that they have in every tenant. */
export const OFFICE_HOME = '4765445b-32c6-49b0-83e6-1d93765276ca';
export const MICROSOFT_OFFICE = 'd3590ed6-52b3-4102-aeff-aad2292ab01c';
export const OUTLOOK_WEB = '9199bf20-a13f-4107-85dc-02114787ef48';
export const OUTLOOK_MOBILE = '27922004-5251-4030-b22d-91ecd9a37ea4';
export const TEAMS = '1fec8e78-bce4-4aaf-ab1b-5451cc387264';
export const ONEDRIVE_SYNC = 'ab9b8c07-8f02-4f72-87fa-80105867a763';
export const AZURE_PORTAL = 'c44b4083-3bb0-49c1-b47d-974e53cbdf3c';
export const EXCHANGE_POWERSHELL = 'fb78d390-0c51-40cd-8e17-fdbfab77341b';
export const EXCHANGE = '00000002-0000-0ff1-ce00-000000000000';
export const SHAREPOINT_ONLINE = '00000003-0000-0ff1-ce00-000000000000';
export const GRAPH = '00000003-0000-0000-c000-000000000000';
export const DIRECTORY = '00000002-0000-0000-c000-000000000000';

export const APP_NAMES: Readonly<Record<string, string>> = {
  [OFFICE_HOME]: 'OfficeHome',
  [MICROSOFT_OFFICE]: 'Microsoft Office',
  [OUTLOOK_WEB]: 'One Outlook Web',
  [OUTLOOK_MOBILE]: 'Outlook Mobile',
  [TEAMS]: 'Microsoft Teams',
  [ONEDRIVE_SYNC]: 'OneDrive SyncEngine',
  [AZURE_PORTAL]: 'Azure Portal',
  [EXCHANGE_POWERSHELL]: 'Microsoft Exchange REST API Based Powershell',
  [EXCHANGE]: 'Office 365 Exchange Online',
  [SHAREPOINT_ONLINE]: 'Office 365 SharePoint Online',
  [GRAPH]: 'Microsoft Graph',
  [DIRECTORY]: 'Windows Azure Active Directory',
};

export const USER_AGENTS: Readonly<Record<'Windows10' | 'MacOs' | 'Ios' | 'Script', string>> = {
  Windows10:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) ' +
    'Chrome/145.0.0.0 Safari/537.36 Edg/145.0.0.0',
  MacOs:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
    'Version/19.1 Safari/605.1.15',
  Ios: 'Outlook-iOS/2.0',
  Script:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) ' +
    'Chrome/121.0.0.0 Safari/537.36',
};
