import { idOf } from '../population/object-ids.ts';
import type { Application } from '../population/tenant-objects.ts';

/** The vendor's applications, by the ids that they have in every tenant. */
export const FIRST_PARTY = {
  officeHome: '4765445b-32c6-49b0-83e6-1d93765276ca',
  microsoftOffice: 'd3590ed6-52b3-4102-aeff-aad2292ab01c',
  outlookWeb: '9199bf20-a13f-4107-85dc-02114787ef48',
  outlookMobile: '27922004-5251-4030-b22d-91ecd9a37ea4',
  teams: '1fec8e78-bce4-4aaf-ab1b-5451cc387264',
  oneDriveSync: 'ab9b8c07-8f02-4f72-87fa-80105867a763',
  azurePortal: 'c44b4083-3bb0-49c1-b47d-974e53cbdf3c',
  adminCenter: '00000006-0000-0ff1-ce00-000000000000',
  exchangePowerShell: 'fb78d390-0c51-40cd-8e17-fdbfab77341b',
  directoryPowerShell: '1b730954-1685-4b74-9bfd-dac224a7b894',
  azureCli: '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
  broker: '29d9ed98-a469-4536-ade2-f981bc1d605e',
  windowsSignIn: '38aa3b87-a06d-4817-b275-7a389988d93b',
  substrate: '98db8bd6-0cc0-4e67-9de5-f187f1cd1b41',
  exchange: '00000002-0000-0ff1-ce00-000000000000',
  sharePoint: '00000003-0000-0ff1-ce00-000000000000',
  graph: '00000003-0000-0000-c000-000000000000',
  directory: '00000002-0000-0000-c000-000000000000',
  teamsService: 'cc15fd57-2c6c-4117-a88c-83b1d56b4bbe',
  managementApi: 'c5393580-f805-4401-95e8-94b7a6ef2fc2',
  storage: 'e406a681-f3d4-42a8-90b6-c2b029497af1',
  keyVault: 'cfa8b339-82a2-471a-a3c9-0fc0be7a4093',
} as const;

export const APP_NAMES: ReadonlyMap<string, string> = new Map([
  [FIRST_PARTY.officeHome, 'OfficeHome'],
  [FIRST_PARTY.microsoftOffice, 'Microsoft Office'],
  [FIRST_PARTY.outlookWeb, 'One Outlook Web'],
  [FIRST_PARTY.outlookMobile, 'Outlook Mobile'],
  [FIRST_PARTY.teams, 'Microsoft Teams'],
  [FIRST_PARTY.oneDriveSync, 'OneDrive SyncEngine'],
  [FIRST_PARTY.azurePortal, 'Azure Portal'],
  [FIRST_PARTY.adminCenter, 'Microsoft Office 365 Portal'],
  [FIRST_PARTY.exchangePowerShell, 'Microsoft Exchange REST API Based Powershell'],
  [FIRST_PARTY.directoryPowerShell, 'Azure Active Directory PowerShell'],
  [FIRST_PARTY.azureCli, 'Microsoft Azure CLI'],
  [FIRST_PARTY.broker, 'Microsoft Authentication Broker'],
  [FIRST_PARTY.windowsSignIn, 'Windows Sign In'],
  [FIRST_PARTY.substrate, 'Microsoft Substrate Management'],
  [FIRST_PARTY.exchange, 'Office 365 Exchange Online'],
  [FIRST_PARTY.sharePoint, 'Office 365 SharePoint Online'],
  [FIRST_PARTY.graph, 'Microsoft Graph'],
  [FIRST_PARTY.directory, 'Windows Azure Active Directory'],
  [FIRST_PARTY.teamsService, 'Microsoft Teams Services'],
  [FIRST_PARTY.managementApi, 'Office 365 Management APIs'],
  [FIRST_PARTY.storage, 'Azure Storage'],
  [FIRST_PARTY.keyVault, 'Azure Key Vault'],
]);

/** The resource that a company application requests tokens for, by its task. */
export const RESOURCE_OF_JOB: Readonly<Record<Application['job'], string>> = {
  mail: FIRST_PARTY.graph,
  files: FIRST_PARTY.graph,
  directory: FIRST_PARTY.graph,
  audit: FIRST_PARTY.managementApi,
  vault: FIRST_PARTY.keyVault,
};

/** The service principal of a vendor's application in this tenant. */
export function servicePrincipalIdOf(tenantKey: number, appId: string): string {
  const bits = Number.parseInt(appId.slice(0, 8), 16) ^ Number.parseInt(appId.slice(14, 18), 16);
  return idOf(tenantKey, 'servicePrincipal', 0x8000_0000 ^ bits);
}
