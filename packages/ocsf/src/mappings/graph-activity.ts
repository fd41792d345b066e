import type { Interpretation } from '../model/interpretation.ts';
import type { Attributes, Mapping } from '../model/mapping.ts';
import type { RecordView } from '../model/record-view.ts';
import { appNameOf } from '../values/app-names.ts';
import { issuedMsOf } from '../values/event-time.ts';
import { canonicalIp } from '../values/ip-address.ts';
import { count, text } from '../values/json-value.ts';
import { FAILURE, SUCCESS, UNKNOWN } from '../values/outcome.ts';
import { identifier, linkIdentifier, SERVICE, USER } from '../values/principal-identifier.ts';

/**
 * Calls to Microsoft Graph, as OCSF API Activity. The operation is the method and the path with ids
 * replaced, so that calls of one kind have one name. The object is the request's URI. Columns are
 * read by their names in lower case, because Log Analytics and the stream differ only in case.
 */
const API_ACTIVITY = 6003;
const ACTIVITY_OF_METHOD: ReadonlyMap<string, number> = new Map([
  ['POST', 1],
  ['GET', 2],
  ['HEAD', 2],
  ['OPTIONS', 2],
  ['PATCH', 3],
  ['PUT', 3],
  ['DELETE', 4],
]);
/** Longer than any path of Graph. */
const PATH_PARTS_MAX = 24;

function interpret(subject: RecordView, into: Interpretation): void {
  const { body: row, memo } = subject;
  const method = text(row['requestmethod'])?.toUpperCase() ?? null;
  const uri = text(row['requesturi']);
  into.classUid = API_ACTIVITY;
  into.activityId = (method === null ? undefined : ACTIVITY_OF_METHOD.get(method)) ?? 99;
  into.operation =
    [method, uri === null ? null : template(uri)].filter((p) => p !== null).join(' ') || null;
  into.workload = 'MicrosoftGraph';
  into.object = uri;
  fillStatus(text(row['responsestatuscode']), into);
  const user = identifier(row['userid']);
  into.actorUid = user ?? identifier(row['serviceprincipalid']);
  into.actorType = user !== null ? USER : into.actorUid !== null ? SERVICE : 0;
  into.ip = canonicalIp(row['ipaddress'], memo) ?? canonicalIp(row['calleripaddress'], memo);
  into.userAgent = text(row['useragent']);
  into.sessionUid = linkIdentifier(row['sessionid']);
  into.tokenUid = linkIdentifier(row['signinactivityid']) ?? linkIdentifier(row['uniquetokenid']);
  into.tokenIssuedMs = issuedMsOf(row['tokenissuedat']);
  into.correlationUid = identifier(row['clientrequestid']) ?? identifier(row['operationid']);
  into.appUid = identifier(row['appid']);
  into.appName = appNameOf(into.appUid);
  into.deviceUid = identifier(row['deviceid']);
  into.resourceName = 'Microsoft Graph';
  into.byteCount = count(row['responsesizebytes']);
}

function fillStatus(code: string | null, into: Interpretation): void {
  into.statusCode = code;
  const number = code === null ? 0 : Number(code);
  into.statusId = number >= 200 && number < 400 ? SUCCESS : number >= 400 ? FAILURE : UNKNOWN;
}

/** `https://graph.microsoft.com/v1.0/users/3f…/messages?$top=5` to `/v1.0/users/{id}/messages`. */
function template(uri: string): string {
  const query = uri.search(/[?#]/);
  const whole = query < 0 ? uri : uri.slice(0, query);
  const scheme = whole.indexOf('://');
  const slash = scheme < 0 ? 0 : whole.indexOf('/', scheme + 3);
  const path = slash < 0 ? '/' : whole.slice(slash);
  return path
    .split('/')
    .slice(0, PATH_PARTS_MAX)
    .map((part) => {
      const call = part.indexOf('(');
      if (call > 0) return `${part.slice(0, call)}()`;
      return part.length > 40 || /[0-9@%=]/.test(part.replace(/^v\d\.\d$/, '')) ? '{id}' : part;
    })
    .join('/');
}

function build(subject: RecordView, from: Interpretation): Attributes {
  const { body: row } = subject;
  const code = count(row['responsestatuscode']);
  const requestUid = text(row['requestid']);
  return {
    api: {
      version: text(row['apiversion']),
      request: requestUid === null ? undefined : { uid: requestUid },
      response: code === null ? undefined : { code },
      service: { name: 'Microsoft Graph' },
    },
    http_request: {
      http_method: text(row['requestmethod'])?.toUpperCase(),
      user_agent: from.userAgent,
      url: from.object === null ? undefined : { url_string: from.object },
    },
    http_response: code === null ? undefined : { code, length: from.byteCount },
    duration: count(row['durationms']),
  };
}

export const graphActivity: Mapping = {
  name: 'graph-activity',
  classes: [API_ACTIVITY],
  matches: {},
  interpret,
  build,
  examples: [
    {
      source: 'log-analytics/MicrosoftGraphActivityLogs',
      value: {
        RequestMethod: 'GET',
        RequestUri:
          'https://graph.microsoft.com/v1.0/users/c0ffee00-0000-4000-8000-000000000001' +
          '/messages?$top=5',
        ResponseStatusCode: '200',
        ResponseSizeBytes: 900,
        IPAddress: '192.0.2.9:443',
        UserId: 'C0FFEE00-0000-4000-8000-000000000001',
        SignInActivityId: 'aB-c_D',
        SessionId: '0F0F0F0F-0000-4000-8000-000000000001',
        AppId: '14d82eec-204b-4c2f-b7e8-296a70dab67e',
      },
      expect: {
        classUid: 6003,
        activityId: 2,
        statusId: 1,
        operation: 'GET /v1.0/users/{id}/messages',
        actorUid: 'c0ffee00-0000-4000-8000-000000000001',
        actorType: 1,
        tokenUid: 'aB-c_D',
        ip: '192.0.2.9',
        byteCount: 900,
        appName: 'Microsoft Graph Command Line Tools',
        sessionUid: '0f0f0f0f-0000-4000-8000-000000000001',
      },
    },
    {
      source: 'azure-monitor/MicrosoftGraphActivityLogs',
      value: {
        category: 'MicrosoftGraphActivityLogs',
        callerIpAddress: '192.0.2.9',
        properties: {
          requestMethod: 'DELETE',
          requestUri: '/v1.0/me/events/AAMk=',
          responseStatusCode: 403,
        },
      },
      expect: {
        classUid: 6003,
        activityId: 4,
        statusId: 2,
        statusCode: '403',
        ip: '192.0.2.9',
        operation: 'DELETE /v1.0/me/events/{id}',
      },
    },
  ],
};
