import { Icon } from './Icon.jsx';

const remedies = {
  'footage.not_found': 'Put the file back where it was, or remove the video and register it at its new place.',
  'footage.unreadable': 'Give the gateway’s user the right to read the file, then retry.',
  'footage.empty': 'The file has no content: copy it again.',
  'footage.not_a_video': 'Nothing to do if it is no video; else check that the copy is complete.',
  'footage.no_video_stream': 'The file has sound only and cannot be searched by picture.',
  'footage.damaged': 'Copy the file again from its source. What could be read of this one, if anything, is searchable.',
  'footage.decode_failed': 'Play the file with ffmpeg to see what is wrong; a re-encoded copy often works. Then retry.',
  'footage.limit_exceeded': 'The file is beyond the limits of decoding (size, time or memory). Split or re-encode it.',
  'footage.changed': 'The file changed while it was read. Wait until it is complete, then retry.',
  'archive.disk_full': 'Free some space on the archive’s disk, then retry.',
  'archive.busy': 'Another process changes this archive. It goes on once that one is done.',
  'archive.unreachable': 'The catalogue’s database does not answer: check that its server runs.',
  'environment.missing': 'Run “clustersearch doctor” on the server: it says what is missing and how to install it.',
  'worker.lost': 'The worker went away; another one takes the work over by itself.',
  'worker.crashed': 'Retry; if it happens again with this file, re-encode it.',
};

/** What a person can do about a code; null where the message already says it. */
export const remedyOf = (code) => remedies[code] ?? null;

/** A request that failed, with what to do. */
export const Failure = ({ error, onRetry, title = 'That did not work' }) => (
  <div class="empty" role="alert">
    <Icon name="warning" />
    <h2>{error.status === 0 ? 'The gateway does not answer' : title}</h2>
    <p>{error.message}</p>
    {remedyOf(error.code) && <p>{remedyOf(error.code)}</p>}
    <div class="row">
      {onRetry && <button type="button" class="button primary" onClick={onRetry}><Icon name="retry" />Try again</button>}
      {error.code && <span class="badge">{error.code}</span>}
    </div>
  </div>
);
