import { Link } from '@fluentui/react-components';
import { useView } from '../../state/view.ts';
import { texts } from '../../texts/en.ts';

/** Opens an entry of the ledger in the side panel. */
export function EvidenceLink(props: { readonly entry: number | string; readonly text?: string }) {
  const [, change] = useView();
  const { entry, text = texts.evidence.entry(entry) } = props;
  return <Link onClick={() => change({ entry: String(entry) })}>{text}</Link>;
}
