import type { ResourceRights } from '../doctor/rights.ts';
import { SECRET_FILES, type SetupPlan } from './setup-plan.ts';

/** How an operator creates the app registration. */
export const STEP_FORMS = ['az', 'curl', 'powershell', 'portal'] as const;
export type StepForm = (typeof STEP_FORMS)[number];

const APP_NAME = 'Countersign collector';

/** The text of all steps in Entra, in one form. They were never run against a live tenant. */
export function entraSteps(
  form: StepForm,
  plan: SetupPlan,
  rights: readonly ResourceRights[],
): string {
  switch (form) {
    case 'az':
      return azText(plan, rights);
    case 'curl':
      return curlText(plan, rights);
    case 'powershell':
      return powershellText(plan, rights);
    case 'portal':
      return portalText(plan, rights);
  }
}

function azText(plan: SetupPlan, rights: readonly ResourceRights[]): string {
  const grants = rights.flatMap(({ resource, needed }) =>
    needed.map(({ name }) => `grant ${resource.appId} ${name}`),
  );
  return `umask 077
az login --tenant ${plan.tenantId} --allow-no-subscriptions
APP=$(az ad app create --display-name "${APP_NAME}" \\
  --sign-in-audience AzureADMyOrg --query appId -o tsv)
az ad sp create --id "$APP"
grant() {
  ROLE=$(az ad sp show --id "$1" -o tsv \\
    --query "appRoles[?value=='$2' && contains(allowedMemberTypes, 'Application')].id")
  az ad app permission add --id "$APP" --api "$1" --api-permissions "$ROLE=Role"
}
${grants.join('\n')}
az ad app permission admin-consent --id "$APP"
${azCredential(plan)}
echo "clientId: $APP"
${storageText(plan)}`;
}

function azCredential({ credential }: SetupPlan): string {
  if (credential === 'certificate') {
    return `${opensslText()}
az ad app credential reset --id "$APP" --append --cert @${SECRET_FILES.certificate}`;
  }
  const to = credential === 'secret-file' ? SECRET_FILES.secret : 'countersign.secret';
  const note =
    credential === 'secret-file' ? '' : `\n# Give it to the service as ${credential.env}.`;
  return `az ad app credential reset --id "$APP" --append --years 1 \\
  --query password -o tsv > ${to}${note}`;
}

function opensslText(): string {
  const { certificate, key } = SECRET_FILES;
  return `openssl req -x509 -newkey rsa:3072 -nodes -days 365 -subj "/CN=countersign" \\
  -keyout ${key} -out ${certificate}`;
}

/** Microsoft Graph itself, for machines without the Azure command line. */
function curlText(plan: SetupPlan, rights: readonly ResourceRights[]): string {
  const grants = rights.flatMap(({ resource, needed }) =>
    needed.map(({ name }) => `grant ${resource.appId} ${name}`),
  );
  return `# TOKEN: a token of an administrator with Application.ReadWrite.All and
# AppRoleAssignment.ReadWrite.All, for https://graph.microsoft.com. It needs curl and jq.
GRAPH=https://graph.microsoft.com/v1.0
call() { curl -fsS -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' "$@"; }
APP=$(call "$GRAPH/applications" \\
  -d '{"displayName":"${APP_NAME}","signInAudience":"AzureADMyOrg"}')
APP_ID=$(echo "$APP" | jq -r .appId)
SP=$(call "$GRAPH/servicePrincipals" -d "{\\"appId\\":\\"$APP_ID\\"}" | jq -r .id)
grant() {
  RESOURCE=$(call "$GRAPH/servicePrincipals(appId='$1')")
  ROLE=$(echo "$RESOURCE" | jq -r --arg name "$2" '.appRoles[] | select(.value == $name) | .id')
  call "$GRAPH/servicePrincipals/$SP/appRoleAssignments" -d "{\\"principalId\\":\\"$SP\\",
    \\"resourceId\\":\\"$(echo "$RESOURCE" | jq -r .id)\\",\\"appRoleId\\":\\"$ROLE\\"}"
}
${grants.join('\n')}
${curlCredential(plan)}
echo "clientId: $APP_ID"
${storageText(plan)}`;
}

function curlCredential({ credential }: SetupPlan): string {
  if (credential === 'certificate') {
    return `${opensslText()}
KEY=$(openssl x509 -in ${SECRET_FILES.certificate} -outform der | base64 -w0)
call -X PATCH "$GRAPH/applications(appId='$APP_ID')" -d "{\\"keyCredentials\\":[{
  \\"type\\":\\"AsymmetricX509Cert\\",\\"usage\\":\\"Verify\\",\\"key\\":\\"$KEY\\"}]}"`;
  }
  const to = credential === 'secret-file' ? SECRET_FILES.secret : 'countersign.secret';
  return `call "$GRAPH/applications(appId='$APP_ID')/addPassword" \\
  -d '{"passwordCredential":{"displayName":"countersign"}}' | jq -r .secretText > ${to}`;
}

function powershellText(plan: SetupPlan, rights: readonly ResourceRights[]): string {
  const grants = rights.flatMap(({ resource, needed }) =>
    needed.map(({ name }) => `Grant '${resource.appId}' '${name}'`),
  );
  const isCertificate = plan.credential === 'certificate';
  const credential = isCertificate
    ? `# Create the key pair as in the other forms, then upload ${SECRET_FILES.certificate}.`
    : `$secret = Add-MgApplicationPassword -ApplicationId $app.Id
$secret.SecretText | Set-Content ${SECRET_FILES.secret}`;
  return `Connect-MgGraph -TenantId ${plan.tenantId} -Scopes \`
  'Application.ReadWrite.All','AppRoleAssignment.ReadWrite.All'
$app = New-MgApplication -DisplayName '${APP_NAME}' -SignInAudience AzureADMyOrg
$sp = New-MgServicePrincipal -AppId $app.AppId
function Grant($api, $name) {
  $resource = Get-MgServicePrincipal -Filter "appId eq '$api'"
  $role = $resource.AppRoles | Where-Object { $_.Value -eq $name }
  New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $sp.Id -PrincipalId $sp.Id \`
    -ResourceId $resource.Id -AppRoleId $role.Id
}
${grants.join('\n')}
${credential}
"clientId: $($app.AppId)"
${storageText(plan)}`;
}

function portalText(plan: SetupPlan, rights: readonly ResourceRights[]): string {
  const permissions = rights.flatMap(({ resource, needed }) =>
    needed.map(
      ({ name, why }) => `   - ${resource.name} > Application permissions > ${name} (${why})`,
    ),
  );
  const place =
    plan.credential === 'secret-file' ? SECRET_FILES.secret : 'the environment of the service';
  const credential =
    plan.credential === 'certificate'
      ? `Create a key pair:\n   ${opensslText().replace('\n', '\n   ')}\n   ` +
        `Certificates & secrets > Certificates > Upload ${SECRET_FILES.certificate}.`
      : 'Certificates & secrets > Client secrets > New client secret, 12 months.\n' +
        `   Copy its value into ${place}.`;
  return `1. entra.microsoft.com > App registrations > New registration.
   Name "${APP_NAME}", accounts in this directory only, no redirect address.
2. API permissions > Add a permission, one by one:
${permissions.join('\n')}
   Remove the delegated permission User.Read that a new app has.
3. API permissions > Grant admin consent.
4. ${credential}
5. Overview > Application (client) ID: enter it as clientId.
6. Enterprise applications > ${APP_NAME} > Properties: visible to users: no.
${storageText(plan)}`;
}

function storageText({ sources, storageAccount }: SetupPlan): string {
  if (!sources.includes('storage')) return '';
  return `# The export: Entra > Monitoring > Diagnostic settings > Add: the categories of
# countersign.yaml, to the storage account ${storageAccount}.
# Then let the app read blobs there, and nothing else:
# az role assignment create --assignee CLIENT_ID --role "Storage Blob Data Reader" --scope \\
#   $(az storage account show --name ${storageAccount} --query id -o tsv)
`;
}
