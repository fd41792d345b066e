import {
  AlertUrgent20Regular,
  Apps20Regular,
  ArrowSync20Regular,
  Building20Regular,
  CalendarToday20Regular,
  CheckmarkStarburst20Regular,
  type FluentIcon,
  GridDots20Regular,
  Library20Regular,
  MailInbox20Regular,
  MoreHorizontal20Regular,
  People20Regular,
  Settings20Regular,
  ShieldKeyhole20Regular,
  Target20Regular,
} from '@fluentui/react-icons';
import type { NavIcon } from './pages.ts';

export const MoreIcon: FluentIcon = MoreHorizontal20Regular;

const ICONS: Readonly<Record<NavIcon, FluentIcon>> = {
  today: CalendarToday20Regular,
  incidents: AlertUrgent20Regular,
  people: People20Regular,
  apps: Apps20Regular,
  access: ShieldKeyhole20Regular,
  detections: Target20Regular,
  coverage: GridDots20Regular,
  ledger: Library20Regular,
  feeds: ArrowSync20Regular,
  inventory: Building20Regular,
  requests: MailInbox20Regular,
  gate: CheckmarkStarburst20Regular,
  settings: Settings20Regular,
};

export function iconOf(icon: NavIcon): FluentIcon {
  return ICONS[icon];
}
