import { json, type Reply } from '../http/http-message.ts';
import type { Realm } from './login-directory.ts';

/** Home realm discovery, which libraries call before they post a name and password. */
export function userRealm(name: string, realm: Realm | undefined): Reply {
  const domain = name.slice(name.lastIndexOf('@') + 1).toLowerCase();
  const cloud = {
    cloud_instance_name: 'microsoftonline.com',
    cloud_audience_urn: 'urn:federation:MicrosoftOnline',
  };
  const base = { ver: '1.0', domain_name: domain, ...cloud };
  switch (realm?.kind) {
    case undefined:
      return json(200, { ver: '1.0', account_type: 'Unknown', ...cloud });
    case 'managed':
      return json(200, { ...base, account_type: 'Managed' });
    case 'federated':
      return json(200, {
        ...base,
        account_type: 'Federated',
        federation_protocol: 'WSTrust',
        federation_metadata_url: realm.metadataUrl,
        federation_active_auth_url: realm.activeUrl,
      });
  }
}
