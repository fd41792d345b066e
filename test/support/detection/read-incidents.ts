import {
  type Incident,
  incidentsOf,
} from '../../../apps/countersign/src/detection/incidents/incident.ts';
import { surroundingsOf } from '../../../apps/countersign/src/detection/incidents/surroundings.ts';
import { StoreReader } from '../../../apps/countersign/src/store/store-reader.ts';

/** The incidents of an account. */
export async function incidentsIn(data: string): Promise<Incident[]> {
  const store = await StoreReader.open(data);
  try {
    const findings = store.findings.list({ withdrawn: 'with' });
    return incidentsOf(findings, await surroundingsOf(store, findings));
  } finally {
    store.close();
  }
}
