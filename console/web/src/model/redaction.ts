// Texts, names and numbers that the daemon keeps back come as three bullets.

export const redactionMark = "•••";

export interface Piece {
  text: string;
  hidden: boolean;
}

export const isHidden = (text: string | null | undefined): boolean => text?.includes(redactionMark) ?? true;

/** Cuts a text where something of it is kept back. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  text.split(redactionMark).forEach((part, index) => {
    if (index > 0) pieces.push({ text: redactionMark, hidden: true });
    if (part) pieces.push({ text: part, hidden: false });
  });
  return pieces;
}

/** Whether anything in a value is kept back, however deep. */
export function holdsHidden(value: unknown): boolean {
  if (typeof value === "string") return value.includes(redactionMark);
  if (Array.isArray(value)) return value.some(holdsHidden);
  if (value !== null && typeof value === "object") return Object.values(value).some(holdsHidden);
  return false;
}
