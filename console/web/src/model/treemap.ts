// Squarified treemaps (Bruls, Huizing, van Wijk 2000): areas by weight, shapes close to squares.

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** One box for each weight, in the same order; a weight that is not positive gets no room. */
export function squarify(weights: readonly number[], into: Box): Box[] {
  const boxes: Box[] = weights.map(() => ({ x: into.x, y: into.y, width: 0, height: 0 }));
  const order = weights.map((_, index) => index).filter((index) => (weights[index] ?? 0) > 0);
  order.sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0));
  const total = order.reduce((sum, index) => sum + (weights[index] ?? 0), 0);
  if (total <= 0 || into.width <= 0 || into.height <= 0) return boxes;
  const scale = (into.width * into.height) / total;
  const areaOf = (index: number) => (weights[index] ?? 0) * scale;

  let free = { ...into };
  let next = 0;
  while (next < order.length) {
    const side = Math.min(free.width, free.height);
    const row: number[] = [];
    let area = 0;
    let worst = Infinity;
    while (next < order.length) {
      const index = order[next];
      if (index === undefined) break;
      const larger = area + areaOf(index);
      const shape = worstShape([...row, index].map(areaOf), larger, side);
      if (row.length > 0 && shape > worst) break;
      row.push(index);
      area = larger;
      worst = shape;
      next += 1;
    }
    free = placeRow(row, areaOf, area, free, boxes);
  }
  return boxes;
}

/** The longest side by the shortest, of the worst box in a row. */
function worstShape(areas: readonly number[], sum: number, side: number): number {
  const thickness = sum / side;
  return areas.reduce((worst, area) => {
    const length = area / thickness;
    return Math.max(worst, length / thickness, thickness / length);
  }, 0);
}

/** Lays a row along the shorter side; what is left of the room. */
function placeRow(row: readonly number[], areaOf: (index: number) => number, area: number, free: Box, boxes: Box[]): Box {
  const upright = free.width >= free.height;
  const thickness = area / (upright ? free.height : free.width);
  let along = upright ? free.y : free.x;
  for (const index of row) {
    const length = areaOf(index) / thickness;
    boxes[index] = upright
      ? { x: free.x, y: along, width: thickness, height: length }
      : { x: along, y: free.y, width: length, height: thickness };
    along += length;
  }
  return upright
    ? { x: free.x + thickness, y: free.y, width: Math.max(0, free.width - thickness), height: free.height }
    : { x: free.x, y: free.y + thickness, width: free.width, height: Math.max(0, free.height - thickness) };
}
