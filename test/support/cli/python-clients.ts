/**
 * The scripts for the vendor's Python libraries. Each prints one JSON object. They are unchanged
 * except for the address and the certificate authority, which come from the environment.
 */
export const LOGIN_SCRIPT = `
import hashlib, json, sys, urllib.parse
import msal, requests
from azure.identity import CertificateCredential, ClientSecretCredential, DeviceCodeCredential
told = json.loads(sys.argv[1])
login, graph, tenant = told['login'], told['graph'], told['tenantId']
out = {}

def short(result):
    given = 'token' if 'access_token' in result else result.get('error_codes')
    return result.get('scope') or given

def confidential(credential, where=tenant):
    return msal.ConfidentialClientApplication(
        told['clientId'], authority=login + '/' + where, client_credential=credential,
        instance_discovery=False)

from cryptography import x509
from cryptography.hazmat.primitives import hashes
certificate = x509.load_pem_x509_certificate(told['certificate'].encode())
thumbprint = certificate.fingerprint(hashes.SHA1()).hex()
key = {'private_key': told['privateKey'], 'thumbprint': thumbprint}
for name, credential in {
    'secret': told['clientSecret'],
    'thumbprint': key,
    'chain': {**key, 'public_certificate': told['certificate']},
    'sha256': {'private_key': told['privateKey'], 'public_certificate': told['certificate']},
}.items():
    app = confidential(credential)
    default = ['https://graph.microsoft.com/.default']
    out['msal ' + name] = short(app.acquire_token_for_client(default))

def public(where):
    app = msal.PublicClientApplication(
        told['publicId'], authority=login + '/' + where, instance_discovery=False)
    # It asks for the realm at the host without its port: here the answer is fetched with it.
    app.authority.user_realm_discovery = lambda name, *_, **__: requests.get(
        login + '/common/userrealm/' + name + '?api-version=1.0').json()
    return app

for where in (tenant, 'organizations', 'common'):
    app = public(where)
    by_name = app.acquire_token_by_username_password(told['upn'], told['password'], ['User.Read'])
    out['password ' + ('tenant' if where == tenant else where)] = short(by_name)
    account = app.get_accounts()[0]
    silent = app.acquire_token_silent(['User.Read'], account, force_refresh=True)
    out['refresh ' + ('tenant' if where == tenant else where)] = short(silent)
out['me'] = requests.get(graph + '/v1.0/me', headers={
    'authorization': 'Bearer ' + by_name['access_token']}).json().get('userPrincipalName')
out['unconsented'] = short(app.acquire_token_by_username_password(
    told['upn'], told['password'], ['Mail.ReadWrite']))

def type_code(uri, code):
    requests.post(uri, data={'otc': code, 'login_hint': told['upn']}).raise_for_status()

flow = app.initiate_device_flow(['User.Read'])
type_code(flow['verification_uri'], flow['user_code'])
out['device code'] = short(app.acquire_token_by_device_flow(flow))

flow = app.initiate_auth_code_flow(['User.Read'], redirect_uri='http://localhost:53211')
there = requests.get(flow['auth_uri'] + '&login_hint=' + told['upn'], allow_redirects=False)
answer = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(there.headers['location']).query))
out['code'] = short(app.acquire_token_by_auth_code_flow(flow, answer))

shared = {'authority': login, 'disable_instance_discovery': True}
pem = (told['privateKey'] + told['certificate']).encode()
scope = 'https://storage.azure.com/.default'
for name, credential in {
    'secret': ClientSecretCredential(tenant, told['clientId'], told['clientSecret'], **shared),
    'certificate': CertificateCredential(
        tenant, told['clientId'], certificate_data=pem, **shared),
    'chain': CertificateCredential(
        tenant, told['clientId'], certificate_data=pem, send_certificate_chain=True, **shared),
    'device': DeviceCodeCredential(
        told['publicId'], tenant_id='organizations',
        prompt_callback=lambda uri, code, _: type_code(uri, code), **shared),
}.items():
    wanted = 'https://graph.microsoft.com/User.Read' if name == 'device' else scope
    out['identity ' + name] = 'token' if credential.get_token(wanted).token else 'nothing'
print(json.dumps(out))
`;

export const STORAGE_SCRIPT = `
import datetime, json, sys
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError
from azure.identity import ClientSecretCredential
from azure.storage.blob import (
    AccountSasPermissions, BlobClient, BlobSasPermissions, BlobServiceClient, ContainerClient,
    ContainerSasPermissions, ResourceTypes, generate_account_sas, generate_blob_sas,
    generate_container_sas)
told = json.loads(sys.argv[1])
name, key = told['account'], told['key']
url = told['storage'] + '/' + name
out = {}
service = BlobServiceClient(url, credential=key, retry_total=0)
containers = list(service.list_containers())
out['containers'] = [c.name for c in containers]
out['whole'] = all(c.last_modified and c.etag and c.lease.state for c in containers)
out['paged'] = sum(len(list(p)) for p in service.list_containers(results_per_page=2).by_page())
out['account'] = service.get_account_information()['sku_name']
out['properties'] = service.get_service_properties()['static_website'].enabled
box = service.get_container_client(containers[0].name)
out['container'] = box.get_container_properties().lease.state
out['acl'] = box.get_container_access_policy()['signed_identifiers']
blobs = list(box.list_blobs(include=['metadata', 'tags', 'versions']))
blob = box.get_blob_client(blobs[0].name)
whole = blob.download_blob().readall()
out['same'] = len(whole) == blobs[0].size == blob.get_blob_properties().size
pieces = BlobClient(url, box.container_name, blob.blob_name, credential=key,
                    max_single_get_size=100, max_chunk_get_size=400)
out['pieces'] = pieces.download_blob(max_concurrency=3).readall() == whole
out['tags'] = blob.get_blob_tags()

def code(act):
    try:
        act()
        return 'ok'
    except HttpResponseError as error:
        return str(getattr(error.error_code, 'value', error.error_code))

etag = blobs[0].etag
out['unmodified'] = code(lambda: blob.download_blob(
    etag=etag, match_condition=MatchConditions.IfNotModified))
out['modified'] = code(lambda: blob.download_blob(
    etag=etag, match_condition=MatchConditions.IfModified))
out['no blob'] = code(lambda: box.get_blob_client('nothing').download_blob())
nothing = service.get_container_client('nothing')
out['no container'] = code(lambda: nothing.get_container_properties())
out['exists'] = nothing.exists()
until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
everything = generate_account_sas(
    name, key, ResourceTypes(service=True, container=True, object=True),
    AccountSasPermissions(read=True, list=True), until)
out['account sas'] = len(list(BlobServiceClient(url, credential=everything).list_containers()))
listing = generate_container_sas(
    name, box.container_name, key, permission=ContainerSasPermissions(list=True), expiry=until)
listed = ContainerClient(url, box.container_name, credential=listing, retry_total=0)
out['container sas'] = len(list(listed.list_blobs()))
out['list only'] = code(lambda: listed.download_blob(blob.blob_name))

def by_blob_sas(**how):
    signed = generate_blob_sas(
        name, box.container_name, blob.blob_name, permission=BlobSasPermissions(read=True),
        **{'expiry': until, **how})
    client = BlobClient(url, box.container_name, blob.blob_name, credential=signed, retry_total=0)
    return lambda: client.download_blob().readall()

out['blob sas'] = code(by_blob_sas(account_key=key))
past = until - datetime.timedelta(hours=3)
out['expired'] = code(by_blob_sas(account_key=key, expiry=past))
credential = ClientSecretCredential(
    told['tenantId'], told['clientId'], told['clientSecret'], authority=told['login'],
    disable_instance_discovery=True)
by_token = BlobServiceClient(url, credential=credential, retry_total=0)
out['token'] = len(list(by_token.list_containers()))
delegation = by_token.get_user_delegation_key(
    datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=5), until)
out['delegated'] = code(by_blob_sas(user_delegation_key=delegation))
print(json.dumps(out))
`;

/** Starts the tool with another sign-in address and another root of Graph. */
export const ASSESSMENT_SCRIPT = `
import json, sys
told = json.loads(sys.argv[1])
import azure.identity, msgraph

class Client(msgraph.GraphServiceClient):
    def __init__(self, credentials=None, **options):
        super().__init__(credentials=credentials, scopes=['https://graph.microsoft.com/.default'])
        self.request_adapter.base_url = told['graph'] + '/v1.0'
        provider = self.request_adapter._authentication_provider.access_token_provider
        host = told['graph'].split('//')[1]
        provider._allowed_hosts_validator.set_allowed_hosts([host, host.split(':')[0]])

msgraph.GraphServiceClient = Client
from prowler.providers.m365.m365_provider import M365Provider
credential = azure.identity.ClientSecretCredential(
    told['tenantId'], told['clientId'], told['clientSecret'], authority=told['login'],
    disable_instance_discovery=True)
M365Provider.setup_session = staticmethod(lambda *_, **__: credential)
sys.argv = ['prowler', 'm365', '--az-cli-auth', '--service', 'entra', '-M', 'json-ocsf',
            '-o', told['folder'], '-F', 'assessment', '-b', '--log-level', 'ERROR']
from prowler.__main__ import prowler
prowler()
`;
