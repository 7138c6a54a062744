import type { Preparation } from '@darkroom/contracts';

const WHITE = 255;

/** How pictures become a network’s input, in one line: what to hold against the code that the network was trained with. */
export function describePreparation(preparation: Preparation | undefined): string {
  if (preparation === undefined) return 'none: it takes no pictures, or prepares them by itself';
  const { resampler, channel_order = 'rgb', layout = 'nchw' } = preparation;
  return [
    describeResize(preparation),
    resampler,
    channel_order,
    layout,
    `values ${describeRange(preparation)}`,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

function describeResize({
  resize,
  width,
  height,
  shortest_edge,
  longest_edge,
  letterbox_anchor = 'center',
}: Preparation): string {
  if (resize === 'shortest-edge') {
    const most = longest_edge === undefined ? '' : `, longer at most ${longest_edge}`;
    const middle = width === undefined ? '' : `, of which the middle ${width} × ${height}`;
    return `shorter side ${shortest_edge}${most}${middle}`;
  }
  if (resize === 'none') return 'pictures as they are';
  return `${resize} to ${width} × ${height}${resize === 'letterbox' ? ` (${letterbox_anchor})` : ''}`;
}

/** What black and white become: `0 to 1`, or `−2.1 to 2.6` where channels differ. */
function describeRange({ scale = 1 / WHITE, mean = [0, 0, 0], std = [1, 1, 1] }: Preparation): string {
  const ends = [0, WHITE].flatMap((value) =>
    mean.map((channelMean, channel) => (value * scale - channelMean) / std[channel]!),
  );
  return `${shortNumber(Math.min(...ends))} to ${shortNumber(Math.max(...ends))}`;
}

function shortNumber(value: number): string {
  return String(Number(value.toFixed(2))).replace('-', '−');
}
