import { Secret } from '@countersign/m365';
import type { LakeBucket, LakeFeedConfig } from '../../../config/feeds/lake.ts';
import { HttpPoster } from '../../delivery/http-post.ts';
import type { Sink } from '../../delivery/sink.ts';
import type { SinkEnvironment } from '../sink-environment.ts';
import { FolderStore } from './folder-store.ts';
import { LakeObjects } from './lake-objects.ts';
import { LakeSink } from './lake-sink.ts';
import type { LakeStore } from './lake-store.ts';
import { S3Store } from './s3-store.ts';

/** @throws SinkError MISCONFIGURED */
export function openLakeSink(config: LakeFeedConfig, environment: SinkEnvironment): Sink {
  const { folder, s3, every: everyMs } = config;
  const store =
    s3 === undefined ? new FolderStore(folder ?? '') : s3StoreOf(s3, config, environment);
  const { clock } = environment;
  return new LakeSink({ objects: new LakeObjects(config), store, clock, everyMs });
}

function s3StoreOf(
  s3: LakeBucket,
  config: LakeFeedConfig,
  { egressTo, readSecret, readTls, clock }: SinkEnvironment,
): LakeStore {
  const endpoint = new URL(s3.endpoint);
  const egress = egressTo([endpoint.hostname]);
  const { sessionToken } = s3;
  const location = {
    endpoint,
    bucket: s3.bucket,
    region: config.region,
    accessKeyId: readSecret(s3.accessKeyId).trim(),
    secretAccessKey: new Secret(readSecret(s3.secretAccessKey).trim()),
    sessionToken: sessionToken && new Secret(readSecret(sessionToken).trim()),
  };
  const poster = new HttpPoster({ egress, tls: readTls(config), clock });
  return new S3Store({ location, poster, clock });
}
