import type { FeedRecord } from '../core/feed-record.ts';
import type { ActivityScene } from './activity-scene.ts';
import {
  administer,
  enterDeviceCode,
  registerMethod,
  riskySignIn,
  slip,
} from './directory-activity.ts';
import { shareFile, useFile, viewPage } from './file-activity.ts';
import {
  changeItem,
  mailArrives,
  makeRule,
  readMail,
  sendMail,
  syncMail,
  tidyMail,
  vendorReads,
} from './mail-activity.ts';
import { callGraph, meet, startTeams, talk } from './teams-activity.ts';

type Act = (scene: ActivityScene) => FeedRecord[];

/** The acts of people, with their number on an average working day. */
const ACTS: readonly (readonly [Act, number])[] = [
  [readMail, 22],
  [syncMail, 14],
  [sendMail, 9],
  [mailArrives, 20],
  [tidyMail, 9],
  [changeItem('Create', 'Calendar'), 4],
  [changeItem('Update', 'Calendar'), 5],
  [changeItem('SoftDelete', 'Deleted Items'), 3],
  [changeItem('HardDelete', 'Deleted Items'), 1],
  [vendorReads, 3],
  [makeRule, 0.03],
  [useFile('FileAccessed'), 18],
  [useFile('FilePreviewed'), 4],
  [useFile('FileModified'), 9],
  [useFile('FileUploaded'), 2],
  [useFile('FileDownloaded'), 3],
  [useFile('FileSyncDownloadedFull'), 6],
  [useFile('FileSyncUploadedFull'), 3],
  [useFile('FileRenamed'), 0.4],
  [useFile('FileMoved'), 0.4],
  [useFile('FileCopied'), 0.2],
  [useFile('FileDeleted'), 0.8],
  [useFile('FileRecycled'), 0.5],
  [viewPage, 6],
  [shareFile, 0.6],
  [talk('MessageSent'), 16],
  [talk('ReactedToMessage'), 4],
  [talk('MessageUpdated'), 0.6],
  [talk('ChatCreated'), 0.5],
  [startTeams, 2],
  [meet, 4],
  [callGraph, 26],
  [administer, 3],
  [registerMethod, 0.01],
  [slip, 1.1],
  [enterDeviceCode, 0.05],
  [riskySignIn, 0.6],
];

const TOTAL = ACTS.reduce((sum, [, weight]) => sum + weight, 0);

export function ordinaryAct(scene: ActivityScene): FeedRecord[] {
  let draw = scene.random.float() * TOTAL;
  for (const [act, weight] of ACTS) {
    draw -= weight;
    if (draw < 0) return act(scene);
  }
  return readMail(scene);
}
