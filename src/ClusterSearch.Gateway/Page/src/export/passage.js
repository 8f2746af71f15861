import { dropsFrames, framesOf, parseRate, parseTimecode } from './timecode.js';

const assumedRate = { numerator: 25, denominator: 1 };

/**
 * A moment in its video's own frames: in and out (exclusive) count from the first frame, sourceStart is the first frame's
 * timecode as a frame number. A file that does not say its frame rate is counted at 25.
 */
export function passageOf(moment) {
  const rate = parseRate(moment.frameRate) ?? assumedRate;
  const drop = dropsFrames(rate, moment.timecode);
  const inFrame = framesOf(moment.start, rate);
  return {
    moment,
    rate,
    drop,
    rateIsAssumed: parseRate(moment.frameRate) === null,
    sourceStart: parseTimecode(moment.timecode, rate, drop) ?? 0,
    inFrame,
    outFrame: Math.max(inFrame + 1, framesOf(moment.end, rate)),
  };
}
