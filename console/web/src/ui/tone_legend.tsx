import { toneBounds, type ColourBy } from "../model/actor_map";
import * as format from "../model/format";

export const colourNames: Record<ColourBy, string> = {
  waiting: "mean waiting of a message",
  waiting_max: "longest waiting",
  mailbox: "messages in mailboxes",
};

/** What the colours mean. */
export function Legend({ by }: { by: ColourBy }) {
  const bounds = toneBounds(by);
  const text = (bound: number) => (by === "mailbox" ? format.count(Math.ceil(bound)) : format.duration(bound));
  return (
    <p class="legend">
      <span class="soft">Colour: {colourNames[by]}</span>
      {[0, ...bounds].map((bound, tone) => (
        <span key={tone} class="legend-item">
          <span class={`swatch tone-${tone}`} aria-hidden="true" />
          {tone === 0 ? `under ${text(bounds[0] ?? 0)}` : `${text(bound)}${tone === bounds.length ? " and more" : ""}`}
        </span>
      ))}
    </p>
  );
}
