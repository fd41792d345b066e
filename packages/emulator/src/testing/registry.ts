import type {
  ExternalMethod,
  IssuanceListener,
  LoginDirectory,
  Person,
  Realm,
  RegisteredApp,
} from '../login/login-directory.ts';
import { NORTHMOOR } from './office-worker.ts';

export const COLLECTOR_ID = '3f0f6a51-6a9f-4f0e-9d55-0f6c1a9b7e21';
export const COLLECTOR_SECRET = 'collector-secret-1';
export const CONSOLE_ID = '9c2b7d64-1f0a-4e7b-8a55-6c1f2f3f4a10';
export const CONSOLE_REDIRECT = 'http://localhost:4180/callback';
export const FREYA = 'freya.sandison@northmoor.example';
export const FREYA_PASSWORD = 'oystercatcher-8';

const MANAGE = 'https://manage.office.com';
const GRAPH = 'https://graph.microsoft.com';

/** Two applications and one person, which can be changed while in use. */
export class SmallRegistry implements LoginDirectory {
  apps: RegisteredApp[];
  method: ExternalMethod | undefined;
  listener: IssuanceListener | undefined;
  freya: Person = {
    objectId: '1d0c2f7e-90b5-4a7a-a9a0-0a5f7b1c2d3e',
    userPrincipalName: FREYA,
    name: 'Freya Sandison',
    isEnabled: true,
    sessionsValidFromMs: 0,
  };

  constructor(certificates: readonly string[] = []) {
    const common = { isEnabled: true, secrets: [COLLECTOR_SECRET], certificates };
    this.apps = [
      {
        ...common,
        clientId: COLLECTOR_ID,
        objectId: '7a1e8c0d-3b5f-4c2a-8e9d-1f2a3b4c5d6e',
        name: 'Collector',
        roles: { [MANAGE]: ['ActivityFeed.Read', 'ActivityFeed.ReadDlp'] },
        scopes: {},
        redirectUris: [],
        isPublic: false,
      },
      {
        ...common,
        clientId: CONSOLE_ID,
        objectId: '2b3c4d5e-6f70-4182-93a4-b5c6d7e8f901',
        name: 'Console',
        roles: {},
        scopes: { [GRAPH]: ['User.Read', 'Mail.Read'] },
        redirectUris: [CONSOLE_REDIRECT],
        isPublic: true,
      },
    ];
  }

  tenantId(idOrDomain: string): string | undefined {
    const name = idOrDomain.toLowerCase();
    return name === NORTHMOOR || name === 'northmoor.example' ? NORTHMOOR : undefined;
  }

  app(_tenantId: string, clientId: string): RegisteredApp | undefined {
    return this.apps.find((app) => app.clientId === clientId);
  }

  tenantsOf(clientId: string): readonly string[] {
    return this.app(NORTHMOOR, clientId) === undefined ? [] : [NORTHMOOR];
  }

  realm(domain: string): Realm | undefined {
    return this.tenantId(domain) === undefined ? undefined : { kind: 'managed' };
  }

  person(_tenantId: string, name: string): Person | undefined {
    return [this.freya.objectId, FREYA].includes(name.toLowerCase()) ? this.freya : undefined;
  }

  passwordOf(_tenantId: string, objectId: string): string | undefined {
    return objectId === this.freya.objectId ? FREYA_PASSWORD : undefined;
  }

  externalMethod(): ExternalMethod | undefined {
    return this.method;
  }

  issuanceListener(_tenantId: string, clientId: string): IssuanceListener | undefined {
    return clientId === CONSOLE_ID ? this.listener : undefined;
  }
}
