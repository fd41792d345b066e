import type { Interpretation } from '../../model/interpretation.ts';
import type { Attributes, Mapping } from '../../model/mapping.ts';
import type { RecordView } from '../../model/record-view.ts';
import { text } from '../../values/json-value.ts';
import { ENTITY_MANAGEMENT } from '../entity-mapping.ts';
import { ualExample } from '../example-records.ts';
import { ENTITY_ACTIVITY, meaningOfSuffix, WEB_RESOURCE_ACTIVITY } from '../operation-suffix.ts';
import { fillPlace } from './file.ts';

/**
 * The other records of SharePoint and OneDrive: pages, lists and searches as OCSF Web Resources
 * Activity; sites and tenant settings as Entity Management.
 */
const WEB_RESOURCES = 6001;
const OTHER = 99;

/** Record types of lists, items, comments, content types, fields and searches. */
const RESOURCE_TYPES: ReadonlySet<number> = new Set([36, 37, 54, 55, 56, 102]);

function interpret(subject: RecordView, into: Interpretation): void {
  const { body } = subject;
  const operation = into.operation ?? '';
  const meaning = meaningOfSuffix(operation);
  const isResource =
    (into.recordType !== null && RESOURCE_TYPES.has(into.recordType)) ||
    meaning === 'read' ||
    meaning === 'searched' ||
    operation.startsWith('Page') ||
    operation.startsWith('List');
  into.classUid = isResource ? WEB_RESOURCES : ENTITY_MANAGEMENT;
  const activities = isResource ? WEB_RESOURCE_ACTIVITY : ENTITY_ACTIVITY;
  into.activityId = meaning === undefined ? OTHER : activities[meaning];
  fillPlace(body, into);
  const list = text(body['ListTitle']) ?? text(body['ListName']);
  if (list !== null && text(body['SourceFileName']) === null) into.targetName = list;
  const query = text(body['SearchQueryText']) ?? text(body['QueryText']);
  if (query !== null) into.object = query;
}

function build(subject: RecordView, from: Interpretation): Attributes {
  const { body } = subject;
  if (from.classUid === WEB_RESOURCES) {
    return {
      web_resources: [
        {
          name: from.targetName ?? from.object ?? from.site ?? 'unknown',
          uid: from.targetUid ?? text(body['ListId']),
          type: from.targetType,
          url_string: from.object?.startsWith('https://') ? from.object : undefined,
        },
      ],
      http_request: from.userAgent === null ? undefined : { user_agent: from.userAgent },
    };
  }
  return { entity: { type_id: 99, type: from.targetType ?? 'Site' } };
}

export const sharepointSite: Mapping = {
  name: 'sharepoint-site',
  classes: [WEB_RESOURCES, ENTITY_MANAGEMENT],
  matches: { family: 'sharepoint', recordTypes: [4, 36, 37, 54, 55, 56, 102] },
  interpret,
  build,
  examples: [
    ualExample(
      'PageViewed',
      4,
      'SharePoint',
      {
        ObjectId: 'https://example.sharepoint.com/SitePages/Home.aspx',
        ItemType: 'Page',
      },
      { classUid: 6001, activityId: 2, targetName: 'Home.aspx', targetType: 'Page' },
    ),
    ualExample(
      'SharingPolicyChanged',
      4,
      'SharePoint',
      { ItemType: 'Tenant' },
      {
        classUid: 3004,
        activityId: 3,
        targetType: 'Tenant',
      },
    ),
    ualExample(
      'ListItemUpdated',
      54,
      'SharePoint',
      { ListTitle: 'Assets', ItemType: 'ListItem' },
      {
        classUid: 6001,
        activityId: 3,
        targetName: 'Assets',
      },
    ),
  ],
};
