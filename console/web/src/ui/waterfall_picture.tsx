// The waterfall of a message: a line for each hop, one behind the other as time went on.
import { kindOf } from "../model/ids";
import * as format from "../model/format";
import { ticks, type SegmentKind, type Waterfall, type WaterfallRow } from "../model/waterfall";
import { ActorLink } from "./parts";

const kindNames: Record<SegmentKind, string> = { waiting: "waiting", transit: "between nodes", handling: "handling", commit: "commit to disk" };

const said = (row: WaterfallRow) =>
  row.known
    ? row.segments.map((segment) => `${kindNames[segment.kind]} ${format.duration(segment.length_us)}`).join(", ") || "no time to speak of"
    : "no longer remembered";

function Bars({ row, width_us }: { row: WaterfallRow; width_us: number }) {
  const scale = (us: number) => (us / width_us) * 1000;
  return (
    <svg class="bars" viewBox="0 0 1000 20" preserveAspectRatio="none" aria-hidden="true">
      {row.segments.map((segment) => (
        <rect key={segment.kind} class={`seg-${segment.kind}`} x={scale(segment.start_us)} y={3} width={Math.max(2, scale(segment.length_us))} height={14} />
      ))}
      {row.segments.length === 0 && <rect class="seg-none" x={scale(row.start_us)} y={3} width={2} height={14} />}
    </svg>
  );
}

export function WaterfallPicture({ picture }: { picture: Waterfall }) {
  const marks = ticks(picture.width_us);
  return (
    <>
      <p class="legend">
        {(Object.keys(kindNames) as SegmentKind[]).map((kind) => (
          <span key={kind} class="legend-item">
            <span class={`swatch seg-${kind}`} aria-hidden="true" />
            {kindNames[kind]}
          </span>
        ))}
      </p>
      <div class="waterfall" role="table" aria-label="Hops of the message" data-testid="waterfall">
        <div role="row" class="waterfall-row axis">
          <span role="columnheader">Hop</span>
          <span role="columnheader" class="number">
            Time
          </span>
          <span role="columnheader" class="axis-place">
            <span class="for-readers">When, and of what it is made</span>
            <svg class="axis-marks" aria-hidden="true">
              {marks.map((mark) => (
                <text key={mark} x={`${(mark / picture.width_us) * 100}%`} y={12} text-anchor={mark === 0 ? "start" : mark > picture.width_us * 0.94 ? "end" : "middle"}>
                  {format.duration(mark)}
                </text>
              ))}
            </svg>
          </span>
        </div>
        {picture.rows.map((row, index) => (
          <div role="row" key={index} class="waterfall-row" data-testid="hop" data-hop={row.hop.hop} data-node={row.hop.node} data-us={row.length_us}>
            <span role="cell">
              <b>{row.title}</b> <span class="soft">{row.where}</span>
              {row.hop.actor && kindOf(row.hop.actor) === "service" ? <> <ActorLink id={row.hop.actor} /></> : null}
            </span>
            <span role="cell" class="number">
              {row.known ? `${row.hop.approximate ? "≈ " : ""}${format.duration(row.length_us)}` : "?"}
            </span>
            <span role="cell" class="bar-place" title={said(row)}>
              <span class="for-readers">{said(row)}</span>
              <Bars row={row} width_us={picture.width_us} />
            </span>
          </div>
        ))}
      </div>
    </>
  );
}

/** All hops in one line, for lists. */
export function MiniWaterfall({ picture }: { picture: Waterfall }) {
  return (
    <svg class="mini" viewBox="0 0 1000 20" preserveAspectRatio="none" role="img" aria-label={picture.rows.map((row) => `${row.title}: ${said(row)}`).join("; ")}>
      {picture.rows.flatMap((row, index) =>
        row.segments.map((segment) => (
          <rect
            key={`${index} ${segment.kind}`} class={`seg-${segment.kind}`} y={2} height={16}
            x={(segment.start_us / picture.width_us) * 1000} width={Math.max(2, (segment.length_us / picture.width_us) * 1000)}
          />
        )),
      )}
    </svg>
  );
}
