import { factsOf, headlineOf, type Notification, nextStepOf } from './notification.ts';
import { withoutMarkup } from './safe-text.ts';

/** The newest version that all clients of Teams show. */
const CARD_VERSION = '1.4';

/**
 * The body for a Teams workflow "when a webhook request is received": one Adaptive Card. Text from
 * records is in text runs, which know no markdown; a card without `msteams.entities` has no
 * mentions.
 */
export function teamsMessage(notification: Notification): object {
  const headline = run(headlineOf(notification), { weight: 'Bolder', size: 'Medium' });
  const facts = factsOf(notification).map(([name, value]) => run(`${name}: ${value}`));
  const { link } = notification;
  const action = { type: 'Action.OpenUrl', title: 'Open the finding', url: link };
  const content = {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: CARD_VERSION,
    fallbackText: withoutMarkup(headlineOf(notification)),
    body: [headline, ...facts, ...(link === undefined ? [run(nextStepOf(notification))] : [])],
    ...(link !== undefined && { actions: [action] }),
  };
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return { type: 'message', attachments: [{ contentType, contentUrl: null, content }] };
}

function run(text: string, style: object = {}): object {
  const inline = { type: 'TextRun', text: withoutMarkup(text), ...style };
  return { type: 'RichTextBlock', inlines: [inline] };
}
