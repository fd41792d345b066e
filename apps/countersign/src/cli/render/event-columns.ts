import { numberText } from '@countersign/core';
import type { EventLine } from '../../operations/reading/timeline-lines.ts';
import type { EventRow } from '../../store/rows/event-row.ts';
import type { Cell, Column } from '../terminal/table.ts';
import { timeText } from './time-text.ts';

const FAILURE = 2;

/** Time, actor, action, object, address, app, session, and entry. */
export function eventColumns(): readonly Column<EventLine>[] {
  return [
    { title: 'time (UTC)', kind: 'whole', cell: ({ row }) => timeText(row.event.timeMs) },
    { title: 'who', kind: 'text', comfortable: 20, cell: whoOf },
    { title: 'what', kind: 'text', comfortable: 16, cell: whatOf },
    { title: 'on what', kind: 'text', comfortable: 24, fold: 4, cell: ({ row }) => onWhatOf(row) },
    { title: 'from', kind: 'text', comfortable: 15, fold: 3, cell: ({ row }) => fromOf(row) },
    { title: 'app', kind: 'text', comfortable: 12, fold: 2, cell: appOf },
    { title: 'session', kind: 'id', fold: 1, cell: ({ row }) => row.event.sessionUid ?? undefined },
    { title: 'entry', kind: 'number', cell: ({ row }) => String(row.index) },
  ];
}

function whoOf({ row: { event, erased }, actorName }: EventLine): Cell {
  if (erased) return { text: '(erased)', style: 'faint' };
  return (
    actorName ?? event.actorName ?? event.actorUid ?? event.actorPuid ?? event.actorSid ?? undefined
  );
}

function whatOf({ row, erasedBy }: EventLine): Cell {
  const { event } = row;
  if (row.erased) {
    const text = erasedBy === undefined ? 'erased' : `erased by entry ${erasedBy}`;
    return { text, style: 'faint' };
  }
  const times = event.itemCount > 1 ? ` ×${numberText(event.itemCount)}` : '';
  const kind = event.accessType === null ? '' : ` (${event.accessType})`;
  const text = `${nameOf(event)}${kind}${times}`;
  if (event.statusId !== FAILURE) return text;
  return {
    text: `${text}, failed${event.statusCode === null ? '' : ` ${event.statusCode}`}`,
    style: 'no',
  };
}

/** Sign-ins from Graph and Azure Monitor have no operation, but a flow. */
function nameOf({ operation, signInType, classUid }: EventRow['event']): string {
  if (operation !== null) return operation.trim();
  if (signInType !== null) return `sign-in, ${signInType}`;
  return `class ${classUid}`;
}

function onWhatOf({ event }: EventRow): Cell {
  const target = event.targetName ?? event.targetUid;
  const places = [
    event.object,
    target,
    event.mailbox,
    event.folder,
    event.site,
    event.resourceName,
  ];
  return places.find((place) => place !== null) ?? undefined;
}

function fromOf({ event }: EventRow): Cell {
  const { ip, country } = event;
  if (ip === null) return country ?? undefined;
  return country === null ? ip : `${ip} ${country}`;
}

function appOf({ row: { event }, appName }: EventLine): Cell {
  return appName ?? event.appName ?? event.appUid ?? undefined;
}
