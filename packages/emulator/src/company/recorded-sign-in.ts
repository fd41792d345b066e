import type { FeedRecord, Occurrence } from '../core/feed-record.ts';
import type { JsonObject } from '../core/json-object.ts';
import { failureReason, logonError } from '../records/sign-in-errors.ts';

/** The members of a sign-in row. */
export type SignInRow = {
  readonly userId: string | undefined;
  readonly appId: string;
  readonly resourceAppId: string;
  readonly deviceId: string | undefined;
  readonly sessionId: string | undefined;
  readonly tokenId: string;
  /** The person authenticated now, without an earlier session or token. */
  readonly isFresh: boolean;
  readonly isFederated: boolean;
  readonly credential:
    | { readonly keyId: string; readonly kind: 'password' | 'certificate' }
    | undefined;
};

/** Credentials in the directory. All others are the platform's. */
const CREDENTIAL_KINDS: { readonly [type: string]: 'password' | 'certificate' | undefined } = {
  clientSecret: 'password',
  certificate: 'certificate',
  clientAssertion: 'certificate',
};

/** The sign-in in an occurrence; undefined for other occurrences and for failed sign-ins. */
export function signInOf({ records }: Occurrence): SignInRow | undefined {
  const row = records.find(({ feed }) => feed === 'graph/signIns')?.body;
  if (row === undefined || (row['status'] as JsonObject)['errorCode'] !== 0) return undefined;
  const types = row['signInEventTypes'] as readonly unknown[];
  const device = row['deviceDetail'] as JsonObject | null;
  const keyId = text(row['servicePrincipalCredentialKeyId']);
  const kind = CREDENTIAL_KINDS[text(row['clientCredentialType']) ?? ''];
  const incoming = row['incomingTokenType'] ?? 'none';
  return {
    userId: text(row['userId']),
    appId: text(row['appId']) ?? '',
    resourceAppId: text(row['resourceId']) ?? '',
    deviceId: text(device?.['deviceId']),
    sessionId: text(row['sessionId']),
    tokenId: text(row['uniqueTokenIdentifier']) ?? '',
    isFresh: types.includes('interactiveUser') && (incoming === 'none' || incoming === 'saml11'),
    isFederated: incoming === 'saml11',
    credential: keyId === undefined || kind === undefined ? undefined : { keyId, kind },
  };
}

/** The same sign-in as it is recorded when it is refused. */
export function refusedSignIn(happening: Occurrence, code: number): Occurrence {
  return { ...happening, records: happening.records.map((record) => refusedRecord(record, code)) };
}

function refusedRecord(record: FeedRecord, code: number): FeedRecord {
  const { feed, body } = record;
  const status = {
    errorCode: code,
    failureReason: failureReason(code),
    additionalDetails: null,
  };
  if (feed === 'graph/signIns') return { ...record, body: { ...body, status } };
  if (feed.startsWith('azure/')) {
    const properties = { ...(body['properties'] as JsonObject), status };
    const result = { resultType: String(code), resultSignature: 'None' };
    const resultDescription = failureReason(code);
    return { ...record, body: { ...body, ...result, resultDescription, properties } };
  }
  return { ...record, body: refusedLogon(body, code) };
}

/** RecordType 15 (contracts 2.9). */
function refusedLogon(body: JsonObject, code: number): JsonObject {
  const properties = body['ExtendedProperties'] as readonly JsonObject[];
  return {
    ...body,
    Operation: 'UserLoginFailed',
    ResultStatus: 'Failed',
    ExtendedProperties: properties.map((one) =>
      one['Name'] === 'ResultStatusDetail' ? { ...one, Value: 'UserError' } : one,
    ),
    ErrorNumber: String(code),
    LogonError: logonError(code),
  };
}

/** The tokens with which an act was done. */
export function tokensOf({ records }: Occurrence): readonly string[] {
  return records.flatMap(({ feed, body }) => {
    const holder =
      feed === 'azure/MicrosoftGraphActivityLogs'
        ? (body['properties'] as JsonObject)['signInActivityId']
        : (body['AppAccessContext'] as JsonObject | undefined)?.['UniqueTokenId'];
    return typeof holder === 'string' && holder !== '' ? [holder] : [];
  });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
