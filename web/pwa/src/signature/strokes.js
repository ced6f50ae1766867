// A signature as a short text: the path of an SVG, with whole numbers and relative steps. Small enough to travel inside an order.

export const MOST = 4000; // characters, as the guard allows
const FINEST = 0.75; // how far a point may be from the drawn line before it counts, in the pad's pixels
const DOTS = 'l1 0'; // a stroke of one point

/**
 * The path of strokes (lists of [x, y], in pixels of the pad), or '' where nobody signed. What is too long is drawn more
 * coarsely, until it is at most `most` characters.
 */
export function pathOf(strokes, most = MOST) {
  const drawn = strokes.filter((stroke) => stroke.length);
  for (let tolerance = FINEST; drawn.length; tolerance *= 1.5) {
    const path = drawn.map((stroke) => strokeText(thinned(stroke, tolerance))).join('');
    if (path.length <= most) return path;
    if (tolerance > 100) drawn.pop(); // thousands of dots: no signature, but it must end
  }
  return '';
}

function strokeText(points) {
  const whole = points.map(([x, y]) => [Math.max(0, Math.round(x)), Math.max(0, Math.round(y))]);
  const [[x, y], ...rest] = whole;
  const steps = rest.map(([toX, toY], index) => [toX - whole[index][0], toY - whole[index][1]]).filter(([dx, dy]) => dx || dy);
  return `M${x} ${y}${steps.length ? `l${steps.map(([dx, dy]) => `${dx} ${dy}`).join(' ')}` : DOTS}`;
}

/** The points that matter (Ramer, Douglas and Peucker), without recursion: a stroke may have thousands. */
function thinned(points, tolerance) {
  const kept = new Set([0, points.length - 1]);
  const spans = [[0, points.length - 1]];
  while (spans.length) {
    const [from, to] = spans.pop();
    let farthest = 0;
    let at = -1;
    for (let index = from + 1; index < to; index += 1) {
      const away = distance(points[index], points[from], points[to]);
      if (away > farthest) [farthest, at] = [away, index];
    }
    if (farthest > tolerance) {
      kept.add(at);
      spans.push([from, at], [at, to]);
    }
  }
  return points.filter((_, index) => kept.has(index));
}

function distance([x, y], [fromX, fromY], [toX, toY]) { // from a point to the piece of a line
  const [dx, dy] = [toX - fromX, toY - fromY];
  const length = dx * dx + dy * dy;
  const along = length ? Math.min(1, Math.max(0, ((x - fromX) * dx + (y - fromY) * dy) / length)) : 0;
  return Math.hypot(x - fromX - along * dx, y - fromY - along * dy);
}
