import { formatTime } from '../../kit/text/format-time.ts';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { usePreferences } from '../../state/preferences.tsx';

const INSTANT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** A sentence of the service, with its times in the zone that the reader chose. */
export function Sentence({ text }: { readonly text: string }) {
  const { timeZone } = usePreferences();
  const readable = text.replaceAll(INSTANT, (instant) =>
    formatTime(Date.parse(instant), { form: 'minute', timeZone }),
  );
  return <SafeText text={readable} />;
}
