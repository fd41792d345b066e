import { factsOf, headlineOf, type Notification, nextStepOf } from './notification.ts';
import { withoutMarkup } from './safe-text.ts';

/** The limits of Slack's Block Kit: a header, and the text of a section's field. */
const HEADER_CHARACTERS_MAX = 150;
const FIELD_CHARACTERS_MAX = 2000;

/**
 * An incoming webhook's message (Slack Block Kit). Text from records is in `plain_text` objects,
 * which have no markup and no mentions; the fallback text has them, so it loses its markup.
 */
export function slackMessage(notification: Notification): object {
  const headline = withoutMarkup(headlineOf(notification));
  const fields = factsOf(notification).map(([name, value]) =>
    plain(`${name}: ${withoutMarkup(value)}`.slice(0, FIELD_CHARACTERS_MAX)),
  );
  return {
    text: headline,
    mrkdwn: false,
    link_names: false,
    parse: 'none',
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: plain(cut(headline, HEADER_CHARACTERS_MAX)) },
      { type: 'section', fields },
      next(notification),
    ],
  };
}

function next(notification: Notification): object {
  const { link } = notification;
  if (link === undefined) return { type: 'section', text: plain(nextStepOf(notification)) };
  const button = { type: 'button', text: plain('Open the finding'), url: link };
  return { type: 'actions', elements: [button] };
}

function plain(text: string): object {
  return { type: 'plain_text', text, emoji: false };
}

function cut(text: string, max: number): string {
  const characters = [...text];
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join('')}…`;
}
