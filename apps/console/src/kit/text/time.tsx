import { usePreferences } from '../../state/preferences.tsx';
import { formatTime, type TimeForm } from './format-time.ts';

/**
 * A time in the zone that the reader chose. Its title is the whole time in UTC.
 *
 * @param at ISO 8601, or milliseconds since 1970
 */
export function Time(props: { readonly at: string | number; readonly form?: TimeForm }) {
  const { timeZone } = usePreferences();
  const ms = typeof props.at === 'number' ? props.at : Date.parse(props.at);
  if (!Number.isFinite(ms)) return <span>{String(props.at)}</span>;
  const iso = new Date(ms).toISOString();
  return (
    <time dateTime={iso} title={iso} style={{ whiteSpace: 'nowrap' }}>
      {formatTime(ms, { form: props.form ?? 'minute', timeZone })}
    </time>
  );
}
