import type { Device, Method, Person } from '../population/person.ts';
import type { Address } from '../population/places.ts';
import { FIRST_PARTY } from '../records/first-party-apps.ts';
import type { Client, SignIn, Step } from '../records/sign-in.ts';
import { browserOf, CLIENTS } from './clients.ts';

/** The inputs of every flow. */
export type Request = {
  readonly atMs: number;
  readonly requestId: string;
  readonly correlationId: string;
  readonly appId: string;
  readonly resourceId: string;
  readonly address: Address;
  readonly sessionId?: string | undefined;
  readonly completedAfterMs?: number | undefined;
};

/** People and service accounts. */
export type User = Pick<Person, 'displayName' | 'upn' | 'objectId'>;

/** The `uti` claim of a token: the request's id in the byte order of Windows, as base64url. */
export function tokenIdOf(requestId: string): string {
  const bytes = Buffer.from(requestId.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes.toString('base64url');
}

const PASSWORD: Step = {
  method: 'Password',
  detail: 'Password in the cloud',
  succeeded: true,
  result: 'Correct password',
};
const SATISFIED: Step = {
  method: 'Previously satisfied',
  detail: '',
  succeeded: true,
  result: 'MFA requirement satisfied by claim in the token',
};
const SECOND: Partial<Readonly<Record<Method, Step>>> = {
  microsoftAuthenticator: second('Mobile app notification', ''),
  phone: second('Text message', '+XX XXXXXXX42'),
  softwareOath: second('OATH verification code', ''),
};
const FIDO: Step = {
  method: 'FIDO2 security key',
  detail: 'Passkey (device-bound)',
  succeeded: true,
  result: '',
};
const HELLO: Step = {
  method: 'Windows Hello for Business',
  detail: 'PIN',
  succeeded: true,
  result: '',
};

/** The step in the row of a client that used the company's own provider. */
const EXTERNAL: Step = {
  method: 'External authentication method',
  detail: 'Countersign, fido',
  succeeded: true,
  result: 'MFA completed by the external provider',
};

function second(method: string, detail: string): Step {
  return { method, detail, succeeded: true, result: 'MFA completed in Azure AD' };
}

function common(
  user: User,
  request: Request,
): Pick<SignIn, keyof Request | 'tokenId' | 'user' | 'error'> {
  return { ...request, tokenId: tokenIdOf(request.requestId), user, error: 0 };
}

/** Interactive with a prompt: a password and a second factor in a browser. */
export function promptedSignIn(person: Person, request: Request, client?: Client): SignIn {
  return {
    ...common(person, request),
    eventType: 'interactiveUser',
    client: client ?? browserOf(person),
    device: client === undefined ? person.computer : undefined,
    protocol: 'oAuth2',
    incomingToken: 'none',
    factors: 2,
    steps: stepsOf(person),
    audit: { method: '1', request: 'Login:login' },
  };
}

/** With an external method, a person with a passkey uses it, unless the method is asked daily. */
function stepsOf({ isAskedDaily, isAskedExternally, methods }: Person): Step[] {
  if (isAskedDaily) return [PASSWORD, EXTERNAL];
  if (isAskedExternally) return methods.includes('fido2') ? [FIDO] : [PASSWORD, EXTERNAL];
  const method = methods[1] ?? 'microsoftAuthenticator';
  return [PASSWORD, SECOND[method] ?? second('Mobile app notification', '')];
}

/** Interactive without a prompt: the browser has the device's session. */
export function silentSignIn(person: Person, request: Request, client?: Client): SignIn {
  return {
    ...common(person, request),
    eventType: 'interactiveUser',
    client: client ?? browserOf(person),
    device: person.computer,
    protocol: 'oAuth2',
    incomingToken: person.computer === undefined ? 'none' : 'primaryRefreshToken',
    factors: 2,
    steps: [SATISFIED],
    audit: { method: '16457', request: 'OAuth2:Authorize' },
  };
}

/** Non-interactive: a program exchanges its refresh token, or the device's, for a new token. */
export function refreshSignIn(
  person: Person,
  request: Request,
  from: { client: Client; device: Device | undefined },
): SignIn {
  const isOnComputer = from.device !== undefined && from.device.id === person.computer?.id;
  return {
    ...common(person, request),
    eventType: 'nonInteractiveUser',
    client: from.client,
    device: from.device,
    protocol: 'none',
    incomingToken: isOnComputer ? 'primaryRefreshToken' : 'refreshToken',
    factors: 2,
    steps: [SATISFIED],
    audit: { method: '16457', request: 'OAuth2:Token' },
  };
}

/** Unlocking a Windows device, which gets a primary refresh token. */
export function windowsSignIn(
  person: Person,
  request: Omit<Request, 'appId' | 'resourceId'>,
): SignIn {
  const isHello = person.methods.includes('windowsHelloForBusiness');
  const resourceId = FIRST_PARTY.directory;
  return {
    ...common(person, { ...request, appId: FIRST_PARTY.windowsSignIn, resourceId }),
    eventType: 'interactiveUser',
    client: CLIENTS.windows,
    device: person.computer,
    protocol: 'none',
    incomingToken: 'none',
    factors: isHello ? 2 : 1,
    steps: [isHello ? HELLO : PASSWORD],
    audit: { method: isHello ? '262144' : '1', request: 'OAuth2:Token' },
  };
}

/** A passkey: possession and a gesture in one step. */
export function passkeySignIn(person: Person, request: Request): SignIn {
  return {
    ...promptedSignIn(person, request),
    steps: [FIDO],
    audit: { method: '131072', request: 'Login:login' },
  };
}

/** The company's own identity provider authenticates the person; the suite sees its assertion. */
export function federatedSignIn(person: Person, request: Request): SignIn {
  const domain = person.upn.split('@')[1] ?? '';
  return {
    ...promptedSignIn(person, request),
    protocol: 'wsFederation',
    incomingToken: 'saml11',
    federatedIssuer: `http://sts.${domain}/adfs/services/trust`,
    steps: [
      { ...PASSWORD, method: 'Federated', detail: 'AD FS', result: 'First factor at the issuer' },
      second('Mobile app notification', ''),
    ],
    audit: { method: '8', request: 'WSFederation' },
  };
}

/** Name and password posted by a program (resource owner password credentials). */
export function ropcSignIn(user: User, request: Request, client: Client = CLIENTS.machine): SignIn {
  return {
    ...common(user, request),
    eventType: 'interactiveUser',
    client,
    protocol: 'ropc',
    incomingToken: 'none',
    factors: 1,
    steps: [PASSWORD],
    audit: { method: '1', request: 'OAuth2:Token' },
  };
}

/** A code typed on one device signs another in. */
export function deviceCodeSignIn(person: Person, request: Request, client: Client): SignIn {
  return {
    ...promptedSignIn(person, request, client),
    protocol: 'deviceCode',
    transferMethod: 'deviceCodeFlow',
    audit: { method: '1', request: 'Cmsi:Cmsi' },
  };
}

/** The same request refused. A refusal creates no session. */
export function refused(signIn: SignIn, error: number): SignIn {
  const isPasswordWrong = error === 50126 || error === 50034 || error === 50053;
  const { user } = signIn;
  return {
    ...signIn,
    error,
    sessionId: undefined,
    factors: isPasswordWrong ? 1 : signIn.factors,
    steps: user === undefined ? [] : refusedSteps(signIn.steps[0] ?? PASSWORD, isPasswordWrong),
    ...(error === 50034 && user !== undefined ? { user: { ...user, isKnown: false } } : {}),
  };
}

function refusedSteps(first: Step, isPasswordWrong: boolean): Step[] {
  if (!isPasswordWrong) return [first, { ...second('', ''), succeeded: false, result: '' }];
  return [{ ...first, succeeded: false, result: 'Invalid username or password.' }];
}
